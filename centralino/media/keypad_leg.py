"""The leg of somebody at the keys, who logs in or launches: control decides, this leg speaks."""

from __future__ import annotations

from dataclasses import dataclass

import structlog

from centralino import messages as house_messages
from centralino.media.house import House
from kernel.ids import LegId
from telephony.media.leg import LegSound
from telephony.media.playout import PlaybackFinished, Playout
from voicebot.errors import EngineLost

log = structlog.get_logger()


@dataclass
class KeypadLeg:
    """One agent at the keys."""

    leg: LegId
    source: str
    """The registered phone that calls, or empty."""
    house: House
    launches: str = ""
    """The client whose notifications are launched here; empty: agents log in."""
    sound: LegSound | None = None

    def answered(self) -> None:
        """The leg is up."""
        self.sound = LegSound(self.house.control.media(self.leg), Playout())
        self.house.pump.add(self.leg, self._tick)
        self.house.tell(
            house_messages.KeysOpened(self.leg, self.house.name, self.source, self.launches)
        )

    def say(self, say: str, text: str) -> None:
        """Speak what control asks for, in place of what is being said."""
        self._hush()
        self.house.spawn(self._speak(say, text), f"say {say}")

    def digit(self, digit: str) -> None:
        """A key stops what is being said, and goes to control."""
        self._hush()
        self.house.tell(house_messages.KeysPressed(self.leg, digit))

    def hang_up(self) -> None:
        """End the leg."""
        self.house.spawn(self.house.control.hang_up(self.leg), f"hang up {self.leg}")

    def ended(self) -> None:
        """The leg is gone."""
        self.house.pump.remove(self.leg)
        self.house.tell(house_messages.KeysClosed(self.leg))

    async def _speak(self, say: str, text: str) -> None:
        if self.sound is None:
            return
        try:
            async for clause in self.house.engines.synthesiser.speak(text, 8000):
                self.sound.playout.enqueue(say, clause.pcm)
        except EngineLost as error:
            # Keys work without a voice; the agent hears nothing and presses what is known by heart.
            log.warning("media.no_voice", leg=self.leg, why=str(error))
        self.sound.playout.end(say)

    def _hush(self) -> None:
        if self.sound is not None:
            self.sound.stop()

    def _tick(self) -> None:
        if self.sound is None:
            return
        self.sound.receive()
        self.sound.send()
        for event in self.sound.playout.take_events():
            if isinstance(event, PlaybackFinished):
                self.house.tell(house_messages.KeysSaid(self.leg, event.playback))
