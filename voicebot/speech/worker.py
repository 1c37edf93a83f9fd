"""A speech worker: a process of its own that serves engines over Wyoming.

    python -m voicebot.speech.worker --uri unix:///run/x/asr.sock --role asr --models models
    python -m voicebot.speech.worker --uri tcp://127.0.0.1:0 --role tts --voice piper

When it listens and is warm it prints one JSON line, `{"ready": true, "uri", "pid", "asr", "tts",
"load_s", "rss_mb"}`; if it cannot start, `{"ready": false, "error"}` and exit code 1. SIGTERM lets
running work end. With `--watch-stdin` it also ends when its standard input does, so that no worker
outlives a supervisor that was killed.

Native code may abort the process: then a client sees `EngineLost`, and the supervisor starts it
again. It may hang, too: work that takes far longer than its sound ends the process (exit code 70),
and with `--beat` a line `{"alive": seconds}` once a second tells a supervisor that all of it does
not hang.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
import stat
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    # Before numpy and the engines are imported: they read it once. One utterance, one core.
    os.environ.setdefault(_name, "1")

import structlog  # noqa: E402

from voicebot.errors import VoicebotError  # noqa: E402
from voicebot.speech import engines  # noqa: E402
from voicebot.speech.jobs import EngineThreads  # noqa: E402
from voicebot.speech.protocol import split_uri  # noqa: E402
from voicebot.speech.server import Engines, Server  # noqa: E402


def arguments(argv: list[str]) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m voicebot.speech.worker")
    parser.add_argument("--uri", required=True, help="unix:///path or tcp://127.0.0.1:port")
    parser.add_argument("--role", choices=("asr", "tts", "both"), default="both")
    parser.add_argument("--models", type=Path, default=Path("models"), help="models folder")
    parser.add_argument("--language", default="en")
    parser.add_argument(
        "--recogniser", default="auto", help="auto, whisper, vosk, or a model of the catalogue"
    )
    parser.add_argument("--voice", default="piper", help="piper, hibari, or espeak:it")
    parser.add_argument("--threads", type=int, default=1, help="utterances recognised at once")
    parser.add_argument("--watch-stdin", action="store_true", help="end when stdin ends")
    parser.add_argument("--beat", action="store_true", help="say once a second that we live")
    return parser.parse_args(argv)


HUNG = 70
"""The exit code of a worker whose engine hung."""
BEAT_SECONDS = 1.0


async def load(options: argparse.Namespace, hears: EngineThreads, speaks: EngineThreads) -> Engines:
    """The engines asked for, read and warm, in these threads. Raises EngineMissing."""
    asr = tts = None
    if options.role in ("asr", "both"):
        choice = engines.recogniser_choice(options.recogniser, options.language, options.models)
        asr = engines.load_recogniser(choice, options.language, options.models, hears)
        await engines.warm_recogniser(asr, options.language)
    if options.role in ("tts", "both"):
        tts = engines.load_synthesiser(options.voice, speaks)
        await engines.warm_synthesiser(tts)
    return Engines(asr, tts)


def threads_for(hearing: int) -> tuple[EngineThreads, EngineThreads]:
    """Who hears and who speaks. Where one hears it is the same one that speaks: on one core two at
    once are both late, one after the other only the second is."""
    hears = EngineThreads(hearing, "engines")
    return hears, hears if hearing == 1 else EngineThreads(1, "speaks")


async def run(options: argparse.Namespace) -> None:
    """Load, listen, say so, serve until told to stop."""
    began = time.monotonic()
    split_uri(options.uri)
    if options.watch_stdin and not _is_pipe(sys.stdin.fileno()):
        raise ValueError("--watch-stdin wants a pipe or a socket as standard input")
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    hears, speaks = threads_for(options.threads)
    loaded = await load(options, hears, speaks)
    server = Server(loaded, options.uri)
    await server.start()
    if options.watch_stdin:
        loop.add_reader(sys.stdin.fileno(), _at_end_of_stdin, stop)
    tell(
        ready=True,
        uri=server.uri,
        pid=os.getpid(),
        asr=asdict(await loaded.asr.info()) if loaded.asr else None,
        tts=asdict(await loaded.tts.info()) if loaded.tts else None,
        load_s=round(time.monotonic() - began, 2),
        rss_mb=rss_mb(),
    )
    watching = asyncio.create_task(watch((hears, speaks), options.beat))
    await stop.wait()
    watching.cancel()
    await server.stop()


async def watch(threads: Sequence[EngineThreads], beat: bool) -> None:
    """End the process when one of its engines hangs; a thread cannot be ended alone."""
    loop = asyncio.get_running_loop()
    while True:
        await asyncio.sleep(BEAT_SECONDS)
        now = loop.time()
        stuck = next(filter(None, (one.stuck(now) for one in threads)), None)
        if stuck is not None:
            structlog.get_logger().error(
                "worker.engine_hangs", seconds=round(now - stuck.at, 1), sound=stuck.seconds
            )
            os._exit(HUNG)
        if beat:
            tell(alive=round(now, 1))


def rss_mb() -> int:
    """Resident memory of this process in MB; 0 where /proc is not."""
    status = Path("/proc/self/status")
    if not status.exists():
        return 0
    lines = dict(line.split(":", 1) for line in status.read_text().splitlines() if ":" in line)
    return int(lines["VmRSS"].split()[0]) // 1024


def tell(**facts: object) -> None:
    """One JSON line to whoever started us."""
    sys.stdout.write(json.dumps(facts) + "\n")
    sys.stdout.flush()


def _is_pipe(handle: int) -> bool:
    mode = os.fstat(handle).st_mode
    return stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode)


def _at_end_of_stdin(stop: asyncio.Event) -> None:
    if not os.read(sys.stdin.fileno(), 4096):
        asyncio.get_running_loop().remove_reader(sys.stdin.fileno())
        stop.set()


def main(argv: list[str] | None = None) -> int:
    """The process. 0 after a stop, 1 if it could not start."""
    structlog.configure(
        processors=[
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.add_log_level,
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),  # stdout is for the ready line
    )
    try:
        asyncio.run(run(arguments(sys.argv[1:] if argv is None else argv)))
    except (VoicebotError, OSError, ValueError) as problem:
        tell(ready=False, error=str(problem))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
