"""`centralino nlu evaluate` as it is typed: every figure, on the terminal and in files."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest
from typer.testing import CliRunner

from centralino.cli import app
from voicebot.errors import BotError

WISHES = ("i lost my {}", "where is my {}", "please send me the {}", "what is this {}",
          "tell me about the {}", "i need a new {}", "cancel my {}", "my {} is wrong")  # fmt: skip
ELSE = ("what is the weather", "play some music", "who won the match", "tell me a joke",
        "how tall is the tower", "book a flight to rome", "sing a song", "flip a coin")  # fmt: skip
FIGURES = {
    "accuracy", "macro_f1", "oos_recall", "oos_auroc", "ece", "coverage_at_98_precision",
    "latency_ms_p50", "latency_ms_p95", "training_s", "training_processor_s", "confusions",
}  # fmt: skip


def evaluate(folder: Path, *arguments: str) -> tuple[dict[str, object], str, bytes]:
    """The figures, what was printed, and the picture. Words alone: no models are there."""
    config, written, picture = (folder / name for name in ("c.toml", "figures.json", "wrong.svg"))
    config.write_text(f'state_dir = "{folder}/var"\n[speech]\nmodels_dir = "{folder}/none"\n')
    result = CliRunner().invoke(
        app, ["nlu", "evaluate", *arguments, "--json", str(written), "--picture", str(picture),
              "-c", str(config)], catch_exceptions=False,
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    return json.loads(written.read_text()), result.output, picture.read_bytes()


@pytest.fixture
def clinc(tmp_path: Path) -> Path:
    """A small CLINC150."""
    inside = [[wish.format(thing), thing] for thing in ("bill", "card") for wish in WISHES]
    outside = [[text, "oos"] for text in ELSE]
    parts = {
        "train": inside[::2], "oos_train": outside[::2], "val": inside[1::4],
        "oos_val": outside[1::4], "test": inside[3::4], "oos_test": outside[3::4],
    }  # fmt: skip
    file = tmp_path / "data_full.json"
    file.write_text(json.dumps(parts))
    return file


def test_every_figure_is_printed_and_written(clinc: Path) -> None:
    figures, printed, picture = evaluate(clinc.parent, str(clinc))
    assert figures.keys() == FIGURES
    assert all(f'"{name}": ' in printed for name in FIGURES - {"confusions"})
    assert "12 sentences to learn, 6 to draw the line, 6 to judge" in printed
    title = list(ElementTree.fromstring(picture))[-1].text
    assert title is not None and "of 6 misunderstood" in title


def test_a_part_is_learned(clinc: Path) -> None:
    _, printed, _ = evaluate(clinc.parent, str(clinc.parent), "--learn", "9")
    assert "data_full" in printed and "9 sentences to learn" in printed


def test_what_is_no_set_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(BotError, match=r"data\.json: this is not CLINC150"):
        evaluate(tmp_path, str(tmp_path / "data.json"))
