"""Turn taking with real voices and a real recogniser: who is answered when, what stops a prompt."""

from __future__ import annotations

import numpy as np
import pytest

from tests.integration.voicebot.calling import RATE, Caller, Engines
from tests.integration.voicebot.conftest import Call
from voicebot import reports
from voicebot.turns import State

pytestmark = pytest.mark.engine


async def in_the_question(caller: Caller) -> None:
    """ "How can I help you?" is being said."""
    await caller.until(lambda: caller.reports(reports.BotSaid))
    question = caller.reports(reports.BotSaid)[-1].text
    assert question.endswith("?")
    last = f"bot-{len(caller.reports(reports.BotSaid))}"
    await caller.until(lambda: caller.playout.current == last and caller.playout.position > 4000)


async def test_a_yes_is_answered_fast(caller: Caller) -> None:
    await caller.says("My bill is twice what it was last month.")
    await caller.says("My name is Anna Keller.")
    for digit in "77421188":
        caller.session.on_digit(digit, caller.clock.now())
    await caller.says("Yes.")
    assert caller.packet is not None
    answered = caller.reports(reports.TurnAnswered)[-1]
    assert answered.intent == "affirm"
    assert answered.latency.endpoint <= 380, "in walked time: 0.35 s of silence and a frame"


async def test_a_prefix_waits_for_what_follows(caller: Caller) -> None:
    await caller.says("I would like to know", pause=1.2, then="when you are open on Saturday.")
    (heard,) = caller.reports(reports.TurnHeard)
    assert "know" in heard.text and "Saturday" in heard.text
    assert caller.reports(reports.TurnUnderstood)[0].intent == "opening_hours"


async def test_a_sign_of_listening_does_not_kill_a_prompt(caller: Caller) -> None:
    await in_the_question(caller)
    await caller.sounds(await caller.voice("Okay."))
    await caller.reaches(State.LISTENING)
    assert len(caller.reports(reports.PromptPaused)) == 1
    assert [told.why for told in caller.reports(reports.PromptResumed)] == ["backchannel"]
    assert not caller.reports(reports.PromptCut)
    assert not caller.reports(reports.TurnHeard)


async def test_a_wish_stops_a_prompt_and_is_heard_from_its_first_word(caller: Caller) -> None:
    await in_the_question(caller)
    await caller.sounds(await caller.voice("Let me talk to a person."))
    await caller.until(lambda: caller.packet)
    assert len(caller.reports(reports.PromptCut)) == 1
    (heard,) = caller.reports(reports.TurnHeard)
    assert heard.text.lower().startswith("let me")
    lines = [line.text for line in caller.packet.transcript] if caller.packet else []
    assert lines[3].endswith("\u2026") and "How can I help you?" not in lines


def coming_back(loss_db: float, delay: float, seed: int = 1):  # type: ignore[no-untyped-def]
    """Our own voice, softer and later, on a line with a little noise."""
    late, rng = round(delay / 0.02), np.random.default_rng(seed)

    def echo(heard: list[bytes]) -> bytes:
        noise = rng.standard_normal(160) * 20
        if len(heard) >= late:
            sent = np.frombuffer(heard[-late], "<i2")
            noise += sent * 10 ** (-loss_db / 20)
        return noise.astype("<i2").tobytes()

    return echo


@pytest.mark.parametrize(("loss_db", "delay"), [(20, 0.06), (20, 0.2), (30, 0.1)])
async def test_our_own_echo_does_not_stop_a_prompt(
    call: Call, engines: Engines, loss_db: float, delay: float
) -> None:
    caller = call(Caller(engines, echo=coming_back(loss_db, delay)))
    await caller.reaches(State.LISTENING)
    assert not caller.reports(reports.PromptPaused)
    assert not caller.reports(reports.PromptCut)


async def test_a_caller_is_heard_over_the_echo(call: Call, engines: Engines) -> None:
    caller = call(Caller(engines, echo=coming_back(20, 0.1)))
    await in_the_question(caller)
    await caller.sounds(await caller.voice("Let me talk to a person."))
    await caller.until(lambda: caller.packet)
    assert len(caller.reports(reports.PromptCut)) == 1


async def test_who_only_breathes_is_asked_again(caller: Caller) -> None:
    """Whisper recites its prompt at breathing ("a burst pipe"), and that would be an emergency."""
    rng = np.random.default_rng(5)
    swell = np.sin(np.linspace(0, np.pi, RATE)) ** 2
    await caller.reaches(State.LISTENING)
    asked = len(caller.reports(reports.BotSaid))
    while len(caller.reports(reports.BotSaid)) == asked:
        breath = np.convolve(rng.standard_normal(RATE), np.ones(4) / 4, "same") * swell * 500
        await caller.sounds(breath.astype("<i2").tobytes() + bytes(2 * RATE))
    assert not [heard.text for heard in caller.reports(reports.TurnHeard)]
    assert "did not" in caller.reports(reports.BotSaid)[asked].text
