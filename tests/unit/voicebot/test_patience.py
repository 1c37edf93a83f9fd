"""Nobody is left in silence: when an earcon, words and a person are due."""

from __future__ import annotations

from voicebot.patience import Need, Patience
from voicebot.turns import State


def walk(
    patience: Patience, state: State, seconds: float, start: float = 0.0,
    silent: bool = True, heard: bool = True,
) -> list[tuple[float, Need]]:  # fmt: skip
    """Needs and when they came, told every 20 ms."""
    found = []
    for n in range(round(seconds / 0.02)):
        now = round(start + n * 0.02, 2)
        need = patience.tick(state, silent, heard, now)
        if need is not None:
            found.append((now, need))
    return found


def test_a_quick_answer_needs_nothing() -> None:
    patience = Patience()
    assert walk(patience, State.THINKING, 0.9) == []
    assert walk(patience, State.SPEAKING, 3.0, 0.9, silent=False) == []


def test_an_earcon_after_a_second_and_words_after_three_once() -> None:
    found = walk(Patience(), State.THINKING, 6.5)
    assert found == [
        (1.0, Need.EARCON), (2.0, Need.EARCON), (3.0, Need.WORDS), (4.0, Need.EARCON),
        (5.0, Need.EARCON), (6.0, Need.EARCON),
    ]  # fmt: skip


def test_words_that_take_long_to_make_count_as_well() -> None:
    patience = Patience()
    walk(patience, State.THINKING, 0.5)
    assert walk(patience, State.SPEAKING, 1.0, 0.5)[0] == (1.0, Need.EARCON)


def test_while_we_are_heard_nothing_is_needed_and_the_time_begins_anew() -> None:
    patience = Patience()
    walk(patience, State.THINKING, 0.9)
    assert walk(patience, State.THINKING, 1.0, 0.9, silent=False) == []
    assert walk(patience, State.THINKING, 0.9, 1.9) == []


def test_the_next_turn_may_be_told_words_again() -> None:
    patience = Patience()
    assert (3.0, Need.WORDS) in walk(patience, State.THINKING, 3.1)
    walk(patience, State.LISTENING, 1.0, 3.1)
    assert Need.WORDS in [need for _, need in walk(patience, State.THINKING, 3.2, 4.1)]


def test_who_cannot_be_heard_in_his_turn_gets_a_person() -> None:
    assert walk(Patience(), State.LISTENING, 6.0, heard=False) == [(5.0, Need.PERSON)]
    assert walk(Patience(), State.HEARING, 6.0, heard=False) == [(5.0, Need.PERSON)]


def test_silence_while_we_speak_or_wait_is_nobodys_fault() -> None:
    for state in (State.SPEAKING, State.WAITING, State.WITH_AGENT):
        assert walk(Patience(), state, 9.0, silent=False, heard=False) == []
    patience = Patience()
    walk(patience, State.LISTENING, 4.9, heard=False)
    patience.tick(State.LISTENING, True, True, 4.9)
    assert walk(patience, State.LISTENING, 4.9, 4.92, heard=False) == []
