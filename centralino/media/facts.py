"""What is known of a call at its beginning: for control, and for the conversation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from centralino.config.model import Line
from centralino.media.house import House
from centralino.messages import CallBegun
from kernel.ids import CallId
from telephony.types import LegOffered
from voicebot.ports import CallFacts


def call_begun(
    call: CallId, offered: LegOffered, line: Line, house: House, started: float,
    direction: Literal["inbound", "outbound"],
) -> CallBegun:  # fmt: skip
    """For the history."""
    return CallBegun(
        call, line.client, line.number, offered.from_uri, started, house.name, house.epoch,
        offered.sip_call_id, direction,
    )  # fmt: skip


def call_facts(
    call: CallId, offered: LegOffered, line: Line, house: House, given: Mapping[str, str]
) -> CallFacts:
    """For the conversation."""
    return CallFacts(
        call=call, centre=house.config.centre, client=line.client, line=line.number,
        caller=offered.from_uri, caller_name=offered.from_name, language=line.language,
        says_machine=line.announce_machine, says_recorded=line.recorded,
        keys_only=line.keys_only or not house.speech_has_room(line), seed=int(house.chance(2), 16),
        given=given,
    )  # fmt: skip
