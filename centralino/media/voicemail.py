"""A caller whom nobody can take leaves a message: prompt, tone, recording, transcript.

The sound is in the call's own recording; what was said goes to the transcript piece by piece. The
call ends with the outcome `voicemail`, by which the page of calls lists it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import structlog

from centralino.config.distribution import Queue
from centralino.media.house import House
from centralino.messages import CallSaid
from kernel.ids import CallId
from kernel.packet import TranscriptLine
from telephony.call import Outcome, Returned
from telephony.media.leg import LegSound
from telephony.media.message import Message, Piece
from telephony.media.playout import PlaybackFinished
from telephony.media.tones import beep
from voicebot.errors import EngineLost
from voicebot.speech.ports import RecognitionContext

if TYPE_CHECKING:
    from centralino.media.live_call import LiveCall

log = structlog.get_logger()

RATE = 8000
END_KEYS = "#*"
PROMPT, TONE = "voicemail prompt", "voicemail tone"


@dataclass
class Voicemail:
    """One message being left."""

    call: CallId
    client: str
    house: House
    sound: LegSound
    prompt: str
    longest: float
    language: str
    redacted: Callable[[str], str]
    """What of a text may be kept."""
    _message: Message | None = None
    _began: float = 0.0
    _told: bool = False
    _silence: bytes = field(default=bytes(2 * RATE // 50), repr=False)

    def begin(self) -> None:
        """Say what to do."""
        self.sound.stop()
        self.sound.playout.background(None)
        self.house.spawn(self._speak(), f"voicemail {self.call}")

    def digit(self, digit: str) -> None:
        """A key ends the message, or skips the prompt."""
        if self._message is None:
            self.sound.stop()
            self._tone()
        elif digit in END_KEYS:
            self._piece(self._message.end())

    def is_over(self) -> bool:
        """Whether all was said; told once."""
        news = self._message is not None and self._message.over and not self._told
        self._told = self._told or news
        return news

    def tick(self) -> tuple[bytes, bytes]:
        """20 ms: what came and what was sent."""
        frames = self.sound.receive()
        sent = self.sound.send()
        for event in self.sound.playout.take_events():
            if isinstance(event, PlaybackFinished) and not event.interrupted:
                self._played(event.playback)
        if self._message is not None:
            for frame in frames or [self._silence]:
                self._piece(self._message.frame(frame))
        return b"".join(frames), sent

    def left(self) -> None:
        """The caller hung up: what was said last is heard, too."""
        if self._message is not None and not self._message.over:
            self._piece(self._message.end())

    def _played(self, name: str) -> None:
        if name == PROMPT:
            self._tone()
        elif name == TONE and self._message is None:
            self._message = Message(RATE, longest=self.longest)
            self._began = self.house.clock.now()
            self.house.live({"call": self.call, "voicemail": "recording"})

    def _tone(self) -> None:
        self.sound.playout.enqueue(TONE, beep(hertz=880.0, seconds=0.4))
        self.sound.playout.end(TONE)

    async def _speak(self) -> None:
        try:
            async for clause in self.house.engines.synthesiser.speak(self.prompt, RATE):
                self.sound.playout.enqueue(PROMPT, clause.pcm)
        except EngineLost as error:
            log.warning("media.no_voice", call=self.call, why=str(error))  # the tone says it
            self.sound.playout.enqueue(PROMPT, self._silence)
        self.sound.playout.end(PROMPT)

    def _piece(self, piece: Piece | None) -> None:
        if piece is not None and self.house.engines.recogniser is not None:
            self.house.spawn(self._transcribe(piece), f"transcribe {self.call}")

    async def _transcribe(self, piece: Piece) -> None:
        assert self.house.engines.recogniser is not None
        try:
            context = RecognitionContext(self.language)
            stream = await self.house.engines.recogniser.open(RATE, context)
            await stream.feed(piece.pcm)
            heard = await stream.finish()
        except EngineLost as error:
            log.warning("media.voicemail_unheard", call=self.call, why=str(error))
            return
        if heard.text:
            text = self.redacted(heard.text)
            line = TranscriptLine(self._began + piece.at, "caller", text, heard.confidence)
            self.house.tell(CallSaid(self.call, self.client, line), self.call)


def take_message(call: LiveCall, queue: Queue) -> None:
    """Let the caller leave a message in place of the conversation, as the queue has it."""
    assert call.sound is not None and call.session is not None
    call.move(Returned(Outcome.VOICEMAIL))
    call.session.close("voicemail", call.house.clock.now())
    if not call.line.recorded:
        call.recording.begin(call.line.client)
    call.voicemail = Voicemail(
        call.id, call.line.client, call.house, call.sound, queue.voicemail_prompt,
        queue.voicemail_seconds, call.session.language, call.reporter.redactor.text,
    )  # fmt: skip
    call.voicemail.begin()
