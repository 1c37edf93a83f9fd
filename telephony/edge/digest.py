"""PURE. Digest authentication (RFC 3261 §22, RFC 7616, RFC 8760): SHA-256 and MD5, qop=auth.

`Guard` is the side that asks, `answer` the side that is asked. MD5 is there because phones and
carriers still need it; who has a SHA-256 secret only, is never let in by MD5.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from telephony.edge.config import Ha1
from telephony.edge.errors import MalformedMessage
from telephony.edge.message import Request
from telephony.edge.uri import parse_uri, split_outside_quotes, unquote_string

_HEX8 = re.compile(r"[0-9a-fA-F]{8}")
_PREFERRED = ("SHA-256", "MD5")  # RFC 8760 §2.4: the strongest first
_NOBODY = Ha1("0" * 32, "0" * 64)  # so that an unknown user costs as much time as a known one


class _Hash(Protocol):
    def __call__(self, text: str, /) -> str: ...


def _md5(text: str) -> str:
    return hashlib.md5(text.encode("utf-8", "surrogateescape"), usedforsecurity=False).hexdigest()


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()


_HASHES: Mapping[str, _Hash] = {"MD5": _md5, "SHA-256": _sha256}


def ha1(user: str, realm: str, password: str) -> Ha1:
    """What is kept instead of a password."""
    text = f"{user}:{realm}:{password}"
    return Ha1(_md5(text), _sha256(text))


def house_password(secret: str, aor: str) -> str:
    """With what a process of this house registers as an agent's phone: whoever knows the house's
    secret knows it, and no phone does."""
    return hmac.new(secret.encode(), aor.encode(), "sha256").hexdigest()


def parse_auth(value: str) -> dict[str, str]:
    """The parameters of a Digest header, names lower-cased; empty for any other scheme.

    Commas inside quotes (`qop="auth,auth-int"`) belong to their value.
    """
    scheme, _, rest = value.strip().partition(" ")
    if scheme.lower() != "digest":
        return {}
    pairs = (piece.partition("=") for piece in split_outside_quotes(rest, ","))
    return {name.strip().lower(): unquote_string(text) for name, _, text in pairs if name.strip()}


# The side that asks.


@dataclass(frozen=True)
class Allowed:
    """The digest is right."""

    user: str


@dataclass(frozen=True)
class Challenged:
    """Ask, or ask again. `stale`: the secret was right, the nonce was not."""

    stale: bool


@dataclass(frozen=True)
class Denied:
    """The digest is wrong."""


Verdict = Allowed | Challenged | Denied


class Guard:
    """Gives nonces and checks answers to them.

    A nonce carries its time and a keyed hash, so none is kept; kept is only the highest count seen
    with each (RFC 7616 §3.4: a replay has a count that was there before).
    """

    def __init__(self, realm: str, secret: bytes, lifetime: float) -> None:
        self._realm = realm
        self._secret = secret
        self._lifetime = lifetime
        self._given = 0
        self._counts: dict[str, tuple[float, int, str]] = {}

    def challenges(self, now: float, stale: bool) -> list[str]:
        """The values of WWW-Authenticate or Proxy-Authenticate, best first."""
        nonce = self._nonce(now)
        tail = ", stale=true" if stale else ""
        return [
            f'Digest realm="{self._realm}", nonce="{nonce}", algorithm={name}, qop="auth"{tail}'
            for name in _PREFERRED
        ]

    def check(
        self, request: Request, header: str, known: Mapping[str, Ha1], now: float, once: str
    ) -> Verdict:
        """Judge the header `Authorization` or `Proxy-Authorization` of a request.

        `once` names this very request: the same count again is a retransmission if it comes with
        the same name, and a replay if not.
        """
        answers = map(parse_auth, request.all(header))
        given = next((auth for auth in answers if auth.get("realm") == self._realm), None)
        if given is None:
            return Challenged(stale=False)
        if not self._right(given, request, known):
            return Denied()
        fresh = self._alive(given["nonce"], now) and self._counted(given, now, once)
        return Allowed(given["username"]) if fresh else Challenged(stale=True)

    def _right(self, given: Mapping[str, str], request: Request, known: Mapping[str, Ha1]) -> bool:
        algorithm = given.get("algorithm", "MD5").upper()
        digest = _HASHES.get(algorithm)
        if digest is None or given.get("qop") != "auth" or not _HEX8.fullmatch(given.get("nc", "")):
            return False
        if not _same_target(given.get("uri", ""), request.uri):
            return False
        secrets = known.get(given.get("username", ""), _NOBODY)
        secret = secrets.md5 if algorithm == "MD5" else secrets.sha256
        wanted = _response(digest, secret, given, request.method)
        same = hmac.compare_digest(wanted.encode(), given.get("response", "").lower().encode())
        return same and bool(secret) and secrets is not _NOBODY

    def _nonce(self, now: float) -> str:
        self._given += 1
        text = f"{int(now + self._lifetime):x}.{self._given:x}"
        return f"{text}.{self._mac(text)}"

    def _mac(self, text: str) -> str:
        return hmac.new(self._secret, text.encode(), "sha256").hexdigest()[:32]

    def _alive(self, nonce: str, now: float) -> bool:
        text, _, mac = nonce.rpartition(".")
        if not hmac.compare_digest(
            self._mac(text).encode(), mac.encode("utf-8", "surrogateescape")
        ):
            return False
        return int(text.partition(".")[0], 16) > now  # ours, so it can be read

    def _counted(self, given: Mapping[str, str], now: float, once: str) -> bool:
        count = int(given["nc"], 16)
        nonce = given["nonce"]
        _, highest, last = self._counts.get(nonce, (0.0, 0, ""))
        if count == highest:
            return once == last
        if count < highest:
            return False
        self._counts.pop(nonce, None)
        self._counts[nonce] = (now + self._lifetime, count, once)
        while (oldest := next(iter(self._counts))) and self._counts[oldest][0] <= now:
            del self._counts[oldest]  # the nonce itself is older still: it is dead
        return True


def _same_target(one: str, other: str) -> bool:
    """§22.4: the digest's uri is the Request-URI; parameters may have been lost on the way."""
    if one == other:
        return True
    try:
        a, b = parse_uri(one), parse_uri(other)
    except MalformedMessage:
        return False
    return (a.scheme, a.user, a.host, a.port) == (b.scheme, b.user, b.host, b.port)


