"""What an agent's profile means at log-in, on the page and by keys alike. PURE."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from acd.messages import AgentLoggedIn
from acd.snapshot import QueueView
from centralino.users.staff import served
from centralino.users.types import AgentProfile


def login_of(
    profile: AgentProfile, queues: Iterable[QueueView], domain: str, team_of: Callable[[str], str]
) -> AgentLoggedIn:
    """The event by which the agent begins work.

    Only queues that exist and whose client gave the agent a role are served. Without a contact of
    his own the agent is reached at the phone that registers at the edge with his number.
    """
    serves = served(profile, {queue.queue: queue.client for queue in queues})
    contact = profile.contact or f"sip:{profile.sip_user}@{domain}"
    return AgentLoggedIn(
        profile.id, profile.client, contact, serves, dict(profile.skills),
        tiers=dict(profile.tiers), order=int(profile.number), nailed_up=profile.nailed_up,
        team=team_of(profile.number),
    )  # fmt: skip
