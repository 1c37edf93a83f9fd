"""PURE. A small line chart as SVG text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

COLOURS = ("#1f6f8b", "#c8553d", "#588157", "#8d5a97", "#b08900", "#444444", "#d46a9f")
WIDTH, HEIGHT = 640, 320
LEFT, RIGHT, TOP, BOTTOM = 56, 150, 28, 40
Points = Sequence[tuple[float, float]]


def chart(
    title: str, across: str, up: str, lines: Mapping[str, Points], marks: Sequence[float] = ()
) -> str:
    """Lines by name; `marks` are values of the upright axis drawn across (targets)."""
    points = [point for line in lines.values() for point in line]
    most_x = _round_up(max((x for x, _ in points), default=1.0))
    most_y = _round_up(max([*(y for _, y in points), *marks], default=1.0))
    place = _Place(most_x, most_y)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        'font-family="sans-serif" font-size="11">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>',
        f'<text x="{LEFT}" y="16" font-size="13">{escape(title)}</text>',
        *_axes(place, across, up),
        *(
            f'<path d="M{LEFT} {place.y(y):.1f}H{WIDTH - RIGHT}" stroke="#999" '
            'stroke-dasharray="4 3"/>'
            for y in marks
        ),
        *(
            part
            for n, (name, line) in enumerate(lines.items())
            for part in _line(place, n, name, line)
        ),
        "</svg>\n",
    ]
    return "\n".join(parts)


def shares(values: Sequence[float]) -> list[tuple[float, float]]:
    """The distribution of values: (value, share of values not above it), for `chart`."""
    ordered = sorted(values)
    return [(value, (n + 1) / len(ordered)) for n, value in enumerate(ordered)]


class _Place:
    def __init__(self, most_x: float, most_y: float) -> None:
        self.most_x, self.most_y = most_x, most_y

    def x(self, value: float) -> float:
        return LEFT + value / self.most_x * (WIDTH - LEFT - RIGHT)

    def y(self, value: float) -> float:
        return HEIGHT - BOTTOM - value / self.most_y * (HEIGHT - TOP - BOTTOM)


def _axes(place: _Place, across: str, up: str) -> list[str]:
    base, end = HEIGHT - BOTTOM, WIDTH - RIGHT
    parts = [f'<path d="M{LEFT} {TOP}V{base}H{end}" fill="none" stroke="#333"/>']
    for n in range(6):
        x, y = place.most_x * n / 5, place.most_y * n / 5
        parts.append(
            f'<text x="{place.x(x):.1f}" y="{base + 14}" text-anchor="middle">{x:g}</text>'
        )
        parts.append(
            f'<text x="{LEFT - 4}" y="{place.y(y) + 4:.1f}" text-anchor="end">{y:g}</text>'
        )
    middle = (LEFT + end) / 2
    parts.append(
        f'<text x="{middle}" y="{HEIGHT - 8}" text-anchor="middle">{escape(across)}</text>'
    )
    parts.append(
        f'<text x="12" y="{(TOP + base) / 2}" text-anchor="middle" '
        f'transform="rotate(-90 12 {(TOP + base) / 2})">{escape(up)}</text>'
    )
    return parts


def _line(place: _Place, n: int, name: str, line: Points) -> list[str]:
    colour = COLOURS[n % len(COLOURS)]
    path = " ".join(f"{place.x(x):.1f},{place.y(y):.1f}" for x, y in line)
    y = TOP + 14 * n
    return [
        f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="1.6"/>',
        f'<path d="M{WIDTH - RIGHT + 10} {y + 4}h16" stroke="{colour}" stroke-width="3"/>',
        f'<text x="{WIDTH - RIGHT + 30}" y="{y + 8}">{escape(name)}</text>',
    ]


def _round_up(value: float) -> float:
    """The next of 1, 1.5, 2, 2.5, 3, 4, 5, 7.5 times a power of ten."""
    value = max(value, 1e-6)  # all at zero: an axis all the same
    scale = 1.0
    while value > 10 * scale:
        scale *= 10
    while value < scale:
        scale /= 10
    return next(s * scale for s in (1, 1.5, 2, 2.5, 3, 4, 5, 7.5, 10) if s * scale >= value)
