"""Turn taking, the clock walked by hand: who speaks when, and what comes too late."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kernel.errors import IllegalTransition
from kernel.packet import PacketSlot
from tests.unit.voicebot.sample import FACTS, KEYS_ONLY, bot, meant
from tests.unit.voicebot.walk import T0, Walk
from voicebot import commands as do
from voicebot import events, reports
from voicebot.conversation import Conversation
from voicebot.speech.ports import Recognised
from voicebot.turns import MACHINE, State


def queued() -> Walk:
    return Walk().says("person").heard_out()


# A turn


def test_greeting_then_the_caller_then_us() -> None:
    assert Walk().state is State.GREETING
    walk = Walk()
    assert walk.heard_out().state is State.LISTENING
    assert walk.speaks().state is State.HEARING
    assert walk.pauses().state is State.THINKING
    assert walk.orders(do.Recognise) == [do.Recognise(1, judge=True)]
    walk.tell(events.Heard(1, Recognised("hours please", 0.8)))
    assert walk.orders(do.Understand) == [do.Understand(1, "hours please", ("open",))]
    walk.tell(events.Understood(1, (meant("hours"),)))
    assert walk.state is State.SPEAKING
    assert walk.words[-2:] == ["Nine to five.", "Anything else?"]
    assert walk.heard_out().state is State.LISTENING


def test_the_question_tells_what_to_listen_for() -> None:
    walk = Walk().says("bill").says("out_of_scope", name="Jo")
    assert [listen.context.expects for listen in walk.orders(do.Listen)] == [
        "open",
        "name",
        "digits",
    ]


def test_latency_and_where_it_went() -> None:
    walk = Walk().heard_out().speaks()
    walk.now += 2.0
    walk.tell(events.SpeechEnded(1, walk.now - 0.6))
    walk.now += 0.25
    walk.tell(events.Heard(1, Recognised("hours", 0.9, seconds=0.2)))
    walk.tell(events.Understood(1, (meant("hours"),)))
    walk.now += 0.15
    walk.tell(events.PlaybackStarted(walk.orders(do.Speak)[-2].playback))
    (answered,) = walk.told(reports.TurnAnswered)
    assert answered.latency == reports.Latency(1000.0, 600.0, 200.0, 0.0, 150.0, 50.0)


def test_a_guess_made_while_waiting_costs_nothing() -> None:
    walk = Walk().heard_out().speaks()
    walk.tell(events.SpeechEnded(1, walk.now - 0.6))
    walk.tell(events.Heard(1, Recognised("hours", 0.9, seconds=0.3)))
    walk.tell(events.Understood(1, (meant("hours"),)))
    walk.tell(events.PlaybackStarted(walk.orders(do.Speak)[-2].playback))
    assert walk.told(reports.TurnAnswered)[0].latency.asr == 0.0


def test_an_answer_is_told_as_one_whatever_it_looks_like() -> None:
    walk = Walk().says("bill").says("out_of_scope", name="Jo").says("hours", digits="1234")
    walk.says("affirm", yes_no="yes").heard_out()
    told = [understood.intent for understood in walk.told(reports.TurnUnderstood)]
    assert told == ["bill", "answer:name", "answer:number", "affirm"]
    assert [turn.intent for turn in walk.told(reports.TurnAnswered)] == told
    (handed,) = walk.orders(do.HandOver)
    spoken = [line for line in handed.packet.transcript if line.who == "caller"]
    assert [line.intent for line in spoken] == told


# Silence and noise


def test_silence_is_measured_from_the_end_of_the_prompt() -> None:
    walk = Walk().wait(5.0)
    assert walk.state is State.GREETING
    walk.heard_out().wait(5.9)
    assert walk.words[-1] == "How can I help?"
    assert walk.wait(0.2).words[-1] == "Nothing heard. How can I help?"


def test_who_looks_for_a_number_has_more_time() -> None:
    walk = Walk().says("bill").says("out_of_scope", name="Jo").heard_out().wait(9.9)
    assert walk.words[-1] == "Your number?"
    assert walk.wait(0.2).words[-1] == "Your number, digit by digit?"


def test_silent_caller_walks_the_ladder_to_a_person() -> None:
    walk = Walk()
    for _ in range(3):
        walk.heard_out().wait(6.0)
    walk.heard_out()
    assert walk.state is State.WAITING
    (handed,) = walk.orders(do.HandOver)
    assert (handed.packet.reason, handed.packet.tries.no_input) == ("max_attempts", 3)


@pytest.mark.parametrize("text", ["", "  ", "The.", "uh", "you"])
def test_noise_is_no_answer_and_does_not_stop_the_clock(text: str) -> None:
    walk = Walk().heard_out().wait(3.0).speaks().pauses()
    walk.tell(events.Heard(walk.turn, Recognised(text, 0.5)))
    assert walk.state is State.LISTENING
    assert walk.wait(2.9).words[-1] == "How can I help?"
    assert walk.wait(0.2).words[-1] == "Nothing heard. How can I help?"


def test_words_that_the_recogniser_does_not_believe_are_noise() -> None:
    walk = Walk().heard_out().speaks().pauses()
    walk.tell(events.Heard(walk.turn, Recognised("hours", 0.5, no_speech=0.95)))
    assert walk.state is State.LISTENING


def test_speech_without_end_is_answered_and_told() -> None:
    walk = Walk().heard_out().speaks().wait(15.0)
    walk.tell(events.SpeechEnded(walk.turn, walk.now, cut=True))
    walk.tell(events.Heard(walk.turn, Recognised("hours " * 30, 0.5)))
    walk.tell(events.Understood(walk.turn, (meant("hours"),)))
    assert walk.words[-2] == "Nine to five."
    assert [odd.what for odd in walk.told(reports.Oddity)] == ["speech without end"]


def test_a_noisy_line_does_not_go_on_for_ever() -> None:
    walk = Walk().heard_out()
    for _ in range(3):
        walk.speaks().pauses().tell(events.Heard(walk.turn, Recognised("", 0.0)))
    assert walk.words[-1] == "What was that?"


# Keys


def test_a_key_stops_even_what_must_be_heard() -> None:
    walk = Walk()
    walk.tell(events.PlaybackStarted(walk.orders(do.Speak)[0].playback), events.DigitPressed("1"))
    assert walk.orders(do.StopSpeaking)
    assert walk.words[-2] == "Nine to five."


@pytest.mark.parametrize(
    ("keys", "waits", "answer"),
    [("1234", 0.0, True), ("123", 3.1, False), ("12", 1.0, None), ("12#", 0.0, False)],
)
def test_keys_end_when_full_by_their_end_or_after_a_while(
    keys: str, waits: float, answer: bool | None
) -> None:
    walk = Walk().says("bill").says("out_of_scope", name="Jo").heard_out()
    walk.tell(*(events.DigitPressed(key) for key in keys)).wait(waits)
    expected = {True: "You are Jo?", False: "Your number, digit by digit?", None: "Your number?"}
    assert walk.words[-1] == expected[answer]


def test_keys_win_over_what_is_being_recognised() -> None:
    walk = Walk().heard_out().speaks().pauses()
    turn = walk.turn
    walk.tell(events.DigitPressed("1"))
    assert walk.words[-2] == "Nine to five."
    walk.tell(events.Heard(turn, Recognised("bill", 0.9)))
    assert (walk.core.stale, walk.orders(do.Understand)) == (1, [])


def keyed(keys: str) -> Walk:
    """A number of four digits is asked for, and these keys come."""
    walk = Walk().says("bill").says("out_of_scope", name="Jo").heard_out()
    return walk.tell(*(events.DigitPressed(key) for key in keys))


def test_keys_are_whole_only_in_the_slot() -> None:
    walk = keyed("1234")
    assert walk.told(reports.KeysPressed)[0].keys == "••34"
    walk.tell(events.DigitPressed("1")).heard_out()
    (handed,) = walk.orders(do.HandOver)
    assert [slot.value for slot in handed.packet.slots] == ["Jo", "1234"]
    typed = [line.text for line in handed.packet.transcript if line.text.startswith("[")]
    assert typed == ["[••34]", "[1]"]


@pytest.mark.parametrize("after", [0.0, 2.9])
def test_an_end_key_after_the_last_digit_that_was_enough_is_swallowed(after: float) -> None:
    walk = keyed("1234")
    said = walk.wait(after).words
    walk.tell(events.DigitPressed("#"))
    assert (walk.state, walk.words, walk.core.stale) == (State.SPEAKING, said, 1)
    assert walk.tell(events.DigitPressed("1")).heard_out().state is State.WAITING


def test_an_end_key_after_a_number_that_a_pause_ended_is_swallowed() -> None:
    walk = keyed("123").wait(3.1)
    assert walk.words[-1] == "Your number, digit by digit?"
    walk.tell(events.DigitPressed("#"))
    assert (walk.words[-1], walk.core.stale) == ("Your number, digit by digit?", 1)


@pytest.mark.parametrize("keys", ["1234##", "12##"], ids=["twice", "again"])
def test_only_the_first_end_key_after_an_answer_is_swallowed(keys: str) -> None:
    walk = keyed(keys[:-1])
    stale = walk.core.stale
    assert walk.tell(events.DigitPressed("#")).core.stale == stale


def test_a_digit_too_many_and_its_end_key_are_one_mistake() -> None:
    walk = keyed("12347")
    said = walk.words
    assert walk.tell(events.DigitPressed("#")).words == said


def test_an_end_key_long_after_an_answer_counts() -> None:
    walk = keyed("1234").wait(3.1).tell(events.DigitPressed("#"))
    assert (walk.core.stale, len(walk.told(reports.KeysPressed))) == (0, 2)


def test_keys_pressed_ahead_answer_the_questions_that_follow() -> None:
    walk = Walk(KEYS_ONLY)
    walk.tell(*(events.DigitPressed(key) for key in "211234"))
    assert walk.words[-1] == "Number 1 2, 3 4?" or walk.state is State.SPEAKING
    keys = [pressed.keys for pressed in walk.told(reports.KeysPressed)]
    assert keys == ["2", "1", "••34"]


def test_a_flood_of_keys_is_one_mistake() -> None:
    walk = Walk().heard_out()
    for _ in range(200):
        walk.tell(events.DigitPressed("7")).wait(0.05)
    assert walk.told(reports.KeysPressed)[0].keys == "7"
    assert len(walk.told(reports.KeysPressed)) == 1
    assert [odd.what for odd in walk.told(reports.Oddity)] == ["keys without end"]
    assert walk.wait(1.1).says("hours").words[-2] == "Nine to five."


def test_unknown_keys_do_nothing() -> None:
    walk = Walk().heard_out().tell(events.DigitPressed("A"))
    assert (walk.state, walk.core.stale) == (State.LISTENING, 1)


def test_line_of_keys_never_listens() -> None:
    walk = Walk(KEYS_ONLY).heard_out().tell(events.DigitPressed("0")).heard_out()
    assert walk.orders(do.Listen) == []
    assert walk.state is State.WAITING


# Engines that fail


def test_a_lost_turn_is_asked_again_then_a_person() -> None:
    walk = Walk().heard_out().speaks().pauses().tell(events.EngineFailed(1, "killed"))
    assert walk.words[-1] == "Say again?"
    assert walk.told(reports.TurnLost)[0].why == "killed"
    walk.heard_out().speaks().tell(events.EngineFailed(walk.turn)).heard_out()
    (handed,) = walk.orders(do.HandOver)
    assert (handed.packet.reason, handed.packet.tries.no_match) == ("error", 0)


def test_an_engine_that_never_answers_is_lost() -> None:
    walk = Walk().heard_out().speaks().pauses().wait(10.1)
    assert walk.words[-1] == "Say again?"


def test_speech_that_never_ends_is_recognised() -> None:
    walk = Walk().heard_out().speaks().wait(20.1)
    assert walk.orders(do.Recognise) == [do.Recognise(1, judge=True)]


def test_a_playback_that_never_ends_does_not_hold_up_the_call() -> None:
    walk = Walk().wait(60.0)
    assert walk.state is not State.GREETING


# The queue


def test_waiting_with_music_until_an_agent_comes() -> None:
    assert queued().state is State.WAITING
    walk = queued()
    (handed,) = walk.orders(do.HandOver)
    assert [line.text for line in handed.packet.transcript if line.who == "caller"] == ["person"]
    assert walk.orders(do.StartMusic)
    walk.tell(events.OfferRinging("o"), events.AgentAnswered("o"))
    assert walk.state is State.CONNECTING
    assert walk.words[-1] == "Here is somebody."
    assert walk.tell(events.Bridged("o")).state is State.WITH_AGENT
    assert walk.orders(do.StopMusic)
    assert walk.orders(do.StopSpeaking)
    walk.tell(events.AgentLeft("o"))
    assert walk.orders(do.HangUp)
    assert walk.told(reports.ConversationEnded)[0].outcome == "transferred"


def test_a_caller_whom_the_agent_hands_on_waits_again_with_music_and_position() -> None:
    walk = queued().tell(events.AgentAnswered("o"), events.Bridged("o"), events.HandedOn("other"))
    assert walk.state.value == "waiting"
    assert len(walk.orders(do.StartMusic)) == 2
    walk.tell(events.AgentLeft("o"))  # the leg that was left behind: late news
    walk.tell(events.PositionTold(1, 1, 1)).wait(0.0)
    assert walk.words[-1] == "You are next."
    walk.tell(events.AgentAnswered("p"), events.Bridged("p"))
    assert walk.state is State.WITH_AGENT
    assert queued().tell(events.HandedOn("other")).state is State.WAITING  # stale: nobody talks


def test_a_caller_given_back_for_a_task_is_asked_and_goes_back_with_what_was_told() -> None:
    given = events.TaskGiven("pipes", "bills", (PacketSlot("number", "1234", 1.0, True, "lookup"),))
    walk = queued().tell(events.AgentAnswered("o"), events.Bridged("o"), given)
    assert walk.state is State.SPEAKING and walk.words[-1] == "Your name?"
    walk.says("out_of_scope", name="Anna").says("affirm").heard_out()
    handed = walk.orders(do.HandOver)[-1]
    assert (handed.packet.queue, handed.refer) == ("bills", ""), "to the agent, not elsewhere"
    assert {slot.name: slot.value for slot in handed.packet.slots} == {
        "name": "Anna", "number": "1234",
    }  # fmt: skip
    assert len(handed.packet.transcript) > len(walk.orders(do.HandOver)[0].packet.transcript)
    assert walk.state.value == "waiting"
    walk.tell(events.AgentAnswered("p"), events.Bridged("p"))
    assert walk.state.value == "with_agent"
    assert queued().tell(given).state is State.WAITING  # stale: nobody talks


def test_a_caller_who_asks_for_a_person_in_a_task_goes_back_at_once() -> None:
    given = events.TaskGiven("pipes", "bills")
    walk = queued().tell(events.AgentAnswered("o"), events.Bridged("o"), given).heard_out()
    walk.says("person").heard_out()
    assert walk.orders(do.HandOver)[-1].packet.queue == "bills"
    assert walk.state.value == "waiting"


def test_position_is_told_when_it_changes_and_else_now_and_then() -> None:
    walk = queued().tell(events.PositionTold(3, 3, 1)).wait(0.0).heard_out()
    assert walk.words[-1] == "You are number 3."
    count = len(walk.words)
    walk.wait(10.0).tell(events.PositionTold(3, 4, 1)).wait(0.0)
    assert len(walk.words) == count
    assert len(walk.wait(20.1).heard_out().words) == count + 1
    walk.tell(events.PositionTold(1, 1, 1)).wait(0.0)
    assert walk.words[-1] == "You are next."


def test_position_waits_for_what_is_being_said() -> None:
    walk = queued().tell(events.PositionTold(3, 3, 1)).wait(0.0)
    walk.tell(events.PositionTold(1, 1, 1)).wait(0.0)
    assert walk.words[-1] == "You are number 3."
    walk.heard_out().wait(0.0)
    assert walk.words[-1] == "You are next."


def test_agent_who_does_not_answer_is_told_once_and_the_place_kept() -> None:
    walk = queued().tell(events.OfferRinging("o"), events.OfferFailed("o"))
    assert (walk.state, walk.words[-1]) == (State.WAITING, "Not there. Please wait.")
    count = len(walk.words)
    walk.heard_out().tell(events.OfferRinging("p"), events.OfferFailed("p"))
    assert len(walk.words) == count


def test_agent_lost_amid_the_whisper_means_waiting_on() -> None:
    walk = queued().tell(events.AgentAnswered("o"), events.OfferFailed("o"))
    assert walk.state is State.WAITING
    assert walk.tell(events.AgentAnswered("p"), events.Bridged("p")).state is State.WITH_AGENT


@pytest.mark.parametrize(
    ("why", "words"), [("failed", "That did not work."), ("no_agents", "Nobody is there.")]
)
def test_returned_to_the_conversation(why: str, words: str) -> None:
    walk = queued().tell(events.Released(why))
    assert walk.words[-2] == words
    assert walk.orders(do.StopMusic)
    assert walk.says("hours").words[-2] == "Nine to five."


def referred() -> Walk:
    """A caller who is being sent to another house."""
    walk = Walk().says("pipes").says("out_of_scope", name="Jo")
    return walk.says("affirm", yes_no="yes").heard_out()


def test_another_house_is_asked_first_with_everything_known() -> None:
    walk = referred()
    assert walk.words[-1] == "Connecting you to the water company."
    (handed,) = walk.orders(do.HandOver)
    assert (handed.refer, handed.packet.queue) == ("sip:desk@water.example", "house")
    assert handed.packet.summary == "Jo: a pipe."
    assert walk.orders(do.StartMusic) and walk.state is State.WAITING


def test_what_another_house_does_not_take_waits_in_our_queue() -> None:
    walk = referred().tell(events.ReferFailed("refused"))
    assert walk.words[-2:] == ["They are busy.", "Connecting you to the house team."]
    assert walk.orders(do.StopMusic)
    walk.heard_out()
    handed = walk.orders(do.HandOver)[-1]
    assert (handed.refer, handed.packet.queue, walk.state) == ("", "house", State.WAITING)
    assert handed.packet.slots == walk.orders(do.HandOver)[0].packet.slots
    stale = walk.core.stale
    assert walk.tell(events.ReferFailed("late")).core.stale == stale + 1
    assert walk.tell(events.AgentAnswered("o"), events.Bridged("o")).state is State.WITH_AGENT


def test_who_hangs_up_while_another_house_is_asked_has_left() -> None:
    walk = referred().tell(events.CallerLeft())
    assert walk.told(reports.ConversationEnded)[0].outcome == "abandoned"


def test_caller_in_the_queue_is_neither_heard_nor_asked() -> None:
    walk = queued()
    stale = walk.core.stale
    walk.speaks().tell(events.DigitPressed("1"))
    assert (walk.state, walk.core.stale) == (State.WAITING, stale + 2)


# The end


@pytest.mark.parametrize(
    ("before", "outcome"),
    [
        (Walk, "abandoned"),
        (lambda: Walk().says("hours"), "answered"),
        (queued, "abandoned"),
        (lambda: queued().tell(events.Bridged("o")), "transferred"),
    ],
)
def test_outcome_when_the_caller_leaves(before: type[Walk], outcome: str) -> None:
    walk = before().tell(events.CallerLeft())
    (ended,) = walk.told(reports.ConversationEnded)
    assert (ended.outcome, walk.state) == (outcome, State.ENDED)
    assert walk.core.next_timer() is None


def test_goodbye_is_heard_before_we_hang_up() -> None:
    walk = Walk().says("goodbye")
    assert not walk.orders(do.HangUp)
    walk.heard_out()
    assert walk.orders(do.HangUp)
    assert walk.told(reports.ConversationEnded)[0].transcript[-1].text == "Goodbye."


# What comes too late, or too early


def test_nothing_happens_before_the_start() -> None:
    core = Conversation(bot(), FACTS)
    with pytest.raises(IllegalTransition):
        core.receive(events.DigitPressed("1"), T0)
    assert (core.state, core.commands()) == (State.NEW, [])


def test_no_second_start() -> None:
    with pytest.raises(IllegalTransition):
        Walk().tell(events.Started())


def test_stale_events_change_nothing_and_are_counted() -> None:
    walk = Walk().heard_out()
    ordered = list(walk.ordered)
    late: list[events.Event] = [
        events.PlaybackStarted("bot-1"),
        events.PlaybackFinished("bot-1"),
        events.PlaybackFinished("unknown"),
        events.SpeechStarted(7, T0),
        events.SpeechEnded(1, T0),
        events.Heard(1, Recognised("hours", 0.9)),
        events.Understood(1, (meant("hours"),)),
        events.EngineFailed(1),
        events.PositionTold(1),
        events.Bridged("o"),
        events.Released("failed"),
        events.ReferFailed("refused"),
    ]
    walk.tell(*late)
    assert (walk.state, walk.ordered, walk.core.stale) == (State.LISTENING, ordered, len(late))


def some_event() -> st.SearchStrategy[events.Event]:
    """Anything that may be told after the start, about turns and playbacks that may exist."""
    turn = st.integers(1, 6)
    playback = st.integers(1, 12).map(lambda n: f"bot-{n}")
    offer = st.sampled_from(["o", "p"])
    words = st.sampled_from(["hours", "bill", "person", "", "goodbye", "gas", "repeat", "wait"])
    heard = st.builds(Recognised, words, st.just(0.5))
    understood = st.sampled_from(
        [
            meant(name)
            for name in (
                "hours",
                "bill",
                "person",
                "deny",
                "back",
                "gas",
                "start_over",
                "supply",
                "pipes",
            )
        ]
        + [meant(name="Jo"), meant(digits="1234"), meant("affirm", yes_no="yes"), meant()]
    )
    return st.one_of(
        st.builds(events.PlaybackStarted, playback),
        st.builds(events.PlaybackFinished, playback, st.booleans()),
        st.builds(events.SpeechStarted, turn, st.just(T0)),
        st.builds(events.SpeechEnded, turn, st.just(T0)),
        st.builds(events.SpeechLasted, turn),
        st.builds(events.Peeked, turn, heard),
        st.builds(events.SpeechPaused, turn, st.just(T0)),
        st.builds(events.SpeechResumed, turn, st.just(T0 + 1)),
        st.builds(events.TurnJudged, turn, st.floats(0, 1), st.integers(0, 1)),
        st.builds(events.Heard, turn, heard, st.integers(0, 1)),
        st.builds(events.Understood, turn, st.tuples(understood)),
        st.builds(events.Understood, turn, st.tuples(understood, understood)),
        st.builds(events.EngineFailed, turn),
        st.builds(events.DigitPressed, st.sampled_from("0123*#A")),
        st.builds(events.PositionTold, st.integers(0, 3)),
        st.builds(events.OfferRinging, offer),
        st.builds(events.OfferFailed, offer),
        st.builds(events.AgentAnswered, offer),
        st.builds(events.Bridged, offer),
        st.builds(events.AgentLeft, offer),
        st.builds(events.Released, st.sampled_from(["failed", "closed"])),
        st.builds(events.ReferFailed),
    )


step = st.one_of(
    some_event(),
    st.floats(0.0, 30.0),
    st.sampled_from(["heard_out", "turn", "speaks", "lasts", "begins"]),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(step, max_size=40), st.booleans())
def test_no_order_of_events_breaks_it(
    steps: list[events.Event | float | str], keys_only: bool
) -> None:
    walk = Walk(KEYS_ONLY if keys_only else FACTS)
    for each in steps:
        if isinstance(each, float):
            walk.wait(each)
        elif each == "heard_out":
            walk.heard_out()
        elif each == "turn" and not keys_only:
            walk.speaks().pauses()
        elif each in ("speaks", "lasts") and not keys_only:
            walk.speaks() if each == "speaks" else walk.lasts()
        elif each == "begins":
            walk.tell(events.PlaybackStarted(walk.orders(do.Speak)[-1].playback))
        elif not isinstance(each, str):
            walk.tell(each)
        assert walk.state in State
    walk.tell(events.CallerLeft())
    assert walk.state is State.ENDED
    assert len(walk.told(reports.ConversationEnded)) == 1


def test_every_state_can_end() -> None:
    for state in State:
        if state is not State.ENDED:
            assert any(after is State.ENDED for after in MACHINE.table[state].values())
