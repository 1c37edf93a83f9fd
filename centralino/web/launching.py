"""Launching calls from the page: what can be chosen, how it sounds, whom it reaches, and go."""

from __future__ import annotations

from aiohttp import web

from centralino.content.transcoding import LARGEST
from centralino.web.campaigns import ask, asker_of, body_of
from centralino.web.errors import not_found, told_why
from centralino.web.requests import ok, parts_of


async def options(request: web.Request) -> web.Response:
    """GET /api/launch: clients with their groups, ready templates, launches that wait."""
    return await ask(request, "launch.options", {})


async def places(request: web.Request) -> web.Response:
    """POST /api/launch/places: where the people of an audience live, as dots without names."""
    return await ask(request, "launch.places", await body_of(request))


async def draft(request: web.Request) -> web.Response:
    """POST /api/notices: draft a notification; with `dry_run` only tell whom it would reach."""
    return await ask(request, "notice.draft", await body_of(request))


async def record(request: web.Request) -> web.Response:
    """POST /api/recordings?client=…&title=…: a recorded message, the sound file as the body."""
    recorder, asker = parts_of(request).recorder, asker_of(request)
    if recorder is None:
        raise not_found()
    client, title = request.query.get("client", ""), request.query.get("title", "")
    with told_why():
        recorder.check(client, asker)
        data = await request.clone(client_max_size=LARGEST).read()
        return ok(await recorder.take(data, client, title, asker))


async def delete_recording(request: web.Request) -> web.Response:
    """POST /api/recordings/delete: one that no campaign will play any more, by its name."""
    return await ask(request, "recording.delete", await body_of(request))


async def sound(request: web.Request) -> web.Response:
    """POST /api/notices/sound.wav: how it sounds in one language."""
    hear = parts_of(request).hear_notice
    if hear is None:
        raise not_found()
    with told_why():
        wav = await hear(await body_of(request), asker_of(request))
    return web.Response(body=wav, content_type="audio/wav")


async def launch(request: web.Request) -> web.Response:
    """POST /api/notices/{campaign}/launch: by the first person, the second, or behind glass."""
    values = {**await body_of(request), "campaign": request.match_info["campaign"]}
    return await ask(request, "notice.launch", values)


async def cancel(request: web.Request) -> web.Response:
    """POST /api/notices/{campaign}/cancel: stop, and call back everybody who was reached."""
    values = {**await body_of(request), "campaign": request.match_info["campaign"]}
    return await ask(request, "notice.cancel", values)
