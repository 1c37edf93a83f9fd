"""PURE. Answering a carrier's challenge for a media process (RFC 3261 §22.3).

A media process knows no carrier's password, so the edge answers 401 and 407 itself: it acknowledges
the refusal and sends the request again with credentials. To the carrier that is a new request, so
its CSeq is one higher; from then on every CSeq of the dialog is shifted by one towards the carrier
and back again towards the media process. The shift stands in our branch (for responses) and in our
Record-Route (for later requests), so it outlives the edge.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from telephony.edge.alarms import Alarms
from telephony.edge.calls import LINGER
from telephony.edge.config import Trunk
from telephony.edge.digest import Login, answer, wants_again
from telephony.edge.events import Send
from telephony.edge.message import Request, Response
from telephony.edge.proxy import Own, acknowledge
from telephony.edge.uri import Hop

T1 = 0.5
_MOST_TRIES = 3


@dataclass(slots=True)
class Attempt:
    """A request to a carrier that may still be challenged."""

    key: str
    """Its branch without the shift."""
    trunk: Trunk
    hop: Hop
    request: Request
    """As it was sent last."""
    shift: int
    records: int
    """How many of its Record-Routes, from the top, are ours."""
    tries: int = 0
    cancelled: bool = False
    resends: int = 0


def key_of(branch: str) -> str:
    """What the branches of all tries of a request have in common."""
    return branch.rpartition(".")[0]


class Carrier:
    """The requests to carriers with credentials that have no final response yet."""

    def __init__(self, own: Own, alarms: Alarms, ring_expiry: float) -> None:
        self._own = own
        self._alarms = alarms
        self._ring_expiry = ring_expiry
        self._attempts: dict[str, Attempt] = {}

    def find(self, branch: str) -> Attempt | None:
        """The attempt that a request or response with this branch belongs to."""
        return self._attempts.get(key_of(branch))

    def keep(self, attempt: Attempt, now: float) -> None:
        """Remember a request that was just sent."""
        self._attempts[attempt.key] = attempt
        self._alarms.set(("attempt", attempt.key), now + self._ring_expiry)

    def forget(self, key: str) -> None:
        """Its time is over."""
        self._attempts.pop(key, None)
        self._alarms.drop(("resend", key))

    def give_up(self, branch: str) -> None:
        """Nobody wants its answer any more: no other try, and no repeat of the last one."""
        attempt = self.find(branch)
        if attempt is not None:
            attempt.cancelled = True
            self._alarms.drop(("resend", attempt.key))

    def answered(self, attempt: Attempt, response: Response, now: float) -> None:
        """A response came that is passed on."""
        self._alarms.drop(("resend", attempt.key))
        if response.code >= 200:
            self._alarms.set(("attempt", attempt.key), now + LINGER)

    def challenged(
        self, attempt: Attempt, response: Response, cnonce: str, now: float
    ) -> list[Send] | None:
        """What to send to a 401 or 407 as it came; None where it stands as a refusal."""
        number, method = attempt.request.cseq
        if response.cseq[0] != number:
            return []  # a repeat of the answer to an earlier try
        sends = [Send(attempt.hop, acknowledge(attempt.request, response))]
        if method != "INVITE":
            sends = []
        credentials = self._credentials(attempt, response, cnonce)
        if credentials is None:
            return None
        attempt.tries += 1
        attempt.shift += 1
        attempt.resends = 0
        attempt.request = self._again(attempt, credentials, response.code)
        if method == "INVITE" and attempt.hop.transport == "udp":
            self._alarms.set(("resend", attempt.key), now + T1)
        return [*sends, Send(attempt.hop, attempt.request)]

    def _credentials(self, attempt: Attempt, response: Response, cnonce: str) -> str | None:
        name = "WWW-Authenticate" if response.code == 401 else "Proxy-Authenticate"
        asked = response.all(name)
        enough = attempt.tries >= (_MOST_TRIES if wants_again(asked) else 1)
        if attempt.cancelled or enough:
            return None
        trunk, request = attempt.trunk, attempt.request
        login = Login(trunk.user, trunk.password)
        return answer(asked, login, request.method, request.uri, cnonce)

    def _again(self, attempt: Attempt, credentials: str, code: int) -> Request:
        number, method = attempt.request.cseq
        request = attempt.request.put("CSeq", f"{number + 1} {method}")
        vias = request.all("Via")
        branch = f"{attempt.key}.{attempt.shift}"
        request = request.put("Via", [self._own.via(attempt.hop.transport, branch), *vias[1:]])
        records = request.all("Record-Route")
        for at in range(attempt.records):
            records[at] = re.sub(r"(?:;cs=\d+)?>$", f";cs={attempt.shift}>", records[at])
        if records:
            request = request.put("Record-Route", records)
        name = "Authorization" if code == 401 else "Proxy-Authorization"
        return request.put(name, credentials)

    def resend(self, key: str, now: float) -> list[Send]:
        """Timer A (§17.1.1.2) for a try that the media process does not know of."""
        attempt = self._attempts.get(key)
        if attempt is None or attempt.resends >= 6:
            return []
        attempt.resends += 1
        self._alarms.set(("resend", key), now + T1 * 2**attempt.resends)
        return [Send(attempt.hop, attempt.request)]
