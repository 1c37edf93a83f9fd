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
from pathlib import Path
from typing import Any

import numpy as np
import structlog

from voicebot.nlu.learned import Doubt, Layer, Learned, Neighbours, Sense, Words

log = structlog.get_logger(__name__)
FORMAT = 8
"""Raised whenever what is learned, or how, changes: older files are then not used."""

_DOUBT = ("mean", "scale", "weights")
_DAMAGE = (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile, zlib.error)
"""All that a damaged file raises in numpy and zipfile."""


def path_of(folder: Path, digest: str) -> Path:
    """Where the classifier for this content is kept."""
    return folder / f"intents-{FORMAT}-{digest[:32]}.npz"


def save(folder: Path, digest: str, learned: Learned) -> None:
    """Keep it. Raises OSError where the folder cannot be written."""
    folder.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=folder, prefix=".intents-", suffix=".npz")
    try:
        with os.fdopen(handle, "wb") as file:
            np.savez_compressed(file, **_arrays(learned))
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


def _arrays(learned: Learned) -> dict[str, Any]:
    words, sense, doubt = learned.words, learned.sense, learned.doubt
    said = {
        "language": learned.language,
        "intents": learned.intents,
        "vocabularies": words.vocabularies,
        "sharpness": learned.sharpness,
        "sense": [sense.embedder, len(sense.layers)] if sense else None,
        "doubt": [doubt.bias, doubt.least] if doubt else None,
    }
    arrays: dict[str, Any] = {f"idf{at}": idf for at, idf in enumerate(words.idf)}
    arrays["said"] = np.frombuffer(json.dumps(said).encode(), dtype=np.uint8)
    arrays["weights"] = words.weights.astype(np.float32)
    arrays["bias"] = words.bias
    if sense is not None:
        arrays["centres"] = sense.centres.astype(np.float32)
        if sense.neighbours is not None:
            arrays["middle"] = sense.neighbours.middle
            arrays["directions"] = sense.neighbours.directions.astype(np.float16)
            arrays["meant"] = sense.neighbours.meant
        for at, layer in enumerate(sense.layers):
            arrays[f"layer{at}"] = layer.weights.astype(np.float32)
            arrays[f"layer{at}_bias"] = layer.bias
    if doubt is not None:
        arrays |= {f"doubt_{name}": getattr(doubt, name) for name in _DOUBT}
    return arrays


def _checked(file: np.lib.npyio.NpzFile) -> Learned:
    """The arrays as a classifier. Raises ValueError where they do not fit one another."""
    said = json.loads(file["said"].tobytes())
    vocabularies = tuple(tuple(terms) for terms in said["vocabularies"])
    words = Words(
        vocabularies=vocabularies,
        idf=tuple(file[f"idf{at}"] for at in range(len(vocabularies))),
        weights=file["weights"].astype(np.float64),
        bias=file["bias"],
    )
    sense = None
    if said["sense"] is not None:
        embedder, layers = said["sense"]
        layered = tuple(_layer(file, at) for at in range(layers))
        sense = Sense(embedder, layered, file["centres"], _neighbours(file))
    doubt = None
    if said["doubt"] is not None:
        bias, least = said["doubt"]
        doubt = Doubt(bias=bias, least=least, **{name: file[f"doubt_{name}"] for name in _DOUBT})
    intents = tuple(said["intents"])
    learned = Learned(said["language"], intents, words, sense, said["sharpness"], doubt)
    if not _fits(learned):
        raise ValueError("the arrays do not fit one another")
    return learned


def _neighbours(file: np.lib.npyio.NpzFile) -> Neighbours | None:
    if "directions" not in file:
        return None
    return Neighbours(file["middle"], file["directions"].astype(np.float32), file["meant"])


def _layer(file: np.lib.npyio.NpzFile, at: int) -> Layer:
    return Layer(file[f"layer{at}"].astype(np.float64), file[f"layer{at}_bias"])


def _chained(sense: Sense, intents: int) -> bool:
    """Whether each layer takes what the one before gives, and the last gives the intents."""
    width = sense.centres.shape[1]
    for layer in sense.layers:
        if layer.weights.shape != (width, len(layer.bias)):
            return False
        width = len(layer.bias)
    return bool(width == intents)


def _placed(near: Neighbours | None, intents: int) -> bool:
    """Whether each neighbour is a direction of an intent."""
    if near is None:
        return True
    same = near.directions.shape == (len(near.meant), len(near.middle))
    return same and bool(np.isin(near.meant, np.arange(intents)).all())


def _fits(learned: Learned) -> bool:
    words, sense, doubt = learned.words, learned.sense, learned.doubt
    intents = len(learned.intents)
    columns = sum(len(terms) for terms in words.vocabularies)
    fits = words.weights.shape == (intents, columns) and words.bias.shape == (intents,)
    fits = fits and all(
        len(i) == len(t) for i, t in zip(words.idf, words.vocabularies, strict=True)
    )
    if sense is not None:
        fits = fits and _chained(sense, intents) and _placed(sense.neighbours, intents)
    if doubt is not None:
        signs = 4 if sense is not None else 3
        fits = fits and all(len(getattr(doubt, name)) == signs for name in _DOUBT)
    return fits
