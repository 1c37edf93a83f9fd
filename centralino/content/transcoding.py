"""A recording as people bring one, made into what a telephone plays. The only file that imports av.

FFmpeg reads it, whose code is native and whose food comes from outside: the house does it in a
process of its own (`python -m centralino.content.transcoding`, sound in, sound out). Only formats
in which people record are read, and none of them may lead to another file.
"""

from __future__ import annotations

import asyncio
import io
import os
import resource
import sys
from dataclasses import dataclass

import av
import numpy as np

from centralino.content.errors import BadRecording
from centralino.content.recordings import LONGEST, RATE

FORMATS = "wav,mp3,ogg,flac,mov,matroska,aac"
"""Demuxers of FFmpeg: WAV, MP3, Ogg (Opus, Vorbis), FLAC, M4A, WebM, AAC."""
LARGEST = 25_000_000
"""Bytes of what is brought: two minutes of 48 kHz, stereo, 16 bit."""
SECONDS = 30.0
"""For reading it; what takes longer is given up."""
MEMORY = 1 << 30
"""Bytes of address space: a small file may claim a rate at which its sound fills the machine."""
UNREADABLE = "this is no sound that can be read: give WAV, MP3, M4A, OGG, FLAC or WebM"
FRAME = RATE // 50
"""Samples of 20 ms."""
SILENT = 0.005
"""Root mean square (of 1) below which 20 ms are silence: −46 dBFS."""
QUIET = 0.03
"""Of the loudest 20 ms; below, the telephone's own noise is near: −30 dBFS."""
MARGIN = 5
"""Frames of silence that are left around the sound."""


@dataclass(frozen=True)
class Made:
    """A recorded message."""

    pcm: bytes
    """16 bit, mono, 8 kHz, without the silence before and behind it."""
    silence: float
    """Seconds that were cut before it: nobody who picks up waits for the first word."""
    quiet: bool
    """Whether it is so soft that it is hard to understand."""

    def told(self) -> list[str]:
        """What is to be said of it, in sentences."""
        notes = []
        if self.silence >= 0.5:
            notes.append(f"{self.silence:.1f} s of silence before it were cut")
        if self.quiet:
            notes.append("it is very soft: record it again, closer to the microphone")
        return notes


def transcode(data: bytes) -> bytes:
    """The sound in it: 16 bit, mono, 8 kHz. Raises BadRecording."""
    options = {"format_whitelist": FORMATS, "protocol_whitelist": "none"}
    pcm = bytearray()
    try:
        with av.open(io.BytesIO(data), "r", options=options) as container:
            if not container.streams.audio:
                raise BadRecording("there is no sound in this file")
            resampler = av.AudioResampler(format="s16", layout="mono", rate=RATE)
            for frame in container.decode(audio=0):
                for part in resampler.resample(frame):
                    pcm += part.to_ndarray().tobytes()
                if len(pcm) > 2 * RATE * LONGEST:
                    raise BadRecording(f"it is longer than {LONGEST:.0f} seconds")
            for part in resampler.resample(None):
                pcm += part.to_ndarray().tobytes()
    except (av.FFmpegError, ValueError) as error:
        raise BadRecording(UNREADABLE) from error
    if not pcm:  # also where there is no memory for it: the resampler does not say so
        raise BadRecording(UNREADABLE)
    return bytes(pcm)


def trimmed(pcm: bytes) -> Made:
    """Without the silence around it. Raises BadRecording where there is nothing else."""
    frames = np.frombuffer(pcm, "<i2")[: len(pcm) // 2 // FRAME * FRAME].reshape(-1, FRAME)
    levels = np.sqrt(np.mean(np.square(frames / 32_768.0), axis=1))
    loud = np.flatnonzero(levels > SILENT)
    if not len(loud):
        raise BadRecording("nothing can be heard in it")
    first, last = max(0, int(loud[0]) - MARGIN), int(loud[-1]) + 1 + MARGIN
    whole = frames[first:last].astype("<i2").tobytes()
    return Made(whole, first * FRAME / RATE, bool(levels.max() < QUIET))


async def transcode_apart(data: bytes) -> bytes:
    """The same as `transcode` in a process of its own, so that a file that breaks the reader breaks
    nothing else, whatever memory it claims. Raises BadRecording."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "centralino.content.transcoding",
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},  # each thread would take of `MEMORY`
    )  # fmt: skip
    try:
        async with asyncio.timeout(SECONDS):
            pcm, problem = await process.communicate(data)
    except TimeoutError:
        raise BadRecording("it takes too long to read") from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode == REFUSED:
        raise BadRecording(problem.decode())
    if process.returncode:
        raise BadRecording("it cannot be read")
    return pcm


REFUSED = 3
"""Exit code for a file that is no good; the reason is on standard error."""


def main() -> int:
    """Sound from standard input to standard output."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    try:
        sys.stdout.buffer.write(transcode(sys.stdin.buffer.read()))
    except BadRecording as error:
        sys.stderr.write(str(error))
        return REFUSED
    return 0


if __name__ == "__main__":
    sys.exit(main())
