"""What people bring as a recording, made into what a telephone plays."""

from __future__ import annotations

import io
import wave
from fractions import Fraction

import av
import numpy as np
import pytest

from centralino.content.errors import BadRecording
from centralino.content.recordings import RATE
from centralino.content.transcoding import transcode, transcode_apart, trimmed


def tone(seconds: float, rate: int, level: float = 0.3) -> np.ndarray:
    at = np.arange(round(seconds * rate)) / rate
    return (level * 32_767 * np.sin(2 * np.pi * 440 * at)).astype("<i2")


def wav(samples: np.ndarray, rate: int, channels: int = 1, width: int = 2) -> bytes:
    made = io.BytesIO()
    with wave.open(made, "wb") as file:
        file.setparams((channels, width, rate, 0, "NONE", ""))
        file.writeframes(samples.tobytes())
    return made.getvalue()


def encoded(kind: str, codec: str) -> bytes:
    made = io.BytesIO()
    with av.open(made, "w", format=kind) as container:
        stream = container.add_stream(codec, rate=48_000, layout="mono")
        assert isinstance(stream, av.AudioStream)
        frame = av.AudioFrame.from_ndarray(tone(1.0, 48_000)[None, :], format="s16", layout="mono")
        frame.sample_rate = 48_000
        for packet in (*stream.encode(frame), *stream.encode(None)):
            container.mux(packet)
    return made.getvalue()


@pytest.mark.parametrize(
    "data",
    [
        wav(tone(1.0, 8000), 8000),
        wav(tone(1.0, 44_100).repeat(2), 44_100, channels=2),
        wav((tone(1.0, 16_000) // 256 + 128).astype("u1"), 16_000, width=1),
        encoded("flac", "flac"),
        encoded("webm", "libopus"),
        encoded("mp3", "libmp3lame"),
        encoded("ipod", "aac"),
    ],
    ids=["wav", "stereo", "8 bit", "flac", "webm", "mp3", "m4a"],
)
def test_what_people_record_comes_out_as_a_telephone_plays_it(data: bytes) -> None:
    samples = np.frombuffer(transcode(data), "<i2")
    assert len(samples) == pytest.approx(RATE, abs=RATE * 0.08)  # MP3 and AAC pad a little
    level = np.sqrt(np.mean(np.square(samples[1000:7000] / 32_767)))
    assert level == pytest.approx(0.3 / np.sqrt(2), rel=0.05)


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"", "no sound that can be read"),
        (b"a letter to the mayor", "no sound that can be read"),
        (b"#EXTM3U\n#EXTINF:10,\nfile:///etc/passwd\n", "no sound that can be read"),
        (wav(tone(121, 8000), 8000), "longer than 120 seconds"),
    ],
)
def test_what_is_no_message_is_refused_in_a_line(data: bytes, problem: str) -> None:
    with pytest.raises(BadRecording, match=problem):
        transcode(data)


async def test_a_small_file_that_fills_the_machine_is_refused() -> None:
    made = io.BytesIO()
    with av.open(made, "w", format="matroska") as container:
        stream = container.add_stream("pcm_s16le", rate=48, layout="mono")
        packet = av.Packet(tone(1000.0, 1000).tobytes())  # 2 MB, as 80 million samples
        packet.stream, packet.time_base = stream, Fraction(1, 48)
        packet.pts = packet.dts = 0
        container.mux(packet)
    with pytest.raises(BadRecording, match="read"):  # and not "longer than", which it is, too
        await transcode_apart(made.getvalue())


def test_the_silence_around_it_is_cut() -> None:
    pcm = bytes(2 * RATE * 2) + tone(1.0, RATE).tobytes() + bytes(2 * RATE)
    made = trimmed(pcm)
    assert len(made.pcm) / 2 / RATE == pytest.approx(1.2, abs=0.04)
    assert made.told() == ["1.9 s of silence before it were cut"]


def test_what_is_too_soft_is_said_and_silence_is_refused() -> None:
    assert "very soft" in trimmed(tone(1.0, RATE, 0.02).tobytes()).told()[0]
    with pytest.raises(BadRecording, match="nothing can be heard"):
        trimmed(bytes(2 * RATE))
    with pytest.raises(BadRecording, match="nothing can be heard"):
        trimmed(b"")
