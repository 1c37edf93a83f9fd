"""The dialler hears of its calls. PURE."""

from __future__ import annotations

from dataclasses import replace

from outbound import retry
from outbound.campaign import ATTEMPT
from outbound.messages import (
    AttemptAcknowledged,
    AttemptAnswered,
    AttemptEnded,
    AttemptInvited,
    AttemptRefused,
    AttemptRinging,
    MessageCompleted,
    MessageStarted,
    StopAttempt,
)
from outbound.predictive import by_hand
from outbound.reactions import Reactions
from outbound.records import (
    BEFORE_INVITE,
    AttemptRecord,
    AttemptState,
    Bucket,
    Outcome,
    RecipientRecord,
    RecipientState,
    Refusal,
)

Progress = AttemptInvited | AttemptRinging | AttemptAnswered | MessageStarted | MessageCompleted

SLOW_STATUS = frozenset({503})
"""SIP statuses by which a carrier asks for fewer calls."""


class Calls(Reactions):
    """Progress and ends of attempts."""

    def progress(self, event: Progress, now: float) -> None:
        """A further stage; one that comes late, or of a call that is over, is stale."""
        attempt = self.desk.attempts.get(event.attempt)
        if attempt is None or not ATTEMPT.allows(attempt.state, event):
            return self.stale()
        after = replace(
            attempt,
            state=ATTEMPT.next(attempt.state, event),
            since=now,
            sip_call_id=getattr(event, "sip_call_id", "") or attempt.sip_call_id,
            played_ms=max(attempt.played_ms, getattr(event, "played_ms", 0)),
            lease=self._lease(attempt, event, now),
        )
        if isinstance(event, AttemptAnswered) and self.desk.campaigns[attempt.campaign].mode:
            self.teams.answered(attempt, now)
        self.desk.put_attempt(after, type(event).__name__)

    def _lease(self, attempt: AttemptRecord, event: Progress, now: float) -> float:
        campaign = self.desk.campaigns[attempt.campaign]
        up = not isinstance(event, AttemptInvited | AttemptRinging)
        term = campaign.call_limit if up else campaign.ring_timeout
        return now + term + self.config.lease_margin

    def acknowledged(self, event: AttemptAcknowledged, now: float) -> None:
        """ "Understood": from this moment nobody calls this person again."""
        attempt = self.desk.attempts.get(event.attempt)
        if attempt is None or not ATTEMPT.allows(attempt.state, event):
            return self.stale()
        after = replace(
            attempt, state=ATTEMPT.next(attempt.state, event), since=now,
            acknowledged_by=event.by, help=event.help,
        )  # fmt: skip
        if event.by == "agent":
            self.teams.connected(attempt, now)
            limit = self.desk.campaigns[attempt.campaign].call_limit
            after = replace(after, lease=now + limit + self.config.lease_margin)
        self.desk.put_attempt(after, event.by)
        working = self.desk.working.get(attempt.recipient)
        if working is not None:
            campaign = self.desk.campaigns[attempt.campaign]
            self.fact(campaign, "help" if event.help else "understood", after,
                      working.recipient.person, event.by)  # fmt: skip
            self.acknowledge(working.recipient, event.by, event.help, now)

    def acknowledge(self, recipient: RecipientRecord, by: str, help: bool, now: float) -> None:
        """The only success; also of one who was given up before."""
        counted = int(recipient.state is RecipientState.ACTIVE)
        self.desk.put_recipient(
            replace(
                recipient, state=RecipientState.ACKNOWLEDGED, bucket=Bucket.ACKNOWLEDGED,
                help=recipient.help or help, next_at=0.0, why=by, faults=0,
                spent=recipient.spent + counted, reached_at=recipient.reached_at or now,
            ),
            by,
        )  # fmt: skip
        self.look_for_end(recipient.campaign, now)

    def ended(self, event: AttemptEnded, now: float) -> None:
        """The call is over."""
        attempt = self.desk.attempts.get(event.attempt)
        if attempt is None:
            return self.stale()
        outcome = came_to(attempt, event)
        heard = replace(
            attempt, answered_by=event.answered_by or attempt.answered_by,
            played_ms=max(attempt.played_ms, event.played_ms),
        )  # fmt: skip
        self.close(heard, outcome, str(event.outcome), now, event.sip_status)
        trunk = self.pacer.trunks.get(attempt.trunk)
        if trunk is not None and (outcome is Outcome.CONGESTION or event.sip_status in SLOW_STATUS):
            self.counts["congestion"] += 1
            trunk.congested(now, event.retry_after)
        working = self.called(attempt)
        if working is not None:
            campaign = self.desk.campaigns[attempt.campaign]
            recipient = replace(working.recipient, cut_off=False)
            decision = retry.decide(
                campaign.retry, recipient, felt(attempt, outcome), len(working.paths), now,
                reached_is_enough=campaign.reached_is_enough,
            )  # fmt: skip
            self.settle(recipient, decision, now)

    def refused(self, event: AttemptRefused, now: float) -> None:
        """The INVITE did not go out. What had left its media process may still have waited at the
        edge, which alone can say so."""
        attempt = self.desk.attempts.get(event.attempt)
        at_the_edge = event.refusal is Refusal.NO_SENDER
        unsent = BEFORE_INVITE | {AttemptState.INVITED} if at_the_edge else BEFORE_INVITE
        if attempt is None or attempt.state not in unsent:
            return self.stale()
        self.counts[f"refused_{event.refusal}"] += 1
        if by_hand(self.desk.campaigns[attempt.campaign].mode):  # its agent is at the phone
            why = str(event.refusal)
            self.tell(StopAttempt(attempt.id, attempt.media, attempt.client, why, also_up=True))
        self.turned_away(attempt, event.refusal, str(event.refusal), now, event.again_at)

    def lease_over(self, name: str, now: float) -> None:
        """Nothing was heard of it for longer than a call can last."""
        attempt = self.desk.attempts[name]
        self.tell(StopAttempt(name, attempt.media, attempt.client, "lease over", also_up=True))
        self.lost(attempt, "lease over", now)


def felt(attempt: AttemptRecord, outcome: Outcome) -> Outcome:
    """What it was to the called: a telephone that rang was a call, whatever failed then; else a
    fault of ours would let it ring far more often than the budget says."""
    rang = attempt.state is AttemptState.RINGING
    return Outcome.NO_ANSWER if rang and outcome is Outcome.FAILED else outcome


def came_to(attempt: AttemptRecord, event: AttemptEnded) -> Outcome:
    """What a call came to, from what was told of it while it was up."""
    if attempt.state is AttemptState.ACKNOWLEDGED:
        return Outcome.ACKNOWLEDGED
    if event.outcome not in (Outcome.ANSWERED, Outcome.HEARD):
        return event.outcome
    if event.answered_by == "voicemail":
        return Outcome.VOICEMAIL
    if attempt.state is AttemptState.MESSAGE_COMPLETE:
        return Outcome.HEARD
    return event.outcome
