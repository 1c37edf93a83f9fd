"""Whole frames out of pieces of any length."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from telephony.media.framing import Framer, frame_bytes


def test_frame_bytes() -> None:
    assert (frame_bytes(8000), frame_bytes(16000), frame_bytes(22050)) == (320, 640, 882)


@given(st.lists(st.binary(max_size=50)), st.integers(1, 20))
def test_nothing_is_lost_or_moved(pieces: list[bytes], size: int) -> None:
    framer, frames = Framer(size), []
    for piece in pieces:
        framer.feed(piece)
        while (frame := framer.take()) is not None:
            frames.append(frame)
    whole = b"".join(pieces)
    assert all(len(frame) == size for frame in frames)
    assert b"".join(frames) == whole[: len(whole) // size * size]
    assert framer.missing == size - len(whole) % size


def test_clear_forgets_the_rest() -> None:
    framer = Framer(4)
    framer.feed(b"abc")
    framer.clear()
    framer.feed(b"1234")
    assert framer.missing == 0
    assert framer.take() == b"1234"
