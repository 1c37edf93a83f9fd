"""Our own voice coming back, softer and later, alone and under somebody else's."""

from __future__ import annotations

import numpy as np
import pytest

from voicebot.speech.echo import EchoGuard

RATE = 8000
FRAME = 160


def noise(seconds: float, dbfs: float, seed: int) -> np.ndarray:
    rough = np.random.default_rng(seed).standard_normal(round(seconds * RATE))
    wave = np.convolve(rough, np.ones(6) / 6, "same")
    return np.asarray(wave / np.sqrt(np.mean(wave**2)) * 32768 * 10 ** (dbfs / 20))


def echo_of(sound: np.ndarray, loss_db: float, delay: float) -> np.ndarray:
    back = np.zeros_like(sound)
    late = round(delay * RATE)
    back[late:] = sound[: len(sound) - late] * 10 ** (-loss_db / 20)
    return back


def judged(guard: EchoGuard, sent: np.ndarray, received: np.ndarray) -> list[bool]:
    """What the guard says of every frame received."""
    said = []
    for at in range(0, len(sent) - FRAME + 1, FRAME):
        frame = received[at : at + FRAME].astype("<i2").tobytes()
        guard.received(frame)
        said.append(guard.is_echo(frame))
        guard.sent(sent[at : at + FRAME].astype("<i2").tobytes())
    return said


@pytest.mark.parametrize("loss_db", [20.0, 30.0])
@pytest.mark.parametrize("delay", [0.02, 0.05, 0.2, 0.3])
def test_an_echo_is_known_and_measured(loss_db: float, delay: float) -> None:
    guard, sent = EchoGuard(RATE), noise(2.0, -20, 1)
    said = judged(guard, sent, echo_of(sent, loss_db, delay))
    begun = round(delay / 0.02) + 3
    assert all(said[begun:])
    assert guard.loss_db == pytest.approx(loss_db, abs=1)
    assert guard.delay == pytest.approx(delay - 0.02, abs=0.01), "the frame heard is sent after it"


def test_who_talks_over_it_is_somebody() -> None:
    guard, sent = EchoGuard(RATE), noise(2.0, -20, 1)
    received = echo_of(sent, 20, 0.1)
    received[RATE:] += noise(1.0, -25, 2)
    said = judged(guard, sent, received)
    assert sum(said[53:]) == 0, "after 60 ms none of it is taken for the echo"


def test_somebody_without_an_echo_is_never_taken_for_one() -> None:
    said = judged(EchoGuard(RATE), noise(3.0, -20, 1), noise(3.0, -30, 2))
    assert sum(said) == 0


def test_while_we_are_silent_there_is_no_echo() -> None:
    guard = EchoGuard(RATE)
    assert sum(judged(guard, np.zeros(RATE), noise(1.0, -30, 2))) == 0
    assert guard.loss_db is None


def test_a_blurred_echo_is_known_by_its_level_once_the_loss_is_measured() -> None:
    guard, sent = EchoGuard(RATE), noise(3.0, -20, 1)
    received = echo_of(sent, 25, 0.1)
    received[RATE:] = noise(2.0, -45, 3)
    assert all(judged(guard, sent, received)[60:])
