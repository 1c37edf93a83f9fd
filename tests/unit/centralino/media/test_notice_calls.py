"""A notification on a call out: real sound over a telephone in memory, words as scripted."""

from __future__ import annotations

import asyncio
import wave
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest

from centralino.config.dialling import Trunk
from centralino.config.model import Config, Line, Sip
from centralino.content.recordings import Recordings
from centralino.media import answers as answers_module
from centralino.media.answers import Answers
from centralino.media.invitations import Invitations
from centralino.media.notice_leg import NoticeLeg
from centralino.media.notice_talk import Engines
from centralino.messages import NoticeAcknowledged, NoticeAsked
from kernel.ids import LegId
from outbound.messages import (
    AttemptAcknowledged,
    AttemptEnded,
    AttemptRefused,
    MessageCompleted,
    MessageStarted,
    OptedOut,
    TakeBack,
)
from outbound.notice_messages import Phrases, Script, Version
from outbound.records import Outcome, Refusal
from telephony.media.tones import beep
from telephony.types import Originate
from tests.unit.centralino.media.test_calls_out import EDGE, NUMBER, World, world
from tests.waiting import until
from voicebot.nlu.ports import IntentScore, Understanding
from voicebot.speech.ports import RecognitionContext, RecognitionStream, Urgency
from voicebot.speech.scripted import LevelVad, ScriptedRecogniser, TextSynthesiser

__all__ = ["world"]

EN = Phrases("Say understood.", "English, press 4.", "Thank you.", "Help comes.", "Sorry?", "Bye.",
             "Again.", "An exercise.", "Press 9.", "Off the list.", "That was wrong.")  # fmt: skip
IT = replace(EN, switch="Italiano, prema 4.", thanks="Grazie.")
SCRIPT = Script(
    {
        "en": Version("Boil your water.", "For a minute.", "Water: boil it.", EN),
        "it": Version("Bollite l'acqua.", "Un minuto.", "Bollite.", IT),
    }
)
SPEECH = np.random.default_rng(1).normal(0, 3000, 6_400).astype("<i2").tobytes()
"""0.8 s, wide in frequency as speech is, and no echo of our tones."""
INTENTS = {"understood": "understood", "help me": "help", "pardon": "not_understood"}


class Understands:
    """Knows three sentences."""

    async def understand(self, text: str, expects: str = "open") -> Understanding:
        name = INTENTS.get(text, "out_of_scope")
        return Understanding(text, IntentScore(name, 0.9), out_of_scope=name == "out_of_scope")

    def intents(self) -> frozenset[str]:
        return frozenset(INTENTS.values())


class Deliberate(ScriptedRecogniser):
    """Answers once it is let, and remembers how much sound it was given each time."""

    def __init__(self, texts: Sequence[str]) -> None:
        super().__init__(texts)
        self.let = asyncio.Event()
        self.sizes: list[int] = []

    async def open(self, rate: int, context: RecognitionContext) -> RecognitionStream:
        stream = await super().open(rate, context)
        feed = stream.feed

        async def slowly(pcm: bytes) -> None:
            self.sizes.append(len(pcm))
            await self.let.wait()
            await feed(pcm)

        setattr(stream, "feed", slowly)  # noqa: B010
        return stream


class Called(World):
    """The telephone also speaks."""

    voice: TextSynthesiser
    italian: TextSynthesiser
    handed: list[str]

    async def says(self, pcm: bytes) -> None:
        stream = self.phone.media(self.legs[-1])
        size = stream.frame_bytes
        for at in range(0, len(pcm) - size + 1, size):
            stream.write(pcm[at : at + size])
            await self.listen(0.02)

    def ended(self) -> AttemptEnded:
        (ended,) = [event for event in self.told if isinstance(event, AttemptEnded)]
        return ended


@pytest.fixture
def called(world: World) -> Called:
    made = Called(world.calls, world.house, world.ours, world.phone, world.clock)
    made.voice, made.italian, made.handed = TextSynthesiser(0.01), TextSynthesiser(0.01), []
    world.calls._hand_over = lambda call, language: made.handed.append(language)
    return made


