from __future__ import annotations

import pytest

from telephony.edge.admission import Admitted, House, Refused, decide
from tests.unit.telephony.edge.bench import M1

LINES = frozenset({"100", "200"})


def house(
    default: str | None = None, draining: bool = False, active: int = 0, most: int = 2
) -> House:
    return House(LINES, default, draining, active, most, retry_after=9)


@pytest.mark.parametrize(
    ("dialled", "state", "room", "wanted"),
    [
        ("100", house(), True, Admitted("100", M1)),
        ("200", house(active=1), True, Admitted("200", M1)),
        ("999", house(), True, 404),
        (None, house(), True, 404),
        ("999", house(default="100"), True, Admitted("100", M1)),
        (None, house(default="100"), True, Admitted("100", M1)),
        ("100", house(active=2), True, 503),
        ("100", house(active=3), True, 503),
        ("100", house(draining=True), True, 503),
        ("100", house(), False, 503),
        ("999", house(draining=True), True, 404),
        ("100", house(most=0), True, 503),
    ],
)
def test_admission(dialled: str | None, state: House, room: bool, wanted: Admitted | int) -> None:
    verdict = decide(dialled, state, M1 if room else None)
    if isinstance(wanted, Admitted):
        assert verdict == wanted
    else:
        assert isinstance(verdict, Refused)
        assert verdict.code == wanted
        assert verdict.retry_after == (9 if wanted == 503 else None)
