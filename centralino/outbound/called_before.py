"""When a person was called before for the same purpose: what rules of frequency count."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import and_, not_, select

from centralino.db.engine import Database
from centralino.db.outbound_tables import attempts, campaigns
from outbound.records import (
    BEFORE_INVITE,
    CampaignRecord,
    Outcome,
    RecipientRecord,
    recipient_id,
)

NEVER_RANG = (Outcome.REFUSED, Outcome.CONGESTION, Outcome.FAILED)
"""Outcomes of which the called noticed nothing."""


@dataclass
class CalledBefore:
    """The attempts of one centre, looked at by person and legal class."""

    database: Database
    centre: str

    async def times(
        self, campaign: CampaignRecord, recipient: RecipientRecord, since: float
    ) -> tuple[float, ...]:
        """When this person was called since then by campaigns of the same client and class, UTC
        seconds; exercises and the call about to be placed left out. Raises SQLAlchemy's errors."""
        c = campaigns.c
        same = select(c.id).where(
            c.centre == self.centre, c.client == campaign.client,
            c.body["legal_class"].as_string() == campaign.legal_class,
            c.body["exercise"].as_boolean().is_(False),
        )  # fmt: skip
        a = attempts.c
        async with self.database.read() as connection:
            names = (await connection.execute(same)).scalars()
            # A recipient's id follows from campaign and person, so an index finds the attempts.
            persons = [recipient_id(name, recipient.person) for name in names]
            about_to_be = and_(a.state.in_(BEFORE_INVITE), a.recipient == recipient.id)
            query = select(a.made).where(
                a.centre == self.centre, a.recipient.in_(persons), a.made > since,
                a.outcome.is_(None) | a.outcome.not_in(NEVER_RANG), not_(about_to_be),
            )  # fmt: skip
            return tuple((await connection.execute(query)).scalars())
