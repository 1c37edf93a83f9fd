"""`bench vad` from beginning to end."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console

from centralino.bench import noises, vad
from centralino.bench.page import head, machine, write_json, write_page
from centralino.bench.prompts import CHATTER
from centralino.bench.speakers import missing, speakers

SENTENCES = (
    "what are your opening hours", "yes", "no thank you", "three four five seven eight nine",
    "my name is John Smith", "I smell gas in my kitchen", "by letter please", "next Monday",
    "my bill is twice what it was last month", "it is in Garden Lane next to the school",
)  # fmt: skip
_EXPLAINED = """
{sentences} short answers by each of {voices}, over G.711 µ-law at −22 dBFS, in quiet
and in three kinds of noise; then {alone:.0f} s of each noise alone at −32 dBFS. A frame holds
speech where the clean sound is within 30 dB of its loudness. *Onset*: from the first such frame to
the segmenter's SpeechStarted, which needs three speech frames of five. The number of a detector is
its threshold (webrtc: how aggressive). CPU is the share of a core that one leg costs.

"""


async def run_vad(
    sentences: int, noise_seconds: float, seed: int, json_file: Path | None, page: Path | None,
    command: str,
) -> None:  # fmt: skip
    """Compare the detectors and tell."""
    rng = np.random.default_rng(seed)
    figures: dict[str, Any] = {"machine": machine()}
    everybody = speakers()
    clips = [
        noises.samples_of(await speak(text, vad.RATE))
        for speak in everybody.values()
        for text in SENTENCES[:sentences]
    ]
    chatter = [noises.samples_of(await everybody["hibari"](t, vad.RATE)) for t in CHATTER]
    behind = {
        "babble": noises.babble(rng, chatter, noise_seconds, vad.RATE),
        "street": noises.street(rng, noise_seconds, vad.RATE),
        "music": noises.music(rng, noise_seconds, vad.RATE),
    }
    found = [*vad.scenes(clips, behind, rng), *vad.noise_alone(behind)]
    figures.update(vad.compare(found), voices=list(everybody), not_installed=missing())
    said = _EXPLAINED.format(voices=", ".join(everybody), sentences=sentences, alone=noise_seconds)
    text = "# Voice activity\n" + head(command, figures) + said + vad.tables(figures)
    Console().print(text, highlight=False, markup=False, soft_wrap=True)
    write_json(figures, json_file)
    write_page(page, "vad", text)
