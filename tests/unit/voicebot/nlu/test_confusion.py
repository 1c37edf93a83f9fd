"""What is taken for what, counted and drawn."""

from __future__ import annotations

from xml.etree import ElementTree

from voicebot.nlu.confusion import Confusion, confusions, svg
from voicebot.nlu.metrics import Judged

NS = "{http://www.w3.org/2000/svg}"


def judged(text: str, meant: str, taken: str, sure: float = 0.5, rejected: bool = False) -> Judged:
    return Judged(text, meant, taken, sure, rejected, 1.0, 0.0)


DAY = [
    judged("a", "bill", "bill"),
    judged("b <&>", "bill", "hours", 0.4),
    judged("c", "bill", "hours", 0.9),
    judged("d", "hours", "hours", rejected=True),
    judged("e", "out_of_scope", "hours", rejected=True),
    judged("f", "out_of_scope", "move"),
    judged("g", "refund", "refund"),
]


def test_mistakes_are_counted_the_surest_sentence_first() -> None:
    assert confusions(DAY) == [
        Confusion("bill", "hours", ("c", "b <&>")),
        Confusion("hours", "out_of_scope", ("d",)),
        Confusion("out_of_scope", "move", ("f",)),
    ]


def test_the_picture_shows_who_takes_part_in_a_mistake() -> None:
    root = ElementTree.fromstring(svg(DAY))
    texts = [text.text or "" for text in root.iter(f"{NS}text")]
    assert texts.count("bill") == texts.count("out_of_scope") == 2, "a row and a column each"
    assert "refund" not in texts
    assert texts[-1].startswith("4 of 7 misunderstood")
    titles = [title.text or "" for title in root.iter(f"{NS}title")]
    assert "bill taken for hours:\nc\nb <&>" in titles


def test_a_bot_without_mistakes_has_a_picture_too() -> None:
    root = ElementTree.fromstring(svg(DAY[:1]))
    assert [t.text for t in root.iter(f"{NS}text")] == [
        "0 of 1 misunderstood; rows: meant, columns: taken for"
    ]
