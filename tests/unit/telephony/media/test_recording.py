"""Two channels by the clock; bursts evened out; spans muted."""

from __future__ import annotations

import numpy as np

from telephony.media.recording import (
    KEPT_FRAMES,
    Channel,
    TwoChannelRecorder,
    interleave,
    split_channels,
)


def frame(value: int) -> bytes:
    return np.full(160, value, "<i2").tobytes()


def recorded(*ticks: tuple[bytes | None, bytes | None]) -> tuple[list[int], list[int]]:
    """The value of each frame, left and right."""
    chunks: list[bytes] = []
    recorder = TwoChannelRecorder(8000, chunks.append)
    for received, sent in ticks:
        recorder.frame(received, sent)
    recorder.flush()
    left, right = split_channels(b"".join(chunks))
    return _values(left), _values(right)


def _values(channel: bytes) -> list[int]:
    return [int(value) for value in np.frombuffer(channel, "<i2")[::160]]


def test_left_is_received_and_right_is_sent() -> None:
    assert recorded((frame(1), frame(2)), (frame(3), frame(4))) == ([1, 3], [2, 4])


def test_what_is_missing_is_silence() -> None:
    assert recorded((None, frame(2)), (frame(3), b"")) == ([0, 3], [2, 0])


def test_bursts_are_evened_out() -> None:
    both = frame(1) + frame(2)
    assert recorded((both, None), (None, both), (frame(3), None)) == ([1, 2, 3], [0, 1, 2])


def test_a_stall_does_not_make_the_channels_drift() -> None:
    burst = b"".join(frame(value) for value in range(1, 12))
    left, _ = recorded((burst, None), *[(None, None)] * KEPT_FRAMES)
    assert left == [1, 7, 8, 9, 10, 11]


def test_surplus_is_counted() -> None:
    recorder = TwoChannelRecorder(8000, lambda pcm: None)
    recorder.frame(frame(1) * (KEPT_FRAMES + 3), None)
    assert recorder.surplus == 2 * 320


def test_chunks_are_handed_over_as_they_fill() -> None:
    chunks: list[bytes] = []
    recorder = TwoChannelRecorder(8000, chunks.append, chunk_frames=2)
    for _ in range(5):
        recorder.frame(frame(1), frame(2))
    assert [len(chunk) for chunk in chunks] == [1280, 1280]
    recorder.flush()
    recorder.flush()
    assert [len(chunk) for chunk in chunks] == [1280, 1280, 640]
    assert recorder.frames == 5


def test_muted_spans_are_silence_in_the_named_channel() -> None:
    chunks: list[bytes] = []
    recorder = TwoChannelRecorder(8000, chunks.append)
    recorder.frame(frame(1) + frame(9), frame(1))
    recorder.mute(Channel.RECEIVED)
    recorder.frame(frame(2), frame(2))
    recorder.mute()
    recorder.frame(frame(3), frame(3))
    recorder.unmute(Channel.SENT)
    recorder.frame(frame(4), frame(4))
    recorder.unmute()
    recorder.frame(frame(5), frame(5))
    recorder.flush()
    left, right = split_channels(b"".join(chunks))
    assert _values(left) == [1, 0, 0, 0, 5], "nothing muted comes out later"
    assert _values(right) == [1, 2, 0, 4, 5]


def test_interleaving_goes_both_ways() -> None:
    assert split_channels(interleave(frame(7), frame(8))) == (frame(7), frame(8))
