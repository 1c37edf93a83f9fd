"""Sending by level, receiving all, stopping with a true position."""

from __future__ import annotations

from telephony.media.leg import DEPTH, MOST_RECEIVED, LegSound
from telephony.media.playout import Playout
from telephony.ports import MediaStream
from tests.unit.telephony.media.streams import HandStream

FRAME = bytes([1, 0]) * 160


def leg() -> tuple[HandStream, LegSound]:
    stream = HandStream()
    port: MediaStream = stream
    return stream, LegSound(port, Playout())


def test_each_tick_tops_up_to_the_depth() -> None:
    stream, sound = leg()
    sound.playout.enqueue("clip", 10 * FRAME)
    assert sound.send() == DEPTH * FRAME
    assert sound.send() == b""
    stream.transmit()
    assert sound.send() == FRAME
    assert sound.waiting() == DEPTH


def test_a_late_tick_is_made_good() -> None:
    stream, sound = leg()
    sound.playout.enqueue("clip", 10 * FRAME)
    sound.send()
    for _ in range(3):
        stream.transmit()
    assert sound.send() == DEPTH * FRAME


def test_nothing_to_say_sends_nothing() -> None:
    stream, sound = leg()
    assert sound.send() == b"" and stream.waiting == []


def test_every_frame_that_came_is_read_up_to_a_limit() -> None:
    stream, sound = leg()
    stream.arriving = [FRAME] * (MOST_RECEIVED + 2)
    assert len(sound.receive()) == MOST_RECEIVED
    assert len(sound.receive()) == 2
    assert sound.receive() == []


def test_stop_knows_what_was_really_sent() -> None:
    stream, sound = leg()
    sound.playout.enqueue("clip", 10 * FRAME)
    for _ in range(5):
        sound.send()
        stream.transmit()
    assert sound.stop() == 5 * 160
    assert stream.waiting == [] and sound.playout.idle


def test_a_playout_is_laid_over_what_goes_through() -> None:
    stream, sound = leg()
    sound.playout.enqueue("beep", FRAME)
    assert sound.send_through([FRAME, FRAME]) == bytes([2, 0]) * 160 + FRAME
    assert len(stream.waiting) == 2


def test_a_playout_goes_alone_when_nothing_comes_through() -> None:
    _, sound = leg()
    sound.playout.enqueue("beep", FRAME)
    assert sound.send_through([]) == FRAME


def test_catching_up_drops_what_nobody_read() -> None:
    stream, sound = leg()
    stream.arriving = [FRAME] * 20
    assert sound.catch_up() == 20
    assert sound.receive() == []


def test_pause_takes_back_what_was_queued_and_resumes_with_it() -> None:
    stream, sound = leg()
    frames = [bytes([n, 0]) * 160 for n in range(1, 6)]
    sound.playout.enqueue("clip", b"".join(frames))
    sound.send()
    stream.transmit()
    sound.pause()
    assert stream.waiting == [] and sound.send() == b"", "no fade behind the silence"
    sound.playout.resume()
    faded, whole = (sound.playout.next_frame() for _ in range(2))
    assert faded and faded[-2:] == frames[1][-2:] and whole == frames[2]
    told = [type(event).__name__ for event in sound.playout.take_events()]
    assert told == ["PlaybackStarted"]


def test_a_pause_before_the_first_frame_is_sent_tells_its_start_once() -> None:
    _, sound = leg()
    sound.playout.enqueue("clip", 3 * FRAME)
    sound.send()
    sound.pause()
    sound.playout.resume()
    sound.send()
    assert [type(event).__name__ for event in sound.playout.take_events()] == ["PlaybackStarted"]
