"""API keys, packet tokens, figures."""

from __future__ import annotations

from pathlib import Path

import pytest

from centralino.web.errors import ApiKeysUnreadable
from centralino.web.metrics import Metrics
from centralino.web.parts import WebConfig, digest_of, read_api_keys

LONG = "k" * 32


def test_api_keys_come_from_a_file_and_are_kept_as_digests(tmp_path: Path) -> None:
    path = tmp_path / "keys"
    path.write_text(f"# other houses\n\nhouse {LONG}\nharbour {LONG}h harbour,river\n")
    house, harbour = read_api_keys(path)
    assert (house.name, house.digest, house.clients) == ("house", digest_of(LONG), None)
    assert harbour.clients == frozenset({"harbour", "river"})
    assert LONG not in repr(house)


@pytest.mark.parametrize(
    ("text", "where"), [(f"a {LONG}\nb", ":2: "), ("a short", ":1: .*shorter"),
                        (f"a {LONG} x y", ":1: ")],
)  # fmt: skip
def test_a_line_that_is_wrong_is_named(tmp_path: Path, text: str, where: str) -> None:
    path = tmp_path / "keys"
    path.write_text(text)
    with pytest.raises(ApiKeysUnreadable, match=where) as caught:
        read_api_keys(path)
    assert LONG not in str(caught.value)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ApiKeysUnreadable, match="nowhere: it cannot be read"):
        read_api_keys(tmp_path / "nowhere")


def test_the_cookie_is_bound_to_the_host_behind_tls() -> None:
    assert WebConfig("c", secure=True).cookie == "__Host-centralino"
    assert WebConfig("c").cookie == "centralino"


def test_figures_are_rendered_with_centre_and_client() -> None:
    metrics = Metrics("centre-1")
    metrics.call_ended("river", "answered")
    metrics.turn("river", 0.85)
    metrics.queues([("river", "billing", 2, 31.5)])
    metrics.agents({("river", "ready"): 3})
    metrics.report("media-1", "edge_refused_total", 4)
    metrics.report("media-2", "calls_held", 5, counter=False)
    text = metrics.render().decode()
    for line in (
        'centralino_calls_total{centre="centre-1",client="river",outcome="answered"} 1.0',
        'centralino_turn_latency_seconds_bucket{centre="centre-1",client="river",le="1.0"} 1.0',
        'centralino_waiting{centre="centre-1",client="river",queue="billing"} 2.0',
        'centralino_agents{centre="centre-1",client="river",state="ready"} 3.0',
        'centralino_edge_refused_total{centre="centre-1",process="media-1"} 4.0',
        'centralino_calls_held{centre="centre-1",process="media-2"} 5.0',
    ):
        assert line in text
    metrics.queues([])
    metrics.forget("media-1")
    assert "billing" not in metrics.render().decode()
    assert "media-1" not in metrics.render().decode()


def test_two_houses_in_one_process_do_not_mix() -> None:
    one, other = Metrics("one"), Metrics("other")
    one.call_ended("river", "answered")
    assert "river" not in other.render().decode()
