"""How many may read events at once."""

from __future__ import annotations

from contextlib import ExitStack

import pytest

from centralino.web.errors import Refusal
from centralino.web.events import MOST_OF_ONE, MOST_READERS, Streams
from centralino.web.ports import Clients

RIVER, HARBOUR, BOTH = frozenset({"river"}), frozenset({"harbour"}), frozenset({"river", "harbour"})


def open_(streams: Streams, stack: ExitStack, clients: Clients, times: int = 1) -> None:
    for _ in range(times):
        stack.enter_context(streams.reader(clients))


def test_one_client_takes_the_room_from_nobody_and_may_read_again_when_one_has_gone() -> None:
    streams = Streams()
    with ExitStack() as stack:
        open_(streams, stack, HARBOUR)
        with streams.reader(RIVER):
            open_(streams, stack, RIVER, MOST_OF_ONE - 1)
            for clients in (RIVER, BOTH):
                with pytest.raises(Refusal, match=f"{MOST_OF_ONE} streams of client river"):
                    open_(streams, stack, clients)
            open_(streams, stack, HARBOUR)
            open_(streams, stack, None, MOST_OF_ONE)
            with pytest.raises(Refusal, match="streams of the whole centre are open"):
                open_(streams, stack, None)
        open_(streams, stack, BOTH)
    assert not streams.wakes


def test_there_is_room_for_so_many_of_all() -> None:
    streams = Streams()
    with ExitStack() as stack:
        for n in range(MOST_READERS):
            open_(streams, stack, frozenset({f"client-{n}"}))
        with pytest.raises(Refusal, match=f"{MOST_READERS} streams of events are open"):
            open_(streams, stack, HARBOUR)
