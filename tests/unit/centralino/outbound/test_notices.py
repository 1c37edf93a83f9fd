"""What one call of a notification may say, of texts in several languages."""

from __future__ import annotations

from dataclasses import fields

import pytest

from centralino.outbound.notices import script_for
from outbound.message import Message, Text
from outbound.notice_messages import Phrases

WORDS = Phrases(**{one.name: "" for one in fields(Phrases)})
TEXTS = {"de": Text("Wasser abkochen"), "de-at": Text("Wasser abkochen, bitte", sound="at.wav")}


@pytest.mark.parametrize("wanted", list(TEXTS))
def test_of_two_texts_in_one_spoken_language_the_person_hears_the_own(wanted: str) -> None:
    said = script_for(Message(TEXTS, "de"), wanted, {}, {"de": WORDS}).versions["de"]
    assert (said.headline, said.sound) == (TEXTS[wanted].headline, TEXTS[wanted].sound)
