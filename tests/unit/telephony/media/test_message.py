"""A message: when it ends, and where it is cut for the recogniser."""

from __future__ import annotations

import pytest

from telephony.media.message import Message, Piece
from telephony.media.tones import beep

QUIET = bytes(320)
SPEECH = beep(hertz=300.0, seconds=0.02)[:320].ljust(320, b"\0")


def said(message: Message, frame: bytes, seconds: float) -> list[Piece]:
    """The pieces that so much more of this sound brings."""
    pieces = [message.frame(frame) for _ in range(round(seconds / 0.02))]
    return [piece for piece in pieces if piece is not None]


def test_silence_from_the_beginning_ends_it_without_a_word() -> None:
    message = Message(8000)
    assert said(message, QUIET, 4.9) == [] and not message.over
    assert said(message, QUIET, 0.2) == [] and message.over and not message.spoken


def test_a_pause_cuts_a_piece_and_silence_ends_it() -> None:
    message = Message(8000)
    said(message, QUIET, 0.5)
    said(message, SPEECH, 1.0)
    (first,) = said(message, QUIET, 1.0)
    assert len(first.pcm) / 16000 == pytest.approx(0.5 + 1.0 + 0.7, abs=0.05)
    assert first.at == 0.0
    assert said(message, SPEECH, 1.0) == []
    (second,) = said(message, QUIET, 6.0)
    assert second.at == pytest.approx(2.2, abs=0.05)
    assert message.over and message.spoken
    assert said(message, SPEECH, 1.0) == []  # nothing is taken afterwards


def test_who_never_pauses_is_cut_and_has_an_end() -> None:
    message = Message(8000, longest=20.0)
    pieces = said(message, SPEECH, 30.0)
    assert [round(len(piece.pcm) / 16000) for piece in pieces] == [7, 7, 6]
    assert message.over and message.seconds == pytest.approx(20.0, abs=0.05)


def test_a_key_ends_it_with_what_was_said() -> None:
    message = Message(8000)
    said(message, SPEECH, 1.0)
    piece = message.end()
    assert piece is not None and message.over
    assert Message(8000).end() is None


def test_long_silence_before_a_word_is_not_sent_to_the_recogniser() -> None:
    message = Message(8000, silence=60.0)
    said(message, QUIET, 30.0)
    said(message, SPEECH, 1.0)
    piece = message.end()
    assert piece is not None
    assert len(piece.pcm) / 16000 < 2.5
    assert piece.at == pytest.approx(29.5, abs=1.0)
