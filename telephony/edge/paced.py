"""PURE. Calls of campaigns leave over each trunk at its pace, by the time at which they are sent.

The dialler decides at an even pace, and every media process lets its calls go at one. What lies
between them and the wire may still stall, and then brings calls close together; and several media
processes share a trunk. So the last who sends counts. Nothing is answered to whoever waits here: no
100 comes, hence no CANCEL either (:rfc:`3261#section-9.1`), and repeats of the INVITE are dropped.
Nobody waits for so long that whoever placed the call has given up: that is answered with 503, which
the dialler takes as a trunk that has no room, so it calls more slowly and tries again.

What waits for a media process that died never goes: somebody would answer, and nobody be there. It
is told as never sent, so that it costs nobody an attempt.
"""

from __future__ import annotations

from dataclasses import replace

from kernel.pace import Departures, Pace
from telephony.edge import responses
from telephony.edge.calls import Call, Turn
from telephony.edge.config import Trunk
from telephony.edge.events import NeverSent, Send
from telephony.edge.message import Request
from telephony.edge.state import Edge

CATCH_UP = 0.2
"""Seconds by which a late turn may catch up. Those who decide catch up with 0.1: with no more than
they have, what is lost here by being late would add up, and the queue grow all day."""
PATIENCE = 5.0
"""Seconds, or two turns: an emergency may be behind. The sender gives up after 64*T1, 32 s."""


def pace(edge: Edge, send: Send, call: Call | None, trunk: Trunk | None, now: float) -> None:
    """Send, or let wait for its turn, what goes to the world."""
    if call is not None and _begins(send, call):
        gone = call.media in edge.dead and not (call.orphan or call.over)
        if gone:  # it died while this lay in our socket
            call.turn = Turn.WAITS
            return _give_up(edge, send, call, now)
        if trunk is not None and trunk.max_cps > 0:
            return _wait(edge, send, call, trunk, now)
    edge.out.append(send)


def _wait(edge: Edge, send: Send, call: Call, trunk: Trunk, now: float) -> None:
    call.turn = Turn.WAITS
    way = edge.departures.setdefault(
        trunk.name, Departures(Pace(trunk.max_cps, CATCH_UP, apart=True))
    )
    way.add((send, call, now + max(PATIENCE, 2.0 / trunk.max_cps)))
    due(edge, trunk.name, now)


def _begins(send: Send, call: Call) -> bool:
    """Whether this is the INVITE that begins a campaign's call."""
    invite = isinstance(send.message, Request) and send.message.method == "INVITE"
    return invite and call.turn is Turn.NONE and bool(call.attempt)


def due(edge: Edge, trunk: str, now: float) -> None:
    """Let the next go, if it is its turn. Its time counts from when it was sent, which may be
    late (`taken`): until then nobody follows."""
    way = edge.departures[trunk]
    while len(way) and way.first()[1].turn is Turn.WAITS:
        send, call, until = way.first()
        if now > until or call.over:
            way.gone(now, called=False)
            _give_up(edge, send, call, now)
        elif (wait := way.wait(now)) > 0:
            edge.alarms.set(("pace", trunk), now + wait)
            return
        else:
            call.turn = Turn.TAKEN
            edge.out.append(replace(send, turn=trunk))


def _give_up(edge: Edge, send: Send, call: Call, now: float) -> None:
    """It never goes: nobody would be behind it. It keeps its turn, so repeats do not go either."""
    edge.counted["paced_out"] += 1
    assert isinstance(send.message, Request)
    if call.media in edge.dead:  # it takes no answer
        edge.out.append(NeverSent(call.attempt))
    responses.unsent(edge, send.message, now)


def sender_died(edge: Edge, media: str, now: float) -> None:
    """What it placed and still waits here is given up."""
    for way in edge.departures.values():
        for send, call, _ in way.drop(
            lambda one: one[1].media == media and one[1].turn is Turn.WAITS
        ):
            _give_up(edge, send, call, now)


def taken(edge: Edge, trunk: str, now: float) -> None:
    """The first of this trunk was sent."""
    edge.departures[trunk].gone(now)
    due(edge, trunk, now)
