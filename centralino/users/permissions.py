"""Who may do what: one table. PURE."""

from __future__ import annotations

from enum import StrEnum

from centralino.users.types import CENTRE, Role, SignedIn


class Action(StrEnum):
    """Something that not everybody may do."""

    WORK = "work"
    """Be an agent: log in, be offered calls, see the packet of one's own, write notes about it."""
    SEE_OWN_CALLS = "see_own_calls"
    """The history, transcripts and recordings of calls that one took oneself."""
    SEE_CALLS = "see_calls"
    """The history of every call."""
    SEE_CONTENT = "see_content"
    """Packets, transcripts and notes of every call."""
    HEAR_CALLS = "hear_calls"
    """Recordings of every call."""
    JOIN_CALLS = "join_calls"
    """Listen to a running call, whisper to its agent, barge in, take it over."""
    SEE_AGENTS = "see_agents"
    """Who works, in which state, and who waits."""
    MANAGE_AGENTS = "manage_agents"
    """Change the state of others, their queues and skills."""
    ERASE = "erase"
    """Erase a call or a person."""
    RUN_CAMPAIGNS = "run_campaigns"
    """Draft, start and stop campaigns, and see how far they are."""
    MANAGE_USERS = "manage_users"
    """Make users, set their secrets and roles."""
    TEACH = "teach"
    """Look through doubtful sentences, give them an intent, see where calls go in a bot."""
    SEE_SYSTEM = "see_system"
    """Health, metrics, configuration."""


_AGENT = frozenset({Action.WORK, Action.SEE_OWN_CALLS})
_SUPERVISOR = frozenset(
    {
        Action.SEE_OWN_CALLS, Action.SEE_CALLS, Action.SEE_CONTENT, Action.HEAR_CALLS,
        Action.SEE_AGENTS, Action.MANAGE_AGENTS, Action.TEACH, Action.RUN_CAMPAIGNS,
        Action.JOIN_CALLS,
    }
)  # fmt: skip

ALLOWED: dict[Role, frozenset[Action]] = {
    Role.AGENT: _AGENT,
    Role.SUPERVISOR: _SUPERVISOR,
    # Everything but taking calls: an agent has a number and a phone.
    Role.ADMINISTRATOR: frozenset(Action) - {Action.WORK},
}


def may(who: SignedIn, action: Action, client: str | None) -> bool:
    """Whether `who` may do this for a client; None means for the centre as a whole."""
    roles = set(who.roles.get(CENTRE, ()))
    if client:
        roles |= who.roles.get(client, frozenset()) - {Role.ADMINISTRATOR}
    return any(action in ALLOWED[role] for role in roles)


def visible(who: SignedIn, action: Action) -> frozenset[str] | None:
    """The clients for whom `who` may do this; None for every client of the centre."""
    if may(who, action, None):
        return None
    return frozenset(client for client in who.roles if client and may(who, action, client))
