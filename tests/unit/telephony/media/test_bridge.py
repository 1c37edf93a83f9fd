"""Frames cross; nothing is kept; a backlog is worked off."""

from __future__ import annotations

import random

import pytest

from telephony.media.bridge import BLEND_QUEUED, MOST_QUEUED, WINDOW, Bridge, Carried, Lane
from telephony.media.leg import LegSound
from telephony.media.playout import Playout
from tests.unit.telephony.media.streams import HandStream


def frame(value: int) -> bytes:
    return bytes([value, 0]) * 160


LOUD = b"\x00\x20" * 160


BOTH = {"a": ("b",), "b": ("a",)}


def joined() -> tuple[HandStream, HandStream, Bridge[str]]:
    a, b = HandStream(), HandStream()
    bridge: Bridge[str] = Bridge()
    bridge.join("a", LegSound(a, Playout()))
    bridge.join("b", LegSound(b, Playout()))
    return a, b, bridge


def test_each_hears_the_other_in_the_same_tick() -> None:
    a, b, bridge = joined()
    bridge.tick(BOTH)
    a.arriving, b.arriving = [frame(1)], [frame(2)]
    carried = bridge.tick(BOTH)
    assert (a.waiting, b.waiting) == ([frame(2)], [frame(1)])
    assert carried == Carried({"a": [frame(1)], "b": [frame(2)]}, {"a": frame(2), "b": frame(1)})


def test_silence_carries_nothing() -> None:
    _, _, bridge = joined()
    assert bridge.tick(BOTH) == Carried({"a": [], "b": []}, {"a": b"", "b": b""})


def test_a_whisper_is_heard_by_one_alone() -> None:
    a, b, bridge = joined()
    bridge.legs["b"].playout.enqueue("whisper", frame(8))
    bridge.tick(BOTH)
    a.arriving, b.arriving = [frame(1)], [frame(2)]
    bridge.legs["b"].playout.enqueue("whisper", frame(8))
    bridge.tick(BOTH)
    assert (a.waiting, b.waiting) == ([frame(2)], [frame(8), frame(9)])


def test_what_came_before_the_bridge_is_past() -> None:
    a, b, bridge = joined()
    a.arriving = [frame(1)] * 30
    assert bridge.tick(BOTH).came["a"] == []
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
        bridge.tick(BOTH)
        b.transmit()
    assert len(b.waiting) <= 1
    assert bridge.lanes["a", "b"].dropped <= 3


def test_a_quiet_frame_is_given_up_rather_than_a_loud_one() -> None:
    lane = Lane()
    for _ in range(WINDOW + 5):
        assert lane.carry([LOUD], 2) == [LOUD]
    assert lane.carry([LOUD, frame(1), LOUD], 0) == [LOUD, LOUD]
    assert lane.carry([frame(1)], 1) == [frame(1)], "only one at a time"


def test_a_steady_bridge_drops_nothing() -> None:
    a, b, bridge = joined()
    bridge.tick(BOTH)
    for _ in range(4 * WINDOW):
        a.arriving = [frame(1)]
        bridge.tick(BOTH)
        assert b.transmit() == frame(1)
    assert bridge.lanes["a", "b"].dropped == 0


def test_of_three_each_hears_the_two_others() -> None:
    a, b, bridge = joined()
    c = HandStream()
    bridge.join("c", LegSound(c, Playout()))
    all_hear = {"a": ("b", "c"), "b": ("a", "c"), "c": ("a", "b")}
    bridge.tick(all_hear)
    a.arriving, b.arriving, c.arriving = [frame(1)], [frame(2)], [frame(4)]
    bridge.tick(all_hear)
    assert (a.waiting, b.waiting, c.waiting) == ([frame(6)], [frame(5)], [frame(3)])


def test_who_hears_nobody_has_the_playout_alone_and_is_heard_by_nobody() -> None:
    a, b, bridge = joined()
    bridge.tick({})
    bridge.legs["a"].playout.background(LOUD)
    a.arriving, b.arriving = [frame(1)], [frame(2)]
    bridge.tick({})
    assert a.waiting[-1] == LOUD and b.waiting == []
    a.arriving, b.arriving, a.waiting = [], [frame(2)], []
    bridge.legs["a"].playout.background(None)
    bridge.tick(BOTH)
    bridge.tick(BOTH)
    assert a.waiting[-1:] != [frame(2)], "what was said meanwhile is past"


def test_a_leg_takes_anothers_place_without_losing_a_frame() -> None:
    a, b, bridge = joined()
    bridge.tick(BOTH)
    bridge.rename("b", "a")
    bridge.join("c", LegSound(a, Playout()))
    b.arriving = [frame(2)]
    assert bridge.tick({"c": ("a",)}).came["a"] == [frame(2)]
    assert set(bridge.legs) == {"a", "c"}


@pytest.mark.parametrize("seed", range(5))
def test_of_two_voices_that_come_in_bursts_nothing_loud_is_lost(seed: int) -> None:
    """Ticks come late and frames early: two streams of fifty a second are never in step."""
    draw = random.Random(seed)
    a, b, bridge = joined()
    c = HandStream()
    bridge.join("c", LegSound(c, Playout()))
    hears = {"b": ("a", "c")}
    came, sent = {"a": 0, "c": 0}, 0
    for tick in range(1, 501):
        for name, stream, sound in (("a", a, frame(0)), ("c", c, LOUD)):
            due = max(came[name], tick + draw.choice((-1, 0, 0, 0, 0, 1)))
            stream.arriving, came[name] = [sound] * (due - came[name]), due
        bridge.tick(hears)
        taken = b.transmit()
        sent += taken is not None and any(taken)
    assert len(b.waiting) <= BLEND_QUEUED, "nothing stays behind"
    assert sent >= 490
