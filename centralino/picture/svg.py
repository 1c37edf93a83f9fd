"""PURE. A picture as SVG. Colours and fonts are the page's: here are only classes."""

from __future__ import annotations

import math
import textwrap
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from centralino.picture.layout import Box, Line, Picture

NAMESPACE = "http://www.w3.org/2000/svg"
LONGEST = 19
"""Letters of a title that fit into a line of a box; it has two."""


def svg(picture: Picture) -> bytes:
    """The drawing, to be put into a page that has styles for it."""
    size = {"width": f"{picture.width:g}", "height": f"{picture.height:g}"}
    root = Element("svg", {"xmlns": NAMESPACE, "class": "flow", "role": "img", **size})
    root.set("viewBox", f"0 0 {picture.width:g} {picture.height:g}")
    for line in sorted(picture.lines, key=lambda line: line.count):
        _line(root, line)
    for box in picture.boxes:
        _box(root, box)
    return bytes(ElementTree.tostring(root, encoding="utf-8"))


def _line(root: Element, line: Line) -> None:
    (x1, y1), (x2, y2) = line.start, line.end
    group = SubElement(root, "g", {"class": "edge" if line.count else "edge none"})
    control = (y1 + y2) / 2 + 2 * line.bend
    path = f"M{x1:g} {y1:g} Q{(x1 + x2) / 2:g} {control:g} {x2:g} {y2:g}"
    width = 1.0 + 1.6 * math.log2(1 + line.count) / 2
    SubElement(group, "path", {"d": path, "stroke-width": f"{min(width, 9.0):.1f}"})
    if line.count:
        y = (y1 + y2) / 2 + line.bend - 4
        _text(group, str(line.count), (x1 + x2) / 2, y, "count")


def _box(root: Element, box: Box) -> None:
    kind = f"box {box.kind}" if box.busy else f"box {box.kind} none"
    group = SubElement(root, "g", {"class": kind, "data-place": box.name})
    SubElement(group, "title").text = f"{box.title}\n{box.name}"
    place = {"x": box.x, "y": box.y, "width": box.width, "height": box.height}
    SubElement(group, "rect", {key: f"{value:g}" for key, value in place.items()} | {"rx": "8"})
    middle = box.y + min(box.height, 34) / 2 + 5
    title = textwrap.wrap(box.title, LONGEST, max_lines=2, placeholder=" …")
    for number, line in enumerate(title):
        y = middle + 14 * number - 7 * (len(title) - 1)
        _text(group, line, box.x + box.width / 2, y, "title")
    if box.calls:
        calls = "1 call" if box.calls == 1 else f"{box.calls} calls"
        _text(group, calls, box.x + box.width / 2, middle + 18, "count")
    for number, trouble in enumerate(box.troubles):
        if box.kind == "open":
            _text(group, trouble, box.x + box.width / 2, middle + 18 * (number + 2), "trouble")
    if box.troubles and box.kind != "open":
        told = ", ".join(box.troubles)
        _text(group, told, box.x + box.width / 2, box.y + box.height + 14, "trouble")


def _text(group: Element, text: str, x: float, y: float, kind: str) -> None:
    where = {"x": f"{x:g}", "y": f"{y:g}", "text-anchor": "middle", "class": kind}
    SubElement(group, "text", where).text = text
