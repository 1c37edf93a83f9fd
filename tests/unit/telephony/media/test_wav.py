"""The header of a WAV file."""

from __future__ import annotations

import io
import wave

from telephony.media.wav import HEADER_BYTES, UNKNOWN, header


def test_a_known_length_is_read_back_by_the_standard_library() -> None:
    data = bytes(range(16))
    with wave.open(io.BytesIO(header(8000, 2, len(data)) + data)) as file:
        assert file.getparams()[:4] == (2, 2, 8000, 4)
        assert file.readframes(4) == data


def test_an_unknown_length_is_the_largest() -> None:
    head = header(8000, 2)
    assert len(head) == HEADER_BYTES
    assert head[4:8] == b"\xf7\xff\xff\xff" and head[40:44] == UNKNOWN.to_bytes(4, "little")
