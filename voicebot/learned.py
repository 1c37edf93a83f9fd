"""PURE. What a call of ours came to, and what was learned in it."""

from __future__ import annotations

from voicebot.dialogue.facts import CallFacts
from voicebot.dialogue.flow import Counts, Flow
from voicebot.dialogue.state import State
from voicebot.reports import Learned

BROKEN_OFF, HANDED_OVER, VOICEMAIL = "broken_off", "handed_over", "voicemail"
"""Results that every bot has beside its own."""
COUNTS = {BROKEN_OFF: Counts.AGAIN, HANDED_OVER: Counts.REACHED, VOICEMAIL: Counts.AGAIN}
FINAL = frozenset({Counts.DO_NOT_CALL, Counts.WRONG_NUMBER})
"""What holds whatever the call had come to before."""


def counts_as(flow: Flow, result: str) -> Counts:
    """What this result means for calling the person again."""
    return flow.results.get(result) or COUNTS.get(result, Counts.AGAIN)


def learned_of(facts: CallFacts, flow: Flow, state: State, handed_over: bool) -> Learned:
    """The answers in the order of their asking, then what was told unasked; never a secret."""
    order = (*state.put, *(name for name in flow.slots if name not in state.put))
    slots = tuple(
        known.as_slot(name)
        for name in order
        if (known := state.known.get(name)) is not None and not flow.slots[name].secret
    )
    result = state.result or (HANDED_OVER if handed_over else BROKEN_OFF)
    return Learned(facts.call, result, slots, state.put, handed_over)
