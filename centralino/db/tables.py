"""Every table. Each row carries its centre and, where it has one, its client ("" otherwise).

Times are UTC seconds. State, journal, outbox and calls hold ids, never personal content: that lies
sealed in `contents`, and its keys in `content_keys`.
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# SQLite numbers rows by itself only where the key's type is exactly INTEGER.
Serial = BigInteger().with_variant(Integer, "sqlite")

state = Table(
    "state",
    metadata,
    Column("id", Serial, primary_key=True),  # records are told in the order of their first put
    Column("centre", Text, nullable=False),
    Column("client", Text, nullable=False),
    Column("room", Text, nullable=False),
    Column("tbl", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("v", Integer, nullable=False),
    Column("body", JSON, nullable=False),
    UniqueConstraint("centre", "room", "tbl", "key"),
)

journal = Table(
    "journal",
    metadata,
    Column("centre", Text, primary_key=True),
    Column("seq", BigInteger, primary_key=True),  # 1, 2, 3 … without a gap
    Column("client", Text, nullable=False),
    Column("at", Double, nullable=False),
    Column("room", Text, nullable=False),
    Column("call", Text),
    Column("subject", Text, nullable=False),
    Column("from_state", Text, nullable=False),
    Column("to_state", Text, nullable=False),
    Column("why", Text, nullable=False),
    Index(None, "centre", "call"),
)

# What is over, for the figures (`kernel.core.Fact`): read by time and type, never by a core.
facts = Table(
    "facts",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("centre", Text, nullable=False),
    Column("client", Text, nullable=False),
    Column("at", Double, nullable=False),
    Column("room", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("v", Integer, nullable=False),
    Column("body", JSON, nullable=False),
    Index(None, "centre", "type", "at"),
)

# The last number given. Its row is locked until the commit, which is what keeps the gaps out: a
# database's own sequence does not give back what a rolled-back transaction took.
journal_heads = Table(
    "journal_heads",
    metadata,
    Column("centre", Text, primary_key=True),
    Column("last", BigInteger, nullable=False),
)

# Commands committed and not confirmed. Confirming deletes the row.
outbox = Table(
    "outbox",
    metadata,
    Column("position", Serial, primary_key=True),  # the order in which they were decided
    Column("centre", Text, nullable=False),
    Column("id", Text, nullable=False),
    Column("client", Text, nullable=False),
    Column("room", Text, nullable=False),
    Column("at", Double, nullable=False),
    Column("type", Text, nullable=False),
    Column("v", Integer, nullable=False),
    Column("body", JSON, nullable=False),
    UniqueConstraint("centre", "id"),
    Index(None, "centre", "room", "position"),
)

calls = Table(
    "calls",
    metadata,
    Column("centre", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("client", Text, nullable=False),
    Column("line", Text, nullable=False),
    Column("direction", Text, nullable=False),  # inbound, outbound
    Column("started", Double, nullable=False),
    Column("answered", Double),
    Column("ended", Double),
    Column("outcome", Text),  # one of calls.Outcome, set with `ended`
    Column("cause", Text),
    Column("queue", Text),
    Column("agent", Text),  # the last one who had the caller
    Column("intent", Text),
    Column("waited", Double),  # seconds in queues
    Column("media", Text, nullable=False),  # the process that holds it, and its life
    Column("epoch", Text, nullable=False),
    Column("sip_call_id", Text, nullable=False),
    Column("turns", Integer),
    Column("latency_p50_ms", Double),
    Column("latency_p95_ms", Double),
    Column("caller_key", Text),  # by which a caller who comes again is known; empty: not known
    Index(None, "centre", "started", "id"),
    Index(None, "centre", "ended", "media"),
    Index(None, "centre", "caller_key", "started"),
)

contents = Table(
    "contents",
    metadata,
    Column("centre", Text, primary_key=True),
    Column("subject", Text, primary_key=True),  # a call's or a person's id
    Column("kind", Text, primary_key=True),
    Column("client", Text, nullable=False),
    Column("created", Double, nullable=False),
    Column("expires", Double, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Index(None, "centre", "expires"),
)

# One key for a subject's writing and one for its sound. An erased one keeps its row without the
# key, so that a late message cannot bring the subject back.
content_keys = Table(
    "content_keys",
    metadata,
    Column("centre", Text, primary_key=True),
    Column("subject", Text, primary_key=True),
    Column("purpose", Text, primary_key=True),  # text, sound
    Column("client", Text, nullable=False),
    Column("key", LargeBinary),
    Column("expires", Double, nullable=False),
    Column("erased", Double),
    Index(None, "centre", "expires"),
)

# People who may be called. What is known of them lies sealed in `contents`; here are ids and keyed
# digests, by which a number or a row of a file is found again.
contacts = Table(
    "contacts",
    metadata,
    Column("centre", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("client", Text, nullable=False),
    Column("identity", Text, nullable=False),  # digest of what makes two rows the same person
    Column("created", Double, nullable=False),
    Column("updated", Double, nullable=False),
    UniqueConstraint("centre", "client", "identity"),
)

contact_numbers = Table(
    "contact_numbers",
    metadata,
    Column("centre", Text, primary_key=True),
    Column("contact", Text, primary_key=True),
    Column("ordinal", Integer, primary_key=True),  # the order in which they are tried
    Column("client", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Index(None, "centre", "digest"),
)

# Outlives the person: who was erased must not be called by the next file.
do_not_call = Table(
    "do_not_call",
    metadata,
    Column("centre", Text, primary_key=True),
    Column("client", Text, primary_key=True),  # "": the whole centre
    Column("digest", Text, primary_key=True),
    Column("since", Double, nullable=False),
    Column("source", Text, nullable=False),
)

# Only a digest is kept of what names a packet to another house.
packet_tokens = Table(
    "packet_tokens",
    metadata,
    Column("centre", Text, primary_key=True),
    Column("digest", Text, primary_key=True),
    Column("client", Text, nullable=False),
    Column("call", Text, nullable=False),
    Column("expires", Double, nullable=False),
    Index(None, "centre", "call"),
)

users = Table(
    "users",
    metadata,
    Column("id", Text, primary_key=True),
    Column("centre", Text, nullable=False),
    Column("client", Text, nullable=False),
    Column("name", Text, nullable=False),  # what is typed at sign-in, lower case
    Column("full_name", Text, nullable=False),
    Column("created", Double, nullable=False),
    Column("disabled", Boolean, nullable=False),
    Column("password_hash", Text),
    Column("number", Text),  # an agent's
    Column("pin_hash", Text),
    Column("contact", Text, nullable=False),
    Column("queues", JSON, nullable=False),
    Column("skills", JSON, nullable=False),
    Column("tiers", JSON, nullable=False),  # queue → tier
    Column("nailed_up", Boolean, nullable=False),
    Column("sip_realm", Text),
    Column("ha1_md5", Text),
    Column("ha1_sha256", Text),
    UniqueConstraint("centre", "name"),
    UniqueConstraint("centre", "number"),
)

roles = Table(
    "roles",
    metadata,
    Column("user", Text, ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
    Column("client", Text, primary_key=True),
    Column("role", Text, primary_key=True),
    Column("centre", Text, nullable=False),
)

sessions = Table(
    "sessions",
    metadata,
    Column("token_hash", Text, primary_key=True),
    Column("centre", Text, nullable=False),
    Column("client", Text, nullable=False),
    Column("user", Text, ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("created", Double, nullable=False),
    Column("seen", Double, nullable=False),
    Index(None, "user"),
)

# Subjects are hashed: somebody may type a password where the name belongs.
login_attempts = Table(
    "login_attempts",
    metadata,
    Column("centre", Text, primary_key=True),
    Column("subject", Text, primary_key=True),
    Column("client", Text, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("since", Double, nullable=False),
)

meta = Table(
    "meta",
    metadata,
    Column("centre", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("value", JSON, nullable=False),
)
