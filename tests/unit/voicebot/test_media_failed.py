"""A caller who cannot be heard is told so and gets a person, wherever the conversation is."""

from __future__ import annotations

import pytest

from tests.unit.voicebot.walk import Walk
from voicebot import commands as do
from voicebot import events
from voicebot.turns import State


@pytest.mark.parametrize("state", [State.LISTENING, State.HEARING, State.THINKING])
def test_who_cannot_be_heard_is_handed_over(state: State) -> None:
    walk = Walk().heard_out()
    if state is not State.LISTENING:
        walk.speaks()
    if state is State.THINKING:
        walk.pauses()
    assert walk.state is state
    walk.tell(events.MediaFailed("no_sound"))
    walk.heard_out()
    (handed,) = walk.orders(do.HandOver)
    assert handed.packet.reason == "error"
    assert walk.state is State.WAITING


def test_in_the_queue_it_changes_nothing() -> None:
    walk = Walk().says("person").heard_out()
    assert walk.state is State.WAITING
    before = len(walk.words)
    walk.tell(events.MediaFailed("no_sound"))
    assert walk.state is State.WAITING and len(walk.words) == before
