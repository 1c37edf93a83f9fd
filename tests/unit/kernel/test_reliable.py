from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kernel.bus import Envelope
from kernel.reliable import Receiving, Sending


def envelope(seq: int, epoch: str = "e") -> Envelope:
    return Envelope(f"m-{seq}", "t", 1, "c", "sender", epoch, seq, 0.0)


@given(st.integers(1, 20), st.randoms(use_true_random=False))
def test_whatever_the_link_does_each_is_taken_once_and_in_order(n: int, rng: object) -> None:
    """Repeats, reordering and loss; then a reconnection that offers again what was kept."""
    import random

    assert isinstance(rng, random.Random)
    sending, receiving, got = Sending(), Receiving(), []
    receiving.connected("e", 1)
    for _ in range(n):
        sending.keep(envelope(sending.number()))
    arriving = [item for item in sending.again() for _ in range(rng.randint(0, 2))]
    rng.shuffle(arriving)
    for item in arriving:
        got += [ready.seq for ready in receiving.arrived(item)]
    sending.taken(receiving.upto)
    receiving.connected("e", sending.first())
    for item in sending.again():
        got += [ready.seq for ready in receiving.arrived(item)]
    assert got == list(range(1, n + 1))


def test_a_reborn_receiver_begins_with_what_is_still_kept() -> None:
    sending = Sending()
    for _ in range(5):
        sending.keep(envelope(sending.number()))
    sending.taken(3)
    receiving = Receiving()
    receiving.connected("e", sending.first())
    assert [e.seq for item in sending.again() for e in receiving.arrived(item)] == [4, 5]


def test_a_reborn_sender_begins_anew_and_its_old_life_is_not_heard() -> None:
    receiving = Receiving()
    receiving.connected("old", 1)
    receiving.arrived(envelope(1, "old"))
    receiving.connected("new", 1)
    assert receiving.arrived(envelope(2, "old")) == []
    assert [e.seq for e in receiving.arrived(envelope(1, "new"))] == [1]
    assert receiving.repeats == 1
