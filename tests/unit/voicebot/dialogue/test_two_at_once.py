"""Two requests in one sentence, "the bill, or the meter?", redials, moods, values as heard."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.packet import PacketSlot
from tests.unit.voicebot.dialogue.test_policy import JO, NO, NUMBER, YES, Caller
from tests.unit.voicebot.sample import FACTS, FLOW, WordForWord, meant
from voicebot.dialogue.flow import Flow
from voicebot.dialogue.memory import earlier_of
from voicebot.dialogue.mood import MOST, Mood
from voicebot.dialogue.state import Earlier
from voicebot.nlu.ports import Feeling, IntentScore, Understanding
from voicebot.speech.ports import Recognised
from voicebot.understanding import split, understand

ASKS_WHICH = replace(FLOW, which="is_it", resume="is_it")


def both(*parts: Understanding) -> Understanding:
    return replace(parts[0], parts=parts)


def unsure(first: str, second: str, one: float = 0.5, other: float = 0.4) -> Understanding:
    return Understanding("?", IntentScore(first, one), (IntentScore(second, other),))


# Two requests


def test_two_questions_are_both_answered() -> None:
    flow = replace(
        FLOW, intents={**FLOW.intents, "street": replace(FLOW.intents["hours"], name="street")}
    )
    caller = Caller(flow=flow).says(both(meant("hours"), meant("street")))
    assert caller.words == ["Nine to five.", "Nine to five.", "Anything else?"]


def test_a_question_is_answered_before_the_route_begins() -> None:
    caller = Caller().says(both(meant("bill"), meant("hours")))
    assert caller.words == ["Nine to five.", "Sorry about that.", "Your name?"]


def test_two_routes_go_to_one_person() -> None:
    caller = Caller().says(both(meant("bill"), meant("supply", kind="gas")))
    caller.says(JO).presses("1234").says(YES)
    assert caller.transfer.intent is not None and caller.transfer.intent.name == "bill"
    assert caller.transfer.summary.endswith("Also: a new supply.")
    assert {slot.name for slot in caller.transfer.slots} == {"name", "number", "kind"}


def test_who_asks_for_a_person_besides_gets_one_at_once() -> None:
    caller = Caller().says(both(meant("bill"), meant("person")))
    assert (caller.transfer.queue, caller.transfer.reason) == ("bills", "asked")


def test_an_emergency_is_first_wherever_it_stands() -> None:
    caller = Caller().says(both(meant("bill"), meant("gas")))
    assert caller.transfer.queue == "danger"


@pytest.mark.parametrize("other", [meant("hours", 0.5), meant("thanks"), meant(), meant("bill")])
def test_what_is_no_second_request_changes_nothing(other: Understanding) -> None:
    assert Caller().says(both(meant("bill"), other)).words == ["Sorry about that.", "Your name?"]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("my bill is too high and I am moving out", ["my bill is too high", "I am moving out"]),
        ("where are you. How can I pay", ["where are you", "How can I pay"]),
        ("gas and water", []),
        ("my bill is too high", []),
        ("a b and c d and e f and g h and i j", []),
        ("", []),
    ],
)
def test_a_sentence_is_split_where_requests_are_joined(text: str, parts: list[str]) -> None:
    assert split(text) == parts


async def test_parts_are_understood_only_where_anything_may_be_said() -> None:
    text = "bill 0.9 and hours 0.9"
    [said] = await understand(WordForWord(), text, ("open",))
    assert [part.intent.name for part in said.parts] == ["bill", "hours"]
    [said] = await understand(WordForWord(), text, ("name",))
    assert said.parts == ()


# The bill, or the meter?


def test_two_close_readings_are_asked_about_together() -> None:
    caller = Caller(flow=ASKS_WHICH).says(unsure("bill", "hours"))
    assert caller.question == "which:bill|hours"
    assert caller.says(meant("hours")).words[0] == "Nine to five."


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (replace(meant("more", 0.1), text="the second one"), "Nine to five."),
        (replace(meant("more", 0.1), text="the bill"), "Sorry about that."),
        (unsure("bill", "hours", 0.6, 0.2), "Sorry about that."),
        (NO, "What was that?"),
        (meant("more", 0.1), "What was that?"),
        (meant("broken"), "Gas or water?"),
        (meant("gas"), "Leave the house."),
        (meant("person"), "Of course."),
    ],
)
def test_the_answer_to_which(said: Understanding, words: str) -> None:
    assert Caller(flow=ASKS_WHICH).says(unsure("bill", "hours"), said).words[0] == words


def test_which_by_key() -> None:
    caller = Caller(flow=ASKS_WHICH).says(unsure("bill", "hours")).presses("2")
    assert caller.words[0] == "Nine to five."
    assert Caller(flow=ASKS_WHICH).says(unsure("bill", "hours")).presses("0").transfer


@pytest.mark.parametrize(
    ("flow", "said"),
    [
        (FLOW, unsure("bill", "hours")),
        (ASKS_WHICH, unsure("bill", "hours", 0.8, 0.1)),
        (ASKS_WHICH, unsure("bill", "thanks")),
        (ASKS_WHICH, unsure("bill", "out_of_scope")),
    ],
)
def test_what_is_not_close_is_not_asked(flow: Flow, said: Understanding) -> None:
    assert not Caller(flow=flow).says(said).question.startswith("which")


def test_neither_of_two_is_offered_again() -> None:
    caller = Caller(flow=ASKS_WHICH).says(unsure("bill", "hours"), NO, unsure("bill", "hours"))
    assert not caller.question.startswith("which")


# A caller who was cut off


def cut_off(*said: Understanding) -> Earlier | None:
    return earlier_of(ASKS_WHICH, Caller(flow=ASKS_WHICH).says(*said).state)


def test_a_caller_is_met_where_the_call_broke_off() -> None:
    earlier = cut_off(meant("bill"), JO)
    assert earlier == Earlier("bill", (PacketSlot("name", "Jo Hill", 1.0, False, "speech"),))
    caller = Caller(replace(FACTS, earlier=earlier), ASKS_WHICH)
    assert caller.question == "resume:bill"
    caller.says(YES)
    assert caller.words == ["Your number?"]
    assert caller.presses("1234").says(YES).transfer.queue == "bills"


def test_who_does_not_want_to_go_on_begins_anew() -> None:
    caller = Caller(replace(FACTS, earlier=cut_off(meant("bill"), JO)), ASKS_WHICH).says(NO)
    assert (caller.question, dict(caller.state.known)) == ("open", {})


def test_nothing_is_kept_of_an_answer_and_secrets_never() -> None:
    assert cut_off(meant("hours")) is None
    assert earlier_of(FLOW, Caller().says(meant("bill")).state) is None  # remembers nobody
    secret = replace(ASKS_WHICH.slots["number"], secret=True)
    flow = replace(ASKS_WHICH, slots={**ASKS_WHICH.slots, "number": secret})
    kept = earlier_of(flow, Caller(flow=flow).says(meant("bill"), JO, NUMBER).state)
    assert kept is not None and [slot.name for slot in kept.known] == ["name"]


@pytest.mark.parametrize("intent", ["hours", "gone", "deny"])
def test_a_bot_that_has_changed_begins_anew(intent: str) -> None:
    assert Caller(replace(FACTS, earlier=Earlier(intent)), ASKS_WHICH).question == "open"


# Moods

feelings = st.builds(Feeling, st.floats(-1, 1), st.floats(0, 1)) | st.none()


@given(st.lists(feelings, max_size=12))
def test_a_mood_stays_within_its_bounds(said: list[Feeling | None]) -> None:
    mood = Mood()
    for feeling in said:
        mood = mood.after(feeling)
        assert -1 <= mood.value <= 1 and 0 <= mood.confidence <= 1
        assert 0 <= mood.head_start <= MOST
    for _ in range(20):
        mood = mood.after(None)
    assert mood.head_start < 1


@given(st.lists(st.floats(0, 1), max_size=6), st.floats(0, 1))
def test_who_is_not_displeased_gets_nothing(values: list[float], confidence: float) -> None:
    mood = Mood()
    for value in values:
        mood = mood.after(Feeling(value, confidence))
    assert mood.head_start == 0


def test_anger_is_in_the_packet_and_worth_some_seconds() -> None:
    angry = replace(meant("bill"), feeling=Feeling(-1.0, 1.0))
    caller = Caller().says(angry, JO, NUMBER, YES)
    assert caller.transfer.sentiment == pytest.approx(-0.49)  # two sentences later
    assert 30 < caller.transfer.priority <= 30 + MOST
    assert Caller().says(meant("person")).transfer.sentiment is None


def test_a_yes_is_no_feeling() -> None:
    caller = Caller().says(meant("bill"), JO, NUMBER)
    caller.says(replace(NO, feeling=Feeling(-1.0, 1.0)))
    assert caller.state.mood == Mood()


# Why


def test_every_step_says_why() -> None:
    caller = Caller()
    caller.says(meant("bill", 0.91))
    assert caller.step.why == ("bill 0.91",)
    assert caller.is_silent().step.why == ("no-input 1",)
    assert "no-match 1" in caller.mumbles().step.why[0]
    assert caller.presses("0").step.why == ("keys", "to bills: asked")


@given(st.text(min_size=1).filter(lambda t: t.strip() and t not in "bill 0.9"))
def test_what_was_said_is_in_no_reason(text: str) -> None:
    said = meant("bill", 0.9, text=f"{text}!{text}")
    assert not [why for why in Caller().says(said).step.why if f"{text}!{text}" in why]


# Values taken as they were heard

ECHOES = replace(
    FLOW,
    slots={**FLOW.slots, "name": replace(FLOW.slots["name"], confirm_below=0.8, echo="is_name")},
)
BROKEN = replace(FLOW.intents["supply"], name="supply")


def test_a_sure_value_is_echoed_not_asked_about() -> None:
    caller = Caller(flow=ECHOES).says(meant("supply"), JO)
    assert caller.words == ["You are Jo Hill?", "Gas or water?"]
    assert caller.question == "slot:kind"


def test_an_echo_can_be_corrected_in_the_next_sentence() -> None:
    caller = Caller(flow=ECHOES).says(meant("supply"), JO)
    caller.says(replace(meant(name="Joe Hall"), text="no, Joe Hall"))
    assert caller.words == ["You are Joe Hall?", "Gas or water?"]
    caller.says(meant(kind="gas"))
    assert {s.name: s.value for s in caller.transfer.slots} == {"name": "Joe Hall", "kind": "gas"}


def test_an_unsure_value_is_asked_about() -> None:
    unsure_name = replace(JO, entities=(replace(JO.entities[0], confidence=0.6),))
    assert Caller(flow=ECHOES).says(meant("supply"), unsure_name).question == "confirm:name"


@pytest.mark.parametrize(("heard", "question"), [(0.95, "slot:kind"), (0.6, "confirm:name")])
def test_a_value_is_as_sure_as_it_was_heard(heard: float, question: str) -> None:
    caller = Caller(flow=ECHOES).says(meant("supply"))
    step = caller.policy.heard(caller.state, (JO,), Recognised("jo hill", heard))
    assert step.state.question.key == question
    assert step.state.known["name"].confidence == pytest.approx(heard)


def test_a_recognisers_full_stop_is_not_part_of_an_address() -> None:
    caller = Caller().says(meant("broken"), replace(meant("more", 0.1), text="For Mill Lane."))
    assert caller.transfer.summary == "Broken at For Mill Lane."
    assert caller.transfer.slots[0].value == "For Mill Lane"
