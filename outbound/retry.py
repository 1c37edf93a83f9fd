"""What follows from the end of an attempt: a decision as a value. PURE.

One budget for all causes: rules with budgets of their own add up, and a person who was to be called
once is called three times. Congestion, a trunk's 503 and our own faults spend nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from outbound.records import (
    Bucket,
    Outcome,
    RecipientRecord,
    RecipientState,
    Refusal,
    RetryPolicy,
)

FREE = frozenset({Outcome.CONGESTION, Outcome.FAILED, Outcome.REFUSED, Outcome.CANCELLED})
"""Outcomes that spend no attempt."""
DEAD = frozenset({Outcome.INVALID, Outcome.BLOCKED})
"""Outcomes after which this number is not tried again."""
OTHER_NUMBER = frozenset(
    {Outcome.NO_ANSWER, Outcome.BUSY, Outcome.REJECTED, Outcome.VOICEMAIL, *DEAD}
)
"""Outcomes after which the person's next number is tried at once."""

BUCKETS = {
    Outcome.ACKNOWLEDGED: Bucket.ACKNOWLEDGED,
    Outcome.TRANSFERRED: Bucket.ACKNOWLEDGED,
    Outcome.HEARD: Bucket.HEARD,
    Outcome.VOICEMAIL: Bucket.VOICEMAIL,
    Outcome.UNKNOWN: Bucket.UNKNOWN,
}
"""What an outcome is worth; one not named: not reached, unless nobody can be reached there."""
REFUSED_FOR_GOOD = {
    Refusal.DO_NOT_CALL: RecipientState.SUPPRESSED,
    Refusal.NOT_ALLOWED: RecipientState.SUPPRESSED,
}
"""Refusals that no waiting mends."""
FAULTS = frozenset({Refusal.FAULT, Refusal.NO_WORDS})
"""Refusals that are our own fault: they count, so that nothing is tried for ever."""
_RANK = {bucket: rank for rank, bucket in enumerate(Bucket)}


@dataclass(frozen=True)
class RetryDecision:
    """What becomes of a recipient."""

    state: RecipientState
    why: str
    at: float = 0.0
    """UTC seconds of the next attempt, while pending."""
    path: int = 0
    spent: int = 0
    faults: int = 0
    dead_paths: tuple[int, ...] = ()
    bucket: Bucket = Bucket.NOT_REACHED


def decide(
    policy: RetryPolicy,
    recipient: RecipientRecord,
    outcome: Outcome,
    paths: int,
    now: float,
    *,
    reached_is_enough: bool = False,
    again_at: float = 0.0,
) -> RetryDecision:
    """What follows from this outcome for this person, who has `paths` numbers.

    `again_at` is when a rule or a Retry-After lets it be tried again; 0: the policy tells.
    """
    dead = _dead(recipient, outcome)
    bucket = _bucket(recipient, outcome, len(dead) >= paths)
    if outcome in (Outcome.ACKNOWLEDGED, Outcome.TRANSFERRED):
        return _end(RecipientState.ACKNOWLEDGED, recipient, outcome, bucket, dead)
    if outcome is Outcome.HEARD and reached_is_enough:
        return _end(RecipientState.REACHED, recipient, outcome, bucket, dead)
    if outcome in FREE:
        return _for_free(policy, recipient, outcome, bucket, now, again_at)
    spent = recipient.spent + 1
    if spent >= policy.budget or len(dead) >= paths:
        return _end(RecipientState.EXHAUSTED, recipient, outcome, bucket, dead)
    following, wrapped = _next_path(recipient.path, dead, paths, move=outcome in OTHER_NUMBER)
    delay = policy.next_path_delay if not wrapped else _delay(policy, outcome)
    return RetryDecision(
        RecipientState.PENDING, outcome, max(now + delay, again_at), following, spent, 0, dead,
        bucket,
    )  # fmt: skip


def after_crash(
    policy: RetryPolicy, recipient: RecipientRecord, *, repeat: bool, now: float
) -> RetryDecision:
    """What follows when a crash took a call's news.

    With `repeat` (at least once) it is placed again after a guard, spending nothing: our crash must
    not cost anybody the warning. It counts as a fault, so that a house that dies again and again
    does not ring one person for ever. Without it the recipient stays `unknown` for good.
    """
    bucket = _bucket(recipient, Outcome.UNKNOWN, False)
    if not repeat:
        return _end(RecipientState.EXHAUSTED, recipient, Outcome.UNKNOWN, bucket, ())
    guarded = now + policy.unknown_guard
    return _for_free(policy, recipient, Outcome.UNKNOWN, bucket, now, guarded)


def after_refusal(
    policy: RetryPolicy, recipient: RecipientRecord, refusal: Refusal, now: float, again_at: float
) -> RetryDecision:
    """What follows when the gate let the INVITE not go out: it spends no attempt."""
    state = REFUSED_FOR_GOOD.get(refusal)
    if state is None:
        decision = _for_free(policy, recipient, Outcome.REFUSED, recipient.bucket, now, again_at)
        if refusal in FAULTS:
            return replace(decision, why=refusal)
        return replace(decision, why=refusal, faults=recipient.faults)
    return RetryDecision(
        state, refusal, 0.0, recipient.path, recipient.spent, recipient.faults,
        recipient.dead_paths, recipient.bucket,
    )  # fmt: skip


def _end(
    state: RecipientState,
    recipient: RecipientRecord,
    outcome: Outcome,
    bucket: Bucket,
    dead: tuple[int, ...],
) -> RetryDecision:
    return RetryDecision(
        state, outcome, 0.0, recipient.path, recipient.spent + 1, 0, dead or recipient.dead_paths,
        bucket,
    )  # fmt: skip


def _for_free(
    policy: RetryPolicy,
    recipient: RecipientRecord,
    outcome: Outcome,
    bucket: Bucket,
    now: float,
    again_at: float,
) -> RetryDecision:
    faults = recipient.faults + 1
    over = faults >= policy.most_faults
    delay = min(policy.fault_limit, policy.fault_delay * 2.0 ** min(recipient.faults, 20))
    return RetryDecision(
        RecipientState.EXHAUSTED if over else RecipientState.PENDING,
        outcome, 0.0 if over else again_at or now + delay, recipient.path, recipient.spent, faults,
        recipient.dead_paths, bucket,
    )  # fmt: skip


def _dead(recipient: RecipientRecord, outcome: Outcome) -> tuple[int, ...]:
    if outcome not in DEAD:
        return recipient.dead_paths
    return tuple(sorted({*recipient.dead_paths, recipient.path}))


def _bucket(recipient: RecipientRecord, outcome: Outcome, all_dead: bool) -> Bucket:
    """The better of what was had before and of this."""
    new = BUCKETS.get(outcome, Bucket.INVALID if all_dead else Bucket.NOT_REACHED)
    old = recipient.bucket
    if new is Bucket.INVALID and old is Bucket.NOT_REACHED:
        return new
    return min(old, new, key=_RANK.__getitem__)


def _next_path(path: int, dead: tuple[int, ...], paths: int, *, move: bool) -> tuple[int, bool]:
    """The number to try next, and whether a round over all numbers is complete."""
    if not move:
        return path, True
    for step in range(1, paths + 1):
        at = (path + step) % paths
        if at not in dead:
            return at, path + step >= paths
    return path, True


def _delay(policy: RetryPolicy, outcome: Outcome) -> float:
    return policy.delays.get(outcome, policy.default_delay)
