"""Why a leg ended: SIP status codes and the stack's words as Q.850 causes. PURE.

The numbers follow :rfc:`3398#section-8.2.6.1` (SIP to ISUP) and §7.2.4.1 (the way back).
"""

from __future__ import annotations

import re

from telephony.types import Cause

_BY_STATUS = {
    403: Cause.REJECTED,
    404: Cause.UNALLOCATED,
    408: Cause.RECOVERY_ON_TIMER,
    410: Cause.UNALLOCATED,
    415: Cause.BEARER_UNAVAILABLE,
    480: Cause.NO_ANSWER,
    484: Cause.INVALID_NUMBER,
    486: Cause.BUSY,
    487: Cause.NORMAL,  # Request Terminated: the answer to our own CANCEL
    488: Cause.BEARER_UNAVAILABLE,
    500: Cause.TEMPORARY_FAILURE,
    502: Cause.NETWORK_OUT_OF_ORDER,
    503: Cause.TEMPORARY_FAILURE,
    504: Cause.RECOVERY_ON_TIMER,
    600: Cause.BUSY,
    603: Cause.REJECTED,
    604: Cause.UNALLOCATED,
    606: Cause.BEARER_UNAVAILABLE,
}
_STATUS = {
    Cause.UNALLOCATED: (404, "Not Found"),
    Cause.NORMAL: (480, "Temporarily Unavailable"),
    Cause.BUSY: (486, "Busy Here"),
    Cause.NO_ANSWER: (480, "Temporarily Unavailable"),
    Cause.REJECTED: (603, "Decline"),
    Cause.INVALID_NUMBER: (484, "Address Incomplete"),
    Cause.NETWORK_OUT_OF_ORDER: (502, "Bad Gateway"),
    Cause.TEMPORARY_FAILURE: (503, "Service Unavailable"),
    Cause.CONGESTION: (503, "Service Unavailable"),
    Cause.BEARER_UNAVAILABLE: (488, "Not Acceptable Here"),
    Cause.RECOVERY_ON_TIMER: (408, "Request Timeout"),
    Cause.INTERWORKING: (500, "Server Internal Error"),
}
# What libre says where no SIP response ended the leg; errno texts end in "[number]".
_BY_WORDS = (
    ("connection reset by peer", Cause.NORMAL),  # BYE
    ("call transfered", Cause.NORMAL),  # our REFER was carried out
    ("rejected by user", Cause.NORMAL),  # our own hang-up
    ("cancel", Cause.NORMAL),
    ("timed out", Cause.RECOVERY_ON_TIMER),
    ("rtp stream error", Cause.RECOVERY_ON_TIMER),
    ("connection refused", Cause.NETWORK_OUT_OF_ORDER),
    ("no route", Cause.NETWORK_OUT_OF_ORDER),
    ("unreachable", Cause.NETWORK_OUT_OF_ORDER),
    ("protocol error", Cause.INTERWORKING),
)
_LEADING_STATUS = re.compile(r"^\s*([1-6]\d\d)\b")


def cause_of_status(status: int) -> Cause:
    """The cause that a final SIP response means."""
    known = _BY_STATUS.get(status)
    if known is not None:
        return known
    if 500 <= status < 600:
        return Cause.TEMPORARY_FAILURE
    return Cause.INTERWORKING


def status_of_cause(cause: Cause) -> tuple[int, str]:
    """The SIP response, with its reason phrase, that refuses a leg for `cause`."""
    return _STATUS[cause]


def status_of_text(text: str) -> int:
    """The SIP status that the stack's words begin with; 0 where no response ended the leg."""
    status = _LEADING_STATUS.match(text)
    return int(status.group(1)) if status is not None else 0


def cause_of_text(text: str) -> Cause:
    """The cause that the stack's words mean: a status line, or an error of libre or the system."""
    if status := status_of_text(text):
        return cause_of_status(status)
    words = text.lower()
    for part, cause in _BY_WORDS:
        if part in words:
            return cause
    return Cause.INTERWORKING if text else Cause.NORMAL
