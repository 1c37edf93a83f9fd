"""An agent's log-in, made of the profile: the same from the page and by keys."""

from __future__ import annotations

from acd.messages import AgentLoggedIn
from acd.snapshot import Snapshot
from centralino.users.types import AgentProfile


def login_of(profile: AgentProfile, centre: Snapshot, domain: str) -> AgentLoggedIn:
    """What the distributor is told when this agent begins work.

    Served are the profile's queues that exist, of clients whose calls the agent may take.
    """
    serves = tuple(
        queue.queue
        for queue in centre.queues
        if queue.queue in profile.queues and queue.client in profile.clients
    )
    contact = profile.contact or f"sip:{profile.sip_user}@{domain}"
    return AgentLoggedIn(profile.id, profile.client, contact, serves, dict(profile.skills))
