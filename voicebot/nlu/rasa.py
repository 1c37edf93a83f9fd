"""Understanding by a real Rasa 3.6 beside us, over its HTTP API, and without it as before.

A call never waits for a Rasa that is gone, slow or talks nonsense: each question has its time, the
embedded engine answers what Rasa does not, and after some failures a circuit breaker leaves Rasa
alone for a while. The built-in entities and what the open question makes of a sentence are found
here in both cases (`shaping`), so a dialogue does not see which engine answered.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace
from urllib.parse import quote

import structlog

from voicebot import http
from voicebot.breaker import Breaker
from voicebot.errors import ServerFailed
from voicebot.nlu.embedded import Embedded
from voicebot.nlu.ports import Understanding
from voicebot.nlu.rasa_reply import read_reply
from voicebot.nlu.shaping import Told
from voicebot.nlu.training import Training

log = structlog.get_logger(__name__)
REMEMBERED = 64
"""Sentences whose answers are kept …"""
FRESH = 60.0
"""… for so many seconds: the server may have another model by then."""


@dataclass(frozen=True)
class RasaAt:
    """Where a Rasa server is, and how long it is waited for."""

    url: str
    """Its root: `http://127.0.0.1:5005`."""
    seconds: float = 0.5
    """For each sentence."""
    token: str = ""
    """`rasa run --auth-token`."""


class Rasa:
    """An `Understander` for one bot."""

    def __init__(
        self,
        at: RasaAt,
        training: Training,
        embedded: Embedded,
        now: Callable[[], float] = time.time,
        breaker: Breaker | None = None,
    ) -> None:
        self._at = at
        self._url = at.url.rstrip("/") + "/model/parse"
        self._embedded = embedded
        self._intents = training.intents()
        self._entities = frozenset({*training.lookups, *training.regexes})
        self._now = now
        self._known: OrderedDict[str, tuple[float, Told]] = OrderedDict()
        """What was answered last, and when: a sentence is understood once for each reading of a
        question, and "yes" is said by every caller."""
        self.breaker = breaker or Breaker()

    def intents(self) -> frozenset[str]:
        """Every intent that was trained."""
        return self._intents

    async def understand(self, text: str, expects: str = "open") -> Understanding:
        """What does this mean? Rasa's answer if it comes in time, else the embedded engine's."""
        started = time.perf_counter()
        told = await self._asked(text) if text.strip() else None
        if told is None:
            told = self._embedded.told(text)
        meaning = self._embedded.shaper.shape(text, expects, told)
        return replace(meaning, seconds=time.perf_counter() - started)

    async def _asked(self, text: str) -> Told | None:
        at, known = self._known.get(text, (float("-inf"), None))
        if self._now() - at <= FRESH:
            return known
        if not self.breaker.allows(self._now()):
            return None
        try:
            told = await self._ask(text)
        except ServerFailed as problem:
            left = self.breaker.failed(self._now())
            log.warning("nlu.rasa_failed", url=self._at.url, problem=str(problem), left_alone=left)
            return None
        except BaseException:  # cancelled by a caller who hung up
            self.breaker.unknown(self._now())
            raise
        if self.breaker.succeeded():
            log.info("nlu.rasa_is_back", url=self._at.url)
        self._known[text] = (self._now(), told)
        self._known.move_to_end(text)
        if len(self._known) > REMEMBERED:
            self._known.popitem(last=False)
        return told

    async def _ask(self, text: str) -> Told:
        url = f"{self._url}?token={quote(self._at.token)}" if self._at.token else self._url
        status, reply = await http.ask("POST", url, self._at.seconds, {"text": text})
        if status != 200:
            raise ServerFailed(f"the server says {status}")
        return read_reply(reply, text, self._intents, self._entities)
