"""A line with bots for two languages: the caller's first words choose."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kernel.packet import Packet
from tests.unit.voicebot.sample import FACTS, FLOW, bot, meant
from tests.unit.voicebot.test_wishes import EVERY
from tests.unit.voicebot.walk import Walk
from voicebot import commands as do
from voicebot import events, reports
from voicebot.dialogue.flow import Answer, Bot, Flow
from voicebot.dialogue.questions import carried
from voicebot.dialogue.responses import Response, Variation
from voicebot.dialogue.state import Asking, Earlier, Question
from voicebot.dialogue.state import State as DialogueState
from voicebot.nlu.ports import IntentScore, Understanding
from voicebot.speech.ports import Recognised
from voicebot.turns import State


def in_italian(flow: Flow = FLOW) -> Bot:
    """A bot that says everything with "(it)" behind it."""
    plain = bot(replace(flow, language="it", invite="thanks_too", resume="is_it"))
    texts = {
        key: Response(key, tuple(Variation(v.text + " (it)", v.conditions) for v in r.variations))
        for key, r in plain.responses.items()
    }
    return replace(plain, responses=texts)


def italian() -> Walk:
    """A caller's line with that one as its other bot."""
    return Walk(FACTS, None, {"it": in_italian()})


def hears(
    walk: Walk, text: str, language: str, intent: str = "out_of_scope",
    said: Understanding | None = None,
) -> Walk:  # fmt: skip
    """A turn that the recogniser hears in this language."""
    walk.heard_out().speaks().pauses()
    walk.tell(events.Heard(walk.turn, Recognised(text, 0.9, language=language)))
    return walk.tell(events.Understood(walk.turn, (said or meant(intent),)))


def test_the_recogniser_is_told_of_both_until_it_is_decided() -> None:
    walk = italian()
    assert walk.orders(do.Listen)[-1].context.languages == ("it",)
    hears(walk, "orari", "it", "hours")
    assert walk.words[-2:] == ["Nine to five. (it)", "Anything else? (it)"]
    context = walk.orders(do.Listen)[-1].context
    assert (context.language, context.languages) == ("it", ())


def test_words_voice_and_understanding_are_of_the_language() -> None:
    walk = hears(italian(), "bolletta", "it", "bill")
    assert walk.orders(do.Understand)[-1].language == "it"
    assert {speak.language for speak in walk.orders(do.Speak)[-2:]} == {"it"}
    assert walk.orders(do.Prepare)[-1].language == "it"
    assert walk.core.language == "it"


def test_the_invitation_is_spoken_in_its_own_voice_before_the_question() -> None:
    first = italian().orders(do.Speak)
    said = [(speak.text, speak.language) for speak in first]
    assert said[-2:] == [("My pleasure. (it)", "it"), ("How can I help?", "")]


def test_the_line_s_own_language_is_one_of_two() -> None:
    walk = hears(italian(), "hours", "en", "hours")
    assert walk.words[-2:] == ["Nine to five.", "Anything else?"]
    assert walk.orders(do.Listen)[-1].context.languages == ()


def test_what_is_not_understood_decides_nothing_for_good() -> None:
    walk = hears(italian(), "pronto", "it")
    assert walk.words[-1].endswith("(it)")
    assert walk.orders(do.Listen)[-1].context.languages == ("en",)
    hears(walk, "hello", "en", "thanks")
    assert walk.words[-1] == "How can I help?"
    hears(walk, "orari", "it", "hours")
    assert walk.words[-2:] == ["Nine to five. (it)", "Anything else? (it)"]


def test_noise_turns_nothing() -> None:
    walk = italian().heard_out().speaks().pauses()
    walk.tell(events.Heard(walk.turn, Recognised("", 0.0, no_speech=0.9, language="it")))
    assert (walk.core.language, walk.state) == ("en", State.LISTENING)


def test_the_reason_stands_in_the_journal_once() -> None:
    walk = hears(hears(italian(), "orari", "it", "hours"), "ancora", "", "hours")
    spoken = [d.why for d in walk.told(reports.Decided) if d.why.startswith("speaks")]
    assert spoken == ["speaks it"]


def test_the_packet_says_what_is_spoken() -> None:
    walk = hears(italian(), "una persona", "it", "person").heard_out()
    (handed,) = walk.orders(do.HandOver)
    assert handed.packet.language == "it"


def test_in_the_queue_the_same_language_is_spoken() -> None:
    walk = hears(italian(), "una persona", "it", "person").heard_out()
    walk.tell(events.PositionTold(1))
    assert walk.words[-1].endswith("(it)")


