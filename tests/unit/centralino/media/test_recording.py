"""What cannot be recorded costs the recording and not the call."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from centralino.content.errors import SealBroken
from centralino.media.recording import CallRecording

FRAME = bytes(320)


@dataclass
class Vault:
    """Full from the start, or after so many writes."""

    room: int
    open: bool = False
    foreign: bool = False
    """Whether there is a recording of this call under another key."""
    kept: list[bytes] = field(default_factory=list)

    def begin(self, call: str, key: bytes, rate: int, channels: int) -> None:
        if self.foreign:
            raise SealBroken("sealed with another key")
        self._write(b"")
        self.open = True

    def append(self, call: str, pcm: bytes) -> None:
        self._write(pcm)

    def finish(self, call: str) -> None:
        self.open = False

    def _write(self, pcm: bytes) -> None:
        if self.room <= len(self.kept):
            raise OSError(28, "No space left on device")
        self.kept.append(pcm)


@dataclass
class House:
    """What a recording uses of its house."""

    vault: Vault
    told: list[object] = field(default_factory=list)

    def tell(self, value: object, call: str) -> None:
        self.told.append(value)


def recorded(room: int, frames: int) -> Vault:
    """A call of so many frames, whose every verb must be harmless."""
    house = House(Vault(room))
    recording = CallRecording(house, "call-1", 8000)  # type: ignore[arg-type]
    recording.begin("riverton")
    for _ in range(frames):
        recording.frame(FRAME, FRAME)
    recording.private(True)
    recording.hold(True)
    recording.blank()
    recording.end()
    recording.end()
    return house.vault


def test_a_call_is_kept() -> None:
    vault = recorded(room=100, frames=120)
    assert sum(map(len, vault.kept)) == 120 * 2 * len(FRAME) and not vault.open


@pytest.mark.parametrize("room", [0, 1, 2])
def test_where_the_disk_is_full_the_call_goes_on(room: int) -> None:
    vault = recorded(room, frames=200)
    assert len(vault.kept) == room and not vault.open, "no file stays open"


def test_a_second_recording_of_a_call_costs_neither_the_call_nor_the_first_ones_key() -> None:
    house = House(Vault(room=100, foreign=True))
    recording = CallRecording(house, "call-1", 8000)  # type: ignore[arg-type]
    recording.begin("riverton")
    recording.frame(FRAME, FRAME)
    recording.end()
    assert not house.told and not house.vault.kept
