"""PURE. Is this the beginning of what people say, or all of it? From a bot's own sentences."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from voicebot.nlu.normalise import words

LEAST_WORDS = 2
"""A single word begins too much to tell anything."""
Words = tuple[str, ...]
Ends = tuple[int, str, str]
"""How many words, the first and the last."""


class Beginnings:
    """The words that sentences begin with, and that are no sentence themselves."""

    def __init__(self, sentences: Iterable[str], language: str) -> None:
        self._language = language
        whole = frozenset(tuple(words(sentence, language)) for sentence in sentences)
        begun = {said[:end] for said in whole for end in range(LEAST_WORDS, len(said))} - whole
        self._whole, self._begun = _by_ends(whole), _by_ends(begun)

    def begins(self, text: str) -> bool:
        """Whether sentences go on after these words, and none ends with them.

        Where neither is so, one word amid them may be another: recognisers write "what is
        electricity" where "what does electricity" began "what does electricity cost".
        """
        said = tuple(words(text, self._language))
        for others in (0, 1):
            if _alike(said, self._whole, others):
                return False
            if _alike(said, self._begun, others):
                return True
        return False


def _by_ends(phrases: Iterable[Words]) -> Mapping[Ends, list[Words]]:
    found: dict[Ends, list[Words]] = defaultdict(list)
    for said in phrases:
        if said:
            found[len(said), said[0], said[-1]].append(said)
    return dict(found)


def _alike(said: Words, phrases: Mapping[Ends, list[Words]], others: int) -> bool:
    """Whether one of these has so many other words, neither the first nor the last."""
    same_ends = phrases.get((len(said), said[0], said[-1]), ()) if said else ()
    return any(sum(a != b for a, b in zip(said, one, strict=True)) == others for one in same_ends)