async def answered(called: Called, heard: Sequence[str] = (), script: Script = SCRIPT) -> None:
    await hears(called, ScriptedRecogniser(heard), script)


async def hears(called: Called, recogniser: ScriptedRecogniser, script: Script = SCRIPT) -> None:
    called.house.notices = Engines(
        {"en": called.voice, "it": called.italian}, {"en": Understands()},
        recogniser, lambda rate: LevelVad(),
    )  # fmt: skip
    await called.place(script=script)
    await called.phone.answer(called.legs[-1])
    await called.settle()


async def test_the_message_begins_at_once_and_what_was_heard_is_a_fact(called: Called) -> None:
    await answered(called)
    await called.listen(0.06)
    assert called.kinds().count(MessageStarted) == 1
    await called.listen(2)
    (completed,) = [event for event in called.told if isinstance(event, MessageCompleted)]
    assert 250 <= completed.played_ms <= 400
    await called.listen(40)
    assert called.ended().outcome is Outcome.ANSWERED and called.voice.spoken[-1] == "Bye."


@pytest.mark.parametrize("there", [True, False])
async def test_a_recording_is_played_and_its_text_is_said_where_it_is_gone(
    called: Called, tmp_path: Path, there: bool
) -> None:
    with wave.open(str(tmp_path / "boil.wav"), "wb") as file:
        file.setparams((1, 2, 16_000, 0, "NONE", ""))
        file.writeframes(b"\0\x20" * 16_000)
    recordings = Recordings(tmp_path)
    reference = recordings.named("boil.wav").reference
    await recordings.get(reference)  # read before: the walked clock waits for no file
    version = replace(SCRIPT.versions["en"], sound=reference if there else "../another#1")
    called.house.notices = Engines({"en": called.voice}, {}, None, None, None, recordings)
    await called.place(script=replace(SCRIPT, versions={"en": version}))
    await called.phone.answer(called.legs[-1])
    await called.settle()
    if not there:
        await until(lambda: "For a minute." in called.voice.spoken)
    await called.listen(3)
    (completed,) = [event for event in called.told if isinstance(event, MessageCompleted)]
    assert (950 <= completed.played_ms <= 1050) is there
    assert ("For a minute." in called.voice.spoken) is not there


async def test_understood_by_key(called: Called) -> None:
    await answered(called)
    await called.listen(0.1)
    await called.press("1")
    await called.listen(2)
    assert AttemptAcknowledged("att-1", "key", False) in called.told
    assert called.voice.spoken[-1] == "Thank you." and called.ended().played_ms < 200


async def test_understood_by_voice(called: Called) -> None:
    await answered(called, ["understood"])
    await called.listen(1.5)
    await called.says(SPEECH + bytes(16_000))
    await called.listen(2)
    assert AttemptAcknowledged("att-1", "voice", False) in called.told
    assert called.ended().outcome is Outcome.ANSWERED


async def test_who_goes_on_while_it_is_made_out_is_heard_from_the_beginning(
    called: Called,
) -> None:
    recogniser = Deliberate(["understood"])
    await hears(called, recogniser)
    await called.listen(1.5)
    await called.says(SPEECH + bytes(11_200) + SPEECH)  # 0.7 s of thinking
    recogniser.let.set()
    await called.says(bytes(16_000))
    await called.listen(2)
    first, whole = recogniser.sizes
    assert whole >= first + len(SPEECH)
    assert AttemptAcknowledged("att-1", "voice", False) in called.told


async def test_what_is_made_out_after_the_end_of_the_turn_counts_once(called: Called) -> None:
    recogniser, asked = Deliberate(["understood"]), list[str]()

    class Slow(Understands):
        """As an engine in another process."""

        async def understand(self, text: str, expects: str = "open") -> Understanding:
            asked.append(text)
            await asyncio.sleep(0)
            return await super().understand(text, expects)

    await hears(called, recogniser)
    called.house.notices.understanders["en"] = Slow()
    await called.listen(1.5)
    await called.says(SPEECH + bytes(64_000))  # after three seconds of silence the turn is over
    recogniser.let.set()
    await called.listen(2)
    assert asked == ["understood"]
    assert AttemptAcknowledged("att-1", "voice", False) in called.told


