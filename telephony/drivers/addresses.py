"""SIP addresses as text: `"Name" <sip:user@host;params?headers>;tag=…`. PURE.

Only what the drivers need of :rfc:`3261#section-25.1`; the edge parses whole messages.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import quote, unquote

_NAME_ADDR = re.compile(
    r'^\s*(?:"(?P<quoted>(?:[^"\\]|\\.)*)"|(?P<token>[^<"]*?))\s*<(?P<uri>[^>]*)>'
)
_URI = re.compile(
    r"^(?P<scheme>sips?):(?:(?P<user>[^@?]*)@)?(?P<host>\[[^\]]+\]|[^:;?]+)(?::(?P<port>\d+))?"
    r"(?P<params>(?:;[^?]*)?)(?:\?(?P<headers>.*))?$",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class SipUri:
    """The parts of a SIP URI; `user` is empty where there is none."""

    user: str
    host: str
    port: int | None = None
    params: str = ""
    """As written, with the leading semicolon."""
    headers: dict[str, str] = field(default_factory=dict)
    """URI headers (:rfc:`3261#section-19.1.1`), unescaped, names lower-cased."""

    @property
    def hostport(self) -> str:
        """`host` or `host:port`."""
        return self.host if self.port is None else f"{self.host}:{self.port}"


def parse_uri(text: str) -> SipUri | None:
    """The parts of `text`, which may stand in angle brackets; None if it is no SIP URI."""
    match = _URI.match(address_of(text))
    if match is None:
        return None
    headers = {}
    for pair in (match["headers"] or "").split("&"):
        name, _, value = pair.partition("=")
        if name:
            headers[unquote(name).lower()] = unquote(value)
    port = int(match["port"]) if match["port"] else None
    return SipUri(unquote(match["user"] or ""), match["host"], port, match["params"] or "", headers)


def address_of(text: str) -> str:
    """The URI in a From, To or Refer-To value, without brackets, name and header parameters."""
    match = _NAME_ADDR.match(text)
    return match["uri"].strip() if match else text.split(";tag=")[0].strip()


def name_of(text: str) -> str:
    """The display name in a From or To value, unquoted; empty where there is none."""
    match = _NAME_ADDR.match(text)
    if match is None:
        return ""
    if match["quoted"] is not None:
        return re.sub(r"\\(.)", r"\1", match["quoted"])
    return match["token"].strip()


def name_addr(uri: str, name: str = "") -> str:
    """`"Name" <uri>`, quoted by :rfc:`3261#section-25.1`; control characters become spaces."""
    if not name:
        return f"<{uri}>"
    clean = "".join(ch if ch >= " " and ch != "\x7f" else " " for ch in name)
    escaped = clean.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}" <{uri}>'


def with_headers(uri: str, **headers: str) -> str:
    """`uri` carrying URI headers, in angle brackets as Refer-To needs (:rfc:`7433#section-4.1`).

    Underscores in a name stand for hyphens: `with_headers(uri, User_to_User=token)`.
    """
    pairs = [f"{name.replace('_', '-')}={quote(value, safe='')}" for name, value in headers.items()]
    inside = address_of(uri)
    return f"<{inside}{'&' if '?' in inside else '?'}{'&'.join(pairs)}>" if pairs else f"<{inside}>"
