"""A flow and a day's calls as boxes and lines, counted from what conversations really decided."""

from __future__ import annotations

from dataclasses import replace
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from centralino.picture.counting import OPEN, Decision, Traffic, traffic
from centralino.picture.layout import Box, picture
from centralino.picture.svg import svg
from tests.unit.voicebot.acting import acting_bot
from tests.unit.voicebot.sample import FLOW, WordForWord, bot
from voicebot import reports
from voicebot.dialogue.flow import Flow
from voicebot.talk import TalkSession


async def call(number: int, *said: str) -> list[Decision]:
    """What one conversation decides, as the journal has it."""
    talk = TalkSession(bot(), WordForWord())
    await talk.start()
    for sentence in said:
        if talk.state == "listening":
            await (talk.wait(7) if sentence == "…" else talk.say(sentence))
    await talk.hang_up()
    decided = [report for report in talk.reports if isinstance(report, reports.Decided)]
    return [Decision(f"call-{number}", d.before, d.after, d.why) for d in decided]


async def day(*calls: tuple[str, ...]) -> Traffic:
    rows = [row for number, said in enumerate(calls) for row in await call(number, *said)]
    return traffic(rows)


async def test_a_day_is_counted() -> None:
    counted = await day(
        ("hours", "hours", "deny"),
        ("bill", "name=Ann", "digits=1234", "affirm"),
        ("bill", "nonsense 0.1", "name=Bob"),
        ("gas",),
        ("…", "…", "…"),
        ("bill", "hours"),
    )
    assert counted.calls == 6
    assert counted.moves[OPEN, "answer@hours"] == 3
    assert counted.moves[OPEN, "slot:name@bill"] == 3
    assert counted.moves["slot:name@bill", "slot:number@bill"] == 2
    assert counted.moves["confirm_all@bill", "to:bills@bill"] == 1
    assert counted.moves[OPEN, "to:danger@gas"] == 1
    assert counted.missed == {"slot:name@bill": 1, OPEN: 3}
    assert counted.gave_up == {OPEN: 1}
    assert counted.left == {"slot:number@bill": 1, "slot:name@bill": 1}


def box(boxes: tuple[Box, ...], name: str) -> Box:
    return next(b for b in boxes if b.name == name)


async def test_the_busiest_lane_is_first_and_says_what_failed() -> None:
    drawn = picture(FLOW, await day(("bill", "nonsense 0.1"), ("bill",), ("hours",)))
    intents = [b.name for b in sorted(drawn.boxes, key=lambda b: b.y) if b.kind == "intent"]
    assert intents[:2] == ["bill", "hours"]
    assert {"thanks", "help", "affirm", "deny"}.isdisjoint(intents)
    assert box(drawn.boxes, "slot:name@bill").troubles == ("1 not understood", "2 hung up")
    entry = next(line for line in drawn.lines if line.end == (
        box(drawn.boxes, "bill").x, box(drawn.boxes, "bill").y + 17))  # fmt: skip
    assert entry.count == 2
    assert not box(drawn.boxes, "slot:kind@supply").busy


async def test_what_is_read_back_one_by_one_and_any_queue_have_their_place() -> None:
    one_by_one = ("bill", "name=Ann", "digits=1234", "deny", "affirm", "affirm")
    drawn = picture(FLOW, await day(one_by_one, ("bill", "person")))
    confirm = box(drawn.boxes, "confirm_all@bill")
    ends = [line for line in drawn.lines if line.end[1] == box(drawn.boxes, "bill").y + 17]
    assert confirm.busy
    assert sum(line.count for line in ends if line.start[0] == confirm.x + confirm.width) == 1


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["c1", "c2"]),
            st.sampled_from([OPEN, "slot:name@bill", "slot:number@bill", "confirm_all@bill", "x"]),
            st.sampled_from([OPEN, "slot:name@bill", "to:bills@bill", "end", "intent:bill"]),
            st.sampled_from(["bill 0.9", "answered hours", "to bills: error", "no-match 1", ""]),
        ),
        max_size=30,
    )
)
def test_nothing_lies_over_something_else(rows: list[tuple[str, str, str, str]]) -> None:
    drawn = picture(FLOW, traffic(Decision(*row) for row in sorted(rows, key=lambda r: r[0])))
    for at, one in enumerate(drawn.boxes):
        assert 0 <= one.x and one.x + one.width <= drawn.width
        assert 0 <= one.y and one.y + one.height <= drawn.height
        for other in drawn.boxes[at + 1 :]:
            apart = one.x + one.width < other.x or other.x + other.width < one.x
            assert apart or one.y + one.height < other.y or other.y + other.height < one.y
    assert all(line.count >= 0 for line in drawn.lines)
    ElementTree.fromstring(svg(drawn))


def test_titles_are_text_whatever_they_hold() -> None:
    name = "<script>alert(1)</script> & more than fits in here"
    intents = {"bill": replace(FLOW.intents["bill"], title=name)}
    flow: Flow = replace(FLOW, intents=intents)
    root = ElementTree.fromstring(svg(picture(flow, Traffic())))
    assert not [e for e in root.iter() if e.tag.endswith("script")]
    texts = [e.text for e in root.iter("{http://www.w3.org/2000/svg}text")]
    assert {"<script>alert(1)</s", "cript> & more …"} <= set(texts)


@pytest.mark.parametrize("flow", [FLOW, replace(FLOW, intents={})])
def test_a_day_without_calls_is_drawn(flow: Flow) -> None:
    drawn = picture(flow, Traffic())
    assert all(line.count == 0 for line in drawn.lines)
    ElementTree.fromstring(svg(drawn))


def test_what_was_done_outside_stands_between_question_and_answer() -> None:
    flow = acting_bot().flow
    rows = [
        ("c1", "open", "slot:number@balance", "balance 0.90"),
        ("c1", "slot:number@balance", "do:balance@balance", "does balance"),
        ("c1", "do:balance@balance", "open", "answered balance"),
        ("c2", "open", "do:balance@balance", "balance 0.90; does balance"),
        ("c2", "do:balance@balance", "to:bills@balance", "balance failed: late; to bills: error"),
    ]
    drawn = picture(flow, traffic(Decision(*row) for row in rows))
    lane = [box for box in drawn.boxes if box.name.endswith("balance")][:6]
    assert [box.name.partition("@")[0] for box in lane if box.busy] == [
        "balance", "slot:number", "do:balance", "answer", "to:bills",
    ]  # fmt: skip
    assert next(box for box in lane if box.name.startswith("do:")).troubles == ("1 gave up",)
