"""Sealing, and the file of a recording, in memory."""

from __future__ import annotations

import io
import struct
import wave

import pytest
from hypothesis import given
from hypothesis import strategies as st

from centralino.content.errors import SealBroken
from centralino.content.messages import SoundKeyMade
from centralino.content.sealing import OVERHEAD, new_key, open_, seal
from centralino.content.soundfile import (
    CHUNK_LIMIT,
    HEADER_BYTES,
    SoundFormat,
    read_chunk,
    seal_chunk,
    wav_header,
    whole_chunks,
)
from kernel.codec import decode, encode

KEY = bytes(range(32))
FORM = SoundFormat(8000, 2)


def recording(*pieces: bytes, call: str = "call-1") -> bytes:
    chunks = (seal_chunk(KEY, call, FORM, n, piece) for n, piece in enumerate(pieces))
    return FORM.pack() + b"".join(chunks)


def heard(data: bytes, call: str = "call-1", key: bytes = KEY) -> list[bytes]:
    file = io.BytesIO(data)
    chunks = list(whole_chunks(file, len(data)))
    return [read_chunk(file, key, call, FORM, chunk) for chunk in chunks]


@given(clear=st.binary(max_size=2000), aad=st.binary(max_size=50))
def test_what_is_sealed_opens(clear: bytes, aad: bytes) -> None:
    sealed = seal(KEY, clear, aad)
    assert open_(KEY, sealed, aad) == clear
    assert len(sealed) == len(clear) + OVERHEAD


def test_the_same_bytes_never_look_the_same() -> None:
    assert len({seal(KEY, b"again", b"") for _ in range(50)}) == 50
    assert len({new_key() for _ in range(50)}) == 50


@pytest.mark.parametrize(
    "change",
    [
        lambda key, sealed, aad: (new_key(), sealed, aad),
        lambda key, sealed, aad: (key, sealed, aad + b"x"),
        lambda key, sealed, aad: (key, sealed[:-1] + bytes([sealed[-1] ^ 1]), aad),
        lambda key, sealed, aad: (key, sealed[1:], aad),
        lambda key, sealed, aad: (key, b"", aad),
    ],
)
def test_a_changed_seal_is_broken(change) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(SealBroken):
        open_(*change(KEY, seal(KEY, b"clear", b"name"), b"name"))


@given(st.lists(st.binary(min_size=1, max_size=300), max_size=5), st.data())
def test_whatever_is_torn_off_the_end_the_whole_chunks_are_heard(
    pieces: list[bytes], data: st.DataObject
) -> None:
    whole = recording(*pieces)
    left = data.draw(st.integers(HEADER_BYTES, len(whole)))
    found = heard(whole[:left])
    assert found == pieces[: len(found)]
    if left == len(whole):
        assert found == pieces


def test_chunks_cannot_be_moved_or_taken_from_another_call() -> None:
    one, two = recording(b"first", b"other"), recording(b"first", b"other", call="call-2")
    size = (len(one) - HEADER_BYTES) // 2
    head, a, b = one[:HEADER_BYTES], one[HEADER_BYTES : HEADER_BYTES + size], one[-size:]
    with pytest.raises(SealBroken):
        heard(head + b + a)
    with pytest.raises(SealBroken):
        heard(two)
    with pytest.raises(SealBroken):
        heard(one, key=new_key())
    assert heard(head + a + b) == [b"first", b"other"]


@pytest.mark.parametrize("length", [0, OVERHEAD - 1, CHUNK_LIMIT + 1])
def test_a_length_that_cannot_be_is_damage(length: int) -> None:
    with pytest.raises(SealBroken, match="claims"):
        heard(FORM.pack() + struct.pack(">I", length) + bytes(100))


@pytest.mark.parametrize("header", [b"", b"RIFF" + bytes(40), b"CTLNSND1"])
def test_another_file_is_known(header: bytes) -> None:
    with pytest.raises(SealBroken, match="not a recording"):
        SoundFormat.unpack(header)
    assert SoundFormat.unpack(FORM.pack()) == FORM


def test_the_wav_header_is_one() -> None:
    pcm = bytes(range(200)) * 8
    with wave.open(io.BytesIO(wav_header(FORM, len(pcm)) + pcm)) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (8000, 2, 2)
        assert file.readframes(10_000) == pcm


def test_a_key_travels_and_is_never_shown() -> None:
    made = SoundKeyMade.of("call-1", "water", KEY)
    arrived = decode(encode(made))
    assert isinstance(arrived, SoundKeyMade) and arrived.key() == KEY
    assert KEY.hex() not in repr(made) and KEY.hex() not in str(made)
