"""What the pages are told."""

from __future__ import annotations

import pytest

from acd.snapshot import AgentView, QueueView
from acd.staff import Lack
from centralino.content.messages import Transcript
from centralino.web.names import Names
from centralino.web.views import agent_json, changed, lines_json, mode_of, queue_json
from kernel.packet import TranscriptLine


def agent(want: str, state: str, reachable: bool = True) -> AgentView:
    return AgentView(
        "a", "river", want, state, 5.0, "", "", "", "", "sip:a@x", (), {}, None, 0.0, reachable
    )


@pytest.mark.parametrize(
    ("view", "mode"),
    [
        (agent("logged_out", "offline"), "logged_out"),
        (agent("not_ready", "idle"), "not_ready"),
        (agent("not_ready", "offline", False), "not_ready"),
        (agent("ready", "idle"), "ready"),
        (agent("ready", "offline", False), "unreachable"),
        (agent("ready", "reserved"), "reserved"),
        (agent("ready", "ringing"), "ringing"),
        (agent("ready", "whisper"), "whisper"),
        (agent("not_ready_after", "talking"), "talking"),
        (agent("log_out_after", "wrap_up"), "wrap_up"),
    ],
)
def test_one_word_for_what_an_agent_does(view: AgentView, mode: str) -> None:
    assert mode_of(view) == mode
    assert agent_json(view)["mode"] == mode


def test_an_agent_never_seen_is_logged_out() -> None:
    assert agent_json(None)["mode"] == "logged_out"


def test_the_longest_wait_is_told_as_the_time_it_began() -> None:
    def told(at: float, wait: float, waiting: int = 1) -> object:
        view = QueueView("q", "river", "Q", waiting, 0, wait, 1, 1, 1)
        return queue_json(view, at, "")["longest_since"]

    assert told(1000.0, 30.0) == told(1010.04, 40.04) == 970.0
    assert told(1000.0, 0.0, waiting=0) is None


def test_what_nobody_of_a_queue_has_is_marked() -> None:
    view = QueueView("q", "river", "Q", 0, 0, 0.0, 1, 1, 1, lacked=(Lack("gas", 3, 2, 4),))
    told = queue_json(view, 0.0, "")["lacked"]
    assert told == [{"skill": "gas", "level": 3, "most": 2, "calls": 4}]


def test_only_what_differs_is_sent() -> None:
    before = {"a": 1, "b": [1, {"x": None}], "c": None}
    assert changed(before, {"a": 1, "b": [1, {"x": None}], "c": None}) == {}
    assert changed(before, {"a": 2, "b": [1], "c": None}) == {"a": 2, "b": [1]}
    assert changed({}, {"c": None}) == {"c": None}


def test_lines_come_from_the_transcript_or_from_nowhere() -> None:
    line = TranscriptLine(1.0, "bot", "Hello.", latency_ms=700.0)
    assert lines_json(Transcript((line,)), None)[0]["latency_ms"] == 700.0
    assert lines_json(None, None) == []


def test_what_has_no_name_is_shown_by_its_id() -> None:
    names = Names({"a": "Anna"}, {"q": ""}, {"river": "Riverton"})
    assert [names.of("agent", id) for id in ("a", "b", None, "")] == ["Anna", "b", "", ""]
    assert names.of("queue", "q") == "q"
    assert names.other_clients_name("river") == ""
    several = Names(clients={"river": "Riverton", "harbour": "Harbour"})
    assert several.other_clients_name("river") == "Riverton"
