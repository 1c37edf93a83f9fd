"""A running campaign brought to a new message, down to the people already reached."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from centralino.outbound.books import HEARD
from centralino.outbound.campaigns import Asker, Json
from centralino.outbound.notice_wishes import NewNotice
from centralino.outbound.notifications import LEFT, Notifications
from contacts.audience import Chosen
from outbound.alerts import Reach, Step, has_changed, step_for
from outbound.cap import Alert
from outbound.message import Message
from outbound.messages import DueRecipient
from outbound.records import CampaignRecord, RecipientState

ALERTS = Asker("alert", None)
UPDATE, NO_LONGER = "update", "over"
"""Kinds of follow-up, in their names."""


def reach_of(due: DueRecipient) -> Reach:
    """How far somebody of the audience is.

    Whether an attempt rings or talks is known in its media process alone; both are taken as
    listening: the call that is up is finished, and an update follows if it matters.
    """
    if due.recipient.state is RecipientState.ACTIVE:
        return Reach.LISTENING
    return Reach.REACHED if due.recipient.bucket in HEARD else Reach.WAITING


@dataclass(frozen=True)
class LastWord:
    """What an earlier update had somebody told."""

    over: bool
    """That it no longer applies."""
    heard: bool


class Steering:
    """Updates of notifications."""

    def __init__(self, notifications: Notifications) -> None:
        self._notices = notifications

    async def update(
        self, campaign: str, which: str, old: Alert, new: Alert, values: Mapping[str, Any]
    ) -> Json:  # fmt: skip
        """Every person's step, done; how many got which.

        `which` names the update. What earlier ones began is ended: whoever was still to be called
        by them is called with this one.
        """
        wanted = NewNotice.model_validate(values)
        message = self._notices.message_of(wanted)
        inside = {one.person: one for one in (await self._notices.audience_of(wanted)).people}
        known = {due.recipient.person: due for due in await self._notices.everybody(campaign)}
        earlier = [
            one for one in self._notices.followers(campaign) if not one.id.endswith(f"-{which}")
        ]
        last = await self._last_words(earlier)
        await self._notices.say_anew(campaign, message, wanted.expires)
        steps: dict[Step, list[str]] = {}
        for person in {*inside, *known}:
            due = known.get(person)
            language = due.recipient.language if due else inside[person].language
            changed = has_changed(old, new, language)
            step = _step(due, person in inside, changed, last.get(person))
            steps.setdefault(step, []).append(person)
        await self._notices.stop(earlier, ALERTS.name, "updated")
        await self._do(campaign, which, message, steps, inside, known)
        return {"steps": {step.value: len(people) for step, people in steps.items()}}

    async def _last_words(self, earlier: Sequence[CampaignRecord]) -> dict[str, LastWord]:
        last: dict[str, LastWord] = {}
        for one in earlier:
            over = f"-{NO_LONGER}-" in one.id
            for due in await self._notices.everybody(one.id):
                last[due.recipient.person] = LastWord(over, due.recipient.bucket in HEARD)
        return last

    async def _do(
        self, campaign: str, which: str, message: Message, steps: Mapping[Step, list[str]],
        inside: Mapping[str, Chosen], known: Mapping[str, DueRecipient],
    ) -> None:  # fmt: skip
        notices = self._notices
        await notices.call_too(campaign, [inside[one] for one in steps.get(Step.ADD, ())])
        for person in (*steps.get(Step.DROP, ()), *steps.get(Step.STOP_RINGING, ())):
            await notices.leave_out(known[person].recipient.id)
        again = (*steps.get(Step.UPDATE_CALL, ()), *steps.get(Step.FINISH_THEN_UPDATE, ()))
        await notices.follow_up(
            campaign, f"{UPDATE}-{which}", "Update", message, [known[one] for one in again]
        )
        gone = [known[person] for person in steps.get(Step.NO_LONGER_APPLIES, ())]
        await notices.follow_up(
            campaign, f"{NO_LONGER}-{which}", "No longer", notices.taken_back(message), gone
        )


def _step(due: DueRecipient | None, inside: bool, changed: bool, last: LastWord | None) -> Step:
    """One person's step; what an earlier update had them told counts more than the first call."""
    if due is None:
        return step_for(Reach.NEW, inside, changed)
    if last is not None:
        if last.over and last.heard and not inside:
            return Step.NOTHING
        return step_for(Reach.REACHED, inside, changed or last.over or not last.heard)
    if inside and due.recipient.why == LEFT:  # left out before, and meant again
        return Step.UPDATE_CALL
    return step_for(reach_of(due), inside, changed)
