"""Clips in order, positions to the sample, pauses, background."""

from __future__ import annotations

import numpy as np

from telephony.media.background import DUCKED
from telephony.media.playout import PlaybackFinished, PlaybackStarted, Playout

FRAME = 160
"""Samples."""


def sound(frames: float, value: int = 1000) -> bytes:
    return np.full(round(frames * FRAME), value, "<i2").tobytes()


def values(frame: bytes | None) -> list[int]:
    """The different samples of a frame."""
    assert frame is not None
    return sorted(set(np.frombuffer(frame, "<i2").tolist()))


def drain(playout: Playout) -> bytes:
    """Everything until there is nothing."""
    frames = []
    while (frame := playout.next_frame()) is not None:
        frames.append(frame)
    return b"".join(frames)


def said(playout: Playout, playback: str, pcm: bytes) -> None:
    playout.enqueue(playback, pcm)
    playout.end(playback)


def test_nothing_to_say_is_none() -> None:
    playout = Playout()
    assert playout.next_frame() is None
    assert playout.idle and playout.current is None and playout.position == 0


def test_a_clip_is_told_at_its_first_and_last_frame() -> None:
    playout = Playout()
    said(playout, "hello", sound(2))
    assert playout.take_events() == []
    playout.next_frame()
    assert playout.take_events() == [PlaybackStarted("hello")]
    assert playout.position == FRAME
    playout.next_frame()
    assert playout.take_events() == [PlaybackFinished("hello", 2 * FRAME, False)]
    assert playout.idle


def test_a_partial_last_frame_is_padded_but_not_counted() -> None:
    playout = Playout()
    said(playout, "hello", sound(1.5))
    assert len(drain(playout)) == 2 * 2 * FRAME
    assert playout.take_events()[-1] == PlaybackFinished("hello", round(1.5 * FRAME), False)


def test_clips_play_in_the_order_of_their_first_piece() -> None:
    playout = Playout()
    playout.enqueue("one", sound(1, 1))
    said(playout, "two", sound(1, 2))
    playout.enqueue("one", sound(1, 3))
    playout.end("one")
    assert [values(playout.next_frame()) for _ in range(3)] == [[1], [3], [2]]


def test_a_clip_may_grow_while_it_plays() -> None:
    playout = Playout()
    playout.enqueue("long", sound(1.5))
    assert playout.next_frame() is not None
    assert playout.next_frame() is None, "half a frame waits for the rest"
    playout.enqueue("long", sound(0.5, 5))
    assert values(playout.next_frame()) == [5, 1000]
    assert playout.current == "long"
    playout.end("long")
    assert playout.take_events() == [
        PlaybackStarted("long"),
        PlaybackFinished("long", 2 * FRAME, False),
    ]


def test_a_clip_ended_without_sound_is_finished() -> None:
    playout = Playout()
    playout.enqueue("empty", b"")
    playout.end("empty")
    assert playout.take_events() == [PlaybackFinished("empty", 0, False)]
    playout.end("unknown")


def test_stop_tells_the_samples_that_were_sent() -> None:
    playout = Playout()
    said(playout, "long", sound(10))
    said(playout, "next", sound(10))
    for _ in range(4):
        playout.next_frame()
    assert playout.stop(unsent=2 * FRAME + 100) == 3 * FRAME - 50
    assert playout.take_events()[1:] == [
        PlaybackFinished("long", 3 * FRAME - 50, True),
        PlaybackFinished("next", 0, True),
    ]
    assert playout.next_frame() is None
    assert playout.stop() == 0


def test_a_clause_that_comes_after_the_stop_is_dropped() -> None:
    playout = Playout()
    playout.enqueue("long", sound(1))
    playout.stop()
    playout.enqueue("long", sound(1))
    assert playout.next_frame() is None
    assert playout.idle


def test_pause_goes_on_from_the_same_sample() -> None:
    playout = Playout()
    ramp = np.arange(4 * FRAME, dtype="<i2").tobytes()
    said(playout, "count", ramp)
    playout.next_frame()
    playout.pause()
    faded = playout.next_frame()
    assert values(faded)[0] >= 0 and values(faded)[-1] < 2 * FRAME
    assert np.frombuffer(faded or b"", "<i2")[0] == FRAME, "the fade begins where it was"
    assert playout.next_frame() is None
    assert playout.position == FRAME
    playout.resume()
    back = np.frombuffer(playout.next_frame() or b"", "<i2")
    assert back[0] == 0 and back[-1] > 2 * FRAME - 5, "the same frame, faded in"
    assert np.frombuffer(playout.next_frame() or b"", "<i2")[0] == 2 * FRAME


def test_pause_before_anything_played_is_silent_at_once() -> None:
    playout = Playout()
    playout.pause()
    playout.pause()
    said(playout, "hello", sound(1))
    assert playout.next_frame() is None
    playout.resume()
    playout.resume()
    assert playout.next_frame() is not None


def test_pause_while_waiting_for_a_clause() -> None:
    playout = Playout()
    playout.enqueue("long", sound(1))
    playout.next_frame()
    playout.pause()
    assert playout.next_frame() is None


def test_pause_right_after_resume() -> None:
    playout = Playout()
    said(playout, "hello", sound(3))
    playout.next_frame()
    playout.pause()
    playout.resume()
    playout.pause()
    assert playout.next_frame() is None


def test_background_loops_fades_and_steps_back() -> None:
    playout = Playout()
    playout.background(sound(1.5))
    assert values(playout.next_frame())[0] == 0, "faded in"
    assert values(playout.next_frame()) == [1000]
    assert values(playout.next_frame()) == [1000], "over the seam"
    said(playout, "hello", sound(2, 2000))
    playout.next_frame()
    assert values(playout.next_frame()) == [2000 + round(1000 * DUCKED)]
    assert values(playout.next_frame())[-1] < 1000, "coming back"
    playout.background(None)
    assert values(playout.next_frame())[-1] == 1000, "fading out"
    assert playout.next_frame() is None


def test_no_background_stops_harmlessly() -> None:
    playout = Playout()
    playout.background(None)
    assert playout.next_frame() is None


def test_what_was_heard_of_us_is_told_once_silence_too() -> None:
    playout = Playout()
    said(playout, "hello", sound(1))
    first = playout.next_frame()
    assert playout.next_frame() is None
    assert playout.take_played() == [first, bytes(2 * FRAME)]
    assert playout.take_played() == []


def test_what_nobody_asks_for_does_not_pile_up() -> None:
    playout = Playout()
    for _ in range(1000):
        playout.next_frame()
    assert len(playout.take_played()) == 25
