"""When a webhook is tried again, and how it is signed."""

from __future__ import annotations

import hashlib
import hmac

import pytest

from outbound.hooks import GIVES_UP, LONGEST, Done, Retry, after, signature


@pytest.mark.parametrize(
    ("status", "tries", "wait"),
    [(500, 1, 5.0), (0, 2, 10.0), (404, 3, 20.0), (302, 5, 80.0), (503, 40, LONGEST)],
)
def test_each_wait_is_twice_as_long_up_to_an_hour(status: int, tries: int, wait: float) -> None:
    assert after(status, tries, 0.0, 100.0, 0.5) == Retry(100.0 + wait)


def test_chance_spreads_those_that_failed_together() -> None:
    early, late = (after(500, 1, 0.0, 0.0, chance) for chance in (0.0, 1.0))
    assert (early, late) == (Retry(3.75), Retry(6.25))


def test_it_ends_with_2xx_with_410_and_after_three_days() -> None:
    assert after(204, 1, 0.0, 1.0, 0.5) == Done()
    gone, old = after(410, 1, 0.0, 1.0, 0.5), after(500, 9, 0.0, GIVES_UP, 0.5)
    assert isinstance(gone, Done) and gone.lost and isinstance(old, Done) and old.lost


def test_the_signature_covers_time_and_body() -> None:
    told = hmac.new(b"key", b"1700000000.{}", hashlib.sha256).hexdigest()
    assert signature(b"key", 1_700_000_000, b"{}") == f"sha256={told}"
    assert signature(b"key", 1_700_000_001, b"{}") != f"sha256={told}"
