"""Records of calling out as rows of their tables, and back."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from sqlalchemy import Row, Table, text

from centralino.db import outbound_tables as tables
from kernel.codec import encode, from_body
from outbound.messages import DueRecipient
from outbound.records import (
    AttemptRecord,
    AttemptState,
    Bucket,
    CampaignRecord,
    Outcome,
    Path,
    RecipientRecord,
    RecipientState,
)

RECIPIENT = tuple(field.name for field in fields(RecipientRecord))
ATTEMPT = tuple(field.name for field in fields(AttemptRecord))
FIXED = frozenset({"id", "campaign", "client", "person", "seq", "language", "zone"})
"""Columns of a recipient that never change."""


def changing(table: Table, fixed: frozenset[str]) -> dict[str, Any]:
    """What an upsert sets: every column that may change, as it was to be inserted."""
    return {
        column.name: text(f"excluded.{column.name}")
        for column in table.columns
        if column.name not in fixed | {"centre"}
    }


RECIPIENT_CHANGE = changing(tables.recipients, FIXED)
ATTEMPT_CHANGE = changing(
    tables.attempts, frozenset({"id", "campaign", "recipient", "client", "ordinal"})
)
CAMPAIGN_CHANGE = changing(tables.campaigns, frozenset({"id", "client", "created"}))


def recipient_row(centre: str, record: RecipientRecord) -> dict[str, Any]:
    """A recipient's row."""
    row = {name: getattr(record, name) for name in RECIPIENT}
    return {**row, "centre": centre, "dead_paths": list(record.dead_paths)}


def recipient_of(row: Row[Any]) -> RecipientRecord:
    """The recipient of a row that has the columns `RECIPIENT`."""
    values = {name: getattr(row, name) for name in RECIPIENT}
    values["state"] = RecipientState(values["state"])
    values["bucket"] = Bucket(values["bucket"])
    values["dead_paths"] = tuple(values["dead_paths"])
    return RecipientRecord(**values)


def attempt_row(centre: str, record: AttemptRecord) -> dict[str, Any]:
    """An attempt's row."""
    return {"centre": centre, **{name: getattr(record, name) for name in ATTEMPT}}


def attempt_of(row: Row[Any]) -> AttemptRecord:
    """The attempt of a row that has the columns `ATTEMPT`."""
    values = {name: getattr(row, name) for name in ATTEMPT}
    values["state"] = AttemptState(values["state"])
    values["outcome"] = Outcome(values["outcome"]) if values["outcome"] else None
    return AttemptRecord(**values)


def campaign_row(centre: str, record: CampaignRecord) -> dict[str, Any]:
    """A campaign's row."""
    data = encode(record)
    return {
        "centre": centre, "id": record.id, "client": record.client, "state": record.state,
        "created": record.created, "v": data["v"], "body": data["body"],
    }  # fmt: skip


def campaign_of(row: Row[Any]) -> CampaignRecord:
    """The campaign of a row with `v` and `body`. Raises UnknownMessage, MalformedMessage."""
    record = from_body("outbound.campaign", row.v, row.body)
    assert isinstance(record, CampaignRecord)
    return record


def with_paths(
    recipients: list[RecipientRecord], paths: dict[str, list[Path]]
) -> list[DueRecipient]:
    """Recipients with their numbers; one whose numbers were erased has none."""
    return [DueRecipient(one, tuple(paths.get(one.id, ()))) for one in recipients]
