"""What agents want and what their phones do: the distributor's events about agents. PURE."""

from __future__ import annotations

from dataclasses import replace

from acd import agent as agents
from acd.agent import IN_CALL, OFFERED, WANT, WITH_A_CALL, NotReadyAfter, SetNotReady
from acd.messages import (
    AgentLoggedIn,
    AgentLoggedOut,
    AgentNotReady,
    AgentReady,
    CallsOutRinging,
    DeviceChanged,
    OfferDeclined,
    WrapUpEnded,
    WrapUpExtended,
)
from acd.reactions import Reactions
from acd.records import AgentRecord, Phone, State, Want
from acd.staff import StaffKnown, profile_of


class Wishes(Reactions):
    """Events from pages, keys and devices. Legality is looked at before anything changes."""

    def logged_in(self, event: AgentLoggedIn, now: float) -> None:
        record = agents.logged_in(self.floor.agents.get(event.agent), event, now)
        if record is None:
            return self.stale()
        self.floor.put_agent(record, "log-in")
        if self.staff.joined(profile_of(record)):
            self.look_at_skills(now)

    def staff_known(self, event: StaffKnown, now: float) -> None:
        """Everybody who may log in; who is in with another profile counts as well."""
        there = (a for a in self.floor.agents.values() if a.want is not Want.LOGGED_OUT)
        self.staff.known([*event.profiles, *map(profile_of, there)])
        self.look_at_skills(now)
        for call in self.floor.waiting.values():
            self.staff.count(call)

    def logged_out(self, event: AgentLoggedOut, now: float) -> None:
        agent = self.floor.agents.get(event.agent)
        if agent is None or agent.want is Want.LOGGED_OUT:
            return self.stale()
        if agent.state in IN_CALL:
            if agent.want is Want.LOG_OUT_AFTER:
                return self.stale()
            pending = agents.wants(agent, agents.LogOutAfter(), now)
            return self.floor.put_agent(pending, "log-out after the call", agent.call)
        agent = self._without_offer(agent, now)
        out = agents.logged_out(agents.wants(agent, event, now))
        self.floor.put_agent(out, "log-out")

    def ready(self, event: AgentReady, now: float) -> None:
        agent = self.floor.agents.get(event.agent)
        failed = agent is not None and agent.phone is Phone.FAILED
        if agent is None or (agent.want is Want.READY and not failed):
            return self.stale()
        if agent.want is not Want.READY:
            agent = agents.wants(agent, event, now)
        if failed:  # whoever says so has looked at the phone: it is tried again
            agent = agents.with_phone(agent, Phone.UP, now)
        self.floor.put_agent(replace(agents.told_away(agent), errors=0), "ready")

    def not_ready(self, event: AgentNotReady, now: float) -> None:
        agent = self.floor.agents.get(event.agent)
        if agent is None or _says_nothing_new(agent, event.reason):
            return self.stale()
        pending = agent.state in WITH_A_CALL and agent.want is not Want.NOT_READY
        wish = NotReadyAfter() if pending else event
        agents.wants(agent, wish, now)  # illegal for one who is logged out, before any change
        agent = self._without_offer(agent, now)
        self.floor.put_agent(agents.wants(agent, wish, now, event.reason), "not ready")

    def _without_offer(self, agent: AgentRecord, now: float) -> AgentRecord:
        """The agent after the offer that rings, if any, was withdrawn."""
        if agent.state not in OFFERED:
            return agent
        offer = self.floor.offers[agent.offer]
        self.end_offer(offer, "withdrawn", "the agent left", now, withdraw=True)
        return self.floor.agents[agent.agent]

    def wrap_up_ended(self, event: WrapUpEnded, now: float) -> None:
        agent = self.floor.agents.get(event.agent)
        if agent is None or agent.state is not State.WRAP_UP:
            return self.stale()
        self.rested(agent, agents.wrapped_up(agent, now), "wrap-up done", now)

    def wrap_up_over(self, name: str, now: float) -> None:
        agent = self.floor.agents[name]
        self.rested(agent, agents.wrapped_up(agent, now), "wrap-up over", now)

    def wrap_up_extended(self, event: WrapUpExtended, now: float) -> None:
        agent = self.floor.agents.get(event.agent)
        if agent is None or agent.state is not State.WRAP_UP:
            return self.stale()
        longest = agent.since + self.config.longest_wrap_up
        until = min(agent.wrap_up_until + max(0.0, event.seconds), longest)
        if until <= agent.wrap_up_until:
            return self.stale()
        self.floor.put_agent(replace(agent, wrap_up_until=until), "wrap-up extended")
        self.floor.note(
            f"agent:{agent.agent}", agent.state, agent.state, f"wrap-up until {until:.0f}",
            agent.call, agent.client,
        )  # fmt: skip

    def back_off_over(self, name: str, now: float) -> None:
        self.floor.put_agent(replace(self.floor.agents[name], not_before=0.0), "back-off over")

    def device_changed(self, event: DeviceChanged, now: float) -> None:
        agent = self.floor.agents.get(event.agent)
        phone = Phone.UP if event.reachable else Phone.LOST
        if agent is None or (agent.phone is phone and agent.phone_why == event.why):
            return self.stale()
        why = "phone reachable" if event.reachable else event.why or "phone lost"
        agent = agents.with_phone(agent, phone, now, event.why)
        self.floor.put_agent(agent, why)
        if not event.reachable:
            agent = self._without_offer(agent, now)
        if event.hung_up and WANT.allows(agent.want, SetNotReady()):
            self.floor.put_agent(agents.wants(agent, SetNotReady(), now, event.why), event.why)

    def calls_out_ringing(self, event: CallsOutRinging, now: float) -> None:
        self.floor.keep_for_calls_out(event.queue, event.calls)

    def declined(self, event: OfferDeclined, now: float) -> None:
        offer = self.floor.offers.get(event.offer)
        agent = self.floor.agents.get(event.agent)
        if offer is None or agent is None or offer.agent != event.agent:
            return self.stale()
        if agent.state not in OFFERED:
            return self.stale()
        why = f"declined: {event.reason}" if event.reason else "declined on the page"
        self.end_offer(offer, "declined", why, now, withdraw=True)


def _says_nothing_new(agent: AgentRecord, reason: str) -> bool:
    if agent.want is Want.NOT_READY:
        return agent.reason == reason
    return agent.want is Want.NOT_READY_AFTER and agent.after == reason
