"""What was learned, on disk: numbers and words only, never code.

One file a training content, named by its digest. `numpy.load(allow_pickle=False)` reads it, so a
file that somebody else wrote can be wrong but cannot run anything. It is written beside its place
and moved there, so no reader ever sees half of it.
"""

from __future__ import annotations

import json
import os
import tempfile
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import structlog

log = structlog.get_logger(__name__)
FORMAT = 4
"""Raised whenever what is learned, or how, changes: older files are then not used."""

_DAMAGE = (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile, zlib.error)
"""All that a damaged file raises in numpy and zipfile."""

Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Learned:
    """A linear classifier over two TF-IDF vocabularies."""

    intents: tuple[str, ...]
    vocabularies: tuple[tuple[str, ...], ...]
    """The terms of each vectoriser, in the order of their columns."""
    idf: tuple[Numbers, ...]
    """The weight of each term."""
    weights: Numbers
    """intents × all columns."""
    bias: Numbers


def path_of(folder: Path, digest: str) -> Path:
    """Where the classifier for this content is kept."""
    return folder / f"intents-{FORMAT}-{digest[:32]}.npz"


def save(folder: Path, digest: str, learned: Learned) -> None:
    """Keep it. Raises OSError where the folder cannot be written."""
    folder.mkdir(parents=True, exist_ok=True)
    words = json.dumps({"intents": learned.intents, "vocabularies": learned.vocabularies})
    arrays: dict[str, Any] = {f"idf{at}": idf for at, idf in enumerate(learned.idf)}
    handle, name = tempfile.mkstemp(dir=folder, prefix=".intents-", suffix=".npz")
    try:
        with os.fdopen(handle, "wb") as file:
            np.savez_compressed(
                file,
                words=np.frombuffer(words.encode(), dtype=np.uint8),
                weights=learned.weights.astype(np.float32),
                bias=learned.bias,
                **arrays,
            )
        os.replace(name, path_of(folder, digest))
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def load(folder: Path, digest: str) -> Learned | None:
    """What was kept, or None: nothing, or nothing usable (then it is logged)."""
    path = path_of(folder, digest)
    if not path.exists():
        return None
    try:
        with path.open("rb") as opened, np.load(opened, allow_pickle=False) as file:
            return _checked(file)
    except _DAMAGE as error:
        log.warning("nlu.cache_unusable", file=str(path), error=str(error))
        return None


def _checked(file: np.lib.npyio.NpzFile) -> Learned:
    """The arrays as a classifier. Raises ValueError where they do not fit one another."""
    words = json.loads(file["words"].tobytes())
    vocabularies = tuple(tuple(terms) for terms in words["vocabularies"])
    learned = Learned(
        intents=tuple(words["intents"]),
        vocabularies=vocabularies,
        idf=tuple(file[f"idf{at}"] for at in range(len(vocabularies))),
        weights=file["weights"].astype(np.float64),
        bias=file["bias"],
    )
    columns = sum(len(terms) for terms in vocabularies)
    shapes_fit = learned.weights.shape == (len(learned.intents), columns)
    idf_fits = all(len(i) == len(t) for i, t in zip(learned.idf, vocabularies, strict=True))
    if not shapes_fit or not idf_fits or learned.bias.shape != (len(learned.intents),):
        raise ValueError("the arrays do not fit one another")
    return learned