async def test_help_hands_the_leg_on_and_ends_the_attempt(called: Called) -> None:
    await answered(called, ["help me"])
    await called.listen(1.5)
    await called.says(SPEECH + bytes(16_000))
    await called.listen(2)
    assert AttemptAcknowledged("att-1", "voice", True) in called.told
    assert called.handed == ["en"] and not len(called.calls)
    assert called.ended().outcome is Outcome.ANSWERED


async def test_a_beep_has_the_short_version_recorded(called: Called) -> None:
    await answered(called)
    await called.says(SPEECH * 5 + bytes(4_800) + beep(1000.0, 0.4) + bytes(3_200))
    await called.listen(3)
    assert "Water: boil it." in called.voice.spoken
    assert called.ended().answered_by == "voicemail"


async def test_another_language_has_another_voice(called: Called) -> None:
    await answered(called)
    await called.listen(0.1)
    await called.press("4")
    await called.listen(1)
    assert called.italian.spoken[0] == "Bollite l'acqua."


class Answering(NamedTuple):
    """A call, and what is asked and kept beside it."""

    answers: Answers
    recogniser: Deliberate


def short_of_recognisers(called: Called, texts: Sequence[str], workers: float) -> Answering:
    """A house whose recogniser answers once it is let."""
    recogniser = Deliberate(texts)
    called.house.answers = answers = Answers(
        recogniser, Invitations(workers), called.clock, called.house.spawn
    )
    called.house.notices = Engines(
        {"en": called.voice, "it": called.italian}, {"en": Understands()},
        recogniser, lambda rate: LevelVad(), answers,
    )  # fmt: skip
    return Answering(answers, recogniser)


async def taken(called: Called) -> None:
    await called.place(script=BY_KEY)
    await called.phone.answer(called.legs[-1])
    await called.settle()


BY_KEY = Script(
    {"en": replace(SCRIPT.versions["en"], phrases=replace(EN, options_by_key="Press 1."))}
)


async def test_short_of_recognisers_a_key_is_asked_for_and_words_count_later(
    called: Called,
) -> None:
    answers, recogniser = short_of_recognisers(called, ["understood"], workers=0.1)
    await taken(called)
    await called.listen(1.5)
    assert "Press 1." in called.voice.spoken and "Say understood." not in called.voice.spoken
    await called.says(SPEECH + bytes(16_000))
    await called.listen(1)
    assert AttemptAcknowledged not in called.kinds() and answers.waiting == 1
    recogniser.let.set()
    await called.listen(1)
    assert AttemptAcknowledged("att-1", "voice", False) in called.told
    assert called.voice.spoken[-1] == "Thank you." and answers.waiting == 0
    assert {context.urgency for context in recogniser.contexts} == {Urgency.DEFERRED}


@pytest.mark.parametrize("workers", [0.1, 9.0])
async def test_who_hangs_up_before_being_recognised_has_understood_all_the_same(
    called: Called, workers: float
) -> None:
    answers, recogniser = short_of_recognisers(called, ["understood"] * 2, workers)
    await taken(called)
    await called.listen(1.5)
    await called.says(SPEECH)  # not even the pause after it
    await called.phone.hang_up(called.legs[-1])
    await called.settle()
    assert called.ended().outcome is Outcome.ANSWERED and answers.waiting == 1
    recogniser.let.set()
    await called.settle()
    await called.settle()
    assert NoticeAcknowledged("rcp-1", "voice", False, "heard later") in called.told
    assert called.house.nothing_kept


async def test_a_lost_recogniser_loses_no_answer(
    called: Called, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answers_module, "RETRY", 0.01)
    answers, recogniser = short_of_recognisers(called, ["understood"], workers=9.0)
    recogniser.let.set()
    await taken(called)
    await called.listen(1.5)
    recogniser.lost = True
    await called.says(SPEECH + bytes(16_000))
    await called.listen(1)
    assert answers.waiting == 1 and not answers.invite()
    recogniser.lost = False
    await until(lambda: not answers.waiting)
    await called.settle()
    assert AttemptAcknowledged("att-1", "voice", False) in called.told


