"""PURE. Is this the beginning of what people say, or all of it? From a bot's own sentences."""

from __future__ import annotations

from collections.abc import Iterable

from voicebot.nlu.normalise import words

LEAST_WORDS = 2
"""A single word begins too much to tell anything."""


class Beginnings:
    """The words that sentences begin with, and that are no sentence themselves."""

    def __init__(self, sentences: Iterable[str], language: str) -> None:
        self._language = language
        whole = {tuple(words(sentence, language)) for sentence in sentences}
        begun = {said[:end] for said in whole for end in range(LEAST_WORDS, len(said))}
        self._begun = frozenset(begun - whole)

    def begins(self, text: str) -> bool:
        """Whether sentences go on after these words, and none ends with them."""
        return tuple(words(text, self._language)) in self._begun
