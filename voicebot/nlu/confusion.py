"""PURE. What is taken for what: the mistakes of an evaluation, counted, and as a picture.

A row is what a sentence means, a column what it was taken for; only intents that take part in a
mistake are drawn, so that a good bot has a small picture.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from voicebot.nlu.metrics import Judged
from voicebot.nlu.training import OUT_OF_SCOPE

CELL, LETTER = 22, 7
MOST = 60
"""Intents in a picture; those with the most mistakes."""


@dataclass(frozen=True)
class Confusion:
    """One intent taken for another, with the sentences, the surest mistake first."""

    meant: str
    taken: str
    sentences: tuple[str, ...]


def confusions(judged: Sequence[Judged]) -> list[Confusion]:
    """Every mistake, the most frequent first."""
    found: dict[tuple[str, str], list[Judged]] = {}
    for one in judged:
        if not one.right:
            found.setdefault((one.expected, taken_for(one)), []).append(one)
    pairs = sorted(found.items(), key=lambda pair: (-len(pair[1]), pair[0]))
    return [
        Confusion(meant, taken, tuple(j.text for j in sorted(of, key=lambda j: -j.confidence)))
        for (meant, taken), of in pairs
    ]


def taken_for(one: Judged) -> str:
    """What a sentence was taken for."""
    return OUT_OF_SCOPE if one.rejected else one.intent


def svg(judged: Sequence[Judged]) -> bytes:
    """The picture; each cell tells its sentences where the pointer rests."""
    wrong = confusions(judged)
    names = _names(wrong)
    right = Counter(one.expected for one in judged if one.right)
    left, top = (LETTER * max(map(len, names), default=0) + 12,) * 2
    width, height = left + CELL * len(names) + 12, top + CELL * len(names) + 34
    root = Element("svg", {
        "xmlns": "http://www.w3.org/2000/svg", "viewBox": f"0 0 {width} {height}",
        "width": str(width), "height": str(height), "font-family": "sans-serif", "font-size": "12",
    })  # fmt: skip
    SubElement(root, "rect", {"width": "100%", "height": "100%", "fill": "white"})
    for at, name in enumerate(names):
        middle = CELL * at + CELL / 2 + 4
        _text(root, name, left - 6, top + middle, "end")
        _text(root, name, 0, 0, "start", f"translate({left + middle},{top - 6}) rotate(-90)")
        if right[name]:
            _cell(root, left + CELL * at, top + CELL * at, "#dfe7df", right[name], "understood")
    most = max((len(one.sentences) for one in wrong), default=1)
    for one in wrong:
        if one.meant in names and one.taken in names:
            x, y = (base + CELL * names.index(n) for base, n in ((left, one.taken),
                                                                 (top, one.meant)))  # fmt: skip
            shade = 230 - round(150 * len(one.sentences) / most)
            told = f"{one.meant} taken for {one.taken}:\n" + "\n".join(one.sentences)
            _cell(root, x, y, f"rgb(255,{shade},{shade - 20})", len(one.sentences), told)
    count = sum(len(one.sentences) for one in wrong)
    _text(root, f"{count} of {len(judged)} misunderstood; rows: meant, columns: taken for",
          12, height - 12, "start")  # fmt: skip
    return bytes(ElementTree.tostring(root, encoding="utf-8"))


def _names(wrong: Sequence[Confusion]) -> list[str]:
    weights: Counter[str] = Counter()
    for one in wrong:
        weights[one.meant] += len(one.sentences)
        weights[one.taken] += len(one.sentences)
    return sorted(name for name, _ in weights.most_common(MOST))


def _cell(root: Element, x: float, y: float, fill: str, count: int, told: str) -> None:
    group = SubElement(root, "g")
    SubElement(group, "title").text = told
    place = {"x": f"{x}", "y": f"{y}", "width": f"{CELL - 1}", "height": f"{CELL - 1}"}
    SubElement(group, "rect", {**place, "fill": fill})
    _text(group, str(count), x + CELL / 2, y + CELL / 2 + 4, "middle")


def _text(root: Element, text: str, x: float, y: float, anchor: str, transform: str = "") -> None:
    where = {"transform": transform} if transform else {"x": f"{x:g}", "y": f"{y:g}"}
    SubElement(root, "text", {**where, "text-anchor": anchor}).text = text
