"""Every route of the application, and whom it lets through. A test walks this table's effect."""

from __future__ import annotations

from dataclasses import dataclass

from aiohttp import web
from aiohttp.typedefs import Handler

from centralino.users.permissions import Action
from centralino.web import (
    board,
    campaigns,
    choosing,
    contacts,
    entering,
    events,
    figures,
    files,
    history,
    launching,
    machine,
    people,
    picture,
    review,
    supervising,
    telephone,
    today,
    working,
)  # fmt: skip
from centralino.web.guard import Access, guarded

READ_CALLS = (Action.SEE_CALLS, Action.SEE_OWN_CALLS)
WORK = (Action.WORK,)
AGENTS = (Action.SEE_AGENTS,)
CALL_OUT = (Action.RUN_CAMPAIGNS,)
USERS = (Action.MANAGE_USERS,)
TEACH = (Action.TEACH,)
JOIN = (Action.JOIN_CALLS,)


@dataclass(frozen=True)
class Route:
    """One method of one path."""

    method: str
    path: str
    handler: Handler
    access: Access = Access.USER
    needs: tuple[Action, ...] = ()
    """One of these, for at least one client; whose things it then shows, the handler decides."""


ROUTES = (
    # the ways in, what they are drawn with, the sign of life
    Route("GET", "/sign-in", files.page("sign-in"), Access.OPEN),
    Route("GET", "/welcome/{token}", files.page("welcome"), Access.OPEN),
    Route("GET", "/static/{name}", files.static, Access.OPEN),
    Route("GET", "/health", machine.health, Access.OPEN),
    Route("POST", "/api/sign-in", entering.sign_in, Access.OPEN),
    Route("POST", "/api/welcome/{token}", entering.welcome, Access.OPEN),
    # for programs
    Route("GET", "/metrics", machine.metrics, Access.KEY_OR_USER, (Action.SEE_SYSTEM,)),
    Route("GET", "/api/events", events.events, Access.KEY_OR_USER, AGENTS),
    Route("GET", "/api/packets/{token}", machine.packet, Access.KEY),
    Route("POST", "/api/alerts", machine.alert, Access.KEY),
    Route("DELETE", "/api/packets/{token}", machine.give_back, Access.KEY),
    # pages
    Route("GET", "/", files.home),
    Route("GET", "/account", files.page("account")),
    Route("GET", "/agent", files.page("agent"), needs=WORK),
    Route("GET", "/queues", files.page("queues"), needs=AGENTS),
    Route("GET", "/figures", files.page("figures"), needs=AGENTS),
    Route("GET", "/calls", files.page("calls"), needs=READ_CALLS),
    Route("GET", "/calls/{call}", files.page("calls"), needs=READ_CALLS),
    Route("GET", "/flow", files.page("flow"), needs=TEACH),
    Route("GET", "/review", files.page("review"), needs=TEACH),
    Route("GET", "/users", files.page("users"), needs=USERS),
    Route("GET", "/live", board.live_socket),
    # oneself
    Route("GET", "/api/me", entering.me),
    Route("POST", "/api/sign-out", entering.sign_out),
    Route("POST", "/api/password", entering.change_password),
    # an agent at work
    Route("POST", "/api/agent/log-in", working.log_in, needs=WORK),
    Route("POST", "/api/agent/log-out", working.log_out, needs=WORK),
    Route("POST", "/api/agent/ready", working.ready, needs=WORK),
    Route("POST", "/api/agent/not-ready", working.not_ready, needs=WORK),
    Route("POST", "/api/agent/decline", working.decline, needs=WORK),
    Route("POST", "/api/agent/more-time", working.more_time, needs=WORK),
    Route("POST", "/api/agent/transfer", working.transfer, needs=WORK),
    Route("POST", "/api/agent/contact", contacts.wish, needs=WORK),
    Route("POST", "/api/agent/consult", contacts.consult, needs=WORK),
    Route("POST", "/api/agent/task", contacts.give_task, needs=WORK),
    Route("GET", "/api/agent/phone", telephone.phone_socket, needs=WORK),
    Route("GET", "/api/agent/colleagues", contacts.colleagues, needs=WORK),
    Route("POST", "/api/agent/dial", choosing.dial, needs=WORK),
    Route("POST", "/api/agent/skip", choosing.skip, needs=WORK),
    Route("POST", "/api/agent/done", working.done, needs=WORK),
    Route("PUT", "/api/calls/{call}/notes", history.write_notes, needs=WORK),
    # who waits, and what was
    Route("GET", "/api/queues", board.queues, needs=AGENTS),
    Route("GET", "/api/queues/today", today.read_today, needs=AGENTS),
    Route("GET", "/api/figures", figures.read_figures, needs=AGENTS),
    Route("GET", "/api/calls", history.calls, needs=READ_CALLS),
    Route("GET", "/api/calls/{call}", history.call, needs=READ_CALLS),
    Route("GET", "/api/calls/{call}/recording.wav", history.recording, needs=READ_CALLS),
    # making the bots better
    Route("GET", "/api/picture", picture.bots, needs=TEACH),
    Route("GET", "/api/picture/{bot}.svg", picture.drawn, needs=TEACH),
    Route("GET", "/api/review", review.doubtful, needs=TEACH),
    Route("GET", "/api/review/progress", review.progress, needs=TEACH),
    Route("POST", "/api/review/teach", review.teach, needs=TEACH),
    Route("POST", "/api/review/leave", review.leave, needs=TEACH),
    Route("POST", "/api/review/undo", review.undo, needs=TEACH),
    # campaigns
    Route("GET", "/campaigns", files.page("campaigns"), needs=CALL_OUT),
    Route("GET", "/api/campaigns", campaigns.board, Access.KEY_OR_USER, CALL_OUT),
    Route("POST", "/api/campaigns", campaigns.create, Access.KEY_OR_USER, CALL_OUT),
    Route("POST", "/api/campaigns/by-bot", campaigns.draft_bot, Access.KEY_OR_USER, CALL_OUT),
    Route(
        "POST",
        "/api/campaigns/with-agents",
        campaigns.draft_agents,
        Access.KEY_OR_USER,
        CALL_OUT,
    ),
    Route("GET", "/api/campaigns/why", campaigns.why_anywhere, Access.KEY_OR_USER, CALL_OUT),
    Route("GET", "/api/campaigns/{campaign}", campaigns.status, Access.KEY_OR_USER, CALL_OUT),
    Route("GET", "/api/campaigns/{campaign}/why", campaigns.why, Access.KEY_OR_USER, CALL_OUT),
    Route("GET", "/api/campaigns/{campaign}/audit", campaigns.audit, Access.KEY_OR_USER, CALL_OUT),
    Route(
        "GET",
        "/api/campaigns/{campaign}/results.csv",
        campaigns.export,
        Access.KEY_OR_USER,
        CALL_OUT,
    ),
    Route(
        "GET", "/api/campaigns/{campaign}/words", campaigns.in_words, Access.KEY_OR_USER, CALL_OUT
    ),
    Route(
        "GET",
        "/api/campaigns/{campaign}/statistics",
        campaigns.statistics,
        Access.KEY_OR_USER,
        CALL_OUT,
    ),
    Route(
        "GET",
        "/api/campaigns/{campaign}/statistics.csv",
        campaigns.statistics_table,
        Access.KEY_OR_USER,
        CALL_OUT,
    ),
    Route(
        "POST", "/api/campaigns/{campaign}/{verb}", campaigns.change, Access.KEY_OR_USER, CALL_OUT
    ),
    Route("GET", "/api/launch", launching.options, needs=CALL_OUT),
    Route("POST", "/api/launch/places", launching.places, needs=CALL_OUT),
    Route("POST", "/api/recordings", launching.record, Access.KEY_OR_USER, CALL_OUT),
    Route(
        "POST",
        "/api/recordings/delete",
        launching.delete_recording,
        Access.KEY_OR_USER,
        CALL_OUT,
    ),
    Route("POST", "/api/notices", launching.draft, Access.KEY_OR_USER, CALL_OUT),
    Route("POST", "/api/notices/sound.wav", launching.sound, needs=CALL_OUT),
    Route("POST", "/api/notices/{campaign}/launch", launching.launch, needs=CALL_OUT),
    Route("POST", "/api/notices/{campaign}/cancel", launching.cancel, needs=CALL_OUT),
    Route("POST", "/api/supervise", supervising.supervise, needs=JOIN),
    # users
    Route("GET", "/api/users", people.users, needs=USERS),
    Route("POST", "/api/users", people.create, needs=USERS),
    Route("PUT", "/api/users/{user}/agent", people.change_agent, needs=USERS),
    Route("POST", "/api/users/{user}/reset", people.reset, needs=USERS),
    Route("POST", "/api/users/{user}/disable", people.disable, needs=USERS),
)


def add_routes(app: web.Application) -> None:
    """Each route, behind its guard."""
    for route in ROUTES:
        handler = guarded(route.handler, route.access, route.needs)
        app.router.add_route(route.method, route.path, handler)
