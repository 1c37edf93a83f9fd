"""A whole conversation about a secret: nothing that leaves the media process holds it."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from typing import Any

import pytest

from centralino.media.reports import Reporter
from kernel.clock import ManualClock
from kernel.ids import CallId
from telephony.media.recording import Channel, TwoChannelRecorder, split_channels
from tests.unit.voicebot.sample import FLOW, WordForWord, bot
from voicebot.dialogue.flow import Route, Slot, SlotKind
from voicebot.redaction import Redactor
from voicebot.talk import TalkSession

PIN = Slot("pin", SlotKind.DIGITS, "PIN", ask="ask_number", min_digits=4, max_digits=4, secret=True,
           keys=True, required=False)  # fmt: skip
SUPPLY = replace(FLOW.intents["supply"], does=Route("bills", ask=("pin", "name"), summary="{name}"))
SAFE = replace(FLOW, slots={**FLOW.slots, "pin": PIN}, intents={**FLOW.intents, "supply": SUPPLY})
FRAME = 320


class House:
    """Keeps everything that it is told, and shows it to nobody."""

    def __init__(self) -> None:
        self.told: list[Any] = []

    def tell(self, value: object, call: str | None = None) -> None:
        """For control."""
        self.told.append(asdict(value))  # type: ignore[call-overload]

    def live(self, event: dict[str, object]) -> None:
        """For whoever watches."""
        self.told.append(event)


@pytest.mark.parametrize("by_keys", [False, True])
async def test_a_secret_stays_in_the_conversation(by_keys: bool) -> None:
    house, muted = House(), list[bool]()
    given: Any = house
    redactor = Redactor(SAFE)
    reporter = Reporter(CallId("c"), "city", given, redactor, private=muted.append)
    talk = TalkSession(bot(SAFE), WordForWord(), clock=ManualClock())
    await talk.start()
    await talk.say("supply")
    asked = len(talk.reports)
    await (talk.press("8374") if by_keys else talk.say("digits=8374"))
    assert talk.dialogue.known["pin"].value == "8374"
    answered = len(talk.reports)
    await talk.say("name=Josephine")
    for number, report in enumerate(talk.reports):
        reporter.report(report)
        if number == asked - 1:
            assert muted[-1]
        if number == answered - 1:
            assert not muted[-1]
    await talk.say("affirm")
    assert talk.packet is not None
    house.tell(redactor.packet(talk.packet))
    kept = json.dumps(house.told)
    assert "8374" not in kept
    assert talk.packet is not None and "pin" not in {
        s.name for s in redactor.packet(talk.packet).slots
    }


def loud(value: int) -> bytes:
    return bytes([value, 0]) * (FRAME // 2)


def test_what_is_held_can_be_blanked_and_nothing_else_is() -> None:
    kept = bytearray()
    recorder = TwoChannelRecorder(8000, kept.extend)
    for number in range(100):
        recorder.hold(60 <= number < 90)
        if number == 80:
            recorder.blank(Channel.RECEIVED)
        recorder.frame(loud(1), loud(2))
    recorder.flush()
    left, right = split_channels(bytes(kept))
    assert len(left) == len(right) == 100 * FRAME
    assert right == loud(2) * 100
    rows = [left[at : at + FRAME] == loud(1) for at in range(0, len(left), FRAME)]
    assert rows == [True] * 50 + [False] * 30 + [True] * 20


def test_holding_back_is_bounded() -> None:
    pieces: list[bytes] = []
    recorder = TwoChannelRecorder(8000, pieces.append)
    recorder.hold(True)
    for _ in range(1501):
        recorder.frame(loud(1), loud(2))
    assert sum(map(len, pieces)) == 1500 * 2 * FRAME
    assert max(map(len, pieces)) == 50 * 2 * FRAME
