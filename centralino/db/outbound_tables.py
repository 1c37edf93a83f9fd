"""The tables of calling out. Ids and times, except `outbound_paths`, which holds the numbers to be
dialled: erasing a person deletes that person's rows there."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Double,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
)

from centralino.db.tables import metadata

campaigns = Table(
    "outbound_campaigns",
    metadata,
    Column("centre", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("client", Text, nullable=False),
    Column("state", Text, nullable=False),  # one of CampaignState
    Column("created", Double, nullable=False),
    Column("v", Integer, nullable=False),
    Column("body", JSON, nullable=False),
)

recipients = Table(
    "outbound_recipients",
    metadata,
    Column("centre", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("campaign", Text, nullable=False),
    Column("client", Text, nullable=False),
    Column("person", Text, nullable=False),  # the contact's id
    Column("seq", Integer, nullable=False),
    Column("language", Text, nullable=False),
    Column("zone", Text, nullable=False),
    Column("state", Text, nullable=False),  # one of RecipientState
    Column("next_at", Double, nullable=False),
    Column("ordinal", Integer, nullable=False),
    Column("spent", Integer, nullable=False),
    Column("faults", Integer, nullable=False),
    Column("path", Integer, nullable=False),
    Column("dead_paths", JSON, nullable=False),
    Column("bucket", Text, nullable=False),  # one of Bucket
    Column("help", Boolean, nullable=False),
    Column("cut_off", Boolean, nullable=False),
    Column("reached_at", Double, nullable=False),
    Column("why", Text, nullable=False),
    UniqueConstraint("centre", "campaign", "person"),
    Index(None, "centre", "campaign", "state", "next_at", "seq"),
)

paths = Table(
    "outbound_paths",
    metadata,
    Column("centre", Text, primary_key=True),
    Column("recipient", Text, primary_key=True),
    Column("ordinal", Integer, primary_key=True),  # the order in which they are tried
    Column("client", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("number", Text, nullable=False),
    Column("label", Text, nullable=False),
    Index(None, "centre", "person"),
)

attempts = Table(
    "outbound_attempts",
    metadata,
    Column("centre", Text, primary_key=True),
    Column("id", Text, primary_key=True),  # also in X-Centralino-Attempt of its INVITE
    Column("campaign", Text, nullable=False),
    Column("recipient", Text, nullable=False),
    Column("client", Text, nullable=False),
    Column("ordinal", Integer, nullable=False),
    Column("path", Integer, nullable=False),
    Column("prefix", Text, nullable=False),
    Column("trunk", Text, nullable=False),
    Column("media", Text, nullable=False),
    Column("media_epoch", Text, nullable=False),
    Column("epoch", BigInteger, nullable=False),
    Column("state", Text, nullable=False),  # one of AttemptState
    Column("since", Double, nullable=False),
    Column("made", Double, nullable=False),
    Column("lease", Double, nullable=False),
    Column("message_version", Integer, nullable=False),
    Column("sip_call_id", Text, nullable=False),
    Column("played_ms", Integer, nullable=False),
    Column("answered_by", Text, nullable=False),
    Column("acknowledged_by", Text, nullable=False),
    Column("help", Boolean, nullable=False),
    Column("outcome", Text),  # one of Outcome, set when it is over
    Column("sip_status", Integer, nullable=False),
    UniqueConstraint("centre", "recipient", "ordinal"),  # one ordinal is never two calls
    Index(None, "centre", "campaign", "made"),
    Index(None, "centre", "state"),
)

# What calls held by a bot came to: one row a call, closed answers (scales, choices, days) by
# question. What was said in a person's own words is content, sealed under the attempt's name.
results = Table(
    "outbound_results",
    metadata,
    Column("centre", Text, primary_key=True),
    Column("attempt", Text, primary_key=True),
    Column("campaign", Text, nullable=False),
    Column("recipient", Text, nullable=False),
    Column("client", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("call", Text, nullable=False),
    Column("at", Double, nullable=False),
    Column("result", Text, nullable=False),
    Column("asked", JSON, nullable=False),
    Column("answers", JSON, nullable=False),
    Column("said", JSON, nullable=False),  # names of the questions answered in own words
    Index(None, "centre", "campaign", "at"),
    Index(None, "centre", "person"),
)

# What other programs are to be told: a row until its webhook has taken it. The body holds ids and
# closed answers, never numbers or words.
deliveries = Table(
    "outbound_deliveries",
    metadata,
    Column("centre", Text, primary_key=True),
    Column("id", Text, primary_key=True),  # the same at each try
    Column("hook", Text, nullable=False),
    Column("event", Text, nullable=False),
    Column("client", Text, nullable=False),
    Column("body", JSON, nullable=False),
    Column("created", Double, nullable=False),
    Column("next_at", Double, nullable=False),
    Column("tries", Integer, nullable=False),
    Index(None, "centre", "next_at"),
)

# Who dials for a centre. Every commit of the dialler names its epoch, so a life that was taken over
# cannot write, and therefore cannot call.
lease = Table(
    "outbound_lease",
    metadata,
    Column("centre", Text, primary_key=True),
    Column("owner", Text, nullable=False),
    Column("epoch", BigInteger, nullable=False),
    Column("until", Double, nullable=False),
)

# Each row's mac covers the row and the mac before it, by a key of the house.
audit = Table(
    "outbound_audit",
    metadata,
    Column("centre", Text, primary_key=True),
    Column("campaign", Text, primary_key=True),
    Column("seq", BigInteger, primary_key=True),  # 1, 2, 3 … without a gap
    Column("client", Text, nullable=False),
    Column("at", Double, nullable=False),
    Column("entry", JSON, nullable=False),
    Column("mac", Text, nullable=False),
)

# What was asked under an idempotency key, and what was answered.
requests = Table(
    "outbound_requests",
    metadata,
    Column("centre", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("client", Text, nullable=False),
    Column("at", Double, nullable=False),
    Column("digest", Text, nullable=False),
    Column("answer", JSON, nullable=False),
)
