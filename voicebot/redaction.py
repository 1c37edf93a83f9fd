"""PURE. What transcripts, logs and training sentences may hold of what was said.

Never: what answers a secret slot (a PIN, a card number), and anything that is a payment card's
number. Not in running text: names, addresses, account and telephone numbers. They stay as typed
slots in the packet; in the text a label stands in their place: "my name is [name]". When in doubt a
word too much is taken out.

Numbers count by their digits, however they are said: from `LONG_NUMBER` digits on, in figures with
anything between them or in words. A card's number is told from others by its length and its last
digit (ISO/IEC 7812-1, Luhn).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from kernel.packet import Packet, PacketSlot, TranscriptLine
from voicebot.dialogue.flow import Flow, Slot, SlotKind
from voicebot.nlu.numbers import digit_runs

LONG_NUMBER = 5
"""Digits from which a number may be somebody's: an account, a telephone, a card."""
CARD = (13, 19)
"""Digits of a payment card's number (ISO/IEC 7812-1)."""
SHORTEST_NAME = 3
"""Letters from which a part of a name is taken out alone, too."""
NUMBER, SECRET, CARD_LABEL = "[number]", "[secret]", "[card]"
_FIGURES = re.compile(r"\d(?:[\s,.\-/]*\d)+")
PERSONAL = (SlotKind.NAME, SlotKind.TEXT, SlotKind.DIGITS)
"""Kinds of slots whose values are somebody's."""


def luhn(digits: str) -> bool:
    """Whether the last digit checks the others."""
    total = 0
    for at, digit in enumerate(reversed(digits)):
        doubled = int(digit) * (1 + at % 2)
        total += doubled - 9 * (doubled > 9)
    return total % 10 == 0


def is_card(digits: str) -> bool:
    """Whether this may be a payment card's number."""
    return digits.isdecimal() and CARD[0] <= len(digits) <= CARD[1] and luhn(digits)


def without_numbers(text: str, *languages: str) -> str:
    """The text with every long number replaced by a label, in figures or in words of any of these
    languages; of English where none is named."""
    for start, end, digits in reversed(list(_numbers(text, *(languages or ("en",))))):
        label = CARD_LABEL if is_card(digits) else NUMBER
        text = text[:start] + label + text[end:]
    return text


def _numbers(text: str, *languages: str) -> Iterator[tuple[int, int, str]]:
    """Long numbers in order, none within another; in words of any of these languages."""
    found = [(m.start(), m.end(), re.sub(r"\D", "", m.group())) for m in _FIGURES.finditer(text)]
    for language in languages:
        found += [(run.start, run.end, run.digits) for run in digit_runs(text, language)]
    last = 0
    for start, end, digits in sorted(found, key=lambda n: (n[0], -n[1])):
        if len(digits) >= LONG_NUMBER and end > last:
            yield max(start, last), end, digits
            last = end


class Redactor:
    """What one call has told so far, taken out of whatever is written of it."""

    def __init__(self, flow: Flow, *others: Flow) -> None:
        """`others`: those of the other languages in which the call may be held."""
        flows = (*others, flow)
        self._slots = {name: slot for each in flows for name, slot in each.slots.items()}
        self._languages = tuple(dict.fromkeys(each.language for each in flows))
        self._personal: dict[str, str] = {}
        """Lower-case words → label."""

    def secret(self, question: str) -> bool:
        """Whether this question (`slot:pin`) asks for something that is never kept."""
        slot = self._slot(question)
        return slot is not None and slot.secret

    def caller(
        self, text: str, question: str, intent: str, entities: Iterable[tuple[str, str]]
    ) -> str:
        """What may be kept of a sentence; names and answers in it are known from now on."""
        if self.secret(question):
            return SECRET
        self._learn(text, intent, tuple(entities))
        return self.text(text)

    def knows(self, slots: Iterable[PacketSlot]) -> None:
        """These values were told, in this call or in the caller's last one: take them out."""
        for slot in slots:
            self._know(slot.name, slot.value)

    def holds_card(self, text: str) -> bool:
        """Whether a payment card's number is said here."""
        return any(is_card(digits) for _, _, digits in _numbers(text, *self._languages))

    def text(self, text: str) -> str:
        """What may be kept of any text of this call."""
        for words, label in sorted(self._personal.items(), key=lambda item: -len(item[0])):
            text = re.sub(rf"(?<!\w){re.escape(words)}(?!\w)", label, text, flags=re.IGNORECASE)
        return without_numbers(text, *self._languages)

    def packet(self, packet: Packet) -> Packet:
        """A packet as it may travel: slots typed and without secrets, the transcript redacted.

        Its transcript tells no question, so what is secret there is known by its value.
        """
        secrets = [s for s in packet.slots if self._is_secret(s.name) or is_card(s.value)]
        self.knows(packet.slots)
        hidden = tuple(sorted(slot.name for slot in secrets))
        return replace(
            packet,
            slots=tuple(slot for slot in packet.slots if slot not in secrets),
            transcript=tuple(self._line(line) for line in packet.transcript),
            redactions=(*packet.redactions, *hidden),
        )

    def _line(self, line: TranscriptLine) -> TranscriptLine:
        if line.intent and self.secret(line.intent.replace("answer:", "slot:")):
            return replace(line, text=SECRET)
        return replace(line, text=self.text(line.text))

    def _learn(self, text: str, intent: str, entities: tuple[tuple[str, str], ...]) -> None:
        for name, value in entities:
            if name == "name":
                self._know("name", value)
        kind, _, name = intent.partition(":")
        if kind != "answer":
            return
        slot = self._slots.get(name)
        own = [value for entity, value in entities if slot and entity == slot.kind.value]
        if slot is not None and slot.kind in (SlotKind.TEXT, SlotKind.NAME):
            self._know(name, own[0] if own else text)

    def _know(self, name: str, value: str) -> None:
        """Take this value out from now on; of a name its parts, too."""
        slot = self._slots.get(name)
        kind = slot.kind if slot else SlotKind.NAME
        label = SECRET if slot and slot.secret else f"[{slot.title if slot else name}]"
        words = value.strip(" .,;!?").lower()
        if kind not in PERSONAL or not words:
            return
        self._personal[words] = label
        if kind is SlotKind.NAME:
            parts = [part for part in re.findall(r"[^\W\d_]+", words) if len(part) >= SHORTEST_NAME]
            self._personal |= dict.fromkeys(parts, label)

    def _slot(self, question: str) -> Slot | None:
        kind, _, name = question.partition(":")
        return self._slots.get(name) if kind in ("slot", "confirm") else None

    def _is_secret(self, name: str) -> bool:
        slot = self._slots.get(name)
        return slot is not None and slot.secret
