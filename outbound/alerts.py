"""PURE. What an alert does: the decision table of calling out by CAP.

An Alert drafts a campaign by rule. Update and Cancel steer what their references started. Whatever
is not meant for real (Exercise, Test, System, Draft) can only become a rehearsal: the campaign it
makes is marked as one, and a rehearsal has no way to a real number. What is doubtful is kept,
nothing is done, and a person is told.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from outbound.cap import SEVERITIES, URGENCIES, Alert, Info, Key, Kind, Status


@dataclass(frozen=True)
class AlertRule:
    """For which alerts a campaign is drafted, and whether it starts by itself."""

    name: str
    client: str
    senders: tuple[str, ...] = ()
    """Exactly these; none: everybody who may hand in alerts."""
    events: tuple[str, ...] = ()
    """Upper and lower case alike; none: every event."""
    severity: str = "Moderate"
    """At least; Unknown counts as nothing."""
    urgency: str = "Future"
    """At least."""
    groups: tuple[str, ...] = ()
    """Only people of these, beside the alert's area."""
    auto_launch: bool = False
    """Approved in advance: starts by itself after `countdown`."""
    countdown: float = 120.0
    """Seconds in which somebody may stop it."""

    def meets(self, alert: Alert, info: Info) -> bool:
        """Whether the rule is for this."""
        events = {event.casefold() for event in self.events}
        return (
            (not self.senders or alert.key.sender in self.senders)
            and (not events or info.event.casefold() in events)
            and _at_least(info.severity, self.severity, SEVERITIES)
            and _at_least(info.urgency, self.urgency, URGENCIES)
        )


def _at_least(value: str, floor: str, order: Sequence[str]) -> bool:
    """`order` is from the most to the least; its last, Unknown, meets only itself."""
    if value == "Unknown":
        return floor == "Unknown"
    return order.index(value) <= order.index(floor)


class Seen(StrEnum):
    """What became of an alert that came before."""

    DRAFTING = "drafting"
    """Its campaign is being made; a crash may have come between."""
    DRAFTED = "drafted"
    """It has a campaign, or is part of one."""
    OVER = "over"
    """Cancelled, or superseded by one that was."""
    NOTED = "noted"
    """No rule was for it."""
    CANCELLED_BEFORE = "cancelled_before"
    """Its Cancel came first."""


@dataclass(frozen=True)
class Entry:
    """What is remembered of one alert."""

    seen: Seen
    sender: str
    campaign: str = ""
    rule: str = ""
    """By which its campaign was drafted."""


Book = Mapping[Key, Entry]
"""Every alert that came, by key."""


# Decisions.


@dataclass(frozen=True)
class Ignore:
    """Nothing is done."""

    why: str


@dataclass(frozen=True)
class Quarantine:
    """Nothing is done, and a person must look at it."""

    why: str


@dataclass(frozen=True)
class Draft:
    """Make a campaign."""

    rule: AlertRule
    exercise: bool
    """Only a rehearsal."""
    launch_at: float | None
    """UTC seconds at which it starts by itself; None: somebody must start it."""
    expires: float
    """UTC seconds; 0: not told."""


@dataclass(frozen=True)
class Steer:
    """Bring the running campaign to the new message, person by person (`step_for`)."""

    campaign: str
    referenced: tuple[Key, ...]
    expires: float
    rule: str = ""
    """By which the campaign was drafted: it says whom it is for."""


@dataclass(frozen=True)
class Retract:
    """Stop the campaign, and take the message back from everybody who was reached."""

    campaign: str
    referenced: tuple[Key, ...]
    why: str


@dataclass(frozen=True)
class Remember:
    """A Cancel whose Alert has not come: the Alert is not to be acted upon when it does."""

    referenced: tuple[Key, ...]
    why: str


Decision = Ignore | Quarantine | Draft | Steer | Retract | Remember


def decide(alert: Alert, book: Book, rules: Sequence[AlertRule], now: float) -> Decision:
    """What this alert does now."""
    known = book.get(alert.key)
    if known is not None and known.seen is Seen.CANCELLED_BEFORE:
        return Ignore("its Cancel came before it")
    if known is not None and known.seen is not Seen.DRAFTING:
        return Ignore("it came before")
    if alert.kind in (Kind.ACK, Kind.ERROR):
        return Ignore(f"{alert.kind} asks for nothing")
    if alert.kind is Kind.ALERT:
        return _alert(alert, rules, now)
    return _about_others(alert, book, now)


def _alert(alert: Alert, rules: Sequence[AlertRule], now: float) -> Decision:
    if not alert.infos:
        return Quarantine("an Alert without any info")
    if alert.expires and alert.expires <= now:
        return Ignore("it has expired")
    if all(_says_over(info) for info in alert.infos):
        return Quarantine("an Alert that says that it is over: it should be an Update or a Cancel")
    rule = next((r for r in rules for info in alert.infos if r.meets(alert, info)), None)
    if rule is None:
        return Ignore("no rule is for it")
    exercise = alert.status is not Status.ACTUAL
    return Draft(rule, exercise, _launch_at(alert, rule, now), alert.expires)


def _launch_at(alert: Alert, rule: AlertRule, now: float) -> float | None:
    """An onset in the future is waited for, unless it is urgent."""
    if not rule.auto_launch:
        return None
    soon = now + rule.countdown
    onset = min((info.onset for info in alert.infos if info.onset), default=0.0)
    urgent = any(info.urgency == "Immediate" for info in alert.infos)
    return soon if urgent else max(soon, onset)


