"""Pages and what they are drawn with: files of the package, without a build step."""

from __future__ import annotations

from pathlib import Path

from aiohttp import web
from aiohttp.typedefs import Handler

from centralino.web.access import pages
from centralino.web.requests import who

PAGES = Path(__file__).parent / "pages"
STATIC = Path(__file__).parent / "static"


def page(name: str) -> Handler:
    """A handler that sends one page; what it shows it asks the API for."""

    async def send(request: web.Request) -> web.StreamResponse:
        return web.FileResponse(PAGES / f"{name}.html")

    return send


async def home(request: web.Request) -> web.StreamResponse:
    """GET /: to the first page that this user can use."""
    mine = pages(who(request))
    raise web.HTTPSeeOther(f"/{mine[0]}" if mine else "/account")


async def static(request: web.Request) -> web.StreamResponse:
    """GET /static/{name}: one file of one folder; a name with a slash does not reach this."""
    path = STATIC / request.match_info["name"]
    if path.parent != STATIC or not path.is_file():
        raise web.HTTPNotFound
    return web.FileResponse(path, headers={"Cache-Control": "no-cache"})
