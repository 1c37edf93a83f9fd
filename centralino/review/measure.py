"""How well a bot understands now, in a process of its own: learning takes seconds of a core.

    python -m centralino.review.measure BOT_FOLDER CACHE_FOLDER [MODELS_FOLDER]

prints the figures of `nlu evaluate` as JSON, with what was understood of each sentence.
"""

from __future__ import annotations

import asyncio
import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from centralino.errors import StartRefused
from voicebot.dialogue.reader import load_bot
from voicebot.nlu.embedded import Embedded
from voicebot.nlu.embedding import choose
from voicebot.nlu.evaluate import held_out, judge
from voicebot.nlu.metrics import report

Figures = dict[str, Any]


def measure(folder: Path, cache: Path, models_dir: Path | None = None) -> Figures:
    """Learn if need be, and judge the held-out sentences; without models from words alone.

    Raises BotError.
    """
    training = load_bot(folder).training
    embedder = choose(training.language, models_dir)[0] if models_dir is not None else None
    judged = judge(Embedded.load(training, cache, embedder=embedder), held_out(folder))
    wrong = {one.text: one.intent for one in judged if not one.right}
    return {**asdict(report(judged)), "sentences": len(judged), "wrong": wrong}


async def measure_apart(folder: Path, cache: Path, models_dir: Path | None = None) -> Figures:
    """The same in another process. Raises StartRefused with what it said last."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "centralino.review.measure",
        *(str(path) for path in (folder, cache, models_dir) if path is not None),
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        out, problems = await process.communicate()
    except asyncio.CancelledError:
        process.kill()
        await process.wait()
        raise
    if process.returncode:
        said = problems.decode(errors="replace").strip().splitlines()
        raise StartRefused(f"the bot could not be measured: {said[-1] if said else 'no answer'}")
    figures: Figures = json.loads(out.decode().splitlines()[-1])
    return figures


if __name__ == "__main__":
    sys.stdout.write("\n" + json.dumps(measure(*map(Path, sys.argv[1:]))) + "\n")
