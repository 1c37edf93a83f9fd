from __future__ import annotations

import json
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

import pytest

from acd.messages import CallQueued
from kernel import packet as packets
from kernel.clock import SLEW, ManualClock, SteadyClock
from kernel.codec import decode, encode, from_body, message
from kernel.errors import IllegalTransition, MalformedMessage, UnknownMessage
from kernel.ids import counting, new_id
from kernel.machine import Machine

GOLDEN = Path(__file__).parent / "golden"


class Light(Enum):
    RED = "red"
    GREEN = "green"


class Go: ...


class Stop: ...


MACHINE = Machine("light", {Light.RED: {Go: Light.GREEN}, Light.GREEN: {Stop: Light.RED}})


def test_a_table_is_walked() -> None:
    assert MACHINE.next(Light.RED, Go()) is Light.GREEN
    assert MACHINE.allows(Light.GREEN, Stop())


def test_a_missing_row_raises_and_names_machine_state_and_event() -> None:
    with pytest.raises(IllegalTransition, match="light: no row for Stop in state Light.RED"):
        MACHINE.next(Light.RED, Stop())


def test_the_picture_is_made_from_the_table() -> None:
    assert "RED --> GREEN: Go" in MACHINE.mermaid()


def test_the_clock_follows_a_wall_that_was_set_but_slowly_and_never_backwards() -> None:
    wall, steady = [1000.0], [50.0]
    clock = SteadyClock(lambda: wall[0], lambda: steady[0])
    wall[0] -= 3600.0
    seen = []
    for _ in range(100):
        steady[0] += 1.0
        wall[0] += 1.0
        seen.append(clock.now())
    assert seen == sorted(seen)
    assert seen[-1] == pytest.approx(1000.0 + 100 * (1 - SLEW))


def test_the_clock_takes_no_leap_when_the_machine_slept() -> None:
    clock = SteadyClock(lambda: 10.0, lambda: 5.0)
    assert clock.now() == clock.now() == 10.0


def test_a_manual_clock_refuses_to_run_backwards() -> None:
    with pytest.raises(ValueError, match="backwards"):
        ManualClock().advance(-1)


def test_names_can_be_counted() -> None:
    chance = counting()
    assert [new_id("call", chance), new_id("call", chance)] == [
        "call-0000000000000001",
        "call-0000000000000002",
    ]


@message("test.thing", 2)
@dataclass(frozen=True)
class Thing:
    name: str
    parts: tuple[str, ...] = ()


def test_what_is_encoded_is_decoded() -> None:
    thing = Thing("a", ("b", "c"))
    assert decode(json.loads(json.dumps(encode(thing)))) == thing


def test_unknown_fields_are_ignored_and_missing_ones_take_their_default() -> None:
    assert from_body("test.thing", 1, {"name": "a", "from_the_future": 1}) == Thing("a")


@pytest.mark.parametrize(
    ("name", "version", "body", "error"),
    [
        ("test.nothing", 1, {}, UnknownMessage),
        ("test.thing", 3, {"name": "a"}, UnknownMessage),
        ("test.thing", 2, {"name": 5}, MalformedMessage),
        ("test.thing", 2, [], MalformedMessage),
    ],
)
def test_what_cannot_be_read_is_refused_by_name(
    name: str, version: int, body: object, error: type[Exception]
) -> None:
    with pytest.raises(error, match=name):
        from_body(name, version, body)


def test_a_name_is_given_once() -> None:
    with pytest.raises(UnknownMessage, match="taken by Thing"):
        message("test.thing")(ManualClock)


def test_old_messages_stay_readable() -> None:
    """Golden files are messages as earlier versions wrote them: never edit one, only add."""
    files = sorted(GOLDEN.glob("*.json"))
    assert files
    for file in files:
        value = decode(json.loads(file.read_text()))
        assert encode(value)["type"] == json.loads(file.read_text())["type"]


def test_the_golden_packet_says_what_it_said() -> None:
    value = decode(json.loads((GOLDEN / "packet-1.json").read_text()))
    assert isinstance(value, packets.Packet)
    assert packets.whisper_text(value) == "John Smith: bill too high."
    assert value.with_waited(12.34).waited == 12.3


def test_the_golden_call_says_what_it_said() -> None:
    value = decode(json.loads((GOLDEN / "call_queued-1.json").read_text()))
    assert isinstance(value, CallQueued)
    assert (value.queue, value.priority) == ("billing", 0)
