"""The sound of a leg over the stack's rings, with a stand-in for the rings."""

from __future__ import annotations

from types import SimpleNamespace

from telephony.drivers.baresip_media import BaresipMedia

FRAME = b"\1\0" * 160


class Rings:
    """What the stack has of a leg: its clock is `tick`."""

    def __init__(self) -> None:
        self.queued = b""
        self.sent: list[bytes] = []
        self.counted = SimpleNamespace(tx_flushed_bytes=0, tx_silence_frames=0)
        self._asked = False

    def write(self, pcm: bytes) -> int:
        self.queued += pcm
        return len(pcm)

    def flush_tx(self) -> None:
        self._asked = True

    def stats(self) -> SimpleNamespace:
        return SimpleNamespace(**vars(self.counted))

    def info(self) -> SimpleNamespace:
        return SimpleNamespace(tx_buffered=len(self.queued))

    def tick(self) -> None:
        if self._asked:
            self.counted.tx_flushed_bytes += len(self.queued)
            self.queued, self._asked = b"", False
        frame, self.queued = self.queued[: len(FRAME)], self.queued[len(FRAME) :]
        self.counted.tx_silence_frames += not frame
        self.sent += [frame] if frame else []


class SentMeanwhile(Rings):
    """The last frame is sent between the question what is queued and the flush."""

    def flush_tx(self) -> None:
        self.tick()
        super().flush_tx()


def media(rings: Rings) -> BaresipMedia:
    return BaresipMedia(rings, 8000, KeyError, IndexError)


def test_what_is_written_after_a_flush_is_sent_once_it_is_done() -> None:
    rings = Rings()
    leg = media(rings)
    leg.write(FRAME)
    assert leg.flush() == len(FRAME)
    leg.write(FRAME)
    assert rings.queued == FRAME and leg.queued() == len(FRAME), "held back"
    rings.tick()
    leg.write(FRAME)
    for _ in range(3):
        rings.tick()
    assert rings.sent == [FRAME, FRAME]


def test_a_flush_that_had_nothing_left_to_drop_does_not_silence_the_leg() -> None:
    rings = SentMeanwhile()
    leg = media(rings)
    leg.write(FRAME)
    leg.flush()
    assert rings.sent == [FRAME]
    for _ in range(10):
        leg.write(FRAME)
        rings.tick()
    rings.tick()
    rings.tick()
    assert len(rings.sent) == 11, "all that was held back"
