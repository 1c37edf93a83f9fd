"""How busy a media process is, measured and told; what follows for new calls is `capacity`'s."""

from __future__ import annotations

import asyncio
from collections import Counter

import structlog

from centralino.media.capacity import CapacityCore, Doing, Work
from centralino.media.cores import CoresBusy
from centralino.media.house import House
from centralino.media.live_call import LiveCall
from centralino.media.switchboard import Switchboard
from centralino.messages import MediaLoad, MediaRoom
from telephony.call import CallState

log = structlog.get_logger()

EVERY_SECONDS = 5.0
ROOM_SECONDS = 1.0
"""So often the edge hears how much room there is."""


async def watch_load(house: House, switchboard: Switchboard) -> None:
    """Tell control every few seconds, until cancelled."""
    loop = asyncio.get_running_loop()
    while True:
        due = loop.time() + EVERY_SECONDS
        await asyncio.sleep(EVERY_SECONDS)
        lag = max(0.0, loop.time() - due) * 1000
        house.tell(
            MediaLoad(
                house.name, len(switchboard.calls), house.pump.late, round(lag, 1), *_asked(house)
            )
        )


async def watch_room(house: House, switchboard: Switchboard) -> None:
    """Tell the edge, by control, how many calls more there is room for, until cancelled."""
    if not house.config.sip.measured:
        return
    core, cores = CapacityCore(), CoresBusy()
    share = 1 / house.config.media.processes
    while True:
        await asyncio.sleep(ROOM_SECONDS)
        meter = house.meter.figures() if house.meter is not None else None
        work = Work(
            calls=Counter(_doing(call) for call in switchboard.calls.values()),
            cores=cores.cores * share,
            cores_busy=cores.look() * share,
            recognising=meter.share if meter else 0.0,
            behind=meter.behind if meter else 0.0,
            utterances=meter.utterances if meter else 0,
            each=meter.each if meter else 0.0,
            ended=meter.ended if meter else 0,
            overdue=meter.overdue if meter else False,
            share=share,
        )
        before = house.shed
        found = core.decide(work)
        house.shed, house.use, house.crowded = found.shed, found.use, found.room == 0
        if found.shed is not before:
            log.warning(
                "media.shed", now=found.shed.name.lower(), before=before.name.lower(),
                use=found.use, calls=len(switchboard.calls),
            )  # fmt: skip
        house.tell(MediaRoom(house.name, found.room, found.use, int(found.shed)))


def _asked(house: House) -> tuple[int, int, int]:
    """Answers kept and not recognised; notifications that asked for a voice, and for a key."""
    answers = house.answers
    if answers is None:
        return (0, 0, 0)
    return (answers.waiting, answers.invitations.by_voice, answers.invitations.by_key)


def _doing(call: LiveCall) -> Doing:
    if call.state.state is CallState.BRIDGED:
        return Doing.BRIDGED
    if call.waiting:
        return Doing.WAITING
    return Doing.ANNOUNCING if call.line.keys_only else Doing.CONVERSING
