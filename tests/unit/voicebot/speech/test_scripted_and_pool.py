"""The shipped fakes conform; a pool of them does, and survives the loss of one."""

from __future__ import annotations

import pytest

from tests.unit.voicebot.speech.conformance import (
    Utterance,
    hear,
    recogniser_conforms,
    synthesiser_conforms,
)
from voicebot.errors import EngineLost
from voicebot.speech.pool import RecogniserPool, SynthesiserPool, Worker
from voicebot.speech.ports import Recognised, RecognitionContext, Urgency
from voicebot.speech.scripted import ScriptedRecogniser, TextSynthesiser, tone
from voicebot.speech.yielding import Yielding

UTTERANCE = Utterance(tone(8000, 0.5), 8000, "hours")
TEXT = "What are your opening hours?"


async def test_the_scripted_recogniser_conforms() -> None:
    await recogniser_conforms(ScriptedRecogniser([TEXT] * 2), UTTERANCE)


async def test_the_text_synthesiser_conforms() -> None:
    await synthesiser_conforms(TextSynthesiser())


async def test_a_script_may_hold_whole_answers_and_ends_in_silence() -> None:
    doubtful = Recognised("maybe", 0.2)
    script = ScriptedRecogniser([doubtful])
    assert await hear(script, UTTERANCE.pcm, 8000) == doubtful
    assert (await hear(script, UTTERANCE.pcm, 8000)).text == ""


async def test_pools_conform() -> None:
    one, two = ScriptedRecogniser([TEXT] * 2), ScriptedRecogniser([TEXT] * 2)
    await recogniser_conforms(RecogniserPool([one, two]), UTTERANCE)
    await synthesiser_conforms(SynthesiserPool([TextSynthesiser(), TextSynthesiser()]))


async def test_the_least_busy_is_asked() -> None:
    one, two = ScriptedRecogniser(), ScriptedRecogniser()
    pool = RecogniserPool([one, two])
    streams = [await pool.open(8000, RecognitionContext()) for _ in range(4)]
    assert (len(one.contexts), len(two.contexts)) == (2, 2)
    await streams[1].finish()
    await streams[3].cancel()
    for _ in range(2):
        await pool.open(8000, RecognitionContext())
    assert (len(one.contexts), len(two.contexts)) == (2, 4)


async def test_a_dead_worker_is_passed_over_and_all_dead_is_lost() -> None:
    one, two = ScriptedRecogniser(), ScriptedRecogniser([TEXT])
    pool = RecogniserPool([one, two])
    one.lost = True
    assert (await hear(pool, UTTERANCE.pcm, 8000)).text == TEXT
    two.lost = True
    with pytest.raises(EngineLost):
        await pool.open(8000, RecognitionContext())
    one.lost = False
    assert (await pool.info()).name == "scripted"


@pytest.mark.parametrize("lost_at", ["feed", "finish"])
async def test_an_utterance_is_asked_of_one_other_worker_with_all_its_sound(lost_at: str) -> None:
    one, two = ScriptedRecogniser(), ScriptedRecogniser([TEXT])
    pool = RecogniserPool([one, two])
    stream = await pool.open(8000, RecognitionContext())
    half = len(UTTERANCE.pcm) // 4 * 2
    await stream.feed(UTTERANCE.pcm[:half])
    one.lost = lost_at == "feed"
    await stream.feed(UTTERANCE.pcm[half:])
    one.lost = True
    assert (await stream.finish()).text == TEXT
    assert len(two.contexts) == 1


async def test_and_of_no_third() -> None:
    one, two, three = ScriptedRecogniser(), ScriptedRecogniser(), ScriptedRecogniser([TEXT])
    pool = RecogniserPool([one, two, three])
    stream = await pool.open(8000, RecognitionContext())
    one.lost = True
    await stream.feed(UTTERANCE.pcm)
    two.lost = True
    with pytest.raises(EngineLost):
        await stream.finish()
    assert three.contexts == []
    assert (await hear(pool, UTTERANCE.pcm, 8000)).text == TEXT


async def test_where_one_is_heard_another_worker_speaks() -> None:
    workers = [Worker(), Worker()]
    ears = [ScriptedRecogniser([TEXT]), ScriptedRecogniser()]
    voices = [TextSynthesiser(), TextSynthesiser()]
    hears, speaks = RecogniserPool(ears, workers), SynthesiserPool(voices, workers)
    stream = await hears.open(8000, RecognitionContext())
    async for _ in speaks.speak("Hello.", 8000):
        assert [worker.busy for worker in workers] == [1, 1]
    assert (voices[0].spoken, voices[1].spoken) == ([], ["Hello."])
    await stream.feed(UTTERANCE.pcm)
    assert (await stream.finish()).text == TEXT
    assert [worker.busy for worker in workers] == [0, 0]


async def test_a_voice_lost_before_its_first_clause_is_replaced() -> None:
    one, two = TextSynthesiser(), TextSynthesiser()
    one.lost = True
    pool = SynthesiserPool([one, two])
    assert [clause.text async for clause in pool.speak("Hello. Bye.", 8000)] == ["Hello.", "Bye."]
    with pytest.raises(EngineLost):
        async for _ in pool.speak("Hello. Bye.", 8000):
            two.lost = True


async def test_a_call_out_lets_callers_go_first_and_is_never_more_urgent_than_it_was() -> None:
    script = ScriptedRecogniser([TEXT] * 2)
    for urgency in (Urgency.INBOUND, Urgency.SPECULATIVE):
        context = RecognitionContext(urgency=urgency)
        assert (await hear(Yielding(script), UTTERANCE.pcm, 8000, context)).text == TEXT
    assert [one.urgency for one in script.contexts] == [Urgency.OUTBOUND, Urgency.SPECULATIVE]
    assert await Yielding(script).info() == await script.info()


async def test_an_empty_pool_is_lost() -> None:
    with pytest.raises(EngineLost, match="no speech worker"):
        await RecogniserPool([]).info()
