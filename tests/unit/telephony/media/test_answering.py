"""Who answered, on sounds made by formula: tones, and noise in the rhythm of speech."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from telephony.media.answering import EVIDENCE, WORDS, Answered, Answering, BeepHeard

RATE, FRAME = 8000, 160
CHANCE = np.random.default_rng(7)
Piece = tuple[str, float]


def sound(*pieces: Piece) -> list[bytes]:
    """Frames of: `-` quiet, `~` speech, or a frequency; each with its seconds."""
    parts = [_piece(kind, seconds) for kind, seconds in pieces]
    pcm = np.rint(np.clip(np.concatenate(parts), -1, 1) * 32767).astype("<i2").tobytes()
    return [pcm[at : at + 2 * FRAME] for at in range(0, len(pcm) - 2 * FRAME + 1, 2 * FRAME)]


def _piece(kind: str, seconds: float) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    count = round(seconds * RATE)
    noise = 0.0003 * CHANCE.standard_normal(count)
    time = np.arange(count) / RATE
    if kind == "~":  # syllables: four a second, wide in frequency
        return noise + 0.2 * CHANCE.standard_normal(count) * (0.6 + 0.4 * np.sin(8 * np.pi * time))
    if kind == "-":
        return noise
    return noise + 0.3 * np.sin(2 * np.pi * float(kind) * time)


def heard(frames: Sequence[bytes | None]) -> tuple[Answering, list[BeepHeard]]:
    answering = Answering(RATE)
    beeps = [answering.hear(frame) for frame in frames]
    return answering, [beep for beep in beeps if beep is not None]


@pytest.mark.parametrize(
    ("pieces", "answered"),
    [
        ([("-", 0.5), ("~", 0.6), ("-", 3.0)], Answered.HUMAN),
        ([("-", 0.5), ("~", 0.6), ("-", 2.0), ("~", 1.2), ("-", 3.0)], Answered.HUMAN),
        ([("-", 0.5), ("~", 5.0), ("-", 0.6), ("1000", 0.4), ("-", 2.0)], Answered.VOICEMAIL),
        ([("-", 0.3), ("~", 1.2), ("-", 0.5), ("440", 0.8), ("-", 1.0)], Answered.VOICEMAIL),
        ([("-", 1.0), ("2100", 3.0)], Answered.FAX),
        ([("-", 1.0), ("1100", 0.5), ("-", 3.0)], Answered.FAX),
        ([("-", 0.2), *[("425", 0.5), ("-", 0.5)] * 4], Answered.TONE),
        ([("950", 0.33), ("1400", 0.33), ("1800", 0.33), ("-", 0.2), ("~", 4.0)], Answered.TONE),
        ([("-", 6.0)], Answered.SILENCE),
        ([("-", 1.0), ("~", 0.06), ("-", 5.0)], Answered.SILENCE),
        ([("-", 0.3), ("~", 20.0)], Answered.IVR),
    ],
)
def test_by_sound(pieces: list[Piece], answered: Answered) -> None:
    verdict = heard(sound(*pieces))[0].verdict()
    assert verdict.answered is answered, verdict
    assert 0 < verdict.confidence <= 1 and set(verdict.evidence) <= set(EVIDENCE)


def test_a_beep_is_told_when_it_is_over() -> None:
    _, beeps = heard(sound(("-", 0.5), ("~", 3.0), ("-", 0.5), ("1000", 0.4), ("-", 1.0)))
    (beep,) = beeps
    assert beep.at == pytest.approx(4.4, abs=0.06) and beep.hertz == pytest.approx(1000, abs=15)


def test_no_beep_before_anybody_spoke_and_none_in_speech() -> None:
    assert heard(sound(("-", 0.5), ("1000", 0.4), ("-", 1.0)))[1] == []
    assert heard(sound(("~", 10.0), ("-", 1.0)))[1] == []
    assert heard(sound(("~", 2.0), ("1000", 4.0), ("-", 1.0)))[1] == []  # music, not a beep


def test_missing_frames_are_quiet() -> None:
    answering, _ = heard([None] * 300)
    assert answering.verdict().answered is Answered.SILENCE and answering.seconds == 6.0


def test_who_talks_on_after_a_short_word_is_no_person() -> None:
    pieces = [("~", 1.0), ("-", 1.0), ("~", 4.0), ("-", 0.5)]
    assert heard(sound(*pieces))[0].verdict().answered is not Answered.HUMAN


@pytest.mark.parametrize(
    ("text", "answered"),
    [
        ("Hello?", Answered.HUMAN),
        ("Pronto", Answered.HUMAN),
        ("Please leave a message after the tone.", Answered.VOICEMAIL),
        ("Lasciate un messaggio dopo il segnale acustico", Answered.VOICEMAIL),
        ("Bitte hinterlassen Sie eine Nachricht nach dem Signalton", Answered.VOICEMAIL),
        ("For billing, press two.", Answered.IVR),
        ("Please say your name and why you are calling.", Answered.SCREENING),
        ("The number you have dialed is not in service.", Answered.TONE),
    ],
)
def test_words_speak_for_themselves(text: str, answered: Answered) -> None:
    answering, _ = heard(sound(("~", 2.5), ("-", 1.0)))
    answering.words(text)
    answering.words(text)
    assert answering.verdict().answered is answered
    assert len(answering.observed) == len(set(answering.observed))


def test_a_long_sentence_that_begins_with_hello_is_no_greeting_of_a_person() -> None:
    answering = Answering(RATE)
    answering.words("Hello and welcome to the service line of the Riverton municipal utilities")
    assert "greeting words" not in answering.observed
    assert set(WORDS) <= set(EVIDENCE)
