"""A whole session on scripted engines; the clock walks frame by frame, nothing sleeps."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

import numpy as np
import pytest
from structlog.testing import capture_logs

from kernel.clock import ManualClock
from kernel.packet import Packet
from telephony.media.playout import Playout
from tests.unit.voicebot.acting import acting_bot
from tests.unit.voicebot.sample import FACTS, KEYS_ONLY, WordForWord, bot
from voicebot import events, reports
from voicebot.dialogue.acts import Perform
from voicebot.dialogue.facts import CallFacts
from voicebot.dialogue.flow import Bot
from voicebot.dialogue.outcome import Outcome, Words
from voicebot.errors import EngineLost
from voicebot.leaving import By, Wish
from voicebot.ports import Effort, Performer, SpeechEngines
from voicebot.session import Session
from voicebot.speech.ports import EngineInfo, Recogniser, TurnDetector
from voicebot.speech.scripted import LevelVad, ScriptedRecogniser, TextSynthesiser
from voicebot.turns import State

LOUD = (np.random.default_rng(7).standard_normal(160) * 3000).astype("<i2").tobytes()
"""A caller who sounds unlike the bot's tone."""


class Streaming(ScriptedRecogniser):
    """The scripted recogniser as one that hears while one speaks."""

    async def info(self) -> EngineInfo:
        return EngineInfo("scripted", "script", "en", "scripted", partials=True)


@dataclass
class Rig:
    """A session with both ends of its sound in hand."""

    recogniser: ScriptedRecogniser = field(default_factory=ScriptedRecogniser)
    synthesiser: TextSynthesiser = field(default_factory=lambda: TextSynthesiser(0.01))
    facts: CallFacts = FACTS
    clock: ManualClock = field(default_factory=ManualClock)
    playout: Playout = field(default_factory=Playout)
    packets: list[Packet] = field(default_factory=list)
    told: list[reports.Report] = field(default_factory=list)
    hung_up: bool = False
    detector: TurnDetector | None = None
    effort: Effort = Effort()
    hears: Recogniser | None = None
    """Another recogniser before the scripted one."""
    frames: list[bytes | None] = field(default_factory=list)
    made: Bot = field(default_factory=bot)
    performer: Performer | None = None

    def __post_init__(self) -> None:
        keys_only = self.facts.keys_only
        engines = SpeechEngines(
            self.synthesiser,
            None if keys_only else self.hears or self.recogniser,
            None if keys_only else lambda rate: LevelVad(),
            self.detector,
            lambda: self.effort,
        )
        self.session = Session(
            self.facts, self.made, engines, WordForWord(), self.playout, self.clock, self,
            performer=self.performer,
        )  # fmt: skip

    def leave(self, wish: Wish, by: By, number: str = "") -> None:
        self.left = (wish, by, number)

    def transfer(self, packet: Packet, refer: str = "") -> None:
        self.packets.append(packet)

    def hang_up(self) -> None:
        self.hung_up = True

    def report(self, event: reports.Report) -> None:
        self.told.append(event)

    async def tick(self, pcm: bytes | None = None) -> None:
        self.session.on_frame(pcm, self.clock.advance(0.02))
        self.frames.append(self.playout.next_frame())
        for _ in range(6):
            await asyncio.sleep(0)

    async def until(self, reached: Callable[[], bool], seconds: float = 60.0) -> None:
        end = self.clock.now() + seconds
        while not reached():
            assert self.clock.now() < end, f"not reached; state {self.session.state}"
            await self.tick(bytes(320))

    async def listening(self) -> None:
        await self.until(lambda: self.session.state is State.LISTENING)

    async def speak(self, seconds: float = 0.5) -> None:
        for _ in range(round(seconds / 0.02)):
            await self.tick(LOUD)

    async def say(self, text: str) -> None:
        self.recogniser.hear(text)
        await self.listening()
        await self.speak()

    def said(self) -> list[str]:
        return [report.text for report in self.told if isinstance(report, reports.BotSaid)]

    def ended(self) -> reports.ConversationEnded | None:
        last = self.told[-1] if self.told else None
        return last if isinstance(last, reports.ConversationEnded) else None


