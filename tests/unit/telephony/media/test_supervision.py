"""A third person at a bridge: who hears whom in each mode."""

from __future__ import annotations

import pytest

from telephony.media.bridge import Bridge
from telephony.media.leg import LegSound
from telephony.media.playout import Playout
from telephony.media.supervision import Mode, ThirdLeg, mixed
from tests.unit.telephony.media.streams import HandStream


def frame(value: int) -> bytes:
    return bytes([value, 0]) * 160


@pytest.mark.parametrize(
    ("mode", "caller_hears", "agent_hears"),
    [
        (Mode.LISTEN, frame(2), frame(1)),
        (Mode.WHISPER, frame(2), frame(1 + 4)),
        (Mode.BARGE, frame(2 + 4), frame(1 + 4)),
    ],
)
def test_who_hears_whom(mode: Mode, caller_hears: bytes, agent_hears: bytes) -> None:
    caller, agent, boss = HandStream(), HandStream(), HandStream()
    bridge = Bridge(LegSound(caller, Playout()), LegSound(agent, Playout()))
    third = ThirdLeg(LegSound(boss, Playout()), mode)
    third.tick(bridge)
    caller.arriving, agent.arriving, boss.arriving = [frame(1)], [frame(2)], [frame(4)]
    carried = third.tick(bridge)
    assert (caller.waiting, agent.waiting) == ([caller_hears], [agent_hears])
    assert boss.waiting == [frame(1 + 2)]
    assert (carried.from_a, carried.to_a) == ([frame(1)], caller_hears)


def test_a_voice_alone_is_heard_where_nobody_else_speaks() -> None:
    caller, agent, boss = HandStream(), HandStream(), HandStream()
    bridge = Bridge(LegSound(caller, Playout()), LegSound(agent, Playout()))
    third = ThirdLeg(LegSound(boss, Playout()), Mode.BARGE)
    boss.arriving = [frame(9)] * 30  # said before: it is past
    third.tick(bridge)
    assert caller.waiting == [] and boss.arriving == []
    boss.arriving = [frame(4)]
    third.tick(bridge)
    assert (caller.waiting, agent.waiting, boss.waiting) == ([frame(4)], [frame(4)], [])


def test_sides_of_unequal_length_are_mixed_whole() -> None:
    assert mixed([frame(1), frame(3)], [frame(2)]) == [frame(3), frame(3)]
    assert mixed([], []) == []
