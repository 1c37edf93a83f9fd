"""Sees to it that no caller of ours is left in silence: earcon, words, and a person."""

from __future__ import annotations

import structlog

from centralino.media.house import House, LoadedBot
from telephony.media.leg import LegSound
from telephony.media.tones import double_tick
from voicebot.errors import EngineLost
from voicebot.patience import Need, Patience
from voicebot.session import Session

log = structlog.get_logger()
MOMENT = "utter_moment"
"""The response said after three seconds, where the bot has one."""


class Attendant:
    """Of one call. `tick` is called every 20 ms and never waits."""

    def __init__(self, house: House, bot: LoadedBot, sound: LegSound, call: str, rate: int) -> None:
        self._house = house
        self._sound = sound
        self._call = call
        self._rate = rate
        found = bot.bot.responses.get(MOMENT)
        self._words = found.text({}) if found else ""
        self._patience = Patience()
        self._count = 0
        self._speaking = False
        self._ticking = ""
        """The last earcon: its own sound ends no silence."""

    def tick(self, session: Session, frames: int, now: float) -> None:
        """So many frames of the caller came."""
        silent = self._silent and not self._speaking
        need = self._patience.tick(session.state, silent, frames > 0, now)
        if need is None:
            return
        self._house.live({"call": self._call, "patience": need.value})
        if need is Need.PERSON:
            log.warning("media.no_sound", call=self._call)
            session.media_failed("no_sound", now)
        elif need is Need.WORDS and self._words:
            self._house.spawn(self._say(session), f"moment {self._call}")
        else:
            self._ticking = self._play(double_tick(self._rate))

    def _play(self, pcm: bytes) -> str:
        self._count += 1
        name = f"moment-{self._count}"
        self._sound.playout.enqueue(name, pcm)
        self._sound.playout.end(name)
        return name

    async def _say(self, session: Session) -> None:
        """Unless the answer has come meanwhile: then nothing more is needed."""
        self._speaking = True
        try:
            voice = self._house.engines.synthesiser
            clauses = [c.pcm async for c in voice.speak(self._words, self._rate)]
        except EngineLost:
            return  # the earcon goes on
        finally:
            self._speaking = False
        if self._silent:
            self._play(b"".join(clauses))

    @property
    def _silent(self) -> bool:
        """Nothing is to be heard of us, or an earcon alone."""
        playout = self._sound.playout
        return playout.idle or playout.current == self._ticking