@pytest.fixture
async def start() -> AsyncIterator[Callable[[Rig], Rig]]:
    running: list[asyncio.Task[None]] = []

    def begin(rig: Rig) -> Rig:
        running.append(asyncio.create_task(rig.session.run()))
        return rig

    yield begin
    for task in running:
        task.cancel()
    await asyncio.gather(*running, return_exceptions=True)


Start = Callable[[Rig], Rig]


@pytest.mark.parametrize("recogniser", [ScriptedRecogniser, Streaming])
async def test_question_answered_then_goodbye(
    start: Start, recogniser: type[ScriptedRecogniser]
) -> None:
    rig = start(Rig(recogniser()))
    await rig.say("hours")
    await rig.until(lambda: "Nine to five." in rig.said())
    await rig.say("goodbye")
    await rig.until(lambda: rig.hung_up)
    ended = rig.ended()
    assert ended is not None and ended.outcome == "answered"
    assert [line.text for line in ended.transcript if line.who == "caller"] == ["hours", "goodbye"]
    assert [line.intent for line in ended.transcript if line.who == "caller"] == [
        "hours",
        "goodbye",
    ]
    assert rig.session.state is State.ENDED


async def test_latency_is_split(start: Start) -> None:
    rig = start(Rig())
    await rig.say("hours")
    await rig.until(lambda: any(isinstance(r, reports.TurnAnswered) for r in rig.told))
    answered = next(r for r in rig.told if isinstance(r, reports.TurnAnswered))
    assert (answered.turn, answered.text, answered.intent) == (1, "hours", "hours")
    split = answered.latency
    assert split.endpoint == pytest.approx(500, abs=25)
    assert (split.asr, split.nlu) == (0, 0), "both were done before the endpoint"
    parts = split.endpoint + split.asr + split.nlu + split.tts + split.queue
    assert split.total == pytest.approx(parts, abs=2)


async def test_the_reply_is_prepared_before_the_endpoint_and_not_made_twice(start: Start) -> None:
    rig = start(Rig())
    await rig.say("hours")
    await rig.until(lambda: "Nine to five." in rig.synthesiser.spoken)
    assert rig.session.state is State.HEARING
    assert rig.said()[-1] == "How can I help?", "nothing of it has left"
    await rig.until(lambda: "Nine to five." in rig.said())
    assert rig.frames[-1] is not None, "it goes out with the frame sent next"
    await rig.listening()
    assert rig.synthesiser.spoken.count("Nine to five.") == 1


async def test_a_caller_who_goes_on_is_heard_as_a_whole(start: Start) -> None:
    rig = start(Rig())
    rig.recogniser.hear("hours")
    await rig.say("bill")
    await rig.until(lambda: "Nine to five." in rig.synthesiser.spoken)
    assert rig.session.state is State.HEARING
    await rig.speak(0.3)
    await rig.until(lambda: rig.session.state is State.SPEAKING)
    heard = [report.text for report in rig.told if isinstance(report, reports.TurnHeard)]
    assert heard == ["bill"]
    assert rig.said()[-2:] == ["Sorry about that.", "Your name?"]


async def test_silence_that_was_not_heard_yet_ends_no_turn(start: Start) -> None:
    rig = start(Rig())
    rig.recogniser.hear("hours")
    await rig.say("bill")
    for came in [bytes(320)] * 20 + [None] * 8:  # 0.4 s of silence, and a stall amid more words
        await rig.tick(came)
    assert rig.session.state is State.HEARING
    now = rig.clock.advance(0.02)
    for _ in range(8):
        rig.session.on_frame(LOUD, now)
    await rig.speak(0.3)
    await rig.until(lambda: rig.session.state is State.SPEAKING)
    heard = [report.text for report in rig.told if isinstance(report, reports.TurnHeard)]
    assert heard == ["bill"]


async def test_a_silent_caller_is_asked_again_though_packets_are_lost(start: Start) -> None:
    rig = start(Rig())
    await rig.listening()
    said = len(rig.said())
    for tick in range(600):  # 12 s; each packet holds two frames, and some never come
        now = rig.clock.advance(0.02)
        came = [bytes(320)] * 2 if tick % 2 and tick % 40 != 39 else [None]
        for frame in came:
            rig.session.on_frame(frame, now)
        rig.playout.next_frame()
        await asyncio.sleep(0)
    assert len(rig.said()) > said