def test_who_was_cut_off_is_met_in_the_language_of_before() -> None:
    walk = hears(italian(), "bolletta", "it", "bill")
    walk.tell(events.CallerLeft())
    (left,) = walk.told(reports.LeftOpen)
    assert left.earlier == Earlier("bill", language="it")
    plain = bot(replace(FLOW, language="it", resume="is_it"))
    again = Walk(replace(FACTS, earlier=left.earlier), None, {"it": plain})
    assert again.core.language == "it"
    assert again.words[-1] == "Is it a high bill?"


def test_a_line_of_one_language_asks_nobody() -> None:
    assert Walk().orders(do.Listen)[-1].context.languages == ()


# What one bot has and the other lacks.

OWN = replace(FLOW, which="is_it", resume="is_it")


def fewer(*without: str) -> Bot:
    """The Italian bot, which lacks these intents, and the menus that the other has."""
    kept = {name: intent for name, intent in FLOW.intents.items() if name not in without}
    return in_italian(replace(FLOW, intents=kept, which=None, keypad=None))


@pytest.mark.parametrize("then", ["out_of_scope", "affirm", "deny", "repeat", "back", "help"])
@pytest.mark.parametrize("alternatives", [(), (IntentScore("supply", 0.39),)])
def test_a_question_that_the_other_bot_does_not_have_is_open_again(
    then: str, alternatives: tuple[IntentScore, ...]
) -> None:
    unsure = Understanding("?", IntentScore("bill", 0.4), alternatives)
    walk = hears(Walk(FACTS, bot(OWN), {"it": fewer("bill")}), "the bill", "en", said=unsure)
    assert walk.core.dialogue.question.about == ("bill|supply" if alternatives else "bill")
    hears(walk, "la prima", "it", then)
    assert walk.words[-1].endswith("(it)") and not walk.core.dialogue.offered
    hears(walk, "orari", "it", "hours")
    assert walk.words[-2:] == ["Nine to five. (it)", "Anything else? (it)"]


def test_a_menu_that_the_other_bot_does_not_have_is_open_again() -> None:
    at = DialogueState(question=Question(Asking.MENU, "bills"))
    assert carried(fewer().flow, at) == DialogueState()
    assert carried(FLOW, at) == at


def test_a_question_that_both_have_stands() -> None:
    unsure = Understanding("?", IntentScore("bill", 0.4))
    walk = hears(hears(italian(), "the bill", "en", said=unsure), "sì", "it", "affirm")
    assert walk.words[-2:] == ["Sorry about that. (it)", "Your name? (it)"]


def test_what_was_said_in_the_other_language_is_not_repeated() -> None:
    walk = hears(italian(), "ripeta", "it", "repeat")
    assert walk.words[-1].endswith("(it)")


def told_only() -> Bot:
    """The Italian bot, which answers by itself what the other gives to a person."""
    told = replace(FLOW.intents["bill"], does=Answer("hours_are"))
    return in_italian(replace(FLOW, intents={**FLOW.intents, "bill": told}))


@pytest.mark.parametrize("other", [fewer("bill"), told_only()])
def test_who_would_go_on_with_what_the_other_bot_lacks_begins_anew(other: Bot) -> None:
    facts = replace(FACTS, earlier=Earlier("bill"))
    walk = Walk(facts, bot(OWN), {"it": other})
    assert walk.core.dialogue.question.key == "resume:bill"
    assert hears(walk, "sì", "it", "affirm").words[-1].endswith("(it)")
    assert walk.core.dialogue.goal is None


# In the queue, and called back.


def test_a_waiting_caller_is_understood_in_the_language_spoken() -> None:
    walk = hears(italian(), "una persona", "it", "person").heard_out()
    walk.tell(events.PositionTold(2, 2, 1, None, EVERY)).wait(0.0).heard_out()
    turn = walk.turn
    walk.tell(events.SpeechStarted(turn, walk.now), events.SpeechPaused(turn, walk.now))
    guess = walk.orders(do.Recognise)[-1].guess
    walk.tell(events.Heard(turn, Recognised("orari", 0.9), guess))
    assert walk.orders(do.Understand)[-1] == do.Understand(turn, "orari", ("open",), guess, "it")


@pytest.mark.parametrize("agent_there", [False, True])
@pytest.mark.parametrize("language", ["it", "en"])
def test_who_is_called_back_hears_the_language_of_before_and_no_other(
    language: str, agent_there: bool
) -> None:
    packet = Packet("c-1", "house", "city", "8000", "+390123", language, "bills", "asked")
    facts = replace(FACTS, called_back=packet, agent_there=agent_there)
    walk = Walk(facts, None, {"it": in_italian()})
    hello = "We call you back. (it)" if language == "it" else "We call you back."
    assert walk.words == ([] if agent_there else [hello])
    assert walk.heard_out().orders(do.HandOver)[-1].packet.language == language