async def test_kept_words_wait_while_the_processors_have_no_time(
    called: Called, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answers_module, "RETRY", 0.01)
    answers, recogniser = short_of_recognisers(called, ["understood"], workers=0.1)
    recogniser.let.set()
    busy = [True]
    answers.busy = lambda: busy[0]
    await taken(called)
    await called.listen(1.5)
    await called.says(SPEECH + bytes(16_000))
    await called.listen(1)
    assert answers.waiting == 1 and recogniser.contexts == []
    busy.clear()
    busy.append(False)
    await until(lambda: not answers.waiting)
    await called.settle()
    assert AttemptAcknowledged("att-1", "voice", False) in called.told


async def test_taken_back_in_the_call(called: Called) -> None:
    await answered(called)
    await called.listen(0.1)
    called.calls.obey[TakeBack](TakeBack("another", "town"))
    called.calls.obey[TakeBack](TakeBack("storm", "town"))
    await called.listen(3)
    assert called.voice.spoken[-2:] == ["That was wrong.", "Bye."]


async def test_who_opts_out_is_told_to_the_dialler(called: Called) -> None:
    await answered(called, script=replace(SCRIPT, may_opt_out=True))
    await called.press("9")
    await called.listen(2)
    assert OptedOut("att-1", "rcp-1", "town", NUMBER) in called.told


async def test_without_a_voice_the_call_ends(called: Called) -> None:
    called.voice.lost = True
    await answered(called)
    await called.listen(0.5)
    assert called.ended().played_ms == 0


async def test_who_calls_back_hears_it_and_acknowledges(called: Called) -> None:
    called.house.notices = Engines({"en": called.voice}, {}, None, None)
    helped: list[str] = []
    leg = LegId("leg-back")
    order = Originate(leg, f"sip:{NUMBER}@{EDGE}", "sip:1@a")
    await called.ours.originate(order)
    await called.settle()
    await called.phone.answer(called.legs[-1])
    await called.settle()
    line = Line(number="9000", client="riverton", kind="notification")
    back = NoticeLeg(
        leg, "sip:+39335@x", line, called.house, lambda leg, language: helped.append(language)
    )
    back.answered()
    await called.settle()
    assert NoticeAsked(leg, "media-1", "riverton", "sip:+39335@x", "en") in called.told
    back.told(SCRIPT, "rcp-7")
    back.told(SCRIPT, "rcp-8")  # a repeat
    await called.listen(0.5)
    back.digit("0")
    await called.listen(0.5)
    assert NoticeAcknowledged("rcp-7", "key", True) in called.told and helped == ["en"]


@pytest.mark.parametrize(
    ("target", "trunk", "goes"),
    [
        ("+390212345678", "loop", True),
        ("+390212345678", "carrier", False),
        ("+390212345678", "none", False),
        ("sip:anna@192.0.2.1", "loop", False),
        ("201", "loop", False),
    ],
)
async def test_an_exercise_cannot_reach_a_real_person(
    called: Called, target: str, trunk: str, goes: bool
) -> None:
    trunks = (
        Trunk(name="loop", target="127.0.0.1:5080", rehearsal=True),
        Trunk(name="carrier", target="192.0.2.1"),
    )
    called.house.config = called.house.config.model_copy(update={"trunks": trunks})
    await called.place(target=target, trunk=trunk, exercise=True)
    assert bool(called.offered) is goes
    if not goes:
        assert called.told[-1] == AttemptRefused("att-1", Refusal.NOT_ALLOWED)


def test_a_trunk_for_rehearsals_leads_nowhere_else() -> None:
    with pytest.raises(ValueError, match="leads to this machine"):
        Config(trunks=(Trunk(name="loop", target="192.0.2.1:5060", rehearsal=True),))
    played = Trunk(name="loop", target="127.0.0.1:5060", rehearsal=True)
    with pytest.raises(ValueError, match="loop is for rehearsals, name a carrier"):
        Config(trunks=(played,), sip=Sip(default_trunk="loop"))
