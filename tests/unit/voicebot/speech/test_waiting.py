"""Whoever comes, goes and works: the urgent first, in their order, and never more than may."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from voicebot.speech.ports import Urgency
from voicebot.speech.waiting import WaitingRoom

STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("enter"), st.sampled_from(Urgency)),
        st.tuples(st.just("leave"), st.integers(0, 20)),
        st.tuples(st.just("call"), st.none()),
    ),
    max_size=60,
)


@given(places=st.integers(1, 3), steps=STEPS)
def test_nobody_is_overtaken_by_the_less_urgent_or_by_who_came_later(
    places: int, steps: list[tuple[str, int | None]]
) -> None:
    room = WaitingRoom(places)
    waiting: dict[int, Urgency] = {}
    working: set[int] = set()
    for what, given_ in steps:
        if what == "enter":
            urgency = Urgency(given_ or 0)
            waiting[room.enter(urgency)] = urgency
        elif what == "leave":
            known = sorted({*waiting, *working, 999})
            one = known[(given_ or 0) % len(known)]
            room.leave(one)
            waiting.pop(one, None)
            working.discard(one)
        else:
            best = sorted(waiting, key=lambda ticket: (waiting[ticket], ticket))
            called = room.call()
            assert called == best[: max(0, places - len(working))]
            working.update(called)
            for ticket in called:
                del waiting[ticket]
        assert len(room) == len(waiting)
        assert room.working == working and len(working) <= places
