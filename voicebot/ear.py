"""What the caller's sound is: speech of a turn, from the first word to the recogniser's answer."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

import structlog

from voicebot import events
from voicebot.errors import EngineLost
from voicebot.expected import HARD_STOP, expected
from voicebot.speech import endpointing
from voicebot.speech.arrivals import GAP, Arrivals
from voicebot.speech.echo import EchoGuard
from voicebot.speech.endpointing import Endpointing, Segment, Segmenter
from voicebot.speech.ports import NOTHING, Recognised, Recogniser, RecognitionContext, Vad
from voicebot.utterance import Guessed, Streamed, Utterance, whole

log = structlog.get_logger(__name__)


class Ear:
    """Frames in, what they say of the turn listened to out.

    Where a turn ends is decided by the conversation, from the pauses that it is told; only silence
    or speech that lasts too long ends it here.
    """

    def __init__(
        self, recogniser: Recogniser, vad: Vad, rate: int, tell: Callable[[events.Event], None]
    ) -> None:
        self.streams = False
        """Whether the recogniser hears while one speaks."""
        self._recogniser = recogniser
        self._vad = vad
        self._rate = rate
        self._tell = tell
        self._segmenter = Segmenter(Endpointing(endpoint=HARD_STOP))
        self._echo = EchoGuard(rate)
        self._silence = bytes(rate // 50 * 2)
        self._arrivals = Arrivals()
        self._awake = False
        self._turn: int | None = None
        self._context = RecognitionContext()
        self._utterance: Utterance | None = None
        self._ended: dict[int, Utterance] = {}
        """The turn whose end was told, until the next one is listened to."""

    def listen(self, turn: int, context: RecognitionContext) -> None:
        """From now on speech is of this turn; speech under way begins anew."""
        self._forget()
        self._awake = True
        self._turn, self._context = turn, context
        self._segmenter.pause = expected(context.expects).pause
        if self._segmenter.state is not Segment.QUIET:
            self._segmenter.reset()

    def close(self) -> None:
        """Hear nothing."""
        self._forget()
        self._awake = False
        self._segmenter.reset()

    def hear(self, pcm: bytes | None, now: float) -> None:
        """One 20 ms frame that ended at `now`; None, or what is no whole frame: none has come."""
        if pcm is not None and len(pcm) != len(self._silence):
            pcm = None
        if pcm is None:
            self._arrivals.none_came()
        else:
            self._arrivals.came(now)
        if not self._awake or 0 < self._arrivals.missing < GAP:
            return
        frame = pcm or self._silence
        self._echo.received(frame)
        speech = self._vad.is_speech(frame)
        echo = speech and self._echo.is_echo(frame)
        for event in self._segmenter.feed(frame, speech, now, echo):
            if self._turn is not None:
                self._take(self._turn, event)

    @property
    def stirs(self) -> bool:
        """Whether who paused is perhaps about to go on, or has gone on in sound that is late."""
        return self._segmenter.stirs or self._arrivals.late

    async def hear_out(self, turn: int) -> Recognised:
        """What was said in this turn up to now? Raises EngineLost."""
        utterance = self._utterance_of(turn)
        return await utterance.hear() if utterance is not None else NOTHING

    async def read_again(self, turn: int, only: tuple[str, ...]) -> Recognised:
        """The same, read as nothing but these words: nothing where there is no time for that, or
        the recogniser is lost, for what was read first stands."""
        utterance = self._utterance_of(turn)
        if utterance is None or self._context.light:
            return NOTHING
        context = replace(self._context, only=only, terms=())
        try:
            return await whole(self._recogniser, self._rate, context, utterance.pcm)
        except EngineLost as lost:
            log.warning("ear.not_read_again", problem=str(lost))
            return NOTHING

    async def peek(self, turn: int) -> Recognised:
        """The first words of this turn, whose speech goes on. Raises EngineLost."""
        utterance = self._utterance_of(turn)
        return await utterance.peek() if utterance is not None else Recognised("", 0.0)

    def played(self, frames: Iterable[bytes]) -> None:
        """The caller hears this of us, and may send it back."""
        for frame in frames:
            self._echo.sent(frame)

    def sound_of(self, turn: int) -> bytes:
        """The sound of this turn up to now."""
        utterance = self._utterance_of(turn)
        return utterance.pcm if utterance is not None else b""

    def _utterance_of(self, turn: int) -> Utterance | None:
        return self._ended.get(turn) or (self._utterance if turn == self._turn else None)

    def _take(self, turn: int, event: endpointing.SpeechEvent) -> None:
        match event:
            case endpointing.SpeechStarted():
                kind = Streamed if self.streams else Guessed
                self._utterance = kind(self._recogniser, self._rate, self._context)
                self._tell(events.SpeechStarted(turn, event.at))
            case endpointing.SpeechFrame() if self._utterance:
                self._utterance.add(event.pcm)
            case endpointing.SpeechLasted():
                self._tell(events.SpeechLasted(turn))
            case endpointing.SpeechPaused() if self._utterance:
                self._tell(events.SpeechPaused(turn, event.last_speech_at))
            case endpointing.SpeechResumed() if self._utterance:
                self._utterance.resumed()
                self._tell(events.SpeechResumed(turn, event.at))
            case endpointing.SpeechEnded() if self._utterance:
                self._end(turn, event)

    def _end(self, turn: int, ended: endpointing.SpeechEnded) -> None:
        """The turn's speech is complete; until the next `listen` more of it means nothing."""
        assert self._utterance is not None
        self._ended = {turn: self._utterance}
        self._utterance, self._turn = None, None
        self._tell(events.SpeechEnded(turn, ended.last_speech_at, ended.cut))

    def _forget(self) -> None:
        for utterance in (self._utterance, *self._ended.values()):
            if utterance is not None:
                utterance.cancel()
        self._utterance, self._turn, self._ended = None, None, {}
