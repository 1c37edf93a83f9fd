"""PURE. What the turns of many calls come to: DESIGN's JSON of `bench turns`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from centralino.bench.utterances import KINDS
from centralino.demo.measure import summary

STAGES = ("endpoint", "asr", "nlu", "tts", "queue")
APART = "digits_free"
"""Digits of unknown length are not part of the mix."""


@dataclass(frozen=True)
class Turn:
    """One utterance and what followed."""

    kind: str
    said: str
    hesitates: bool
    latency_ms: float | None
    """From the recording; None: never answered."""
    split_ms: dict[str, float] | None
    """Our log's opinion, with `total`."""
    cut: bool
    """Whether it was taken to be over, or we began to speak, while the caller was speaking."""
    early: bool
    """Whether we began to speak before its end."""
    intent: str
    expects: str
    """`yes` or `no`, where that is what it had to be taken as."""
    heard: str = ""
    prepared: bool | None = None
    """Whether the answer's first words were spoken before this call; None: not known."""
    shown: str = ""
    """Its words, and the silences between them."""
    means: str = ""
    """What it had to be taken as."""
    taken: tuple[str, ...] = ()
    """What it was taken as, one after the other."""
    again: bool = False
    """Whether it was asked for again."""
    dropped: bool = False
    """Whether something that we had begun to say was dropped for another answer."""
    silence_ms: float | None = None
    """Silence after which it was taken to be over too early."""

    @property
    def answered(self) -> bool:
        """Whether something came, in time or too early."""
        return self.early or self.latency_ms is not None

    @property
    def lost(self) -> bool:
        """Whether the caller, cut off, was not understood in the end or had to say it again."""
        return self.cut and (self.again or self.taken[-1:] != (self.means,))

    @property
    def consequence(self) -> bool:
        """Whether the caller, cut off, has anything of it but our first words over theirs."""
        return self.lost or (self.cut and self.dropped)

    @property
    def right(self) -> bool:
        """Whether a yes or a no was taken as what it was."""
        taken = {"affirm": "yes", "deny": "no"}.get(self.intent, "")
        return not self.expects or taken == self.expects or self.intent.startswith("answer:")


def report(turns: Sequence[Turn]) -> dict[str, Any]:
    """All of it, as DESIGN names it; what goes beyond it is beside."""
    mix = [turn for turn in turns if turn.kind != APART]
    kinds = [kind for kind in KINDS if any(turn.kind == kind for turn in turns)]
    return {
        "turn_latency_ms": _latency(mix),
        "by_kind": {kind: _kind([turn for turn in turns if turn.kind == kind]) for kind in kinds},
        "by_answer": {
            name: _latency([turn for turn in mix if turn.prepared is value])
            for name, value in (("prepared", True), ("made_anew", False))
        },
        "by_hesitation": {
            name: _latency([turn for turn in mix if turn.hesitates is value])
            for name, value in (("plain", False), ("hesitating", True))
        },
        "split_ms": split([turn.split_ms for turn in mix if turn.split_ms is not None]),
        "own_log_ms": summary([turn.split_ms["total"] for turn in mix if turn.split_ms]),
        "cut_off_rate": rate(turn.cut for turn in mix),
        "spoken_over_rate": rate(turn.early for turn in mix),
        "consequence_rate": rate(turn.consequence for turn in mix),
        "lost_rate": rate(turn.lost for turn in mix),
        "yes_no": {
            "asked": sum(bool(turn.expects) for turn in mix),
            "answered": sum(bool(turn.expects) and turn.answered for turn in mix),
            "understood": sum(bool(turn.expects) and turn.right for turn in mix),
        },
        "unanswered": sum(not turn.answered for turn in mix),
        "cut": [
            {**asdict(turn), "lost": turn.lost, "consequence": turn.consequence}
            for turn in turns
            if turn.cut
        ],
    }


def split(splits: Sequence[dict[str, float]]) -> dict[str, Any]:
    """p50 and p95 of each stage of our log."""
    return {stage: summary([each[stage] for each in splits]) for stage in STAGES}


def rate(flags: Iterable[bool]) -> float | None:
    """The share that is true; None of nothing."""
    all_of_them = list(flags)
    return round(sum(all_of_them) / len(all_of_them), 4) if all_of_them else None


def _latency(turns: Sequence[Turn]) -> dict[str, Any]:
    return summary([turn.latency_ms for turn in turns if turn.latency_ms is not None])


def _kind(turns: Sequence[Turn]) -> dict[str, Any]:
    return {
        **_latency(turns),
        "unanswered": sum(not turn.answered for turn in turns),
        "cut_off_rate": rate(turn.cut for turn in turns),
        "spoken_over_rate": rate(turn.early for turn in turns),
        "consequence_rate": rate(turn.consequence for turn in turns),
        "lost_rate": rate(turn.lost for turn in turns),
    }
