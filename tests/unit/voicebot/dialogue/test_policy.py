"""What follows from what a caller says, as tables: said, heard back, known, where it ends."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kernel.packet import PacketSlot
from tests.unit.voicebot.sample import FACTS, FLOW, KEYS_ONLY, bot, meant
from voicebot.dialogue.acts import Act, Ask, HangUp, Say, Transfer
from voicebot.dialogue.facts import CallFacts
from voicebot.dialogue.flow import Answer, Flow, Intent, Route, Then, Universal
from voicebot.dialogue.policy import Policy
from voicebot.dialogue.state import Asking, State, Step
from voicebot.expected import Mask
from voicebot.nlu.ports import IntentScore, Understanding

YES = meant("affirm", yes_no="yes")
NO = meant("deny", yes_no="no")
JO = meant(name="Jo Hill")
NUMBER = meant(digits="1234")
NONSENSE = meant("more", 0.1)


class Caller:
    """A dialogue, step by step."""

    def __init__(self, facts: CallFacts = FACTS, flow: Flow = FLOW) -> None:
        self.policy = Policy(bot(flow), facts)
        self.step = self.policy.start()

    @property
    def state(self) -> State:
        return self.step.state

    @property
    def question(self) -> str:
        return self.state.question.key

    @property
    def last(self) -> Act:
        return self.step.acts[-1]

    @property
    def transfer(self) -> Transfer:
        assert isinstance(self.last, Transfer), self.words
        return self.last

    @property
    def words(self) -> list[str]:
        return [a.text for a in self.step.acts if isinstance(a, Say | Ask) and a.text]

    def says(self, *sentences: Understanding | tuple[Understanding, ...]) -> Caller:
        for sentence in sentences:
            readings = sentence if isinstance(sentence, tuple) else (sentence, sentence)
            self._take(self.policy.heard(self.state, readings))
        return self

    def presses(self, *keys: str) -> Caller:
        for each in keys:
            self._take(self.policy.pressed(self.state, each))
        return self

    def is_silent(self, times: int = 1) -> Caller:
        for _ in range(times):
            self._take(self.policy.no_input(self.state))
        return self

    def mumbles(self, times: int = 1) -> Caller:
        for _ in range(times):
            self._take(self.policy.no_match(self.state))
        return self

    def _take(self, step: Step) -> None:
        assert isinstance(step.acts[-1], Ask | Transfer | HangUp)
        self.step = step


# The first words


def test_greeting_says_what_must_be_said_and_asks_last() -> None:
    caller = Caller()
    assert caller.words == [
        "This is the sample.",
        "A machine speaks.",
        "It is recorded.",
        "How can I help?",
    ]
    assert [a.interruptible for a in caller.step.acts if isinstance(a, Say)] == [False] * 3
    assert caller.question == "open"


def test_greeting_of_a_line_that_announces_nothing() -> None:
    facts = replace(FACTS, says_machine=False, says_recorded=False)
    assert Caller(facts).words == ["This is the sample.", "How can I help?"]


def test_line_of_keys_greets_with_its_menu() -> None:
    caller = Caller(KEYS_ONLY)
    assert caller.question == "menu:main"
    assert caller.words[-1] == (
        "Choose. For hours, press 1. For bills, press 2. For a person, press 0."
    )


# Answers


def test_answer_then_another_then_no_more() -> None:
    caller = Caller().says(meant("hours"))
    assert caller.words == ["Nine to five.", "Anything else?"]
    caller.says(meant("deny"))
    assert caller.words == ["Goodbye."]
    assert caller.last == HangUp()


def test_no_before_anything_was_answered_ends_nothing() -> None:
    assert Caller().says(NO).question == "open"


def test_yes_to_anything_else_tells_what_can_be_asked() -> None:
    assert Caller().says(meant("hours"), YES).words[0] == "Ask for hours or bills."


@pytest.mark.parametrize(
    "sentence",
    [
        meant("more", day="sunday"),
        meant("more", 0.2, day="sunday"),
        meant("bill", 0.4, day="sunday"),
        replace(meant(day="sunday"), out_of_scope=True),
    ],
    ids=["follow-up", "unsure", "less than sure of something else", "nothing known"],
)
def test_and_on_sunday(sentence: Understanding) -> None:
    caller = Caller().says(meant("hours"), sentence)
    assert caller.words == ["Closed on Sunday.", "Anything else?"]


def test_follow_up_of_nothing_is_the_intent_it_stands_for() -> None:
    assert Caller().says(meant("more")).words[0] == "Nine to five."


def test_the_day_of_an_earlier_question_is_not_the_day_of_this_one() -> None:
    caller = Caller().says(meant("hours", day="sunday"), meant("hours"))
    assert caller.words[0] == "Nine to five."


def test_small_talk_keeps_the_last_intent_and_varies() -> None:
    caller = Caller().says(meant("hours"), meant("thanks"))
    assert caller.words == ["My pleasure.", "Anything else?"]
    assert caller.says(meant("thanks")).words[0] == "Not at all."
    assert caller.says(meant("more", day="sunday")).words[0] == "Closed on Sunday."


def test_seed_turns_the_round_of_wordings() -> None:
    assert Caller(replace(FACTS, seed=1)).says(meant("thanks")).words[0] == "Not at all."


def test_an_answer_that_ends_the_call() -> None:
    caller = Caller().says(meant("wrong"))
    assert caller.words == ["Goodbye."]
    assert caller.last == HangUp()


# A person, an emergency


@pytest.mark.parametrize("confidence", [0.9, 0.35])
def test_person_at_the_first_words_without_a_question(confidence: float) -> None:
    transfer = Caller().says(meant("person", confidence)).transfer
    assert (transfer.queue, transfer.reason) == ("house", "asked")
    assert transfer.intent and transfer.intent.name == "person"
    assert transfer.summary == "Asked for a person."


@pytest.mark.parametrize(
    ("confidence", "text", "wanted"),
    [
        (0.99, "let me talk to a person", True),
        (0.95, "please ask the person next door", False),
        (0.99, "the person next door has the key and she is at home all day", False),
    ],
)
def test_where_any_words_are_an_answer_a_wish_must_be_plain_and_alone(
    confidence: float, text: str, wanted: bool
) -> None:
    caller = Caller().says(meant("broken"), meant("person", confidence, text))
    summary = caller.transfer.summary
    assert ("Asked for a person." in summary, text in summary) == (wanted, not wanted)


def test_person_amid_a_route_keeps_what_was_told() -> None:
    caller = Caller().says(meant("bill"), JO, meant("person"))
    assert caller.words == ["Of course.", "Connecting you to the bills team."]
    transfer = caller.transfer
    assert (transfer.queue, transfer.reason, transfer.priority) == ("bills", "asked", 30)
    assert transfer.intent and transfer.intent.name == "bill"
    assert transfer.summary == "About a high bill: name Jo Hill. Asked for a person."
    assert transfer.slots == (PacketSlot("name", "Jo Hill", 1.0, False, "speech"),)


@pytest.mark.parametrize(
    ("before", "confidence", "at_once"),
    [((), 0.35, True), ((meant("bill"),), 0.6, True), ((meant("bill"),), 0.4, False)],
    ids=["open, unsure", "slot, sure", "slot, unsure"],
)
def test_emergency(before: tuple[Understanding, ...], confidence: float, at_once: bool) -> None:
    caller = Caller().says(*before, meant("gas", confidence))
    assert isinstance(caller.last, Transfer) is at_once
    if at_once:
        assert caller.words[0] == "Leave the house."
        assert (caller.transfer.queue, caller.transfer.priority) == ("danger", 600)


# Slots


def test_slots_in_order_read_back_together_and_handed_over() -> None:
    caller = Caller().says(meant("bill"))
    assert caller.words == ["Sorry about that.", "Your name?"]
    assert caller.says(JO).words == ["Your number?"]
    assert caller.says(NUMBER).words == ["Jo Hill, number 1 2, 3 4?"]
    transfer = caller.says(YES).transfer
    assert caller.words == ["Connecting you to the bills team."]
    assert (transfer.reason, transfer.summary) == ("policy", "Jo Hill, ••34: bill too high.")
    assert transfer.required == ("billing",)
    assert transfer.preferred == ("calm",)
    assert [(s.name, s.value, s.confirmed) for s in transfer.slots] == [
        ("name", "Jo Hill", True),
        ("number", "1234", True),
    ]


def test_a_slot_volunteered_is_not_asked_for() -> None:
    caller = Caller().says(meant("bill", number_entity="1234"))
    assert caller.says(JO).question == "confirm_all"


def test_several_slots_in_one_answer() -> None:
    caller = Caller().says(meant("bill"))
    both = meant(name="Jo Hill")
    number = replace(meant(number_entity="1234").entities[0], start=20, end=24)
    caller.says(replace(both, entities=(*both.entities, number)))
    assert caller.question == "confirm_all"


def test_keys_need_no_confirmation_but_the_name_does() -> None:
    caller = Caller().says(meant("bill"), JO).presses("1234")
    assert caller.words == ["You are Jo Hill?"]
    transfer = caller.presses("1").transfer
    assert [(s.name, s.source, s.confirmed) for s in transfer.slots] == [
        ("name", "speech", True),
        ("number", "dtmf", True),
    ]


def test_an_impossible_number_is_asked_for_again_then_gone_on_without() -> None:
    caller = Caller().says(meant("bill"), JO, meant(digits="12"))
    assert caller.words == ["Your number, digit by digit?"]
    caller.says(meant(digits="12345"), meant(digits="1"))
    assert caller.question == "confirm:name"
    assert caller.says(YES).transfer.slots == (PacketSlot("name", "Jo Hill", 1.0, True, "speech"),)


def test_a_required_slot_that_cannot_be_had_ends_with_a_person() -> None:
    caller = Caller().says(meant("supply"), JO, YES).mumbles(2)
    assert caller.transfer.reason == "max_attempts"
    assert caller.transfer.queue == "bills"


def test_i_do_not_know_skips_what_is_not_required() -> None:
    caller = Caller().says(meant("bill"), JO, NO)
    assert caller.question == "confirm:name"


def test_a_text_takes_the_whole_sentence_but_no_universal() -> None:
    caller = Caller().says(meant("broken"), meant("help"))
    assert caller.question == "slot:place"
    caller.says(meant("bill", 0.8, text="at the mill"))
    assert caller.transfer.summary == "Broken at at the mill."


def test_another_question_amid_a_slot_is_answered_and_the_slot_asked_again() -> None:
    caller = Caller().says(meant("bill"), meant("hours"))
    assert caller.words == ["Nine to five.", "Your name?"]
    assert caller.state.asked["slot:name"] == 1


def test_another_wish_amid_a_slot_replaces_the_first() -> None:
    caller = Caller().says(meant("bill"), JO, meant("supply"))
    assert caller.question == "confirm:name"
    assert caller.state.goal and caller.state.goal.intent == "supply"


@pytest.mark.parametrize(
    ("before", "said", "taken"),
    [
        ((), meant("bill"), "bill"),
        ((meant("bill"),), replace(JO, intent=IntentScore("hours", 0.9)), "answer:name"),
        ((meant("bill"),), meant("supply", 0.7, text="Peter Pan."), "answer:name"),
        ((meant("bill"),), meant("hours"), "hours"),
        ((meant("bill"),), meant("help"), "help"),
        ((meant("bill"),), NO, "deny"),
        ((meant("broken"),), meant("out_of_scope", text="at the mill"), "answer:place"),
        ((meant("bill"), JO, NUMBER), meant("hours", yes_no="yes"), "affirm"),
        ((meant("bill"), JO, NUMBER), (NO, meant(digits="1299")), "deny"),
        ((meant("bill"), JO, NUMBER), (meant("hours", 0.2), meant(digits="99")), "hours"),
        ((meant("bill"), JO, NUMBER), (meant(digits="1299"), NUMBER), "answer:number"),
        ((meant("bill", 0.4),), (NO, meant("hours")), "hours"),
    ],
)
def test_what_a_sentence_is_taken_as(
    before: tuple[Understanding, ...], said: Understanding | tuple[Understanding, ...], taken: str
) -> None:
    step = Caller().says(*before, said).step
    assert step.meant is not None and step.meant.name == taken


@pytest.mark.parametrize(
    ("sentence", "question"),
    [
        (meant("supply", 0.7, text="Peter Pan."), "slot:number"),
        (meant("supply", 0.7, text="I would like to have a meter"), "slot:name"),
        (meant("bill", 0.95, text="my bill"), "slot:name"),
        (meant("affirm", 0.6, text="yes"), "slot:name"),
        (meant("supply", 0.7, text="route 66"), "slot:name"),
    ],
    ids=["a name", "no name", "surely something else", "yes", "digits"],
)
def test_a_name_that_looks_like_something_else(sentence: Understanding, question: str) -> None:
    caller = Caller().says(meant("bill"), sentence)
    assert caller.question == question
    assert caller.state.goal and caller.state.goal.intent == "bill"


def test_a_choice_by_word_and_by_key() -> None:
    for answer in ("word", "key"):
        caller = Caller().says(meant("supply"), JO, YES)
        assert caller.question == "slot:kind"
        caller.says(meant(kind="water")) if answer == "word" else caller.presses("2")
        assert caller.transfer.summary == "Jo Hill: water."


# Confirmation


def test_no_to_all_reads_each_back_on_its_own() -> None:
    caller = Caller().says(meant("bill"), JO, NUMBER, (NO, NO))
    assert caller.words == ["You are Jo Hill?"]
    assert caller.says(YES).words == ["Number 1 2, 3 4?"]
    assert caller.says((NO, NO)).words == ["Your number, digit by digit?"]
    caller.says(meant(digits="1235"))
    assert caller.words == ["Number 1 2, 3 5?"]
    assert isinstance(caller.says(YES).last, Transfer)


@pytest.mark.parametrize("first", [NO, meant(digits="1299")], ids=["no, it is …", "it is …"])
def test_correction_in_one_step(first: Understanding) -> None:
    caller = Caller().says(meant("bill"), JO, NUMBER)
    caller.says((first, meant(digits="1299")))
    assert caller.words == ["Jo Hill, number 1 2, 9 9?"]
    assert caller.says(YES).transfer.slots[1].value == "1299"


def test_correction_of_a_name_in_one_step() -> None:
    caller = Caller().says(meant("bill"), JO).presses("1234")
    caller.says((NO, meant(name="Jo Mill")))
    assert caller.words == ["You are Jo Mill?"]


@pytest.mark.parametrize("kind", [(), ("place",)], ids=["one more", "two more"])
def test_a_yes_confirms_only_what_was_read_back(kind: tuple[str, ...]) -> None:
    does = FLOW.intents["bill"].does
    assert isinstance(does, Route)
    place = replace(FLOW.slots["place"], confirm="is_name")
    route = replace(does, ask=("name", *kind, "number"), confirm="is_number_only")
    intents = {**FLOW.intents, "bill": replace(FLOW.intents["bill"], does=route)}
    caller = Caller(flow=replace(FLOW, intents=intents, slots={**FLOW.slots, "place": place}))
    caller.says(meant("bill"), JO, *(meant(text="here") for _ in kind), NUMBER)
    assert caller.words == ["Is the number 1 2, 3 4?"]
    assert caller.says(YES).words == ["You are Jo Hill?"]
    if kind:
        assert caller.says(YES).question == "confirm:place"
    assert all(slot.confirmed for slot in caller.says(YES).transfer.slots)


def test_a_denied_value_is_not_offered_again() -> None:
    caller = Caller().says(meant("bill"), JO).presses("1234").says((NO, NO))
    assert caller.question == "slot:name"
    caller.says(JO)
    assert caller.question == "slot:name"


def test_confirmation_that_is_not_answered_goes_on_unconfirmed() -> None:
    caller = Caller().says(meant("bill"), JO, NUMBER).mumbles(2)
    assert [slot.confirmed for slot in caller.transfer.slots] == [False, False]


def test_less_than_sure_is_put_as_a_question() -> None:
    caller = Caller().says(meant("bill", 0.4))
    assert caller.words == ["Is it a high bill?"]
    assert caller.says(YES).question == "slot:name"


def test_what_was_denied_is_not_suggested_twice() -> None:
    caller = Caller().says(meant("bill", 0.4), NO)
    assert caller.question == "open"
    assert caller.says(meant("bill", 0.4)).question == "open"


def test_no_with_the_right_wish() -> None:
    caller = Caller().says(meant("bill", 0.4), (NO, meant("hours")))
    assert caller.words[0] == "Nine to five."


# Universals


def test_repeat_says_all_of_it_again() -> None:
    caller = Caller().says(meant("hours"))
    words = caller.words
    assert caller.says(meant("repeat")).words == words


def test_help_then_the_question_again() -> None:
    assert Caller().says(meant("bill"), meant("help")).words == [
        "Ask for hours or bills.",
        "Your name?",
    ]


def test_start_over_forgets() -> None:
    caller = Caller().says(meant("bill"), JO, meant("start_over"))
    assert caller.words == ["Again. What is it?"]
    assert not caller.state.known
    assert caller.state.goal is None


@pytest.mark.parametrize(
    ("before", "question"),
    [
        ((), "open"),
        ((meant("bill"),), "open"),
        ((meant("bill"), JO), "slot:name"),
        ((meant("bill"), JO, NUMBER), "slot:number"),
        ((meant("supply"), JO), "slot:name"),
    ],
)
def test_back(before: tuple[Understanding, ...], question: str) -> None:
    assert Caller().says(*before, meant("back")).question == question


def test_hold_on_waits_a_minute_and_is_no_failure() -> None:
    caller = Caller().says(meant("bill"), meant("wait"))
    assert caller.words == ["Take your time."]
    assert isinstance(caller.last, Ask) and caller.last.no_input_after == 60.0
    caller.is_silent()
    assert caller.words == ["Your name?"]
    assert caller.state.tries == (0, 0)


def test_goodbye_anywhere() -> None:
    assert Caller().says(meant("bill"), meant("goodbye")).last == HangUp()


# The ladder


def test_silent_caller_reaches_a_person() -> None:
    caller = Caller().is_silent()
    assert caller.words == ["Nothing heard. How can I help?"]
    assert caller.is_silent().words == ["Still nothing. What is it?"]
    transfer = caller.is_silent().transfer
    assert caller.words == ["A person will help."]
    assert (transfer.queue, transfer.reason, transfer.tries.no_input) == (
        "house",
        "max_attempts",
        3,
    )


def test_a_ladder_may_end_in_hanging_up() -> None:
    ladder = replace(FLOW.no_input, then=Then.HANG_UP)
    caller = Caller(flow=replace(FLOW, no_input=ladder)).is_silent(3)
    assert caller.words == ["A person will help."]
    assert caller.last == HangUp()


def test_nonsense_is_counted_apart_and_together() -> None:
    caller = Caller().is_silent(2).mumbles()
    assert caller.words == ["What was that?"]
    assert caller.mumbles().transfer.tries.no_match == 2


def test_progress_lets_the_ladder_begin_anew() -> None:
    caller = Caller().is_silent(2).says(meant("hours")).is_silent()
    assert caller.words == ["Nothing heard. How can I help?"]


def test_a_call_that_fails_everywhere_ends_with_a_person() -> None:
    caller = Caller()
    for _ in range(7):
        caller.says(meant("hours")).mumbles()
    assert caller.says(meant("hours")).mumbles().transfer.reason == "max_attempts"


def test_silence_at_a_slot_reprompts_then_goes_on() -> None:
    caller = Caller().says(meant("bill")).is_silent()
    assert caller.words == ["Your name, please?"]
    caller.is_silent(2)
    assert caller.question == "slot:number"
    assert caller.is_silent().transfer.queue == "bills"


def test_out_of_scope_is_said_and_then_a_person_offered() -> None:
    caller = Caller().says(meant())
    assert caller.words == ["Not my business.", "How can I help?"]
    caller.says(meant())
    assert caller.state.question.asking is Asking.PERSON
    assert caller.says(YES).transfer.reason == "low_confidence"


def test_out_of_scope_three_times_running_is_enough() -> None:
    caller = Caller().says(meant(), meant(), (meant(), meant()))
    assert caller.words == ["I give up. A person will help."]
    assert caller.transfer.reason == "max_attempts"


def test_who_is_offered_a_person_may_want_something_else() -> None:
    caller = Caller().says(meant(), meant(), (meant("hours", 0.9), meant("hours")))
    assert caller.words[0] == "Nine to five."
    caller = Caller().says(meant("hours"), meant(), meant(), (NO, NO))
    assert caller.last == HangUp()


def test_a_lost_engine_is_not_the_callers_failure() -> None:
    caller = Caller().says(meant("bill"))
    policy = caller.policy
    step = policy.engine_failed(caller.state)
    assert step.state.tries == (0, 0)
    assert step.state.question.key == "slot:name"
    assert [act.text for act in step.acts if isinstance(act, Say | Ask)] == [
        "Say again?",
        "Your name?",
    ]
    last = policy.engine_failed(step.state).acts[-1]
    assert isinstance(last, Transfer) and (last.reason, last.queue) == ("error", "bills")


def test_engine_failures_count_only_in_a_row() -> None:
    caller = Caller()
    step = caller.policy.engine_failed(caller.state)
    step = caller.policy.heard(step.state, (meant("hours"),))
    assert isinstance(caller.policy.engine_failed(step.state).acts[-1], Ask)


# Keys


def test_menu_by_keys_to_a_person_who_knows_the_number() -> None:
    caller = Caller(KEYS_ONLY).presses("2")
    assert caller.question == "menu:bills"
    assert caller.presses("1").question == "slot:number"
    assert caller.presses("1234").transfer.slots == (
        PacketSlot("number", "1234", 1.0, True, "dtmf"),
    )


def test_choice_by_keys_is_read_aloud() -> None:
    caller = Caller(KEYS_ONLY).presses("2", "2")
    assert caller.words == ["Gas or water? For gas, press 1. For water, press 2."]


@pytest.mark.parametrize(
    ("keys", "question"),
    [(["2", "*"], "menu:main"), (["7"], "menu:main"), (["2", "7"], "menu:bills")],
)
def test_menu_keys(keys: list[str], question: str) -> None:
    assert Caller(KEYS_ONLY).presses(*keys).question == question


def test_wrong_keys_are_told_and_end_with_a_person() -> None:
    caller = Caller(KEYS_ONLY).presses("7")
    assert caller.words[0] == "No such key."
    assert caller.presses("7", "7").transfer.reason == "max_attempts"


def test_keys_answer_on_a_line_that_listens_too() -> None:
    assert Caller().presses("1").words[0] == "Nine to five."
    assert Caller().presses("0").transfer.reason == "asked"
    assert Caller().says(meant("bill")).presses("0").transfer.reason == "asked"
    assert Caller().says(meant("bill"), JO).presses("*").question == "slot:name"
    assert Caller().says(meant("bill", 0.4)).presses("2").question == "open"


def test_keys_that_answer_nothing_are_a_no_match() -> None:
    caller = Caller().says(meant("bill")).presses("5")
    assert caller.state.tries == (0, 1)
    assert Caller(flow=replace(FLOW, keypad=None)).presses("5").state.tries == (0, 1)


# The queue


@pytest.mark.parametrize(
    ("why", "words"),
    [
        ("failed", "That did not work."),
        ("no_agents", "Nobody is there."),
        ("closed", "We are closed."),
    ],
)
def test_returned_from_the_queue(why: str, words: str) -> None:
    caller = Caller().says(meant("person"))
    step = caller.policy.returned(caller.state, why)
    assert isinstance(step.acts[0], Say) and step.acts[0].text == words
    assert isinstance(step.acts[-1], Ask)
    assert step.state.goal is None


@pytest.mark.parametrize(
    ("position", "wait", "words"),
    [
        (1, None, "You are next."),
        (3, (120.0, 540.0), "You are number 3. Between 2 and 9 minutes."),
        (3, (0.0, 60.0), "You are number 3. At most 1 minutes."),
        (2, (120.0, 120.0), "You are number 2. At most 2 minutes."),
        (1, (60.0, 180.0), "You are next. Between 1 and 3 minutes."),
    ],
)
def test_position(position: int, wait: tuple[float, float] | None, words: str) -> None:
    caller = Caller()
    step = caller.policy.position(caller.state, "bills", position, wait)
    assert " ".join(act.text for act in step.acts if isinstance(act, Say)) == words


# The ladder, and slower speech


KEYS_LAST = replace(FLOW, no_match=replace(FLOW.no_match, keypad=True))


def test_what_cannot_be_said_may_be_pressed_before_a_person_comes() -> None:
    caller = Caller(flow=KEYS_LAST).mumbles(3)
    assert caller.question == "menu:main"
    assert caller.words[-1].startswith("Choose. For hours, press 1.")
    assert Caller(flow=KEYS_LAST).mumbles(3).presses("1").words[0] == "Nine to five."
    assert Caller(flow=KEYS_LAST).mumbles(3).says(meant("hours")).words[0] == "Nine to five."
    assert caller.mumbles().transfer.reason == "max_attempts"


def test_failures_are_counted_by_question_and_kind() -> None:
    caller = Caller().is_silent().mumbles().says(meant("bill")).mumbles()
    assert caller.state.missed == {"open": (1, 1), "slot:name": (0, 1)}
    assert caller.state.tries == (1, 2)


def test_a_question_that_is_missed_again_and_again_is_given_up_despite_progress() -> None:
    caller = Caller()
    for _ in range(4):
        caller.mumbles().says(meant("hours"))
    assert caller.mumbles().transfer.reason == "max_attempts"


def test_slower_says_it_again_and_stays_slow() -> None:
    flow = replace(
        FLOW,
        intents={**FLOW.intents, "slower": Intent("slower", "slower", None, Universal.SLOWER)},
    )
    caller = Caller(flow=flow).says(meant("hours"), meant("slower"))
    assert caller.words == ["Nine to five.", "Anything else?"]
    assert caller.state.slow
    assert caller.says(meant("start_over")).state.slow


def test_an_answer_that_must_be_heard() -> None:
    does = Answer("hours_are", interruptible=False)
    intents = {**FLOW.intents, "hours": Intent("hours", "opening hours", does)}
    first = Caller(flow=replace(FLOW, intents=intents)).says(meant("hours")).step.acts[0]
    assert isinstance(first, Say) and not first.interruptible


# Corrections and codes


def test_no_and_some_digits_put_right_what_was_read_back() -> None:
    caller = Caller().says(meant("bill"), JO, NUMBER).says((NO, meant(digits="35")))
    assert caller.words == ["Jo Hill, number 1 2, 3 5?"]
    assert ("number", "1234") in caller.state.denied


def test_a_denied_value_is_never_offered_again() -> None:
    caller = Caller().says(meant("bill"), JO, NUMBER).says((NO, meant(digits="35")))
    caller.says((NO, meant(digits="34")))
    assert "1234" not in [known.value for known in caller.state.known.values()]


def test_what_was_denied_goes_with_the_question() -> None:
    caller = Caller().says(meant("bill"), JO, NUMBER, NO, YES, NO)
    assert isinstance(caller.last, Ask) and caller.question == "slot:number"
    assert caller.last.denied == {"1234"}
    assert caller.last.mask == Mask(4, 4)
