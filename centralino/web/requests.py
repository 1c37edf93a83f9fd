"""What handlers share: who asks, with what parts, and what the body says."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, TypeVar

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from centralino.users.types import SignedIn
from centralino.web.errors import Refusal
from centralino.web.parts import ApiKey, WebParts

PARTS = web.AppKey("parts", WebParts)
WHO = web.RequestKey("who", SignedIn)
TOKEN = web.RequestKey("token", str)
KEY = web.RequestKey("key", ApiKey)

M = TypeVar("M", bound="Body")
_WHOLE = re.compile(r"[0-9]{1,9}")

LATEST = 4_102_444_800.0  # the end of 2099: what is later is a slip of the keys
AgainAt = Annotated[float, Field(ge=0, le=LATEST, allow_inf_nan=False)]
"""UTC seconds at which somebody is to be called again; 0: none is named."""


class Body(BaseModel):
    """The JSON body of a request. Unknown fields are refused: a typing error must not pass."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


def parts_of(request: web.Request) -> WebParts:
    """What the application was made of."""
    return request.app[PARTS]


def who(request: web.Request) -> SignedIn:
    """Who asks; the guard has made sure that there is somebody."""
    return request[WHO]


async def read(request: web.Request, model: type[M]) -> M:
    """The body as its model. Raises a Refusal (400, 415) that says which field is wrong."""
    if request.content_type != "application/json":
        raise Refusal(415, "not_json", "The body must be application/json.")
    try:
        return model.model_validate_json(await request.read())
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        problem = f"{where}: {first['msg']}" if where else first["msg"]
        raise Refusal(400, "bad_body", problem) from None


def whole(request: web.Request, key: str, default: int, most: int) -> int:
    """A whole number of the query, from 1 on. Raises a Refusal (400)."""
    given = request.query.get(key, str(default))
    if not _WHOLE.fullmatch(given) or not 1 <= int(given) <= most:
        raise Refusal(400, "bad_query", f"{key}: 1 to {most}.")
    return int(given)


def ok(data: Mapping[str, Any] | None = None, status: int = 200) -> web.Response:
    """JSON, or nothing at all."""
    return web.Response(status=204) if data is None else web.json_response(data, status=status)
