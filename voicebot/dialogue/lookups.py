"""PURE. A lookup: a question to another program over HTTP, made of slots, answered into slots.

A template holds `{slot.<name>}`, `{call.<fact>}` and, in headers, `{secret.<name>}`. In a URL every
value is percent-encoded (RFC 3986 §2.1), and the host holds none: where a question goes is decided
by whoever wrote the file, never by who calls. A path such as `data.orders[0].date` leads to a value
in the JSON that comes back.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import quote, urlsplit

from voicebot.dialogue.outcome import Outcome
from voicebot.errors import QuestionIncomplete, ServerFailed

PLACE = re.compile(r"\{(slot|call|secret)\.([\w-]+)\}")
CALL_FACTS = ("id", "caller", "line", "client", "language")
"""What `{call.…}` may name."""
NOT_FOUND = 404
_KEY = re.compile(r"([^.\[\]]+)|\[(\d+)\]")
_PATH = re.compile(r"([^.\[\]]+|\[\d+\])(\.[^.\[\]]+|\[\d+\])*")


@dataclass(frozen=True)
class Lookup:
    """A lookup of flow.yml."""

    name: str
    url: str
    """With `{slot.<name>}`, which are encoded; the host is fixed."""
    slots: Mapping[str, str]
    """Slot → the path of its value in the answer (`data.orders[0].date`)."""
    method: Literal["GET", "POST"] = "GET"
    body: Mapping[str, str] = field(default_factory=dict)
    """JSON sent with POST: key → text, with `{slot.<name>}`."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """With `{secret.<name>}` of the bot's `secrets_file`."""
    timeout: float = 3.0
    """Seconds for one try."""
    retries: int = 0
    """Further tries after a failure. A POST that was received is not sent again."""
    meanwhile: str | None = None
    """Response said where it takes longer than a second."""
    on_nothing: str | None = None
    """Response said where there is no such thing (404, or none of the values is there)."""
    on_failure: str | None = None
    """Response said where it failed; a person follows."""

    @property
    def secrets(self) -> tuple[str, ...]:
        """Those that its headers name."""
        places = (place for text in self.headers.values() for place in PLACE.findall(text))
        return tuple(name for kind, name in places if kind == "secret")


@dataclass(frozen=True)
class Request:
    """What goes out."""

    method: str
    url: str
    body: Mapping[str, str] | None
    headers: Mapping[str, str]


def request_of(lookup: Lookup, values: Mapping[str, str]) -> Request:
    """The question. `values`: `slot.name`, `call.id`, `secret.key` → value.

    Raises QuestionIncomplete where one is not known: half a question is not asked.
    """
    url = _filled(lookup.url, {name: quote(value, safe="") for name, value in values.items()})
    body = {key: _filled(text, values) for key, text in lookup.body.items()}
    headers = {key: _filled(text, values) for key, text in lookup.headers.items()}
    return Request(lookup.method, url, body if lookup.method == "POST" else None, headers)


def _filled(template: str, values: Mapping[str, str]) -> str:
    def value(match: re.Match[str]) -> str:
        name = f"{match[1]}.{match[2]}"
        if name not in values:
            raise QuestionIncomplete(f"{name} is not known", reached=False)
        return values[name]

    return PLACE.sub(value, template)


def read_answer(lookup: Lookup, status: int, answer: Any) -> Outcome:
    """What it gave. Raises ServerFailed for a refusal."""
    if status == NOT_FOUND:
        return Outcome(dict.fromkeys(lookup.slots), nothing=True)
    if not 200 <= status < 300:
        raise ServerFailed(f"the server says {status}")
    found = {slot: as_value(at(answer, path)) for slot, path in lookup.slots.items()}
    nothing = bool(found) and all(value is None for value in found.values())
    return Outcome(found, nothing=nothing)


def at(answer: Any, path: str) -> Any:
    """What lies there; None: nothing."""
    for key, index in _KEY.findall(path):
        if index and isinstance(answer, list) and int(index) < len(answer):
            answer = answer[int(index)]
        elif key and isinstance(answer, Mapping) and key in answer:
            answer = answer[key]
        else:
            return None
    return answer


def as_value(found: Any) -> str | None:
    """A JSON value as a slot holds it; None for what no slot holds: nothing, lists, objects."""
    if isinstance(found, bool):
        return "yes" if found else "no"
    if isinstance(found, float) and found.is_integer():
        return str(int(found))
    if isinstance(found, str | int | float):
        return str(found).strip() or None
    return None


def path_problem(path: str) -> str:
    """What is wrong with a path; empty: nothing."""
    return "" if _PATH.fullmatch(path) else f"{path!r} is no path such as data.orders[0].date"


def template_problem(template: str, slots: Collection[str], secrets: bool = False) -> str:
    """What is wrong with a template; empty: nothing."""
    known = {"slot": slots, "call": CALL_FACTS}
    for kind, name in PLACE.findall(template):
        if kind == "secret":
            if not secrets:
                return "`{secret.…}` may stand in `headers` only"
        elif name not in known[kind]:
            return f"`{{{kind}.{name}}}`: there is no such {kind}"
    rest = PLACE.sub("", template)
    return "write `{slot.<name>}` or `{call.<fact>}`" if "{" in rest or "}" in rest else ""


def url_problem(url: str, slots: Collection[str]) -> str:
    """What is wrong with a URL; empty: nothing."""
    parts = urlsplit(PLACE.sub("x", url))
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.fragment:
        return f"{url!r} is no URL such as https://crm.example/accounts/{{slot.account}}"
    head = url.split("?")[0].split("/")[:3]
    if PLACE.search("/".join(head)) or parts.username or parts.password:
        return "the host is fixed: no `{…}`, no user and no password before the path"
    return template_problem(url, slots)
