"""A running campaign brought to a new message, down to the people already reached."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from centralino.outbound.campaigns import Asker, Json
from centralino.outbound.notifications import NewNotice, Notifications
from contacts.audience import Chosen
from outbound.alerts import Reach, Step, has_changed, step_for
from outbound.cap import Alert
from outbound.message import Message
from outbound.messages import DueRecipient
from outbound.records import Bucket, RecipientState

HEARD = frozenset({Bucket.ACKNOWLEDGED, Bucket.HEARD, Bucket.VOICEMAIL, Bucket.UNKNOWN})
ALERTS = Asker("alert", None)


def reach_of(due: DueRecipient) -> Reach:
    """How far somebody of the audience is.

    Whether an attempt rings or talks is known in its media process alone; both are taken as
    listening: the call that is up is finished, and an update follows if it matters.
    """
    if due.recipient.state is RecipientState.ACTIVE:
        return Reach.LISTENING
    return Reach.REACHED if due.recipient.bucket in HEARD else Reach.WAITING


class Steering:
    """Updates of notifications."""

    def __init__(self, notifications: Notifications) -> None:
        self._notices = notifications

    async def update(
        self, campaign: str, old: Alert, new: Alert, values: Mapping[str, Any]
    ) -> Json:
        """Every person's step, done; how many got which."""
        wanted = NewNotice.model_validate(values)
        message = self._notices.message_of(wanted)
        inside = {one.person: one for one in (await self._notices.audience_of(wanted)).people}
        known = {due.recipient.person: due for due in await self._notices.everybody(campaign)}
        version = await self._notices.say_anew(campaign, message)
        steps: dict[Step, list[str]] = {}
        for person in {*inside, *known}:
            due = known.get(person)
            language = due.recipient.language if due else inside[person].language
            step = step_for(
                reach_of(due) if due else Reach.NEW, person in inside,
                has_changed(old, new, language),
            )  # fmt: skip
            steps.setdefault(step, []).append(person)
        await self._do(campaign, version, message, steps, inside, known)
        return {"steps": {step.value: len(people) for step, people in steps.items()}}

    async def _do(
        self, campaign: str, version: int, message: Message, steps: Mapping[Step, list[str]],
        inside: Mapping[str, Chosen], known: Mapping[str, DueRecipient],
    ) -> None:  # fmt: skip
        notices = self._notices
        await notices.call_too(campaign, [inside[one] for one in steps.get(Step.ADD, ())])
        for person in (*steps.get(Step.DROP, ()), *steps.get(Step.STOP_RINGING, ())):
            await notices.leave_out(known[person].recipient.id)
        again = (*steps.get(Step.UPDATE_CALL, ()), *steps.get(Step.FINISH_THEN_UPDATE, ()))
        await notices.follow_up(
            campaign, f"update-{version}", "Update", message, [known[p] for p in again]
        )
        gone = [known[person] for person in steps.get(Step.NO_LONGER_APPLIES, ())]
        await notices.follow_up(
            campaign, f"no-longer-{version}", "No longer", notices.taken_back(message), gone
        )