def _response(digest: _Hash, secret: str, given: Mapping[str, str], method: str) -> str:
    """RFC 7616 §3.4.1; without qop as in RFC 2617, for carriers that are that old."""
    tail = digest(f"{method}:{given.get('uri', '')}")
    if "qop" in given:
        middle = ":".join(given.get(name, "") for name in ("nonce", "nc", "cnonce", "qop"))
    else:
        middle = given.get("nonce", "")
    return digest(f"{secret}:{middle}:{tail}")


# The side that is asked.


@dataclass(frozen=True)
class Login:
    """With what we answer a carrier."""

    user: str
    password: str


def answer(
    challenges: Sequence[str], login: Login, method: str, uri: str, cnonce: str, nc: int = 1
) -> str | None:
    """The credentials for the best challenge that we can answer; None where there is none."""
    offered: dict[str, dict[str, str]] = {}
    for auth in map(parse_auth, challenges):
        name = auth.get("algorithm", "MD5").upper()
        if name in _HASHES and _qop_fits(auth) and "nonce" in auth:
            offered.setdefault(name, auth)
    best = next((name for name in _PREFERRED if name in offered), None)
    return (
        None if best is None else _credentials(best, offered[best], login, method, uri, cnonce, nc)
    )


def _qop_fits(auth: Mapping[str, str]) -> bool:
    qop = auth.get("qop")
    return not qop or "auth" in [part.strip() for part in qop.split(",")]


def _credentials(
    name: str, asked: Mapping[str, str], login: Login, method: str, uri: str, cnonce: str, nc: int
) -> str:
    digest = _HASHES[name]
    realm, nonce = asked.get("realm", ""), asked["nonce"]
    given = {"nonce": nonce, "uri": uri}
    if asked.get("qop"):
        given |= {"qop": "auth", "nc": f"{nc:08x}", "cnonce": cnonce}
    secret = digest(f"{login.user}:{realm}:{login.password}")
    text = (
        f'Digest username="{_quoted(login.user)}", realm="{_quoted(realm)}", '
        f'nonce="{_quoted(nonce)}", uri="{uri}", algorithm={name}, '
        f'response="{_response(digest, secret, given, method)}"'
    )
    if "qop" in given:
        text += f', qop=auth, nc={given["nc"]}, cnonce="{cnonce}"'
    if "opaque" in asked:
        text += f', opaque="{_quoted(asked["opaque"])}"'
    return text


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')


def wants_again(challenges: Sequence[str]) -> bool:
    """Whether a challenge says that only our nonce was too old (`stale=true`)."""
    return any(parse_auth(value).get("stale", "").lower() == "true" for value in challenges)
