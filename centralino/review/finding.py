"""PURE. Which sentences of a call are worth a person's look."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from centralino.content.messages import Notes
from centralino.db.calls import CallRow
from kernel.packet import TranscriptLine

DOUBTFUL = 0.8
"""Confidence below which a sentence is shown."""
MISROUTED = "wrong department"
"""The disposition by which an agent says that the call should not have come here."""
_ANSWERS = ("affirm", "deny")
_LABEL = re.compile(r"\[[^\]]*\]")


@dataclass(frozen=True)
class Doubt:
    """One sentence that may have been misunderstood."""

    call: str
    line: str
    """The dialled line."""
    at: float
    offset: float
    """Seconds from the beginning of the recording."""
    text: str
    intent: str
    confidence: float
    misrouted: bool
    queue: str
    language: str | None = None
    """In which it was understood; None: in the line's own."""


def doubts(row: CallRow, lines: Iterable[TranscriptLine], notes: Notes | None) -> list[Doubt]:
    """What of this call to look at; of a misrouted one what sent it there, however sure."""
    wishes = [line for line in lines if _is_wish(line)]
    wrong = notes is not None and notes.disposition == MISROUTED
    found = []
    for line in wishes:
        sent = wrong and line is wishes[-1]
        sure = line.intent_confidence or 0.0
        if sent or sure < DOUBTFUL:
            began = row.started if row.answered is None else row.answered
            found.append(
                Doubt(
                    row.id, row.line, line.at, max(0.0, line.at - began), line.text,
                    line.intent or "", sure, sent, row.queue or "", line.language,
                )
            )  # fmt: skip
    return found


def but_those_like(found: Iterable[Doubt], seen: Collection[tuple[str, float]]) -> Iterable[Doubt]:
    """Without what was seen (call, when it was said), and without the same words taken as the same
    in other calls."""
    found = list(found)
    known = {(d.text.casefold(), d.intent) for d in found if (d.call, d.at) in seen}
    return (d for d in found if (d.text.casefold(), d.intent) not in known)


def in_order(found: Iterable[Doubt]) -> list[Doubt]:
    """Misrouted ones first, then the least sure; each wording once."""
    ordered = sorted(found, key=lambda doubt: (not doubt.misrouted, doubt.confidence))
    seen: dict[tuple[str, str], Doubt] = {}
    for doubt in ordered:
        seen.setdefault((doubt.text.casefold(), doubt.intent), doubt)
    return list(seen.values())


def example_of(text: str) -> str:
    """A sentence as it may be trained: what stands for somebody's data is left out."""
    return " ".join(_LABEL.sub(" ", text).split()).strip(" ,.;:!?").strip()


def _is_wish(line: TranscriptLine) -> bool:
    """Whether the caller said here what it is about, rather than answer a question."""
    intent = line.intent or ""
    if line.who != "caller" or not intent or line.intent_confidence is None:
        return False
    asked = intent in _ANSWERS or intent.startswith("answer:")
    return not asked and bool(example_of(line.text))
