"""Turns to figures, prompts to fates, figures to pages."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from centralino.bench import fates, noises, stops, turns, turns_page
from centralino.bench.bound import Bound
from centralino.bench.chart import chart, shares
from centralino.bench.figures import Turn, report
from centralino.bench.page import table
from telephony.media.activity import Span

SPLIT = {"total": 700.0, "endpoint": 600.0, "asr": 0.0, "nlu": 5.0, "tts": 90.0, "queue": 5.0}
TURN = Turn("yes_no", "yes", False, 600.0, SPLIT, False, False, "affirm", "yes", "Yes.", True)


def test_the_figures_are_of_the_mix_and_by_kind() -> None:
    every = [
        TURN,
        replace(TURN, expects="no", intent="affirm", latency_ms=None, cut=True),
        replace(TURN, kind="open", expects="", latency_ms=1000.0, prepared=False, hesitates=True),
        replace(TURN, kind="open", expects="", latency_ms=None, cut=True, early=True),
        replace(TURN, kind="digits_free", expects="", latency_ms=5000.0),
    ]
    figures = report(every)
    assert figures["turn_latency_ms"] == {"p50": 800, "p95": 1000, "n": 2}
    assert figures["by_kind"]["digits_free"]["p50"] == 5000
    assert figures["by_kind"]["yes_no"]["cut_off_rate"] == 0.5
    assert figures["by_answer"]["made_anew"]["n"] == 1
    assert figures["cut_off_rate"] == 0.5 and figures["unanswered"] == 1
    assert figures["yes_no"] == {"asked": 2, "answered": 1, "understood": 1}
    assert figures["split_ms"]["endpoint"]["p50"] == 600


def test_a_turn_is_cut_when_we_speak_or_think_while_it_is_said() -> None:
    said = Span(1.0, 3.0)
    hearing = [False] * 200
    assert not turns.spoken_over(said, hearing)
    hearing[100:110] = [True] * 10
    assert turns.spoken_over(said, hearing)
    assert not turns.spoken_over(Span(0.2, 1.9), hearing)
    thinking = {"after": "thinking", "at": 1002.0}
    assert turns.ended_early(said, [thinking], answered=1000.0) == [2.0]
    speaking = [False] * 50 + [True] * 20 + [False] * 25 + [True] * 55
    assert turns.silence_before(2.0, said, speaking) == 500
    assert not turns.ended_early(said, [{**thinking, "at": 1003.6}], answered=1000.0)


def test_a_caller_who_was_cut_off_is_lost_unless_understood_in_the_end() -> None:
    joined = replace(TURN, cut=True, means="affirm", taken=("answer:news", "affirm"))
    assert not joined.lost and not replace(TURN, means="affirm").lost
    assert replace(joined, again=True).lost
    assert replace(joined, taken=("affirm", "answer:news")).lost
    assert replace(joined, taken=()).lost
    assert not joined.consequence and not replace(TURN, dropped=True, means="affirm").consequence
    assert replace(joined, dropped=True).consequence and replace(joined, again=True).consequence
    figures = report([TURN, joined, replace(joined, early=True), replace(joined, again=True)])
    rates = [figures[name] for name in ("cut_off_rate", "spoken_over_rate", "lost_rate")]
    assert rates == [0.75, 0.25, 0.25] and [t["lost"] for t in figures["cut"]] == [
        False,
        False,
        True,
    ]


def test_how_soon_a_prompt_stops_is_read_from_the_recording() -> None:
    loud = (np.sin(np.arange(160)) * 8000).astype("<i2").tobytes()
    quiet = bytes(320)
    sent = quiet * 50 + loud * 40 + quiet * 60
    paused = [{"report": "PromptPaused", "at": 1001.22}]
    received = loud * 10 + quiet * 5 + loud * 48 + quiet * 87
    stop = stops.stop_of(sent, received, paused, 1000.0, "no stop")
    assert (stop.after_speech, stop.after_evidence) == (260, 40)
    for other in (loud * 150, quiet * 150):
        assert stops.stop_of(other, loud * 150, (), 0.0, "no").after_speech is None
    figures = stops.figures([stop, stops.Stop("no", None, None)])
    assert (figures["went_on"], figures["after_speech_ms"]["p50"]) == (1, 260)


def test_noises_come_from_a_seed_and_have_their_level() -> None:
    def made(seed: int) -> list[noises.Samples]:
        rng = np.random.default_rng(seed)
        voice = rng.standard_normal(8000)
        return [
            noises.street(rng, 2.0),
            noises.music(rng, 2.0),
            noises.babble(rng, [voice], 2.0, 8000),
            noises.cough(rng),
        ]

    for first, again, other in zip(made(1), made(1), made(2), strict=True):
        assert np.array_equal(first, again)
        assert len(first) != len(other) or not np.array_equal(first, other)
        assert abs(20 * np.log10(noises.rms(noises.at_level(first, -30.0))) + 30) < 0.01


def test_a_page_shows_every_figure() -> None:
    lost = fates.Fate(True, False, False, "c-2.wav")
    prompts = fates.figures({"cough": [fates.Fate(False, False, True), lost]}, 15.0)
    cut = replace(TURN, cut=True, early=True, shown="yes [0.62 s] please", silence_ms=360.0)
    figures = {
        **report([TURN, cut]),
        "machine": {"date": "2026-01-02", "cpu": "x", "cores": 2, "system": "s", "python": "3.11",
                    "load": [1.0]},
        "engines": {"recogniser": {"name": "whisper-base", "model": "m"}},
        "curve": [{"patience": 1.5, **report([TURN])}],
        "prompts": prompts,
        "stops": stops.figures([stops.Stop("no stop", 280.0, 40.0), stops.Stop("no", None, None)]),
    }  # fmt: skip
    page = turns_page.page(figures, "centralino bench turns")
    for shown in (
        "| yes_no | 2 | 600 | 600 | 50.0 % | 50.0 % | 50.0 % | 50.0 % | 0 |",
        "| × 1.5 | 1 | 600 | 600 | 600 | 0.0 % | 0.0 % |",
        "| yes_no | yes [0.62 s] please | 360.0 | Yes. |  | lost |",
        "| cough | 2 | 1 | 0 | 1 |",
        "| cough | lost |  | c-2.wav |",
        "| from the caller's first sound to silence | 1 | 280 | 280 |",
        "2026-01-02",
    ):
        assert shown in page
    assert table(["a"], [[None]]) == "| a |\n| --- |\n| – |\n"


def test_a_plot_is_small_and_holds_its_lines() -> None:
    plot = turns_page.plot([replace(TURN, latency_ms=float(n)) for n in range(400)])
    assert plot.startswith("<svg") and "yes_no" in plot and len(plot) < 60_000
    assert shares([3.0, 1.0]) == [(1.0, 0.5), (3.0, 1.0)]
    assert "a &lt; b" in chart("a < b", "x", "y", {})
    assert "<polyline" in chart("all at zero", "x", "y", {"none": [(0.0, 0.0), (5.0, 0.0)]})


def test_there_is_time_until_there_is_none() -> None:
    now = [100.0]
    bound, forever = Bound(60.0, lambda: now[0]), Bound(0.0, lambda: now[0])
    assert bound() and forever()
    now[0] = 160.0
    assert not bound() and forever()
