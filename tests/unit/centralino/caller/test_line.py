"""A telephone line with an echo and a noise behind it."""

from __future__ import annotations

import struct

from centralino.caller.line import Line


def frame(value: int) -> bytes:
    return struct.pack("<4h", *[value] * 4)


def values(pcm: bytes) -> tuple[int, ...]:
    return struct.unpack(f"<{len(pcm) // 2}h", pcm)


def test_a_plain_line_carries_what_is_said() -> None:
    assert Line(8000).carry(frame(5)) == frame(5)


def test_what_is_heard_comes_back_later_and_softer() -> None:
    line = Line(8000, echo_db=20.0, echo_ms=1.0)  # 8 samples: two frames of four
    line.heard(frame(1000))
    assert [values(line.carry(frame(1)))[0] for _ in range(3)] == [1, 1, 101]


def test_a_noise_goes_round_for_ever() -> None:
    line = Line(8000, noise=struct.pack("<3h", 1, 2, 3))
    assert values(line.carry(frame(10)) + line.carry(frame(10))) == (11, 12, 13, 11, 12, 13, 11, 12)
