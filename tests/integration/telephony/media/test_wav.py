"""A recording on disk, finished or cut off."""

from __future__ import annotations

import struct
import wave
from pathlib import Path

import pytest

from telephony.media.recording import TwoChannelRecorder
from telephony.media.wav import WavSink, mend, read_wav


def test_a_recording_is_a_stereo_wav(tmp_path: Path) -> None:
    sink = WavSink(tmp_path / "call.wav", 8000)
    recorder = TwoChannelRecorder(8000, sink)
    for _ in range(75):
        recorder.frame(b"\x01\x00" * 160, None)
    recorder.flush()
    sink.close()
    sink.close()
    pcm, rate, channels = read_wav(tmp_path / "call.wav")
    assert (len(pcm), rate, channels) == (75 * 640, 8000, 2)
    assert pcm[:8] == b"\x01\x00\x00\x00" * 2


def test_the_file_of_a_killed_process_is_mended(tmp_path: Path) -> None:
    path = tmp_path / "call.wav"
    sink = WavSink(path, 8000)
    sink(bytes(6400))
    mend(path)
    assert len(read_wav(path)[0]) == 6400
    sink.close()


def test_nothing_recorded_is_no_file(tmp_path: Path) -> None:
    WavSink(tmp_path / "call.wav", 8000).close()
    assert not (tmp_path / "call.wav").exists()


def test_another_width_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "eight.wav"
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 1, 8000, 0, "NONE", ""))
        file.writeframes(struct.pack("4B", 1, 2, 3, 4))
    with pytest.raises(ValueError, match="8-bit"):
        read_wav(path)
