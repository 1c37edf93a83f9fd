"""A call's recording on its way into the vault.

A disk that is full ends it, and never the call; nor does a recording that is there already: who
answers a second time when called back has the same call, and its key is not ours any more.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import structlog

from centralino.content.errors import ContentError
from centralino.content.messages import SoundKeyMade
from centralino.content.sealing import new_key
from centralino.media.house import House
from telephony.media.recording import Channel, TwoChannelRecorder

log = structlog.get_logger()


class CallRecording:
    """Both channels of one call, sealed. Every verb is harmless once the recording has ended."""

    def __init__(self, house: House, call: str, rate: int) -> None:
        self._house = house
        self._call = call
        self._rate = rate
        self._recorder: TwoChannelRecorder | None = None

    def begin(self, client: str) -> None:
        """Make the key, open the file, and tell control."""
        key = new_key()
        with self._guarded():
            self._house.vault.begin(self._call, key, self._rate, channels=2)
            self._recorder = TwoChannelRecorder(self._rate, self._keep)
            self._house.tell(SoundKeyMade.of(self._call, client, key), self._call)

    def frame(self, received: bytes, sent: bytes) -> None:
        """What came and what went in one tick."""
        if self._recorder is not None:
            with self._guarded():
                self._recorder.frame(received, sent)

    def private(self, now: bool) -> None:
        """A secret is asked for, or is not any longer: the caller is muted."""
        if self._recorder is not None:
            mute = self._recorder.mute if now else self._recorder.unmute
            mute(Channel.RECEIVED)

    def pause(self, on: bool) -> None:
        """An agent has nothing recorded for a while: both sides are muted."""
        if self._recorder is not None:
            (self._recorder.mute if on else self._recorder.unmute)()

    def hold(self, held: bool) -> None:
        """It is not known whether what is said may be kept, or it is known again."""
        if self._recorder is not None:
            self._recorder.hold(held)

    def blank(self) -> None:
        """What was held of the caller may not be kept."""
        if self._recorder is not None:
            self._recorder.blank(Channel.RECEIVED)

    def end(self) -> None:
        """Write the rest and close the file."""
        recorder, self._recorder = self._recorder, None
        if recorder is not None:
            with self._guarded():
                recorder.flush()
                self._house.vault.finish(self._call)

    def _keep(self, pcm: bytes) -> None:
        self._house.vault.append(self._call, pcm)

    @contextlib.contextmanager
    def _guarded(self) -> Iterator[None]:
        try:
            yield
        except (OSError, ContentError) as error:
            log.error("media.not_recorded", call=self._call, why=str(error))
            self._recorder = None
            self._house.vault.finish(self._call)
