"""Frames cross; nothing is kept; a backlog is worked off."""

from __future__ import annotations

import pytest

from telephony.media.bridge import MOST_QUEUED, WINDOW, Bridge, Carried, Lane
from telephony.media.leg import LegSound
from telephony.media.playout import Playout
from tests.unit.telephony.media.streams import HandStream


def frame(value: int) -> bytes:
    return bytes([value, 0]) * 160


LOUD = b"\x00\x20" * 160


def joined() -> tuple[HandStream, HandStream, Bridge]:
    a, b = HandStream(), HandStream()
    return a, b, Bridge(LegSound(a, Playout()), LegSound(b, Playout()))


def test_each_hears_the_other_in_the_same_tick() -> None:
    a, b, bridge = joined()
    bridge.tick()
    a.arriving, b.arriving = [frame(1)], [frame(2)]
    carried = bridge.tick()
    assert (a.waiting, b.waiting) == ([frame(2)], [frame(1)])
    assert carried == Carried([frame(1)], [frame(2)], frame(2), frame(1))


def test_silence_carries_nothing() -> None:
    _, _, bridge = joined()
    assert bridge.tick() == Carried([], [], b"", b"")


def test_a_whisper_is_heard_by_one_alone() -> None:
    a, b, bridge = joined()
    bridge.b.playout.enqueue("whisper", frame(8))
    bridge.tick()
    a.arriving, b.arriving = [frame(1)], [frame(2)]
    bridge.b.playout.enqueue("whisper", frame(8))
    bridge.tick()
    assert (a.waiting, b.waiting) == ([frame(2)], [frame(8), frame(9)])


def test_what_came_before_the_bridge_is_past() -> None:
    a, b, bridge = joined()
    a.arriving = [frame(1)] * 30
    assert bridge.tick().from_a == []
    assert a.arriving == [] and b.waiting == []


def test_a_full_queue_takes_no_more() -> None:
    lane = Lane()
    assert lane.carry([frame(1)], MOST_QUEUED) == []
    assert lane.carry([frame(1), frame(2)], MOST_QUEUED - 1) == [frame(1)]
    assert lane.dropped == 2


@pytest.mark.parametrize("sound", [frame(1), LOUD], ids=["quiet", "loud"])
def test_a_backlog_after_a_stall_is_worked_off(sound: bytes) -> None:
    a, b, bridge = joined()
    b.waiting = [frame(0)] * 3
    for _ in range(6 * WINDOW):
        a.arriving = [sound]
        bridge.tick()
        b.transmit()
    assert len(b.waiting) <= 1
    assert bridge.a_to_b.dropped <= 3


def test_a_quiet_frame_is_given_up_rather_than_a_loud_one() -> None:
    lane = Lane()
    for _ in range(WINDOW + 5):
        assert lane.carry([LOUD], 2) == [LOUD]
    assert lane.carry([LOUD, frame(1), LOUD], 0) == [LOUD, LOUD]
    assert lane.carry([frame(1)], 1) == [frame(1)], "only one at a time"


def test_a_steady_bridge_drops_nothing() -> None:
    a, b, bridge = joined()
    bridge.tick()
    for _ in range(4 * WINDOW):
        a.arriving = [frame(1)]
        bridge.tick()
        assert b.transmit() == frame(1)
    assert bridge.a_to_b.dropped == 0
