"""PURE. A flow and its traffic as boxes and lines.

One lane for each intent, the busiest first: what the caller wants, each question in the order in
which it is asked, where it ends. Everything begins at the open question on the left, which is as
tall as all lanes. Numbers are pixels from the upper left corner.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from centralino.picture.counting import OPEN, Traffic
from voicebot.dialogue.flow import Answer, Flow, Intent, Route

BOX = (150, 34)
GAP, LANE, MARGIN = 56, 62, 28


@dataclass(frozen=True)
class Box:
    """A place."""

    name: str
    title: str
    kind: str
    """`open`, `intent`, `slot`, `confirm`, `queue` or `reply`."""
    x: float
    y: float
    width: float
    height: float
    troubles: tuple[str, ...] = ()
    """What went wrong here, in words with numbers."""
    busy: bool = True
    """Whether any call came here."""
    calls: int = 0
    """Of the day, where all of them begin."""


@dataclass(frozen=True)
class Line:
    """Calls that went from a box to another."""

    start: tuple[float, float]
    end: tuple[float, float]
    count: int
    bend: float = 0.0
    """How far the line swings out; 0: straight."""


@dataclass(frozen=True)
class Picture:
    """Everything to be drawn."""

    width: float
    height: float
    boxes: tuple[Box, ...]
    lines: tuple[Line, ...]


def picture(flow: Flow, traffic: Traffic) -> Picture:
    """Where everything lies."""
    lanes = [lane for intent in flow.intents.values() if (lane := _places(flow, intent))]
    counted = [(lane, _own(traffic, lane)) for lane in lanes]
    counted.sort(key=lambda one: -_entries(one[1], one[0]))
    boxes: list[Box] = []
    lines: list[Line] = []
    for number, (lane, own) in enumerate(counted):
        y = MARGIN + number * LANE
        row = [_box(own, at, place, y) for at, place in enumerate(lane, start=1)]
        boxes += row
        lines += _lines(own, row)
    height = max(1, len(lanes)) * LANE
    troubles = _troubles(traffic, OPEN)
    start = Box(OPEN, "How can I help?", "open", MARGIN, MARGIN, BOX[0], height - LANE + BOX[1],
                troubles, traffic.calls > 0, traffic.calls)  # fmt: skip
    width = max((box.x + box.width for box in boxes), default=BOX[0]) + MARGIN
    return Picture(width, height + 2 * MARGIN, (start, *boxes), tuple(lines))


_Place = tuple[str, str, str]
"""Name, title, kind."""


def _places(flow: Flow, intent: Intent) -> list[_Place]:
    """The lane of an intent: what callers can want, not the words of conversation."""
    if isinstance(intent.does, Answer):
        if intent.does.small_talk or intent.universal is not None:
            return []
        return [
            (intent.name, intent.title, "intent"),
            (f"answer@{intent.name}", "answered", "reply"),
        ]
    if not isinstance(intent.does, Route):
        return []
    lane = [(intent.name, intent.title, "intent")]
    for name in intent.does.ask:
        slot = flow.slots[name]
        lane.append((f"slot:{name}@{intent.name}", f"{slot.title}?", "slot"))
        if slot.confirm and not intent.does.confirm:
            lane.append((f"confirm:{name}@{intent.name}", f"{slot.title}: right?", "confirm"))
    if intent.does.confirm:
        lane.append((f"confirm_all@{intent.name}", "all right?", "confirm"))
    lane += [(f"do:{name}@{intent.name}", name, "reply") for name in intent.does.do]
    if intent.does.stays:
        lane.append((f"answer@{intent.name}", "answered", "reply"))
    queue = intent.does.queue
    return [*lane, (f"to:{queue}@{intent.name}", queue, "queue")]


def _own(traffic: Traffic, lane: list[_Place]) -> Traffic:
    """The traffic as this lane has its places.

    Values read back one by one are in the box for all of them, and whatever queue a call of the
    lane went to is at its end.
    """
    names = [name for name, _, _ in lane]

    def at(name: str) -> str:
        kind, _, intent = name.partition("@")
        if name in names or intent != names[0]:
            return name
        if kind.startswith("confirm") and f"confirm_all@{intent}" in names:
            return f"confirm_all@{intent}"
        return names[-1] if kind.startswith("to:") else name

    own = Traffic(traffic.calls)
    for (start, end), count in traffic.moves.items():
        if at(start) != at(end):
            own.moves[at(start), at(end)] += count
    for before, after in (
        (traffic.missed, own.missed),
        (traffic.left, own.left),
        (traffic.gave_up, own.gave_up),
    ):
        for name, count in before.items():
            after[at(name)] += count
    return own


def _entries(traffic: Traffic, lane: list[_Place]) -> int:
    """How many times callers came into the lane from the open question."""
    inside = {name for name, _, _ in lane}
    return sum(count for (start, end), count in traffic.moves.items()
               if end in inside and start not in inside)  # fmt: skip


def _box(traffic: Traffic, column: int, place: _Place, y: float) -> Box:
    name, title, kind = place
    x = MARGIN + column * (BOX[0] + GAP)
    touched = any(name in move and count for move, count in traffic.moves.items())
    busy = touched or kind == "intent"
    return Box(name, title, kind, x, y, *BOX, _troubles(traffic, name), busy)


def _troubles(traffic: Traffic, name: str) -> tuple[str, ...]:
    told = (
        (traffic.missed[name], "not understood"),
        (traffic.left[name], "hung up"),
        (traffic.gave_up[name], "gave up"),
    )
    return tuple(f"{count} {what}" for count, what in told if count)


def _lines(traffic: Traffic, row: list[Box]) -> Iterator[Line]:
    """From the open question into the lane, and from box to box along it, forward and back."""
    intent, *rest = row
    into = {box.name: box for box in rest}
    outside = {box.name for box in row}
    entered = 0
    for (start, end), count in traffic.moves.items():
        if end in into and start not in outside:
            entered += count
            yield _between(intent, into[end], count)
        elif start in into and end in into:
            yield _between(into[start], into[end], count)
    y = intent.y + intent.height / 2
    yield Line((MARGIN + BOX[0], y), (intent.x, y), entered)


def _between(start: Box, end: Box, count: int) -> Line:
    """Neighbours are joined straight; who skips a question goes above, who goes back below."""
    middle = start.y + start.height / 2
    steps = round((end.x - start.x) / (BOX[0] + GAP))
    if steps == 1:
        return Line((start.x + start.width, middle), (end.x, middle), count)
    top, bottom = start.y, start.y + start.height
    edge, bend = (top, -12.0) if steps > 0 else (bottom, 14.0)
    return Line((start.x + start.width / 2, edge), (end.x + end.width / 2, edge), count, bend)
