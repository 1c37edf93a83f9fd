"""How well a bot understands now: the process that `measure_apart` starts.

    python -m centralino.review.measure BOT_FOLDER CACHE_FOLDER [MODELS_FOLDER]

prints the figures of `nlu evaluate` as JSON, with what was understood of each sentence.
"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path

from centralino.review.apart import Figures
from voicebot.dialogue.reader import load_bot
from voicebot.nlu.embedded import Embedded
from voicebot.nlu.embedding import choose
from voicebot.nlu.evaluate import held_out, judge
from voicebot.nlu.metrics import report


def measure(folder: Path, cache: Path, models_dir: Path | None = None) -> Figures:
    """Learn if need be, and judge the held-out sentences; without models from words alone.

    Raises BotError.
    """
    training = load_bot(folder).training
    embedder = choose(training.language, models_dir)[0] if models_dir is not None else None
    judged = judge(Embedded.load(training, cache, embedder=embedder), held_out(folder))
    wrong = {one.text: one.intent for one in judged if not one.right}
    return {**asdict(report(judged)), "sentences": len(judged), "wrong": wrong}


if __name__ == "__main__":
    sys.stdout.write("\n" + json.dumps(measure(*map(Path, sys.argv[1:]))) + "\n")