class Detector:
    """A turn detector that always says the same; None: it is lost."""

    def __init__(self, says: float | None) -> None:
        self.says = says
        self.asked = 0

    async def finished(self, pcm: bytes, rate: int) -> float:
        self.asked += 1
        assert len(pcm) > 3200 and rate == 8000
        if self.says is None:
            raise EngineLost("the detector was told to be lost")
        return self.says


@pytest.mark.parametrize(
    ("says", "endpoint"), [(0.9, 350), (0.1, 850), (None, 500)], ids=["over", "not over", "lost"]
)
async def test_a_turn_detector_moves_the_endpoint(
    start: Start, says: float | None, endpoint: float
) -> None:
    detector = Detector(says)
    rig = start(Rig(detector=detector))
    await rig.say("hours")
    await rig.until(lambda: any(isinstance(r, reports.TurnAnswered) for r in rig.told))
    answered = next(r for r in rig.told if isinstance(r, reports.TurnAnswered))
    assert answered.latency.endpoint == pytest.approx(endpoint, abs=25)
    assert detector.asked == 1


async def test_without_guesses_the_recogniser_is_asked_once_at_the_end(start: Start) -> None:
    detector = Detector(0.9)
    rig = start(Rig(detector=detector, effort=Effort(guesses=False, judges=False, light=True)))
    rig.recogniser.hear("hours")
    await rig.listening()
    await rig.speak()
    for _ in range(14):  # a pause of 0.28 s, at which it would have been guessed
        await rig.tick(bytes(320))
    assert rig.session.state is State.HEARING and rig.recogniser.contexts == []
    await rig.speak()
    await rig.until(lambda: "Nine to five." in rig.said())
    assert [context.light for context in rig.recogniser.contexts] == [True]
    assert detector.asked == 0


async def test_what_is_held_when_there_is_time_again_is_recognised(start: Start) -> None:
    rig = start(Rig(effort=Effort(guesses=False)))
    await rig.say("hours")
    for _ in range(14):
        await rig.tick(bytes(320))
    rig.effort = Effort()
    await rig.tick(bytes(320))
    await rig.tick(bytes(320))
    assert rig.session.state is State.HEARING and len(rig.recogniser.contexts) == 1
    await rig.until(lambda: "Nine to five." in rig.said())
    assert len(rig.recogniser.contexts) == 1


async def test_where_nobody_has_time_to_listen_the_menu_of_keys_comes(start: Start) -> None:
    rig = start(Rig())
    await rig.listening()
    rig.effort = Effort(guesses=False, speech=False)
    await rig.speak()
    await rig.until(lambda: "press 1" in rig.said()[-1])
    await rig.listening()
    assert rig.recogniser.contexts == []
    rig.session.on_digit("1", rig.clock.now())
    await rig.until(lambda: "Nine to five." in rig.said())
    rig.effort = Effort()
    await rig.say("bill")
    await rig.until(lambda: rig.said()[-1] == "Your name?")


async def test_question_tells_the_recogniser_what_to_expect(start: Start) -> None:
    rig = start(Rig())
    await rig.say("bill")
    await rig.say("name=Jo")
    await rig.listening()
    assert [context.expects for context in rig.recogniser.contexts] == ["open", "name"]


async def asking(rig: Rig, samples: int) -> None:
    """Until the greeting's question is being said, and more than so much of it has been."""
    await rig.until(lambda: rig.playout.current == "bot-4" and rig.playout.position > samples)


async def test_barge_in_silences_the_leg(start: Start) -> None:
    rig = start(Rig(synthesiser=TextSynthesiser(0.2)))
    greeting = "How can I help?"
    await rig.until(lambda: greeting in rig.synthesiser.spoken and rig.playout.current == "bot-4")
    await rig.until(lambda: rig.playout.position > 8000)
    rig.recogniser.hear("hours")
    rig.recogniser.hear("hours")
    await rig.speak(0.3)
    assert rig.frames[-1] is None and not rig.playout.idle, "paused"
    await rig.speak(0.4)
    assert rig.session.state is State.HEARING
    assert rig.frames[-1] is None and not rig.playout.idle, "and stays paused"
    await rig.until(lambda: "Nine to five." in rig.said())
    await rig.until(lambda: any(isinstance(told, reports.PromptCut) for told in rig.told))
    (cut,) = [report for report in rig.told if isinstance(report, reports.PromptCut)]
    assert (cut.text, cut.spoken) == (greeting, "How can")


