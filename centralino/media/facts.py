"""What is known of a call at its beginning and its end: for control, and for the conversation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from centralino.config.model import Line
from centralino.media.calling_back import CallingBack
from centralino.media.house import House
from centralino.messages import CallBegun, CallFinished, CallMoved
from kernel.ids import CallId
from telephony.call import Call, Outcome
from telephony.types import Cause, LegOffered
from voicebot.ports import CallFacts

if TYPE_CHECKING:
    from centralino.media.live_call import LiveCall


def call_begun(call: LiveCall, started: float) -> CallBegun:
    """For the history."""
    offered, house = call.offered, call.house
    return CallBegun(
        call.id, call.line.client, call.line.number, offered.from_uri, started, house.name,
        house.epoch, offered.sip_call_id, call.direction,
    )  # fmt: skip


def call_moves(call: Call) -> list[CallMoved]:
    """For the journal: what the state table did since it was last asked."""
    return [
        CallMoved(call.id, call.client or "", row.from_state, row.to_state, row.why)
        for row in call.changes()
    ]


def call_facts(
    call: CallId, offered: LegOffered, line: Line, house: House, given: Mapping[str, str],
    back: CallingBack | None = None,
) -> CallFacts:  # fmt: skip
    """For the conversation; `back`: of whom we called back."""
    return CallFacts(
        call=call, centre=house.config.centre, client=line.client, line=line.number,
        caller=offered.from_uri, caller_name=offered.from_name, language=line.language,
        says_machine=line.announce_machine, says_recorded=line.recorded,
        keys_only=line.keys_only or not house.speech_has_room(line), seed=int(house.chance(2), 16),
        given=given, patience=line.patience,
        called_back=back.packet if back else None,
        agent_there=back is not None and back.agent is not None,
    )  # fmt: skip


def tell_finished(call: LiveCall, cause: Cause, now: float) -> None:
    """What became of a call, to control and to whoever watches."""
    outcome = call.state.outcome or Outcome.FAILED
    intent = call.packet.intent.name if call.packet and call.packet.intent else ""
    call.house.tell(
        CallFinished(
            call.id, call.line.client, now, outcome, cause.name.lower(), agent=call.served_by,
            waited=round(call.waited, 2), intent=intent or call.reporter.intent,
        ),
        call.id,
    )  # fmt: skip
    call.house.live({"call": call.id, "ended": str(outcome), "cause": cause.name.lower()})
