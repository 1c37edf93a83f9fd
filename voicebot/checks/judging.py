"""PURE. What came of a step, beside what was expected of it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from kernel.packet import Packet
from voicebot.checks.script import Ending, Expected, Place
from voicebot.reports import Learned


@dataclass(frozen=True)
class Came:
    """What came of one step."""

    heard: tuple[str, ...]
    """What the bot said since."""
    meant: str
    """What the sentence was taken as; empty where none was said."""
    asks: str
    """The question that is open; empty: none."""
    known: Mapping[str, str]
    did: tuple[str, ...] = ()
    """The lookups and custom actions that were done."""


@dataclass(frozen=True)
class Difference:
    """Something else came than was expected."""

    place: Place
    what: str
    """`hears`, `means`, `slots.name`, …"""
    expected: str
    found: str

    def __str__(self) -> str:
        return f"{self.what}: expected {self.expected!r}, found {self.found!r}"


def judge(place: Place, expected: Expected, came: Came) -> list[Difference]:
    """Everything that is not as expected."""
    said = " ".join(came.heard)
    return [
        *(Difference(place, "hears", piece, said) for piece in _missing(expected.hears, said)),
        *(
            Difference(place, "hears_not", f"not {piece}", said)
            for piece in expected.hears_not
            if plain(piece) in plain(said)
        ),
        *_named(place, "means", expected.means, came.meant),
        *_named(place, "asks", expected.asks, came.asks),
        *_slots(place, expected.slots, came.known),
        *_named(place, "does", _listed(expected.does), ", ".join(came.did)),
    ]


def _listed(names: tuple[str, ...] | None) -> str | None:
    return None if names is None else ", ".join(names)


def judge_end(
    ending: Ending, outcome: str, packet: Packet | None, learned: Learned | None = None
) -> list[Difference]:
    """The same for the end; `outcome` is `goes_on` where the conversation has not ended."""
    place = ending.place
    came = list(_named(place, "result", ending.result, learned.result if learned else "none"))
    if ending.outcome == "" and not came:
        slots = learned.slots if learned else ()
        return list(_slots(place, ending.slots, {slot.name: slot.value for slot in slots}))
    if came or outcome != ending.outcome or packet is None:
        return came or list(_named(place, "ends", ending.outcome, outcome))
    summary = (
        [Difference(place, "summary", ending.summary, packet.summary)]
        if ending.summary and plain(ending.summary) not in plain(packet.summary)
        else []
    )
    priority = f"{ending.priority:g}" if ending.priority is not None else None
    return [
        *_named(place, "transferred", ending.queue, packet.queue),
        *_named(place, "because", ending.because, packet.reason),
        *_named(place, "intent", ending.intent, packet.intent.name if packet.intent else ""),
        *_named(place, "priority", priority, f"{packet.priority:g}"),
        *summary,
        *_slots(place, ending.slots, {slot.name: slot.value for slot in packet.slots}),
    ]


def plain(text: str) -> str:
    """Without what nobody hears: capitals, punctuation, blanks side by side."""
    return " ".join(re.findall(r"\w+", text.casefold()))


def _missing(pieces: tuple[str, ...], said: str) -> Iterator[str]:
    """The pieces that are not said, or not after those before them."""
    rest = plain(said)
    for piece in pieces:
        _, found, after = rest.partition(plain(piece))
        if found:
            rest = after
        else:
            yield piece


def _named(place: Place, what: str, expected: str | None, found: str) -> Iterator[Difference]:
    if expected is not None and expected != found:
        yield Difference(place, what, expected, found)


def _slots(
    place: Place, expected: Mapping[str, str | None], known: Mapping[str, str]
) -> Iterator[Difference]:
    for name, value in expected.items():
        found = known.get(name)
        same = found is None if value is None else _same(value, found)
        if not same:
            yield Difference(place, f"slots.{name}", _shown(value), _shown(found))


def _same(expected: str, found: str | None) -> bool:
    return found is not None and plain(expected) == plain(found)


def _shown(value: str | None) -> str:
    return "not known" if value is None else value
