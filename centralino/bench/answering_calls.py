"""Synthetic answered calls, labelled: what a called line sounds like to whoever called it.

Everything random comes from a seed. The voices of the tuning set and of the measured set are
different ones, and so are the sentences' order, lengths, levels and noises. Synthetic greetings are
no real ones: the figures compare versions of ours, they are no promise for a carrier's traffic.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from telephony.media.answering import Answered
from telephony.media.resample import resample

RATE = 8000
LONGEST = 30.0
"""Seconds of a call."""
Samples = npt.NDArray[np.float64]
Say = Callable[[str, str], tuple[bytes, int]]
"""(voice, text) → PCM and its rate."""

TUNING_VOICES = ("hibari:heart", "espeak:en-us+m1", "espeak:en-us+f1", "espeak:en-gb-x-rp+m3")
HELD_OUT_VOICES = (
    "piper:joe", "espeak:en-us+f4", "espeak:en-gb-scotland+m7", "espeak:en-us+steph",
    "espeak:en-029+m5",
)  # fmt: skip

NAMES = ("Anna Miller", "Peter Walker", "John", "Sarah Bell", "the Cooper family", "Doctor Reed")
HUMAN = (
    "Hello?", "Yes?", "Hello, this is {name}.", "{name} speaking.", "Hi.", "Good morning, {name}.",
    "Yes, hello, who is this?", "Good afternoon, Bell's bakery, {name} speaking, can I help you?",
    "Hello, hello?", "Yeah, hi, I can hear you.",
)  # fmt: skip
VOICEMAIL = (
    "You have reached {name}.", "Hi, this is {name}.", "I can't come to the phone right now.",
    "We are not available at the moment.", "Please leave a message after the tone.",
    "Leave your name and number and I will get back to you as soon as possible.",
    "The person you are calling is not available.", "At the tone, please record your message.",
    "When you have finished recording, you may hang up.", "Thank you for calling.",
    "Our office is open from nine to five on weekdays, and on Saturday mornings until noon.",
    "If this is urgent, please send me a text message.",
)  # fmt: skip
MENU = (
    "Thank you for calling Riverton Services.", "Please listen carefully.",
    "For sales, press one.", "For billing and payments, press two.", "For support, press three.",
    "To speak to a customer service representative, press zero.",
    "To hear these options again, press the star key.", "If you know the extension, dial it now.",
    "Our menu options have changed.", "Your call may be recorded.",
)  # fmt: skip
SCREENING = (
    "Hi. The person you are calling is using a screening service, and will get a copy of this.",
    "Go ahead and say your name, and why you are calling.",
    "Before I try to connect you, please say your name after which I will ask them.",
    "If you record your name and reason for calling, I will see if this person is available.",
    "Hello. Who is calling, please? State your name and the reason for your call.",
)  # fmt: skip
NETWORK = (
    "The number you have dialed is not in service.",
    "Your call cannot be completed as dialed. Please check the number and dial again.",
    "The number you have reached has been disconnected.",
)  # fmt: skip


@dataclass(frozen=True)
class LabelledCall:
    """What came from the called line, from the answer on."""

    name: str
    answered: Answered
    voice: str
    pcm: bytes
    beep_ends: float | None = None
    """Seconds from the answer."""


@dataclass
class Maker:
    """Makes calls of one set of voices."""

    say: Say
    voices: Sequence[str]
    rng: random.Random

    def calls(self, of_each: int) -> list[LabelledCall]:
        """So many of each of the seven kinds, shuffled."""
        made = [
            self._call(kind, f"{kind}-{n}") for kind in Answered for n in range(of_each)
        ]  # fmt: skip
        self.rng.shuffle(made)
        return made

    def _call(self, kind: Answered, name: str) -> LabelledCall:
        voice = self.rng.choice(self.voices)
        parts, beep_ends = MAKING[kind](self, voice)
        spoken = kind not in (Answered.FAX, Answered.SILENCE)
        return LabelledCall(
            name, kind, voice if spoken else "", self._line(np.concatenate(parts)), beep_ends
        )

    def _line(self, clear: Samples) -> bytes:
        """As a telephone line carries it: a level, a noise, G.711."""
        peak = float(np.max(np.abs(clear), initial=0.0))
        level = 10 ** (self.rng.uniform(-20, -3) / 20)
        sound = clear * (level / peak) if peak else clear
        noise = 10 ** (self.rng.uniform(-70, -46) / 20)
        chance = np.random.default_rng(self.rng.getrandbits(32))
        hiss = chance.standard_normal(len(sound))
        hum = np.convolve(hiss, np.ones(8) / 8, "same") if self.rng.random() < 0.5 else hiss
        return _mu_law((sound + noise * hum)[: int(LONGEST * RATE)])

    # The kinds.

    def human(self, voice: str) -> tuple[list[Samples], float | None]:
        """A word or two, then listening; perhaps again."""
        parts = [self._pause(0.1, 2.0), self._speech(voice, self._pick(HUMAN))]
        if self.rng.random() < 0.4:
            parts += [self._pause(2.0, 4.0), self._speech(voice, "Hello? Is anybody there?")]
        return [*parts, self._pause(5.0, 8.0)], None

    def voicemail(self, voice: str) -> tuple[list[Samples], float | None]:
        """A greeting of 1 to 25 s, mostly a beep, then nothing."""
        wanted = self.rng.uniform(1.0, 25.0)
        parts = [self._pause(0.2, 1.5), *self._until(voice, VOICEMAIL, wanted)]
        if self.rng.random() < 0.1:
            return [*parts, self._pause(5.0, 7.0)], None
        parts += [self._pause(0.2, 1.2), self._beep()]
        beep_ends = sum(len(part) for part in parts) / RATE
        return [*parts, self._pause(4.0, 6.0)], beep_ends

    def menu(self, voice: str) -> tuple[list[Samples], float | None]:
        """Options, read out; and again."""
        opening = [self._speech(voice, MENU[0])] if self.rng.random() < 0.7 else []
        options = self._until(voice, MENU[2:], self.rng.uniform(6.0, 20.0))
        return [self._pause(0.2, 1.0), *opening, *options, self._pause(3.0, 5.0)], None

    def screening(self, voice: str) -> tuple[list[Samples], float | None]:
        """Asks who calls, and waits."""
        asked = self._speech(voice, self._pick(SCREENING))
        more = [self._pause(0.4, 0.8), self._speech(voice, SCREENING[1])]
        parts = [self._pause(0.3, 1.5), asked, *(more if self.rng.random() < 0.4 else [])]
        return [*parts, self._pause(6.0, 9.0)], None

    def fax(self, voice: str) -> tuple[list[Samples], float | None]:
        """ITU-T T.30: an answer tone and then a modem, or a calling tone."""
        if self.rng.random() < 0.65:
            chance = np.random.default_rng(self.rng.getrandbits(32))
            flags = np.repeat(chance.integers(0, 2, 450), RATE // 300)
            bits = np.where(flags == 1, 1650.0, 1850.0)  # V.21 channel 2
            modem = 0.5 * np.sin(2 * np.pi * np.cumsum(bits) / RATE)
            ced = _tone(2100 + self.rng.uniform(-12, 12), self.rng.uniform(2.6, 4.0))
            return [self._pause(0.3, 2.0), ced, self._pause(0.07, 0.08), modem], None
        cng = _tone(1100 + self.rng.uniform(-30, 30), 0.5)
        rounds = [part for _ in range(4) for part in (cng, self._pause(2.95, 3.05))]
        return [self._pause(0.3, 2.0), *rounds], None

    def network(self, voice: str) -> tuple[list[Samples], float | None]:
        """Busy and reorder tones, or three rising tones and an announcement."""
        if self.rng.random() < 0.5:
            sit = [_tone(hertz, 0.33) for hertz in (950.0, 1400.0, 1800.0)]
            said = self._speech(voice, self._pick(NETWORK))
            return [self._pause(0.1, 0.5), *sit, self._pause(0.2, 0.5), said, said], None
        hertz = self.rng.choice((425.0, 480.0, 400.0))
        on = self.rng.choice((0.25, 0.5))
        rounds = [part for _ in range(8) for part in (_tone(hertz, on), _quiet(on))]
        return [self._pause(0.1, 0.5), *rounds], None

    def silence(self, voice: str) -> tuple[list[Samples], float | None]:
        """A line that was taken, and nobody speaks; perhaps a knock."""
        parts = [self._pause(6.0, 12.0)]
        if self.rng.random() < 0.3:
            chance = np.random.default_rng(self.rng.getrandbits(32))
            parts.insert(0, self._pause(0.5, 2.0))
            parts.insert(1, 0.3 * chance.standard_normal(RATE // 20))
        return parts, None

    # Pieces.

    def _pick(self, texts: Sequence[str]) -> str:
        return self.rng.choice(texts).format(name=self.rng.choice(NAMES))

    def _until(self, voice: str, texts: Sequence[str], seconds: float) -> list[Samples]:
        """Different sentences up to about so many seconds, one at least."""
        parts: list[Samples] = []
        for text in self.rng.sample(list(texts), len(texts)):
            said = self._speech(voice, text.format(name=self.rng.choice(NAMES)))
            if parts and sum(map(len, parts)) + len(said) > seconds * RATE:
                break
            parts += [said, self._pause(0.15, 0.6)]
        return parts

    def _speech(self, voice: str, text: str) -> Samples:
        pcm, rate = self.say(voice, text)
        return np.frombuffer(resample(pcm, rate, RATE), "<i2").astype(np.float64) / 32768.0

    def _pause(self, low: float, high: float) -> Samples:
        return _quiet(self.rng.uniform(low, high))

    def _beep(self) -> Samples:
        return _tone(self.rng.uniform(400, 2000), self.rng.uniform(0.15, 1.2))


MAKING: dict[Answered, Callable[[Maker, str], tuple[list[Samples], float | None]]] = {
    Answered.HUMAN: Maker.human,
    Answered.VOICEMAIL: Maker.voicemail,
    Answered.IVR: Maker.menu,
    Answered.SCREENING: Maker.screening,
    Answered.FAX: Maker.fax,
    Answered.TONE: Maker.network,
    Answered.SILENCE: Maker.silence,
}


def _quiet(seconds: float) -> Samples:
    return np.zeros(round(seconds * RATE))


def _tone(hertz: float, seconds: float) -> Samples:
    tone = 0.5 * np.sin(2 * np.pi * hertz * np.arange(round(seconds * RATE)) / RATE)
    edge = min(len(tone) // 2, RATE // 200)
    tone[:edge] *= np.linspace(0, 1, edge)
    tone[len(tone) - edge :] *= np.linspace(1, 0, edge)
    return tone


def _mu_law(sound: Samples) -> bytes:
    """There and back through G.711 µ-law's 8 bits."""
    clipped = np.clip(sound, -1.0, 1.0)
    packed = np.sign(clipped) * np.log1p(255 * np.abs(clipped)) / np.log(256)
    coarse = np.rint(packed * 127) / 127
    back = np.sign(coarse) * (np.power(256.0, np.abs(coarse)) - 1) / 255
    return bytes(np.rint(back * 32767).astype("<i2").tobytes())
