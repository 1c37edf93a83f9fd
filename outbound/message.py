"""PURE. What is said to the called: in every language, with slots, short for voicemail.

The headline comes first and says all that must be known in a breath: who hangs up after it was
warned. `{name}` is filled from what is known of the person; `{name|neighbour}` says what is said
where it is not known. A message is checked against its audience before anybody is called.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from kernel.codec import message
from outbound.errors import BadMessage

HEADLINE_LIMIT = 160
"""Characters, as CAP asks of headlines (§3.2.2): some ten seconds of speech."""
TEXT_LIMIT = 2_000
CHARACTERS_A_SECOND = 14.0
"""Of a telephone voice at 150 words a minute, pauses in."""
_SLOT = re.compile(r"\{([^{}|]*)(?:\|([^{}]*))?\}")
_NAME = re.compile(r"\w+")


@message("notice.text")
@dataclass(frozen=True)
class Text:
    """The message in one language."""

    headline: str
    body: str = ""
    """What to do, and what is known."""
    voicemail: str = ""
    """The short version for machines; empty: headline and the number to call."""
    retraction: str = ""
    """Said to everybody who was reached if it turns out to be wrong; empty: the ready one."""
    sound: str = ""
    """A recording that is played instead of headline and body; they are said where it is gone."""
    sound_seconds: float = 0.0
    """How long it plays."""

    def parts(self) -> tuple[str, ...]:
        """Everything that may hold slots."""
        return (self.headline, self.body, self.voicemail, self.retraction)


@message("notice.message")
@dataclass(frozen=True)
class Message:
    """A message in all its languages."""

    texts: Mapping[str, Text]
    """By language (BCP 47, lower case)."""
    default: str
    """Said to those whose language is not among them."""

    def language_for(self, wanted: str) -> str:
        """The best there is: `de` for `de-at`, `it-ch` for `it`, else the default."""
        known = self.texts
        if wanted in known:
            return wanted
        bare = wanted.partition("-")[0]
        if bare in known:
            return bare
        return next((one for one in known if one.partition("-")[0] == bare), self.default)


@dataclass(frozen=True)
class Spoken:
    """A message as one person hears it."""

    language: str
    headline: str
    body: str
    voicemail: str
    sound: str = ""
    sound_seconds: float = 0.0

    @property
    def seconds(self) -> float:
        """About how long headline and body take."""
        return self.sound_seconds or (len(self.headline) + len(self.body)) / CHARACTERS_A_SECOND


def check_message(message: Message) -> None:
    """Raises BadMessage for one that cannot be said."""
    if message.default not in message.texts:
        raise BadMessage(f"the message has no text in its default language {message.default!r}")
    for language, text in message.texts.items():
        if not text.headline.strip():
            raise BadMessage(f"{language}: there is no headline")
        if len(text.headline) > HEADLINE_LIMIT:
            raise BadMessage(
                f"{language}: the headline has {len(text.headline)} characters; "
                f"{HEADLINE_LIMIT} are what one takes in: put the rest into the body"
            )
        for part in text.parts():
            _check_part(language, part)


def _check_part(language: str, part: str) -> None:
    if len(part) > TEXT_LIMIT:
        raise BadMessage(f"{language}: a text is longer than {TEXT_LIMIT} characters")
    bare = _SLOT.sub("", part)
    if "{" in bare or "}" in bare:
        raise BadMessage(f"{language}: a brace stands alone: slots are written {{name}}")
    for found in _SLOT.finditer(part):
        if not _NAME.fullmatch(found[1]):
            raise BadMessage(f"{language}: {found[0]!r} is no slot: write {{name}}")


@dataclass
class Fit:
    """How a message fits its audience."""

    people: int = 0
    missing: Counter[str] = field(default_factory=Counter)
    """Slot → people of whom it is not known, where the text has no word for that."""
    languages: Counter[str] = field(default_factory=Counter)
    """Language → people who hear it."""
    fallen_back: Counter[str] = field(default_factory=Counter)
    """Language wanted → people who hear the default instead."""

    @property
    def good(self) -> bool:
        """Whether nobody would hear a sentence with a hole in it."""
        return not self.missing


def fit(message: Message, people: Iterable[tuple[str, Mapping[str, str]]]) -> Fit:
    """The message against (language, slots) of everybody in the audience."""
    result, needed = Fit(), {lang: _needed(text) for lang, text in message.texts.items()}
    for wanted, slots in people:
        language = message.language_for(wanted)
        result.people += 1
        result.languages[language] += 1
        if language.partition("-")[0] != wanted.partition("-")[0]:
            result.fallen_back[wanted] += 1
        result.missing.update(name for name in needed[language] if not slots.get(name))
    return result


def _needed(text: Text) -> frozenset[str]:
    found = (match for part in text.parts() for match in _SLOT.finditer(part))
    return frozenset(match[1] for match in found if match[2] is None)


def render(message: Message, wanted: str, slots: Mapping[str, str]) -> Spoken:
    """The message for one person."""
    language = message.language_for(wanted)
    text = message.texts[language]
    headline, body = _fill(text.headline, slots), _fill(text.body, slots)
    short = _fill(text.voicemail, slots) or headline
    return Spoken(language, headline, body, short, text.sound, text.sound_seconds)


def render_retraction(message: Message, wanted: str, slots: Mapping[str, str], ready: str) -> str:
    """What takes the message back; `ready` where the message has none of its own."""
    text = message.texts[message.language_for(wanted)]
    return _fill(text.retraction, slots) or ready


def _fill(text: str, slots: Mapping[str, str]) -> str:
    def value(found: re.Match[str]) -> str:
        return slots.get(found[1]) or found[2] or ""

    return " ".join(_SLOT.sub(value, text).split())
