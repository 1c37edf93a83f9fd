from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from telephony.edge.config import MediaTarget
from telephony.edge.spread import choose, order

TARGETS = tuple(MediaTarget(f"m{i}", "10.0.0.1", 5070 + i, max_calls=5) for i in range(4))
NAMES = [target.name for target in TARGETS]


@given(st.text(max_size=30), st.sets(st.sampled_from(NAMES)), st.sets(st.sampled_from(NAMES)))
def test_the_first_in_order_that_is_up_and_has_room(
    call: str, down: set[str], full: set[str]
) -> None:
    load = dict.fromkeys(full, 5)
    fits = [one for one in order(call, TARGETS) if one.name not in down | full]
    assert choose(call, TARGETS, down, load) == (fits[0] if fits else None)


@given(st.text(max_size=30), st.sampled_from(TARGETS))
def test_a_process_that_goes_moves_only_its_own_calls(call: str, gone: MediaTarget) -> None:
    before = choose(call, TARGETS, (), {})
    after = choose(call, [one for one in TARGETS if one is not gone], (), {})
    assert after == before or before is gone


def test_calls_are_spread_about_evenly() -> None:
    counted = Counter(order(f"call-{i}", TARGETS)[0].name for i in range(4000))
    assert all(800 < counted[name] < 1200 for name in NAMES)
