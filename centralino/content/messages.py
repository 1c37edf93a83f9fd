"""Content as messages: what is stored sealed, and the key of a recording on its way to control."""

from __future__ import annotations

from dataclasses import dataclass, field

from kernel.codec import message
from kernel.packet import TranscriptLine


@message("content.transcript")
@dataclass(frozen=True)
class Transcript:
    """Everything said in a call, in order."""

    lines: tuple[TranscriptLine, ...] = ()


@message("content.notes")
@dataclass(frozen=True)
class Notes:
    """What an agent wrote about a call."""

    agent: str
    at: float
    text: str = ""
    disposition: str = ""


@message("content.sound_key")
@dataclass(frozen=True)
class SoundKeyMade:
    """A media process began a recording; control keeps its key (and may delete it)."""

    call: str
    client: str
    key_hex: str = field(repr=False)
    """Never logged: not even by the name of its class."""

    @classmethod
    def of(cls, call: str, client: str, key: bytes) -> SoundKeyMade:
        """The message for this key."""
        return cls(call, client, key.hex())

    def key(self) -> bytes:
        """The key. Raises ValueError."""
        return bytes.fromhex(self.key_hex)
