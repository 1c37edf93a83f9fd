"""What only a SIP driver shows: the wire, its port, registration, foreign codecs."""

from __future__ import annotations

import asyncio
import socket
import struct
import time
from contextlib import closing

import pytest

from kernel.ids import LegId
from telephony.drivers.addresses import with_headers
from telephony.drivers.baresip_options import BaresipOptions, Registration
from telephony.drivers.sip_baresip import BaresipControl
from telephony.errors import DriverUnavailable, PortInUse, RegistrationRefused
from telephony.types import (
    Cause,
    LegAnswered,
    LegEnded,
    LegHeld,
    LegOffered,
    Originate,
    TransferProgressed,
)
from tests.integration.telephony.drivers.conftest import World
from tests.integration.telephony.drivers.phone import until
from tests.integration.telephony.drivers.test_conformance import ANNA, connect, one, told
from tests.integration.telephony.drivers.wire import OPUS, PCMU, Message, wire_peer


def port_of(world: World) -> int:
    control = world.control
    assert isinstance(control, BaresipControl)
    return control.port


async def test_the_token_of_a_transfer_is_seen_in_refer_to(sip_world: World) -> None:
    async with wire_peer() as wire:
        target = with_headers("sip:7001@other.example", User_to_User="00ff;encoding=hex")
        await sip_world.me.do(
            "originate", "out", target=f"sip:a@127.0.0.1:{wire.port}", from_uri=ANNA
        )
        await one(sip_world.me, LegAnswered)
        await sip_world.me.do("refer", "out", target=target)
        refer = await wire.seen("REFER")
        assert refer.get("Refer-To") == target
        wire.notify(refer, "SIP/2.0 603 Decline\r\n")
        progress = await one(sip_world.me, TransferProgressed)
        assert progress.done and not progress.accepted and "603" in progress.text
        assert told(sip_world.me, LegEnded) == []


async def test_an_invite_of_ours_carries_who_it_is_from(sip_world: World) -> None:
    async with wire_peer() as wire:
        await sip_world.me.do(
            "originate", "out", target=f"sip:7001@127.0.0.1:{wire.port}", from_uri=ANNA,
            from_name="Anna", headers={"X-Centralino-Token": "00ff", "User-to-User": "00ff"},
        )  # fmt: skip
        invite = await wire.seen("INVITE")
        assert invite.get("From").startswith(f'"Anna" <{ANNA}>;tag=')
        assert invite.get("P-Asserted-Identity") == f'"Anna" <{ANNA}>'
        assert invite.get("X-Centralino-Token") == invite.get("User-to-User") == "00ff"
        answered = await one(sip_world.me, LegAnswered)
        assert answered.sip_call_id == invite.get("Call-ID")


async def test_after_an_answer_there_is_no_second_invite(sip_world: World) -> None:
    async with wire_peer() as wire:
        wire.invite(port_of(sip_world), PCMU)
        offered = await one(sip_world.me, LegOffered)
        await sip_world.me.do("answer", offered.leg)
        answer = await wire.seen("200")
        wire.request(
            "ACK", f"sip:x@127.0.0.1:{port_of(sip_world)}", answer.source,
            {name: answer.get(name) for name in ("From", "To", "Call-ID")} | {"CSeq": "1 ACK"},
        )  # fmt: skip
        await one(sip_world.me, LegAnswered)
        await sip_world.me.do("send_digits", offered.leg, digits="1234")  # nearly a second of talk
        await sip_world.me.do("hang_up", offered.leg)
        await wire.seen("BYE")
        assert "INVITE" not in [message.method for message in wire.messages]


