"""One try to send a caller to another house: a token is asked of control, then REFER (RFC 3515).

States: asked → sent → taken or over. Whatever does not come in time counts as refused, so that the
caller is never left with music. The token travels in the User-to-User header of Refer-To
(RFC 7433 §4.1); the other house fetches the packet with it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

import structlog

from centralino import messages as house_messages
from centralino.media.house import House
from kernel.ids import CallId, LegId
from telephony.dialling import Purpose
from telephony.drivers.addresses import with_headers
from telephony.types import TransferProgressed

log = structlog.get_logger()

TOKEN_SECONDS = 5.0
"""How long control may take for a token."""


class ReferralState(Enum):
    """Where a try is."""

    ASKED = "asked"
    SENT = "sent"
    TAKEN = "taken"
    OVER = "over"


@dataclass
class Referral:
    """One try."""

    call: CallId
    client: str
    leg: LegId
    target: str
    house: House
    failed: Callable[[str], None]
    """Told once, in a word, why the caller is still ours."""
    state: ReferralState = ReferralState.ASKED
    _deadline: float = 0.0
    _overdue: str = "no_token"

    def begin(self) -> None:
        """Ask for a token, if the target may be dialled at all.

        `failed` is told by a later tick, never from here: the conversation is still carrying out
        what it decided.
        """
        if self.house.gate.allows(self.target, Purpose.REFER, self.call, self.client):
            self._deadline = self.house.clock.now() + TOKEN_SECONDS
            asked = house_messages.TokenAsked(self.call, self.client, self.house.name)
            self.house.tell(asked, self.call)
        else:
            self._overdue = "not_allowed"

    def token(self, token: str) -> None:
        """Control has made one: send REFER; an empty one means that there is none."""
        if self.state is not ReferralState.ASKED or self._overdue != "no_token":
            return
        if not token:
            self._fail("no_token")
            return
        self.state, self._overdue = ReferralState.SENT, "no_answer"
        self._deadline = self.house.clock.now() + self.house.config.sip.refer_seconds
        target = with_headers(self.target, User_to_User=f"{token};encoding=hex")
        self.house.spawn(self.house.control.refer(self.leg, target), f"refer {self.leg}")

    def progressed(self, event: TransferProgressed) -> None:
        """The caller's side says what became of it. A late yes is a yes."""
        if not event.done:
            return
        if event.accepted:
            self.state = ReferralState.TAKEN
        elif self.state is ReferralState.SENT:
            self._fail("refused", event.text)

    def tick(self, now: float) -> None:
        """Look at the clock."""
        if self.state in (ReferralState.ASKED, ReferralState.SENT) and now >= self._deadline:
            self._fail(self._overdue)

    @property
    def taken(self) -> bool:
        """Whether the other house has the caller."""
        return self.state is ReferralState.TAKEN

    def _fail(self, why: str, text: str = "") -> None:
        log.info("media.not_taken", call=self.call, why=why, text=text)
        if self.state is ReferralState.SENT:
            self.house.tell(house_messages.TokenOver(self.call, self.client), self.call)
        self.state = ReferralState.OVER
        self.failed(why)
