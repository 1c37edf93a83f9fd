"""What the house knows, as the JSON that the pages draw. PURE."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from typing import Any

from acd.snapshot import AgentView, QueueView
from centralino.content.messages import Notes, Transcript
from centralino.db.calls import CallRow
from centralino.db.journal import JournalRow
from centralino.users.types import CENTRE, Role, User
from kernel.codec import to_body
from kernel.packet import Packet, TranscriptLine

Json = dict[str, Any]
BUSY = ("reserved", "ringing", "whisper", "talking", "hold", "wrap_up")


_NEVER_SEEN: Json = {
    "mode": "logged_out", "since": None, "reason": "", "after": "", "contact": "",
    "reachable": True, "wrap_up_until": None, "nailed_up": False, "phone_why": "",
    "away": None,
}  # fmt: skip


def mode_of(agent: AgentView) -> str:
    """One word for what an agent does: the work first, then the wish, then the phone."""
    if agent.state in BUSY:
        return str(agent.state)
    if agent.want in ("logged_out", "log_out_after"):
        return "logged_out"
    if agent.want == "ready":
        return "ready" if agent.reachable else "unreachable"
    return "not_ready"


def agent_json(agent: AgentView | None) -> Json:
    """An agent's state; one never logged in has no view and is logged out."""
    if agent is None:
        return dict(_NEVER_SEEN)
    return {
        "agent": agent.agent,
        "mode": mode_of(agent),
        "since": agent.since,
        "reason": agent.reason,
        "after": agent.after,
        "contact": agent.contact,
        "reachable": agent.reachable,
        "wrap_up_until": agent.wrap_up_until or None,
        "nailed_up": agent.nailed_up,
        "phone_why": agent.phone_why,
        "away": _away(agent),
    }


def _away(agent: AgentView) -> Json | None:
    """When and why calls could not reach an agent who is back; until the next call is answered."""
    if not agent.away_to:
        return None
    return {"from": agent.away_from, "to": agent.away_to, "why": agent.away_why}


def board_agent_json(
    agent: AgentView, name: str, client_name: str, queue_names: Iterable[str]
) -> Json:
    """A line of the wallboard."""
    return {
        "agent": agent.agent, "name": name, "client_name": client_name, "mode": mode_of(agent),
        "since": agent.since, "reason": agent.reason, "after": agent.after,
        "phone_why": agent.phone_why,
        "queue_names": list(queue_names),
    }  # fmt: skip


def queue_json(queue: QueueView, at: float, client_name: str) -> Json:
    """A queue. The longest wait goes out as the time it began, which stays equal while it lasts."""
    return {
        "queue": queue.queue, "name": queue.name, "client_name": client_name,
        "waiting": queue.waiting, "callbacks": queue.callbacks,
        "longest_since": round(at - queue.longest_wait, 1) if queue.waiting else None,
        "agents_in": queue.agents_in, "agents_free": queue.agents_free,
        "lacked": [asdict(lack) for lack in queue.lacked],
    }  # fmt: skip


def earlier_json(row: CallRow, name_of: Callable[[str, str], str]) -> Json:
    """An earlier call of the same caller."""
    return {
        "call": row.id, "started": row.started, "outcome": row.outcome, "intent": row.intent or "",
        "queue_name": name_of("queue", row.queue) if row.queue else "",
        "agent_name": name_of("agent", row.agent) if row.agent else "",
    }  # fmt: skip


def notes_json(notes: Notes | None) -> Json | None:
    """What an agent wrote."""
    return None if notes is None else {"text": notes.text, "disposition": notes.disposition}


def call_json(row: CallRow, caller: str, name_of: Callable[[str, str | None], str]) -> Json:
    """A line of the call history; `name_of(kind, id)` names queues, agents and clients."""
    return {
        "id": row.id, "started": row.started, "answered": row.answered, "ended": row.ended,
        "caller": caller, "line": row.line, "direction": row.direction,
        "client_name": name_of("client", row.client),
        "outcome": row.outcome, "cause": row.cause, "intent": row.intent,
        "queue": row.queue, "queue_name": name_of("queue", row.queue),
        "agent": row.agent, "agent_name": name_of("agent", row.agent),
        "waited": row.waited,
        "duration": None if row.ended is None else max(0.0, row.ended - row.started),
    }  # fmt: skip


def call_figures_json(row: CallRow) -> Json:
    """What only one call's own page shows."""
    return {
        "turns": row.turns, "latency_p50_ms": row.latency_p50_ms,
        "latency_p95_ms": row.latency_p95_ms, "sip_call_id": row.sip_call_id,
        "sound_from": row.started if row.answered is None else row.answered,
    }  # fmt: skip


def lines_json(transcript: Transcript | None, packet: Packet | None) -> list[Json]:
    """What was said; while the call goes on, what was said up to the hand-off."""
    lines: tuple[TranscriptLine, ...] = packet.transcript if packet else ()
    return [to_body(line) for line in (transcript.lines if transcript else lines)]


def journey_json(
    rows: Iterable[JournalRow], name_of: Callable[[str, str | None], str]
) -> list[Json]:
    """Where a call went: every move of the call, its offers and its agents; `who` is an agent."""
    return [
        {
            "at": row.at, "subject": row.subject, "from": row.from_state, "to": row.to_state,
            "why": row.why, "room": row.room, "who": _agent_named(row.subject, name_of),
        }
        for row in rows
    ]  # fmt: skip


def _agent_named(subject: str, name_of: Callable[[str, str | None], str]) -> str:
    kind, _, id = subject.partition(":")
    return name_of("agent", id) if kind == "agent" else ""


def user_json(user: User, me: str) -> Json:
    """A line of the users page."""
    agent = user.agent
    return {
        "id": user.id, "name": user.name, "full_name": user.full_name,
        "client": user.client, "disabled": user.disabled, "me": user.id == me,
        "administrator": Role.ADMINISTRATOR in user.roles.get(CENTRE, frozenset()),
        "roles": {client: sorted(roles) for client, roles in user.roles.items()},
        "agent": None if agent is None else {
            "number": agent.number, "contact": agent.contact, "queues": list(agent.queues),
            "skills": dict(agent.skills), "tiers": dict(agent.tiers),
            "nailed_up": agent.nailed_up,
        },
    }  # fmt: skip


def changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> Json:
    """The parts of a state that differ from what was sent before."""
    return {key: value for key, value in after.items() if before.get(key, ...) != value}
