"""JSON over HTTP to a server beside us: one question, one answer, in time.

Nothing is kept between questions, so there is nothing to open, close or repair. Redirects are not
followed: where a question may go stands in a file.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from typing import Any

import aiohttp

from voicebot.errors import ServerFailed

LARGEST = 1_000_000
"""Bytes of an answer; more is nonsense."""


async def ask(
    method: str,
    url: str,
    seconds: float,
    body: object | None = None,
    headers: Mapping[str, str] | None = None,
) -> tuple[int, Any]:
    """The status and the JSON of the answer; None where it has none and needs none: a refusal, a
    redirection, 204.

    `seconds`: from the first byte out to the last one in. Raises ServerFailed.
    """
    try:
        async with asyncio.timeout(seconds), aiohttp.ClientSession() as session:
            asked = session.request(method, url, json=body, headers=headers, allow_redirects=False)
            async with asked as answer:
                status, raw = answer.status, await _read(answer.content)
    except TimeoutError as error:
        raise ServerFailed(f"no answer within {seconds:g} s") from error
    except aiohttp.ClientConnectorError as error:
        raise ServerFailed(f"cannot be reached: {error}", reached=False) from error
    except (aiohttp.ClientError, OSError, ValueError) as error:
        # Not what it says: that may be the whole address, with what it asks and a token.
        raise ServerFailed(f"cannot be asked: {type(error).__name__}") from error
    return status, _parsed(status, raw)


async def _read(content: aiohttp.StreamReader) -> bytes:
    raw = b""
    async for piece in content.iter_any():
        raw += piece
        if len(raw) > LARGEST:
            raise ServerFailed(f"the answer is longer than {LARGEST} bytes")
    return raw


def _parsed(status: int, raw: bytes) -> Any:
    try:
        return json.loads(raw)
    except (ValueError, RecursionError) as error:
        if status >= 300 or status == 204:
            return None
        raise ServerFailed(f"the answer ({status}) is no JSON") from error
