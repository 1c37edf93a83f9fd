"""Words over a notification, in stepped time: they pause it, and what they mean is taken."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from outbound.messages import AttemptAcknowledged
from tests.unit.centralino.media.test_notice_calls import (
    SCRIPT,
    SPEECH,
    Called,
    Deliberate,
    answered,
    called,
    hears,
    world,
)
from voicebot.speech.ports import Recognised
from voicebot.speech.scripted import TextSynthesiser

__all__ = ["called", "world"]

PAUSE = bytes(16_000)
"""A second."""
TALK = np.random.default_rng(2).normal(0, 3000, 32_000).astype("<i2").tobytes()
"""Four seconds."""
HEADLINE = SCRIPT.versions["en"].headline
SAID = AttemptAcknowledged("att-1", "voice", False)
NOISE = Recognised("Italiano", 0.2, no_speech=0.6)


class Watched:
    """What who watches a call is told."""

    def __init__(self) -> None:
        self.seen: list[str] = []
        self.said: list[str] = []
        """What we said, by text."""

    def __call__(self, fact: Mapping[str, Any]) -> None:
        report = str(fact.get("report", ""))
        if report == "BotSaid":
            self.said.append(str(fact["text"]))
        if report in ("PromptPaused", "PromptResumed"):
            self.seen.append(f"{report.removeprefix('Prompt')} {fact['why']}".strip())


@pytest.fixture
def watched(called: Called) -> Watched:
    """Headline 1.6 s, body 1.3 s, question 4 s: there is time to speak over each."""
    called.voice = TextSynthesiser(0.2)  # the telephone here plays twice as fast
    called.house.live = watched = Watched()
    return watched


async def asked(called: Called, *heard: str | Recognised) -> None:
    """The question was begun; each text is heard in a peek or at a pause, in order."""
    await answered(called, heard)  # type: ignore[arg-type]
    await called.listen(4.5)


@pytest.mark.parametrize("after", [0.0, 1.2])
async def test_understood_over_the_question_is_taken_at_once(
    called: Called, watched: Watched, after: float
) -> None:
    await asked(called, *["understood"] * 4)
    await called.listen(after)
    await called.says(SPEECH + PAUSE)
    await called.listen(0.5)
    assert SAID in called.told and watched.said[-1] == "Thank you."
    assert watched.seen == ["Paused"] and watched.said.count(HEADLINE) == 1


@pytest.mark.parametrize(
    ("heard", "why"),
    [("mm-hmm", "backchannel"), (NOISE, "noise"), ("say understood italiano", "echo")],
)
async def test_a_sign_of_listening_or_noise_lets_the_question_go_on(
    called: Called, watched: Watched, heard: str | Recognised, why: str
) -> None:
    await asked(called, *[heard] * 4)
    await called.says(SPEECH + PAUSE)
    assert set(watched.seen) == {"Paused", f"Resumed {why}"} and SAID not in called.told
    assert watched.seen[-1] != "Paused"
    await called.listen(8)
    assert watched.said.count(HEADLINE) == 2, "nobody answered: said again"


async def test_our_own_echo_is_no_speech(called: Called, watched: Watched) -> None:
    await asked(called, *["understood"] * 4)
    stream = called.phone.media(called.legs[-1])
    for _ in range(100):
        frame = np.frombuffer(stream.read() or bytes(320), "<i2") * 0.1
        stream.write(frame.astype("<i2").tobytes())
        await called.listen(0.02)
    assert watched.seen == [] and SAID not in called.told


async def test_words_without_a_meaning_have_it_asked_again_but_not_for_ever(
    called: Called, watched: Watched
) -> None:
    await asked(called, *["and then she went home"] * 40)
    for _ in range(5):
        await called.says(SPEECH + PAUSE)
        await called.listen(1.5)
    assert watched.said.count("Sorry?") >= 3
    assert watched.seen.count("Paused") == 3, "then it is asked to its end"


async def test_who_talks_on_without_a_word_has_it_back_after_a_while(
    called: Called, watched: Watched
) -> None:
    await asked(called)
    await called.says(TALK)
    assert watched.seen[:2] == ["Paused", "Resumed silence"]


async def test_the_message_itself_must_be_heard_once(called: Called, watched: Watched) -> None:
    await answered(called, ["and then she went home", "understood", "understood"])
    await called.listen(0.3)
    await called.says(SPEECH + PAUSE)
    assert watched.seen == [] and watched.said.count(HEADLINE) == 1
    await called.says(SPEECH + PAUSE)
    assert SAID in called.told, "what is plain counts from the headline on"


async def test_words_over_the_message_said_again_stop_it_after_its_headline(
    called: Called, watched: Watched
) -> None:
    await answered(called, ["and then she went home", *["understood"] * 4])
    while watched.said.count(HEADLINE) < 2:
        await called.listen(0.1)
    await called.says(SPEECH + PAUSE)
    assert watched.seen == []
    await called.says(SPEECH + PAUSE)
    await called.listen(0.5)
    assert watched.seen == ["Paused"] and watched.said[-1] == "Thank you."


async def test_who_has_begun_to_answer_is_not_talked_into(called: Called, watched: Watched) -> None:
    await answered(called, ["understood"])
    await called.listen(12.0)  # 6 s after the question, but for a moment
    await called.says(TALK + PAUSE)
    await called.listen(0.5)
    assert SAID in called.told and watched.said.count(HEADLINE) == 1


async def test_what_was_said_over_the_message_does_not_stop_the_question(
    called: Called, watched: Watched
) -> None:
    recogniser = Deliberate(["and then she went home"])
    await hears(called, recogniser)
    await called.listen(0.3)
    await called.says(SPEECH)  # over the headline; made out when the question is being asked
    await called.listen(2.6)
    recogniser.let.set()
    await called.listen(0.5)
    assert len(recogniser.sizes) == 1, "it was looked into once, and not as a barge-in"
    assert watched.seen == [] and "Sorry?" not in watched.said


async def test_who_goes_on_when_the_question_has_begun_pauses_it(
    called: Called, watched: Watched
) -> None:
    await answered(called, ["and then she went home"] * 3)
    await called.listen(2.2)  # the question begins within the pause
    await called.says(SPEECH[:6_400] + bytes(8_000) + TALK[:24_000])
    assert watched.seen[:1] == ["Paused"]
