"""Reads sets of sentences in the files that their publishers give out, for `nlu evaluate DIR`.

- CLINC150 (Larson et al. 2019): `data_oos_plus.json`, `data_full.json`, `data_imbalanced.json` or
  `data_small.json`: train, validation and test of 150 intents, and of sentences that are out of
  scope. Of a folder with several of them the first of these is meant; another is named itself.
- BANKING77 (Casanueva et al. 2020) and what is written like it: `train.csv`, `test.csv` and perhaps
  `val.csv`, columns `text` and `category`.
- HWU64 (Liu et al. 2019), one fold (`KFold_1` …): folders `trainset` and `testset/csv` with a file
  an intent, separated by semicolons; the sentence is in column `answer_from_anno`.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from voicebot.errors import BotError
from voicebot.nlu.training import OUT_OF_SCOPE, Example

CLINC = ("data_oos_plus.json", "data_full.json", "data_imbalanced.json", "data_small.json")
_OUTSIDE = "oos"


@dataclass(frozen=True)
class PublicSet:
    """Sentences to learn from, to draw the line on, and to judge by."""

    name: str
    train: tuple[Example, ...]
    validation: tuple[Example, ...]
    """Empty where the publisher gives none."""
    test: tuple[Example, ...]


def is_public_set(place: Path) -> bool:
    """Whether `read_set` knows what lies here."""
    return (
        _clinc_file(place) is not None
        or (place / "train.csv").is_file()
        or (place / "trainset").is_dir()
    )


def read_set(place: Path) -> PublicSet:
    """The set in this folder, or CLINC150 in this file. Raises BotError with what is wrong."""
    file = _clinc_file(place)
    if file is not None:
        return _clinc(file)
    if (place / "trainset").is_dir():
        train, test = _hwu(place / "trainset"), _hwu(place / "testset" / "csv")
        return PublicSet(place.name, tuple(train), (), tuple(test))
    val = place / "val.csv"
    return PublicSet(
        place.name,
        tuple(_table(place / "train.csv")),
        tuple(_table(val)) if val.is_file() else (),
        tuple(_table(place / "test.csv")),
    )


def _clinc_file(place: Path) -> Path | None:
    if place.suffix == ".json":
        return place
    return next((place / name for name in CLINC if (place / name).is_file()), None)


def _clinc(path: Path) -> PublicSet:
    try:
        parts = json.loads(path.read_text(encoding="utf-8"))
        train, validation, test = (
            tuple(_pairs(parts[part]) + _pairs(parts[f"oos_{part}"]))
            for part in ("train", "val", "test")
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BotError(str(path), None, f"this is not CLINC150 as published: {error!r}") from error
    return PublicSet(path.stem, train, validation, test)


def _pairs(rows: list[list[str]]) -> list[Example]:
    return [Example(text, OUT_OF_SCOPE if name == _OUTSIDE else name) for text, name in rows]


def _table(path: Path) -> Iterator[Example]:
    for line, row in _rows(path, ","):
        if not row.get("text") or not row.get("category"):
            raise BotError(str(path), line, "each row needs `text` and `category`")
        name = row["category"]
        yield Example(row["text"], OUT_OF_SCOPE if name == _OUTSIDE else name)


def _hwu(folder: Path) -> Iterator[Example]:
    for path in sorted(folder.glob("*.csv")):
        for line, row in _rows(path, ";"):
            text = row.get("answer_from_anno")
            if not text:
                raise BotError(str(path), line, "each row needs `answer_from_anno`")
            yield Example(text, path.stem)


def _rows(path: Path, delimiter: str) -> Iterator[tuple[int, dict[str, str]]]:
    try:
        with path.open(encoding="utf-8", newline="") as file:
            reader = csv.DictReader(file, delimiter=delimiter)
            for row in reader:
                yield reader.line_num, row
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise BotError(str(path), None, f"cannot be read: {error}") from error