async def test_short_of_time_a_prompt_that_is_spoken_over_is_judged_at_the_first_pause(
    start: Start,
) -> None:
    rig = start(Rig(synthesiser=TextSynthesiser(0.2), effort=Effort(peeks=False)))
    await asking(rig, 8000)
    rig.recogniser.hear("hours")
    await rig.speak(0.9)
    assert rig.frames[-1] is None and not rig.playout.idle, "paused"
    assert not rig.recogniser.contexts, "nothing is recognised of what goes on"
    await rig.until(lambda: "Nine to five." in rig.said())
    assert len(rig.recogniser.contexts) == 1


async def test_a_sign_of_listening_pauses_and_the_prompt_goes_on_from_the_same_sample(
    start: Start,
) -> None:
    rig = start(Rig(synthesiser=TextSynthesiser(0.2)))
    await asking(rig, 6000)
    rig.recogniser.hear("Mm-hmm.")
    await rig.speak(0.3)
    paused_at = rig.playout.position
    assert rig.frames[-1] is None
    await rig.until(lambda: any(isinstance(r, reports.PromptResumed) for r in rig.told))
    assert rig.playout.position == paused_at
    await rig.tick(bytes(320))
    assert (rig.playout.current, rig.playout.position) == ("bot-4", paused_at + 160)
    await rig.listening()
    assert not [report for report in rig.told if isinstance(report, reports.PromptCut)]
    assert rig.recogniser.contexts and not rig.packets


async def test_a_word_that_becomes_a_yes_to_nothing_lets_the_prompt_go_on_from_the_same_sample(
    start: Start,
) -> None:
    rig = start(Rig(synthesiser=TextSynthesiser(0.2)))
    await asking(rig, 6000)
    rig.recogniser.hear("hours")
    rig.recogniser.hear("affirm")
    await rig.speak(0.3)
    paused_at = rig.playout.position
    await rig.speak(0.4)
    assert rig.session.state is State.HEARING
    await rig.until(lambda: any(isinstance(r, reports.PromptResumed) for r in rig.told))
    assert rig.playout.current == "bot-4" and rig.playout.position <= paused_at + 160
    await rig.listening()
    (resumed,) = [told for told in rig.told if isinstance(told, reports.PromptResumed)]
    assert resumed.why == "overheard" and rig.said().count("How can I help?") == 1
    await rig.say("hours")
    await rig.until(lambda: "Nine to five." in rig.said())


async def test_slow_speech_lasts_longer(start: Start) -> None:
    rig = Rig(synthesiser=TextSynthesiser(0.05))
    start(rig)
    await rig.until(lambda: rig.session.state is State.LISTENING)
    rig.session._voice.speak("x-1", "Nine to five.", slow=True)
    await rig.until(lambda: rig.playout.current == "x-1")
    frames = 0
    while rig.playout.current == "x-1":
        await rig.tick()
        frames += 1
    assert frames * 0.02 == pytest.approx(1.25 * 13 * 0.05, abs=0.1)


async def test_what_was_stopped_before_it_sounded_is_not_in_the_transcript(start: Start) -> None:
    rig = start(Rig(synthesiser=TextSynthesiser(0.2)))
    await rig.until(lambda: rig.playout.current == "bot-1")
    rig.session.on_digit("0", rig.clock.now())
    await rig.until(lambda: bool(rig.packets))
    said = [line.text for line in rig.packets[0].transcript]
    assert said[-3:] == ["[0]", "Of course.", "Connecting you to the house team."]
    assert "How can I help?" not in said and "It is recorded." not in said


async def test_what_must_be_heard_is_not_stopped_by_voice_but_by_a_key(start: Start) -> None:
    rig = start(Rig(synthesiser=TextSynthesiser(0.2)))
    await rig.until(lambda: rig.playout.current == "bot-2")
    await rig.speak(1.0)
    assert rig.playout.current == "bot-2"
    rig.session.on_digit("1", rig.clock.now())
    assert rig.playout.idle
    await rig.until(lambda: "Nine to five." in rig.said())


