"""PURE. What was really said of a text that was stopped: whole clauses, and words by proportion.

No voice here tells when it says which word, but each clause is made on its own, and how many
samples of it were sent is known.
"""

from __future__ import annotations

from collections.abc import Sequence

Made = tuple[str, int]
"""A clause and its samples, the pause before it included; the text may be empty: a pause."""


def spoken(clauses: Sequence[Made], sent: int) -> str:
    """The words of which at least half was sent, when `sent` samples were."""
    said: list[str] = []
    for text, samples in clauses:
        if sent >= samples:
            said += text.split()
            sent -= samples
            continue
        words = text.split()
        letters = sum(map(len, words))
        reached = letters * sent / samples if samples else 0.0
        for word in words:
            reached -= len(word)
            if reached < -len(word) / 2:
                break
            said.append(word)
        break
    return " ".join(said)
