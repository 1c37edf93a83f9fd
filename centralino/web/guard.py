"""Who is let through. Every route is wrapped here, by its row in the table of routes.

Pages and API know one session by a cookie that scripts cannot read and other sites cannot send
(HttpOnly, SameSite=Strict). What changes something must besides carry the session's CSRF token, and
come from our own origin; so must a WebSocket, which a browser lets any site open (RFC 6455 §10.2).
"""

from __future__ import annotations

import hmac
from enum import Enum
from urllib.parse import quote, urlsplit

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler

from centralino.users.errors import UserError
from centralino.users.permissions import Action, may
from centralino.users.tokens import csrf_matches
from centralino.web.access import allowed_somewhere
from centralino.web.errors import Refusal, forbidden
from centralino.web.parts import ApiKey, digest_of
from centralino.web.requests import KEY, TOKEN, WHO, parts_of

log = structlog.get_logger()

SAFE_METHODS = ("GET", "HEAD")
CSRF_HEADER = "X-CSRF-Token"
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self';"
        " media-src 'self' blob:; connect-src 'self'; form-action 'self'; base-uri 'none';"
        " frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(self)",
}


class Access(Enum):
    """Whom a route lets through."""

    OPEN = "open"
    """Anybody: the ways in, what they are drawn with, and the sign of life."""
    USER = "user"
    """Somebody signed in."""
    KEY = "key"
    """A program with an API key."""
    KEY_OR_USER = "key or user"


async def secure_headers(request: web.Request, response: web.StreamResponse) -> None:
    """Sent with every answer. Nothing of ours may lie in a cache that another user reads."""
    response.headers.update(HEADERS)
    response.headers.setdefault("Cache-Control", "no-store")
    if parts_of(request).config.secure:
        response.headers["Strict-Transport-Security"] = "max-age=31536000"


@web.middleware
async def refusals(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Errors of ours as JSON for programs, and as one readable line for people."""
    try:
        return await handler(request)
    except Refusal as refusal:
        return _refused(request, refusal)
    except web.HTTPRequestEntityTooLarge:
        return _refused(request, Refusal(413, "too_large", "That is too long."))
    except UserError as error:
        return _refused(request, Refusal(400, "bad_body", sentence(str(error))))


def _refused(request: web.Request, refusal: Refusal) -> web.Response:
    if request.path.startswith("/api/"):
        body = {"error": refusal.code, "message": refusal.text}
        return web.json_response(body, status=refusal.status, headers=refusal.headers)
    return web.Response(text=refusal.text, status=refusal.status, headers=refusal.headers)


def sentence(text: str) -> str:
    """An error's line as it is shown on a page."""
    return f"{text[:1].upper()}{text[1:]}."


def guarded(handler: Handler, access: Access, needs: tuple[Action, ...]) -> Handler:
    """The handler, for those whom `access` lets through and who may do one of `needs`."""

    async def guard(request: web.Request) -> web.StreamResponse:
        _check_origin(request)
        await _let_through(request, access, needs)
        return await handler(request)

    return guard


async def _let_through(request: web.Request, access: Access, needs: tuple[Action, ...]) -> None:
    if access is Access.OPEN:
        return
    if access in (Access.KEY, Access.KEY_OR_USER):
        key = _api_key(request)
        if key is not None:
            request[KEY] = key
            return
        if access is Access.KEY:
            raise _anonymous(request)
    await _sign_of_user(request)
    if request.method not in SAFE_METHODS:
        _check_csrf(request)
    if needs and not _may(request, needs):
        raise forbidden()


async def _sign_of_user(request: web.Request) -> None:
    parts = parts_of(request)
    token = request.cookies.get(parts.config.cookie)
    signed_in = await parts.sign_in.session(token, parts.clock.now()) if token else None
    if token is None or signed_in is None:
        raise _anonymous(request)
    request[WHO] = signed_in
    request[TOKEN] = token


def _may(request: web.Request, needs: tuple[Action, ...]) -> bool:
    centre = (Action.MANAGE_USERS, Action.SEE_SYSTEM)
    who = request[WHO]
    return any(
        may(who, action, None) if action in centre else allowed_somewhere(who, action)
        for action in needs
    )


def _anonymous(request: web.Request) -> Refusal | web.HTTPException:
    """A page sends to the sign-in and back again; a program is told."""
    wants_page = request.method in SAFE_METHODS and "text/html" in request.headers.get("Accept", "")
    if wants_page and not request.path.startswith(("/api/", "/live", "/metrics")):
        return web.HTTPSeeOther(f"/sign-in?next={quote(request.path_qs, safe='')}")
    return Refusal(401, "sign_in", "Sign in first.", {"WWW-Authenticate": "Session"})


def _check_csrf(request: web.Request) -> None:
    if not csrf_matches(request[TOKEN], request.headers.get(CSRF_HEADER, "")):
        log.warning("web.csrf_refused", path=request.path, user=request[WHO].user)
        raise Refusal(403, "csrf", "This page is out of date: load it again.")


def _check_origin(request: web.Request) -> None:
    """A request that changes something, or opens a socket, comes from our own pages."""
    upgrade = request.headers.get("Upgrade", "").lower() == "websocket"
    if request.method in SAFE_METHODS and not upgrade:
        return
    origin = request.headers.get("Origin")
    site = request.headers.get("Sec-Fetch-Site", "same-origin")
    foreign = site not in ("same-origin", "none") if origin is None else not _ours(request, origin)
    if foreign or (upgrade and origin is None):
        log.warning("web.origin_refused", path=request.path, origin=origin, site=site)
        raise Refusal(403, "origin", "This request did not come from a page of ours.")


def _ours(request: web.Request, origin: str) -> bool:
    try:
        return urlsplit(origin).netloc.lower() == request.host.lower()
    except ValueError:
        return False


def _api_key(request: web.Request) -> ApiKey | None:
    scheme, _, bearer = request.headers.get("Authorization", "").partition(" ")
    given = bearer.strip() if scheme.lower() == "bearer" else request.headers.get("X-API-Key", "")
    digest = digest_of(given)
    # Every key is compared, each in constant time: the time tells nothing about any of them.
    keys = parts_of(request).config.api_keys
    matching = [key for key in keys if hmac.compare_digest(key.digest, digest)]
    return matching[0] if given and matching else None