async def test_lost_recogniser_asks_again_then_hands_over(start: Start) -> None:
    rig = start(Rig())
    await rig.listening()
    rig.recogniser.lost = True
    await rig.speak()
    await rig.until(lambda: "Say again?" in rig.said())
    await rig.listening()
    await rig.speak()
    await rig.until(lambda: bool(rig.packets))
    assert rig.packets[0].reason == "error"
    assert rig.packets[0].tries.no_match == 0


async def test_lost_voice_does_not_hold_up_the_call(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("voicebot.voice.RETRY", 0.0)
    rig = Rig()
    rig.synthesiser.lost = True
    start(rig)
    await rig.listening()
    assert rig.said()[0] == "This is the sample."
    rig.synthesiser.lost = False
    await rig.say("hours")
    await rig.until(lambda: "Nine to five." in rig.synthesiser.spoken)


async def test_keys_only_line_opens_no_recogniser(start: Start) -> None:
    rig = start(Rig(facts=KEYS_ONLY))
    await rig.listening()
    await rig.speak()
    rig.session.on_digit("0", rig.clock.now())
    await rig.until(lambda: bool(rig.packets))
    assert rig.recogniser.contexts == []
    assert rig.packets[0].reason == "asked"


async def test_waiting_with_music_then_agent_then_over(start: Start) -> None:
    rig = start(Rig())
    await rig.say("person")
    await rig.until(lambda: bool(rig.packets))
    await rig.tick()
    await rig.tick()
    assert rig.frames[-1] is not None, "music"
    now = rig.clock.now()
    rig.session.notify(events.OfferRinging("o-1"), now)
    rig.session.notify(events.AgentAnswered("o-1"), now)
    await rig.until(lambda: "Here is somebody." in rig.said())
    rig.session.notify(events.Bridged("o-1"), rig.clock.now())
    for _ in range(4):
        await rig.tick()
    assert rig.frames[-1] is None, "nothing is played over the talk"
    rig.session.notify(events.AgentLeft("o-1"), rig.clock.now())
    ended = rig.ended()
    assert rig.hung_up and ended is not None and ended.outcome == "transferred"


async def test_failed_transfer_returns_to_the_conversation(start: Start) -> None:
    rig = start(Rig())
    await rig.say("person")
    await rig.until(lambda: bool(rig.packets))
    rig.session.notify(events.Released("failed"), rig.clock.now())
    await rig.until(lambda: "That did not work." in rig.said())
    await rig.say("hours")
    await rig.until(lambda: "Nine to five." in rig.said())


async def test_caller_who_leaves_ends_it_and_everything_after_is_harmless(start: Start) -> None:
    rig = start(Rig())
    await rig.listening()
    rig.session.close("hang_up", rig.clock.now())
    ended = rig.ended()
    assert ended is not None and (ended.outcome, ended.why) == ("abandoned", "hang_up")
    rig.session.close("hang_up", rig.clock.now())
    rig.session.on_digit("1", rig.clock.now())
    await rig.tick(LOUD)
    assert rig.ended() is ended


async def test_leg_gone_before_the_first_word() -> None:
    rig = Rig()
    rig.session.on_digit("1", rig.clock.now())
    rig.session.close("hang_up", rig.clock.now())
    await asyncio.wait_for(rig.session.run(), 5)
    assert rig.said() == []


async def test_a_fault_ends_this_conversation_and_is_raised() -> None:
    rig = Rig()

    def break_it(event: reports.Report) -> None:
        raise RuntimeError("broken")

    rig.report = break_it  # type: ignore[method-assign]
    with capture_logs() as logs, pytest.raises(RuntimeError, match="broken"):
        await asyncio.wait_for(rig.session.run(), 5)
    assert {line["event"] for line in logs} == {"session.broke"}
    rig.session.on_frame(LOUD, rig.clock.now())


async def test_missing_frames_are_silence_only_after_a_while(start: Start) -> None:
    rig = start(Rig())
    rig.recogniser.hear("hours")
    await rig.listening()
    for index in range(40):
        await rig.tick(LOUD if index % 3 else None)
    assert rig.session.state is State.HEARING
    for _ in range(60):
        await rig.tick(None)
    await rig.until(lambda: "Nine to five." in rig.said())


# What nobody means, or everybody does now and then: the call goes on, and one line says it.


def odd(rig: Rig) -> list[str]:
    return [told.what for told in rig.told if isinstance(told, reports.Oddity)]


async def test_a_monologue_is_answered_and_the_call_goes_on(start: Start) -> None:
    rig = start(Rig())
    await rig.listening()
    for _ in range(12):
        rig.recogniser.hear("hours")
        await rig.speak(2.3)
        for _ in range(10):  # a breath: what never pauses is no speech but the line
            await rig.tick(bytes(320))
    await rig.until(lambda: "Nine to five." in rig.said())
    assert odd(rig) == ["speech without end"]
    await rig.say("bill")
    await rig.until(lambda: "Sorry about that." in rig.said())


@pytest.mark.parametrize(("stirs", "state"), [(True, State.HEARING), (False, State.SPEAKING)])
async def test_no_turn_ends_as_the_caller_goes_on(start: Start, stirs: bool, state: State) -> None:
    rig = start(Rig())
    rig.recogniser.hear("hours")
    await rig.listening()
    await rig.speak(0.5)
    for _ in range(24):
        await rig.tick(bytes(320))
    for _ in range(3):
        await rig.tick(LOUD if stirs else bytes(320))
    assert rig.session.state is state


async def test_a_tone_without_end_is_no_turn_without_end(start: Start) -> None:
    rig = start(Rig())
    await rig.listening()
    await rig.speak(30.0)
    assert rig.session.state is not State.HEARING


async def test_who_only_breathes_comes_to_a_person(start: Start) -> None:
    rig = start(Rig())
    await rig.listening()
    for _ in range(40):
        if rig.packets:
            break
        await rig.speak(0.4)
        for _ in range(60):
            await rig.tick(bytes(320))
    assert len(rig.packets) == 1 and odd(rig) == ["sounds without words"]


@pytest.mark.parametrize("pcm", [b"", b"\0", bytes(318), bytes(6400)])
async def test_frames_of_any_length_do_no_harm(start: Start, pcm: bytes) -> None:
    rig = start(Rig())
    await rig.listening()
    for _ in range(20):
        await rig.tick(pcm)
    await rig.say("hours")
    await rig.until(lambda: "Nine to five." in rig.said())


async def test_a_flood_of_keys_is_told_once_and_the_call_goes_on(start: Start) -> None:
    rig = start(Rig())
    await rig.listening()
    for _ in range(500):
        rig.session.on_digit("9", rig.clock.now())
        await rig.tick(bytes(320))
    assert odd(rig) == ["keys without end"]
    for _ in range(100):
        await rig.tick(bytes(320))
    await rig.say("hours")
    await rig.until(lambda: "Nine to five." in rig.said())


class Desk:
    """A `Performer` that answers when it is told to."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.answer: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()

    async def perform(self, act: Perform, facts: CallFacts) -> Outcome:
        self.asked.append(act.action)
        return await self.answer


async def test_a_caller_waits_for_what_is_done_outside(start: Start) -> None:
    desk = Desk()
    rig = start(Rig(made=acting_bot(), performer=desk))
    await rig.say("ticket")
    await rig.until(lambda: bool(desk.asked))
    await rig.until(lambda: rig.session.state is State.SPEAKING and rig.playout.idle)
    desk.answer.set_result(Outcome({"ticket": "7"}, (Words(key="ticket_made"),)))
    await rig.listening()
    assert desk.asked == ["action_ticket"]
    assert rig.said()[-2:] == ["Ticket 7 is open.", "Anything else?"]
    assert rig.ended() is None


async def test_a_caller_who_hangs_up_meanwhile_leaves_nothing_behind(start: Start) -> None:
    desk = Desk()
    rig = start(Rig(made=acting_bot(), performer=desk))
    await rig.say("ticket")
    await rig.until(lambda: bool(desk.asked))
    rig.session.close("hang_up", rig.clock.now())
    await rig.tick()
    await rig.tick()
    assert rig.ended() is not None
    assert desk.answer.cancelled()
