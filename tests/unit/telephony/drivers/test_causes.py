"""SIP status and the stack's words as Q.850 causes."""

from __future__ import annotations

import pytest

from telephony.drivers.causes import cause_of_status, cause_of_text, status_of_cause
from telephony.types import Cause


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("486 Busy Here", Cause.BUSY),
        ("404 Not Found", Cause.UNALLOCATED),
        ("488 Not Acceptable Here", Cause.BEARER_UNAVAILABLE),
        ("480 Temporarily Unavailable", Cause.NO_ANSWER),
        ("503 Service Unavailable", Cause.TEMPORARY_FAILURE),
        ("599 Odd", Cause.TEMPORARY_FAILURE),
        ("499 Odd", Cause.INTERWORKING),
        ("603 Decline", Cause.REJECTED),
        ("Connection reset by peer [104]", Cause.NORMAL),
        ("Rejected by user", Cause.NORMAL),
        ("Call transfered", Cause.NORMAL),
        ("Connection timed out [110]", Cause.RECOVERY_ON_TIMER),
        ("Connection refused [111]", Cause.NETWORK_OUT_OF_ORDER),
        ("something new", Cause.INTERWORKING),
        ("", Cause.NORMAL),
    ],
)
def test_words(text: str, cause: Cause) -> None:
    assert cause_of_text(text) is cause


@pytest.mark.parametrize("cause", list(Cause))
def test_every_cause_has_a_final_refusal(cause: Cause) -> None:
    status, reason = status_of_cause(cause)
    assert 400 <= status < 700 and reason
    assert cause_of_status(status) in Cause
