"""A line with bots for two languages: the caller's first words choose."""

from __future__ import annotations

from dataclasses import replace

from tests.unit.voicebot.sample import FACTS, FLOW, bot, meant
from tests.unit.voicebot.walk import Walk
from voicebot import commands as do
from voicebot import events, reports
from voicebot.dialogue.responses import Response, Variation
from voicebot.dialogue.state import Earlier
from voicebot.speech.ports import Recognised
from voicebot.turns import State


def italian() -> Walk:
    """A caller's line whose other bot says everything with "(it)" behind it."""
    plain = bot(replace(FLOW, language="it", invite="thanks_too", resume="is_it"))
    texts = {
        key: Response(key, tuple(Variation(v.text + " (it)", v.conditions) for v in r.variations))
        for key, r in plain.responses.items()
    }
    return Walk(FACTS, None, {"it": replace(plain, responses=texts)})


def hears(walk: Walk, text: str, language: str, intent: str = "out_of_scope") -> Walk:
    """A turn that the recogniser hears in this language."""
    walk.heard_out().speaks().pauses()
    walk.tell(events.Heard(walk.turn, Recognised(text, 0.9, language=language)))
    return walk.tell(events.Understood(walk.turn, (meant(intent),)))


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
