"""What the speech workers cost: time and memory, measured over Wyoming as a call uses them.

    python bench/speech_engines.py [--rounds 3]

Each engine runs in a worker of its own. What is heard was spoken by hibari at 8 kHz with a little
noise; the figures go to docs/benchmarks/speech.md by hand, with date and machine.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import re
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from voicebot.models import fetch
from voicebot.speech.client import WyomingRecogniser, WyomingSynthesiser
from voicebot.speech.ports import RecognitionContext
from voicebot.speech.sound import duration, pieces, silence

RATE = 8000
MODELS = Path(__file__).parents[1] / "models"
TERMS = ("opening hours", "bill", "meter", "outage", "account")
SENTENCES = (
    "What are your opening hours on Saturday?",
    "My bill is twice what it was last month.",
    "I smell gas in my kitchen.",
    "Let me talk to a person.",
    "The power has been out since this morning.",
    "I want to read you my water meter.",
    "Can I pay in three parts?",
    "My name is Peter Walker.",
    "When will the technician come?",
    "I am moving to another flat next month.",
    "Yes, that is right.",
    "No, thank you, goodbye.",
)
PROMPT = "Your bill is due on Friday. Is there anything else that I can do for you?"


class Worker:
    """A worker process with one role."""

    def __init__(self, uri: str, *arguments: str) -> None:
        self._command = ("-m", "voicebot.speech.worker", "--uri", uri, "--models", str(MODELS))
        self._arguments = arguments
        self.ready: dict[str, Any] = {}

    async def __aenter__(self) -> Worker:
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, *self._command, *self._arguments, stdout=asyncio.subprocess.PIPE
        )
        assert self._process.stdout is not None
        self.ready = json.loads(await self._process.stdout.readline())
        return self

    async def __aexit__(self, *exc: object) -> None:
        self._process.terminate()
        await self._process.wait()

    def rss_mb(self) -> int:
        """Resident memory now."""
        status = Path(f"/proc/{self._process.pid}/status").read_text("utf-8")
        return int(re.findall(r"VmRSS:\s+(\d+)", status)[0]) // 1024

    def cpu(self) -> float:
        """Seconds of processor time used so far: what other work on the machine cannot change."""
        fields = Path(f"/proc/{self._process.pid}/stat").read_text("utf-8").split()
        return (int(fields[13]) + int(fields[14])) / os.sysconf("SC_CLK_TCK")


def row(what: str, seconds: list[float], **more: object) -> None:
    """One line of figures, in ms."""
    p50, p95 = (round(1000 * float(np.percentile(seconds, p))) for p in (50, 95))
    sys.stdout.write(json.dumps({"what": what, "n": len(seconds), "p50": p50, "p95": p95} | more))
    sys.stdout.write("\n")
    sys.stdout.flush()


def noisy(pcm: bytes) -> bytes:
    """As it comes from a quiet line: 0.4 s before, 0.6 s after, noise at about −60 dBFS."""
    whole = np.frombuffer(silence(RATE, 0.4) + pcm + silence(RATE, 0.6), "<i2")
    noise = np.random.default_rng(1).normal(0, 30, whole.size)
    return bytes(np.clip(whole + noise, -32768, 32767).astype("<i2").tobytes())


async def voice(uri: str, name: str, rounds: int) -> list[bytes]:
    """Measure a voice; what it made of the sentences, each as one utterance."""
    async with Worker(uri, "--role", "tts", "--voice", name) as worker:
        speaker = WyomingSynthesiser(uri)
        first, factor, made = [], [], []
        used = worker.cpu()
        for text in SENTENCES * rounds + (PROMPT,) * rounds:
            began, pcm = time.perf_counter(), b""
            async for clause in speaker.speak(text, RATE):
                if not pcm:
                    first.append(time.perf_counter() - began)
                pcm += clause.pcm
            factor.append((time.perf_counter() - began) / duration(pcm, RATE))
            made.append(pcm)
        real_time = round(float(np.percentile(factor, 50)), 3)
        facts = {"cpu_ms": round(1000 * (worker.cpu() - used) / len(made)), **facts_of(worker)}
        row(f"{name}: first clause", first, real_time_factor=real_time, **facts)
    return made[: len(SENTENCES)]


async def recogniser(uri: str, sounds: dict[str, list[bytes]], rounds: int) -> None:
    """Measure Whisper from the end of the sound to the text."""
    async with Worker(uri, "--role", "asr", "--recogniser", "whisper") as worker:
        listener = WyomingRecogniser(uri)
        for speaker, utterances in sounds.items():
            for terms in ((), TERMS):
                seconds, right, used = [], 0, worker.cpu()
                for pcm, text in list(zip(utterances, SENTENCES, strict=True)) * rounds:
                    stream = await listener.open(RATE, RecognitionContext(terms=terms))
                    for frame in pieces(noisy(pcm), RATE, 0.020):
                        await stream.feed(frame)
                    began = time.perf_counter()
                    heard = await stream.finish()
                    seconds.append(time.perf_counter() - began)
                    right += words(heard.text) == words(text)
                prompt = "with terms" if terms else "open"
                spent = round(1000 * (worker.cpu() - used) / len(seconds))
                row(f"whisper-base hears {speaker}, {prompt}", seconds, right=right, cpu_ms=spent)
        sys.stdout.write(json.dumps({"what": "whisper-base"} | facts_of(worker)) + "\n")


def facts_of(worker: Worker) -> dict[str, object]:
    """What a worker needs to be there."""
    return {"load_s": worker.ready["load_s"], "rss_mb": worker.rss_mb()}


def words(text: str) -> list[str]:
    """For a comparison that minds words only."""
    return re.findall(r"[a-z0-9']+", text.lower())


async def main() -> None:
    """All of it, one engine after the other."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=3)
    rounds = parser.parse_args().rounds
    fetch("whisper-base", MODELS, lambda name, done, size: None)
    sys.stdout.write(json.dumps({"cores": os.cpu_count(), "load": os.getloadavg()}) + "\n")
    with tempfile.TemporaryDirectory() as folder:
        uri = f"unix://{folder}/speech.sock"
        sounds = {name: await voice(uri, name, rounds) for name in ("hibari", "piper")}
        await recogniser(uri, sounds, rounds)


if __name__ == "__main__":
    asyncio.run(main())
