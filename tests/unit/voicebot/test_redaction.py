"""What transcripts may hold, as properties: no card, no secret, no long number, no name told."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.packet import Packet, PacketSlot, TranscriptLine
from tests.unit.voicebot.sample import FLOW
from voicebot.dialogue.flow import Slot, SlotKind
from voicebot.redaction import (
    CARD_LABEL,
    LONG_NUMBER,
    NUMBER,
    SECRET,
    Redactor,
    is_card,
    luhn,
    without_numbers,
)

PIN = Slot("pin", SlotKind.DIGITS, "PIN", ask="ask_number", min_digits=4, max_digits=6, secret=True)
SAFE = replace(FLOW, slots={**FLOW.slots, "pin": PIN})
WORDS = "zero one two three four five six seven eight nine".split()

digits = st.text("0123456789", min_size=LONG_NUMBER, max_size=19)
around = st.sampled_from(["", "it is ", "my number is ", "yes, ", "and "])
names = st.from_regex(r"[A-Z][a-z]{2,8} [A-Z][a-z]{3,8}", fullmatch=True)


def with_check(payload: str) -> str:
    """A number that a card may have."""
    return next(payload + str(d) for d in range(10) if luhn(payload + str(d)))


cards = st.text("0123456789", min_size=12, max_size=18).map(with_check)


def said(number: str, how: str) -> str:
    if how == "words":
        return " ".join(WORDS[int(digit)] for digit in number)
    return how.join(number[at : at + 4] for at in range(0, len(number), 4))


hows = st.sampled_from(["", " ", "-", ", ", "words"])


@given(digits, hows, around)
def test_no_long_number_is_left(number: str, how: str, before: str) -> None:
    kept = without_numbers(before + said(number, how) + " thank you")
    assert "thank you" in kept
    assert not any(ch.isdigit() for ch in kept)
    assert not set(kept.split()) & (set(WORDS) - {"zero", "one"})
    assert NUMBER in kept or CARD_LABEL in kept


@given(cards, hows, around)
def test_no_card_is_left_and_it_is_told_as_one(card: str, how: str, before: str) -> None:
    assert CARD_LABEL in without_numbers(before + said(card, how))
    assert Redactor(SAFE).holds_card(before + said(card, how))


@given(cards, st.integers(0, 17), st.integers(1, 9))
def test_a_wrong_digit_is_no_card(card: str, at: int, by: int) -> None:
    at %= len(card)
    wrong = card[:at] + str((int(card[at]) + by) % 10) + card[at + 1 :]
    assert not is_card(wrong)
    assert without_numbers(wrong) == NUMBER


@given(st.text())
def test_a_secret_answer_is_never_kept(text: str) -> None:
    assert Redactor(SAFE).caller(text, "slot:pin", "no_idea", ()) == SECRET


@given(names, around)
def test_a_name_is_taken_out_wherever_it_comes_again(name: str, before: str) -> None:
    redactor = Redactor(SAFE)
    entities = (("name", name),)
    kept = redactor.caller(f"{before}this is {name} calling", "open", "bill", entities)
    later = redactor.text(f"I have {name.lower()}. Is that right, {name.split()[0]}?")
    for word in name.lower().split():
        assert word not in kept.lower().replace("this is", "").replace("calling", "").split()
        assert word not in later.lower().replace(".", " ").replace("?", " ").split()
    assert "[name]" in kept and "[name]" in later


def test_an_address_that_was_asked_for_and_is_read_back() -> None:
    redactor = Redactor(SAFE)
    assert redactor.caller("12 River Street", "slot:place", "answer:place", ()) == "[place]"
    assert (
        redactor.text("I have 12 River Street. Is that right?") == "I have [place]. Is that right?"
    )


@pytest.mark.parametrize(
    "text",
    ["open at 9 to 12", "15 cents a kilowatt hour", "on the 5th of december 2026", "one or two"],
)
def test_what_is_nobodys_is_kept(text: str) -> None:
    assert Redactor(SAFE).caller(text, "open", "hours", ()) == text


def test_a_packet_travels_without_secrets() -> None:
    def slot(name: str, value: str) -> PacketSlot:
        return PacketSlot(name, value, 1.0, True, "speech")

    packet = Packet(
        call="c", centre="c", client="c", line="1", caller="+390123", language="en", queue="q",
        reason="policy",
        slots=(slot("name", "Jo Hill"), slot("pin", "4711"), slot("number", with_check("4" * 15))),
        transcript=(
            TranscriptLine(1.0, "caller", "this is Jo Hill 4711", 0.9, "bill"),
            TranscriptLine(2.0, "caller", "four seven one one", 0.9, "answer:pin"),
        ),
    )  # fmt: skip
    sent = Redactor(SAFE).packet(packet)
    assert [s.name for s in sent.slots] == ["name"]
    assert [line.text for line in sent.transcript] == ["this is [name] [secret]", SECRET]
    assert sent.redactions == ("number", "pin")
