"""`centralino bench dialer --message-seconds N`: the same with a notification that is N s long.

Everybody who answers hears it to its end, and then presses a key or says that they understood. One
rate after the other, until one does not hold; what holds says how many such machines carry 20 calls
a second. The carrier runs on the same cores, so the house alone would carry more.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from centralino.bench.dialer import Size, numbers, run_dialer
from centralino.caller.voices import Voices
from centralino.commands.campaign import ask
from centralino.config.model import Config
from centralino.rehearsal.people import Mix

Json = dict[str, Any]

SENTENCE = "This is a test of the warning system of the town of Riverton, and nothing has happened."
HEADLINE = "This is a test, please listen to its end."
SAID = "Yes, I have understood."
LETTERS_A_SECOND = 16.5
"""Of the voice, pauses included; how long a message really was is among the figures."""
AFTER = 2.0
"""Seconds from the end of the message to the answer."""
STAYS = 25.0
"""Seconds after the end of the message for which the called waits to be thanked."""
STEADY = 30.0
"""Seconds for which as many calls are up as will be at this rate."""
WANTED = 20.0
"""Calls a second that a town needs."""
LEAST_PACE = 0.95
MOST_FIRST_PACKET = 1000
LEAST_ACKNOWLEDGED = 0.98


@dataclass(frozen=True)
class Message:
    """What is measured with."""

    seconds: float = 30.0
    by_voice: float = 0.25
    """Share of all calls that are answered by voice."""


def text_of(seconds: float) -> str:
    """A body with which the message takes about so long. PURE."""
    letters = max(0, round(seconds * LETTERS_A_SECOND) - len(HEADLINE))
    return " ".join([SENTENCE] * max(1, round(letters / (len(SENTENCE) + 1))))


def mix_of(message: Message, said: str, mix: Mix) -> Mix:
    """People who hear the message out. PURE."""
    return replace(
        mix, speaks=message.by_voice, says=said, key_after=message.seconds + AFTER,
        stays=message.seconds + STAYS,
    )  # fmt: skip


def people(message: Message, cps: float, steady: float) -> int:
    """So many that calls are up steadily for a while. PURE."""
    return math.ceil(cps * (message.seconds + steady))


async def climb(
    directory: Path, message: Message, rates: Sequence[float], size: Size, mix: Mix,
    steady: float, told: Callable[[Json], None],
) -> Json:  # fmt: skip
    """One rate after the other. Raises StartRefused, CampaignError."""
    said = str(await Voices(directory / "voices").wav(SAID))
    rows: list[Json] = []
    for cps in rates:
        one = replace(size, cps=cps, recipients=people(message, cps, steady))
        figures = await run_dialer(
            directory, one, mix_of(message, said, mix), Drafting(message.seconds), "notice.launch"
        )
        rows.append(row_of(figures, message))
        told(rows[-1])
        if not rows[-1]["holds"]:
            break
    return {"message": message.seconds, "rows": rows, **best_of(rows)}


@dataclass(frozen=True)
class Drafting:
    """Drafts a notification of so many seconds."""

    seconds: float

    async def __call__(self, config: Config, recipients: int) -> tuple[str, float]:
        """Its campaign, and the seconds that drafting took."""
        began = time.monotonic()
        told = await ask(
            config, "notice.draft",
            {"name": "bench", "client": "riverton", "attempts": 1, "ring_timeout": 15.0,
             "texts": {"en": {"headline": HEADLINE, "body": text_of(self.seconds)}},
             "trunks": ["loop"], "lines": numbers(0, recipients)},
        )  # fmt: skip
        return str(told["campaign"]), round(time.monotonic() - began, 2)


def row_of(figures: Json, message: Message) -> Json:
    """What one rate came to, and whether it holds. PURE."""
    how, took = figures["acknowledged"], figures["seconds"]
    keys = sum(count for why, count in how.items() if why.endswith("key"))
    voices = sum(count for why, count in how.items() if why.endswith("voice"))
    answers = figures["answered_by_key"] + figures["answered_by_voice"]
    row = {
        "cps": figures["target_cps"],
        "seen_cps": figures["seen_cps_mean"],
        "invites": figures["invites"],
        "lost": figures["lost"],
        "duplicates": figures["duplicates"],
        "mean_hold_s": figures["mean_hold_seconds"],
        "channels": figures["channels_max"],
        "media_processes": figures["media_processes"],
        "answered_by_key": figures["answered_by_key"],
        "answered_by_voice": figures["answered_by_voice"],
        "acks_by_key": keys,
        "acks_by_voice": voices,
        "heard_later": sum(n for why, n in how.items() if why.startswith("heard later")),
        "acks_per_s_by_key": round(keys / took, 2),
        "acks_per_s_by_voice": round(voices / took, 2),
        "first_packet_p95_ms": figures["first_packet_ms"]["p95"],
        "cpu_cores": figures["cpu_cores"],
        "cpu_by_process": figures["cpu_by_process"],
        "seconds": took,
    }
    whole = row["lost"] == row["duplicates"] == 0
    paced = row["seen_cps"] >= LEAST_PACE * row["cps"]
    prompt = row["first_packet_p95_ms"] <= MOST_FIRST_PACKET
    counted = keys + voices >= LEAST_ACKNOWLEDGED * answers
    held = row["mean_hold_s"] >= message.seconds
    return {**row, "holds": whole and paced and prompt and counted and held}


def best_of(rows: Sequence[Json]) -> Json:
    """The highest rate that holds, and what 20 calls a second need. PURE."""
    held = [row for row in rows if row["holds"]]
    if not held:
        return {"highest_cps": 0.0, "machines_for_20_cps": None}
    best = held[-1]["cps"]
    return {
        "highest_cps": best,
        "machines_for_20_cps": math.ceil(WANTED / best),
        "is_the_limit": len(held) < len(rows),
    }
