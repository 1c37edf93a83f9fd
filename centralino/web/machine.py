"""For programs: health, metrics, and another house that fetches a packet."""

from __future__ import annotations

from collections import Counter

from aiohttp import web

from centralino.content.packets import read_packet
from centralino.outbound.errors import CampaignError
from centralino.web.access import in_
from centralino.web.errors import Refusal, forbidden, not_found
from centralino.web.metrics import CONTENT_TYPE
from centralino.web.ports import PacketAddress
from centralino.web.requests import KEY, ok, parts_of
from centralino.web.views import mode_of
from kernel.codec import encode
from outbound.cap import SIZE_LIMIT


async def health(request: web.Request) -> web.Response:
    """GET /health: alive. Anybody may ask, so it tells nothing else."""
    return ok({"ok": True})


async def metrics(request: web.Request) -> web.Response:
    """GET /metrics: the whole centre's figures, so a key of one client does not get them."""
    if KEY in request and request[KEY].clients is not None:
        raise forbidden()
    parts = parts_of(request)
    snapshot = parts.desk.snapshot()
    parts.metrics.queues(
        (queue.client, queue.queue, queue.waiting, queue.longest_wait) for queue in snapshot.queues
    )
    parts.metrics.agents(Counter((agent.client, mode_of(agent)) for agent in snapshot.agents))
    return web.Response(body=parts.metrics.render(), headers={"Content-Type": CONTENT_TYPE})


async def _address(request: web.Request) -> PacketAddress:
    parts = parts_of(request)
    address = await parts.tokens.resolve(request.match_info["token"], parts.clock.now())
    if address is None or not in_(address.client, request[KEY].clients):
        raise not_found()
    return address


async def alert(request: web.Request) -> web.Response:
    """POST /api/alerts: an alert by CAP 1.2, as it is. Rules of every client look at it, so a key
    of some clients alone does not do."""
    take = parts_of(request).take_alert
    if request[KEY].clients is not None:
        raise forbidden()
    if take is None:
        raise not_found()
    data = await request.clone(client_max_size=SIZE_LIMIT).read()
    try:
        return ok(await take(data, f"key:{request[KEY].name}"))
    except CampaignError as error:
        raise Refusal(400, "bad_alert", str(error)) from error


async def give_back(request: web.Request) -> web.Response:
    """DELETE /api/packets/{token}: the packet was taken, its token need not live on."""
    await parts_of(request).tokens.revoke((await _address(request)).call)
    return ok()


async def packet(request: web.Request) -> web.Response:
    """GET /api/packets/{token}: the packet of a call that was transferred to another house."""
    parts = parts_of(request)
    address = await _address(request)
    found = await read_packet(parts.contents.get, address.call, frozenset({address.client}))
    if found is None:
        raise not_found()
    return ok(encode(found))