async def test_a_telephone_that_keeps_still_is_told_from_one_that_sends_nothing(
    sip_world: World,
) -> None:
    comfort_noise = struct.pack("!BBHIIB", 0x80, 13, 1, 160, 77, 0x40)  # RFC 3389
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as rtp:
        rtp.bind(("127.0.0.1", 0))
        body = PCMU.replace("m=audio 9 ", f"m=audio {rtp.getsockname()[1]} ")
        async with wire_peer() as wire:
            wire.policy = lambda request: (200, "OK", {}, body if request.body else "")
            target = f"sip:x@127.0.0.1:{wire.port}"
            await sip_world.me.do("originate", "out", target=target, from_uri=ANNA)
            invite = await wire.seen("INVITE")
            await one(sip_world.me, LegAnswered)
            assert await sip_world.me.do("received", "out") == 0
            to = ("127.0.0.1", int(invite.body.split("m=audio ")[1].split()[0]))
            rtp.sendto(comfort_noise, to)
            line = sip_world.me.phone.line("out")
            await until(lambda: line.received, "the packet was told")
            assert line.received == 1 and line.heard() == 0
            report = struct.pack("!BBHIQIII", 0x80, 200, 6, 77, 0, 160, 2, 2)  # RFC 3550, 6.4.1
            rtp.sendto(comfort_noise[:3] + b"\2" + comfort_noise[4:], to)

            def reported() -> bool:
                rtp.sendto(report, (to[0], to[1] + 1))
                return bool(line.received == 2)

            await until(reported, "later ones are told at a report")
            assert line.heard() == 0


async def test_an_answer_that_is_there_at_once_is_not_missed(sip_world: World) -> None:
    far = await sip_world.far()
    await far.do("auto", on=True)
    await connect(sip_world.me, far, "first")  # so that the second has its user agent already
    asyncio.get_running_loop().call_soon(time.sleep, 0.3)  # the answer comes while we look away
    await sip_world.me.do("originate", "out", target=far.uri, from_uri=ANNA)
    await one(sip_world.me, LegAnswered, "out")
    await sip_world.me.do("hold", "out", on=True)
    assert (await one(far, LegHeld)).held


@pytest.mark.parametrize(
    ("asked", "answers"),
    [("sendonly", ("recvonly", "inactive")), ("inactive", ("inactive",))],
)
async def test_a_hold_is_answered_by_what_it_allows_and_taken_back(
    sip_world: World, asked: str, answers: tuple[str, ...]
) -> None:
    """:rfc:`3264#section-6.1` and :rfc:`6337#section-5.3`."""
    async with wire_peer() as wire:
        await sip_world.me.do(
            "originate", "out", target=f"sip:a@127.0.0.1:{wire.port}", from_uri=ANNA
        )
        await one(sip_world.me, LegAnswered)
        first = await wire.seen("INVITE")
        for number, direction in enumerate((asked, "sendrecv"), 1):
            wire.invite_again(first, f"{PCMU}a={direction}\r\n", 10 + number)
            answer = await wire.seen("200", number)
            allowed = answers if direction == asked else ("sendrecv",)
            assert any(f"a={each}\r\n" in answer.body for each in allowed), answer.body
            wire.request(
                "ACK", first.get("Contact").split(">")[0].strip("<"), first.source,
                {name: answer.get(name) for name in ("From", "To", "Call-ID")}
                | {"CSeq": f"{10 + number} ACK"},
            )  # fmt: skip
            held = await one(sip_world.me, LegHeld, number=number)
            assert held.held == (direction == asked)
        assert told(sip_world.me, LegEnded) == []


async def test_a_foreign_codec_is_refused_with_488(sip_world: World) -> None:
    async with wire_peer() as wire:
        wire.invite(port_of(sip_world), OPUS)
        await wire.seen("488")
        assert told(sip_world.me, LegAnswered) == []


