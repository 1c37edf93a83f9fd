"""The control process as it is wired: what a media process tells is written, and looked up."""

from __future__ import annotations

import asyncio
from pathlib import Path

from acd.messages import CallQueued
from centralino.config.model import AgentSeed, Client, Config
from centralino.contacts.store import ContactStore
from centralino.content.packets import read_packet
from centralino.control.main import opened
from centralino.messages import CallBegun, PacketMade
from centralino.processes.child import ChildArguments, Signals
from centralino.processes.layout import Layout
from centralino.users.staff import read_staff
from centralino.users.types import AgentSettings, NewUser, Role
from contacts.numbers import Number
from contacts.people import Person
from kernel.bus import seal
from kernel.packet import Packet
from tests.waiting import until


async def test_a_caller_who_is_a_contact_is_known_in_the_packet(tmp_path: Path) -> None:
    config = Config(state_dir=tmp_path, clients=(Client(id="riverton", region="IT"),))
    layout = Layout(
        str(tmp_path), str(tmp_path / "bus"), "127.0.0.1", "127.0.0.1", 5066, "127.0.0.1", 0, ()
    )
    begun = CallBegun("c", "riverton", "1000", "sip:0612345678@x", 1.0, "media-1", "e1", "sip-c")
    packet = Packet("c", "centralino", "riverton", "1000", begun.caller, "en", "service", "asked")
    async with opened(ChildArguments("control", config, layout, False), Signals()) as (control, _):
        rosa = Person("", "riverton", (Number("+390612345678"),), name="Rosa Bianchi")
        contacts = control.callers.contacts
        assert isinstance(contacts, ContactStore)
        await contacts.save({"number:rosa": rosa}, "riverton", 1.0)
        async with control.group():
            for number, value in enumerate((begun, PacketMade(packet)), 1):
                await control.message(
                    seal(
                        value,
                        id=f"m{number}",
                        centre="centralino",
                        sender="media-1",
                        epoch="e1",
                        seq=number,
                        at=1.0,
                    )  # fmt: skip
                )
        read = control.contents.get
        callers = control.callers
        await until(lambda: callers.news("c"))
        kept = await read_packet(read, "c", frozenset({"riverton"}))
        assert kept is not None and [one.name for one in kept.known] == ["Rosa Bianchi"]
        assert await read_packet(read, "c", frozenset({"harbour"})) is None


async def test_a_skill_is_let_go_until_somebody_is_made_who_has_it(tmp_path: Path) -> None:
    seed = AgentSeed(number="201", name="Anna", client="riverton", queues=("service",))
    config = Config(state_dir=tmp_path, agents=(seed,))
    layout = Layout(
        str(tmp_path), str(tmp_path / "bus"), "127.0.0.1", "127.0.0.1", 5066, "127.0.0.1", 0, ()
    )
    queued = CallQueued("c", "riverton", "service", "", "m", "e", required=("welsh",))

    def lacked() -> list[str]:
        service = next(q for q in control.service.snapshot().queues if q.queue == "service")
        return [lack.skill for lack in service.lacked]

    arguments = ChildArguments("control", config, layout, False)
    async with opened(arguments, Signals()) as (control, parts), control.bus:
        running = asyncio.create_task(control.service.run())
        await control.roster.tell()
        await control.service.submit(queued)
        assert lacked() == ["welsh"]
        wyn = AgentSettings("202", "sip:202@127.0.0.1", ("service",), {"welsh": 2})
        roles = {"riverton": (Role.AGENT,)}
        await control.roster.users.create(NewUser("wyn", "riverton", roles=roles, agent=wyn), 2.0)
        await parts.people_changed()
        assert lacked() == []
        staff = await read_staff(config)  # as `doctor` does it, beside a house that runs
        assert [profile.skills for profile in staff.profiles] == [{}, {"welsh": 2}]
        assert staff.unmade == ()
        running.cancel()