def _about_others(alert: Alert, book: Book, now: float) -> Decision:
    if not alert.references:
        return Quarantine(f"{alert.kind} without references: nobody knows what it is about")
    if any(key.sender != alert.key.sender for key in alert.references):
        return Quarantine(f"{alert.kind} about an alert of another sender")
    known = [book[key] for key in alert.references if key in book]
    if not known:
        if alert.kind is Kind.CANCEL:
            return Remember(alert.references, "its Alert has not come yet")
        return Quarantine("Update of an alert that never came")
    live = [entry for entry in known if entry.seen in (Seen.DRAFTING, Seen.DRAFTED)]
    if not live:
        return Ignore("what it is about never became a campaign, or is over")
    if alert.kind is Kind.CANCEL:
        return Retract(live[-1].campaign, alert.references, "cancelled by its sender")
    return _update(alert, live[-1], now)


def _update(alert: Alert, entry: Entry, now: float) -> Decision:
    campaign = entry.campaign
    if not alert.infos:
        return Quarantine("Update without any info")
    if all(_says_over(info) for info in alert.infos):
        return Retract(campaign, alert.references, "its sender says that it is over")
    if alert.expires and alert.expires <= now:
        return Retract(campaign, alert.references, "updated as expired")
    return Steer(campaign, alert.references, alert.expires, entry.rule)


def _says_over(info: Info) -> bool:
    return "AllClear" in info.responses or info.urgency == "Past"


# An update, person by person.


class Reach(StrEnum):
    """How far somebody is when the update comes."""

    NEW = "new"
    """Not in the audience until now."""
    WAITING = "waiting"
    RINGING = "ringing"
    LISTENING = "listening"
    """The message is being said."""
    REACHED = "reached"


class Step(StrEnum):
    """What is done for one person."""

    NOTHING = "nothing"
    ADD = "add"
    """Call with the new message."""
    NEW_VERSION = "new_version"
    """Goes on being called; hears the new message when answering."""
    FINISH_THEN_UPDATE = "finish_then_update"
    """Hears the old message to its end, then is called with the update."""
    UPDATE_CALL = "update_call"
    DROP = "drop"
    """Is not called any more."""
    NO_LONGER_APPLIES = "no_longer_applies"
    """Is told that it is no longer about this place."""
    STOP_RINGING = "stop_ringing"
    CORRECT = "correct"
    """Hears a correction at once, in the call that is up."""
    RETRACT = "retract"
    """Is called and told that it is over."""


UPDATE_STEPS: Mapping[tuple[Reach, bool, bool], Step] = {
    # (how far, inside the new area, changed for this person)
    (Reach.NEW, True, True): Step.ADD,
    (Reach.NEW, True, False): Step.ADD,
    (Reach.NEW, False, True): Step.NOTHING,
    (Reach.NEW, False, False): Step.NOTHING,
    (Reach.WAITING, True, True): Step.NEW_VERSION,
    (Reach.WAITING, True, False): Step.NEW_VERSION,
    (Reach.WAITING, False, True): Step.DROP,
    (Reach.WAITING, False, False): Step.DROP,
    (Reach.RINGING, True, True): Step.NEW_VERSION,
    (Reach.RINGING, True, False): Step.NEW_VERSION,
    (Reach.RINGING, False, True): Step.STOP_RINGING,
    (Reach.RINGING, False, False): Step.STOP_RINGING,
    (Reach.LISTENING, True, True): Step.FINISH_THEN_UPDATE,
    (Reach.LISTENING, True, False): Step.NOTHING,
    (Reach.LISTENING, False, True): Step.NO_LONGER_APPLIES,
    (Reach.LISTENING, False, False): Step.NO_LONGER_APPLIES,
    (Reach.REACHED, True, True): Step.UPDATE_CALL,
    (Reach.REACHED, True, False): Step.NOTHING,
    (Reach.REACHED, False, True): Step.NO_LONGER_APPLIES,
    (Reach.REACHED, False, False): Step.NO_LONGER_APPLIES,
}
CANCEL_STEPS: Mapping[Reach, Step] = {
    Reach.NEW: Step.NOTHING,
    Reach.WAITING: Step.DROP,
    Reach.RINGING: Step.STOP_RINGING,
    Reach.LISTENING: Step.CORRECT,
    Reach.REACHED: Step.RETRACT,
}


def step_for(reach: Reach, inside: bool, changed: bool) -> Step:
    """What an Update does for one person."""
    return UPDATE_STEPS[reach, inside, changed]


def has_changed(old: Alert, new: Alert, language: str) -> bool:
    """Whether the update tells people of this language something they must know: a new
    instruction, kind of response or severity.

    The area counts by who lies in it (`step_for`), not here.
    """
    before, after = _block(old, language), _block(new, language)
    if before is None or after is None:
        return True
    return _matters(before) != _matters(after)


def _matters(info: Info) -> tuple[str, frozenset[str], str]:
    return (info.instruction, frozenset(info.responses), info.severity)


def _block(alert: Alert, language: str) -> Info | None:
    """The block in this language, else the first."""
    bare = language.partition("-")[0]
    blocks = (info for info in alert.infos if info.language.partition("-")[0] == bare)
    return next(blocks, alert.infos[0] if alert.infos else None)