@pytest.mark.parametrize(
    ("status", "cause"),
    [
        (404, Cause.UNALLOCATED),
        (480, Cause.NO_ANSWER),
        (488, Cause.BEARER_UNAVAILABLE),
        (503, Cause.TEMPORARY_FAILURE),
        (603, Cause.REJECTED),
    ],
)
async def test_refusals_become_causes(sip_world: World, status: int, cause: Cause) -> None:
    async with wire_peer() as wire:
        wire.policy = lambda request: (status, "No", {}, "")
        await sip_world.me.do(
            "originate", "out", target=f"sip:a@127.0.0.1:{wire.port}", from_uri=ANNA
        )
        ended = await one(sip_world.me, LegEnded)
        assert (ended.cause, ended.by_peer) == (cause, True)


async def test_a_target_that_is_no_address(sip_world: World) -> None:
    await sip_world.me.do("originate", "out", target="sip:a b\r\nX: y", from_uri=ANNA)
    assert (await one(sip_world.me, LegEnded)).cause is Cause.INVALID_NUMBER


async def test_every_leg_goes_to_the_outbound_proxy_first() -> None:
    async with wire_peer() as wire:
        options = BaresipOptions(outbound_proxy=f"127.0.0.1:{wire.port}")
        async with BaresipControl(options) as control:
            await control.originate(Originate(LegId("out"), "sip:7001@agents.example", ANNA))
            invite = await wire.seen("INVITE")
            assert invite.start.startswith("INVITE sip:7001@agents.example")


async def test_a_port_that_is_taken_is_told_before_anything_starts() -> None:
    for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM):
        with closing(socket.socket(socket.AF_INET, kind)) as taken:
            taken.bind(("127.0.0.1", 0))
            if kind == socket.SOCK_STREAM:
                taken.listen()
            with pytest.raises(PortInUse, match="in use by another program"):
                await BaresipControl(BaresipOptions(port=taken.getsockname()[1])).__aenter__()


async def test_a_second_stack_in_the_process_is_refused() -> None:
    async with BaresipControl(BaresipOptions()):
        with pytest.raises(DriverUnavailable):
            await BaresipControl(BaresipOptions()).__aenter__()
    async with BaresipControl(BaresipOptions()) as again:
        assert again.port > 0


async def test_registration_with_a_password() -> None:
    async with wire_peer() as wire:

        def challenge(request: Message) -> tuple[int, str, dict[str, str], str]:
            if request.get("Authorization"):
                return 200, "OK", {"Expires": "600"}, ""
            digest = 'Digest realm="wire", nonce="1", algorithm=MD5, qop="auth"'
            return 401, "Unauthorized", {"WWW-Authenticate": digest}, ""

        wire.policy = challenge
        account = Registration("7001", "geheim", f"127.0.0.1:{wire.port}")
        async with BaresipControl(BaresipOptions(register=account)):
            first = await wire.seen("REGISTER", 2)
            assert 'username="7001"' in first.get("Authorization")
            assert first.get("To") == f"<sip:7001@127.0.0.1:{wire.port}>"
        last = wire.messages[-1]
        assert last.get("Expires") == "0" or "expires=0" in last.get("Contact")


async def test_an_account_that_was_refused_is_taken_back_all_the_same() -> None:
    async with wire_peer() as wire:
        wire.policy = lambda request: (503, "Service Unavailable", {}, "")
        account = Registration("7002", "geheim", f"127.0.0.1:{wire.port}")
        async with BaresipControl(BaresipOptions()) as control:
            with pytest.raises(RegistrationRefused, match="503"):
                await control.register(account)
            wire.policy = lambda request: (200, "OK", {"Expires": "0"}, "")
            await control.unregister("7002")
            last = wire.messages[-1]
            assert last.get("Expires") == "0" or "expires=0" in last.get("Contact")


async def test_a_refused_registration_is_an_error_at_the_start() -> None:
    async with wire_peer() as wire:
        wire.policy = lambda request: (403, "Forbidden", {}, "")
        account = Registration("7001", "geheim", f"127.0.0.1:{wire.port}")
        with pytest.raises(RegistrationRefused, match="403"):
            await BaresipControl(BaresipOptions(register=account)).__aenter__()
    async with BaresipControl(BaresipOptions()):
        pass
