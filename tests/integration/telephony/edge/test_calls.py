"""Real calls through the edge: baresip behind it, sipp and baresip before it."""

from __future__ import annotations

import asyncio
import signal
from collections import Counter
from pathlib import Path

import pytest

from telephony.edge.config import Trunk
from telephony.edge.events import (
    CallAdmitted,
    CallOver,
    CallRefused,
    PhoneDeaf,
    PhoneHeard,
    Registered,
    Unregistered,
)
from telephony.edge.message import Request
from telephony.edge.store import FileBindings
from tests.integration.telephony.edge.house import PASSWORD, answer, ask, house
from tests.integration.telephony.edge.peers import HOST, agent, free_port, peer, sipp
from tests.waiting import until

pytestmark = pytest.mark.engine


@pytest.mark.peer
async def test_sipp_is_served_through_two_processes_20_of_20(tmp_path: Path) -> None:
    port = free_port()
    async with agent() as one, agent() as two, house(one.port, two.port, trunk=port) as edge:
        done = await sipp(edge.port, 20, "-r", "10", "-d", "200", port=port, folder=tmp_path)
        assert (done.ok, done.failed) == (20, 0), done.output
        await until(lambda: edge.metrics["calls_active"] == 0)
        spread = Counter(e.media for e in edge.notices if isinstance(e, CallAdmitted))
        assert set(spread) == {"m0", "m1"}
        assert one.times("incoming") == spread["m0"]
        assert two.times("incoming") == spread["m1"]
        assert len(edge.of(CallOver)) == 20
        headers = {name.lower(): value for name, value in one.last("incoming")["headers"].items()}
        assert headers["x-request-uri"] == f"sip:service@{HOST}:{edge.port}"
        assert headers["x-centralino-source"] == "carrier"
        assert headers["x-centralino-line"] == "service"


@pytest.mark.peer
async def test_above_the_limit_exactly_the_surplus_gets_503(tmp_path: Path) -> None:
    port = free_port()
    async with agent() as media, house(media.port, trunk=port, max_calls=5) as edge:
        more = ("-r", "50", "-d", "4000")
        done = await sipp(edge.port, 12, *more, port=port, folder=tmp_path)
        assert (done.ok, done.failed) == (5, 7), done.output
        assert edge.of(CallRefused) == [CallRefused(503, "full")] * 7
        assert done.output.count("SIP/2.0 503 Service Unavailable") >= 7
        assert "Retry-After: 7" in done.output
        assert media.times("incoming") == 5


@pytest.mark.peer
@pytest.mark.parametrize(
    ("trusted", "lines", "code", "reason"),
    [(True, "other", 404, "unknown_line"), (False, "service", 403, "untrusted")],
)
async def test_404_and_403_before_any_engine_starts(
    trusted: bool, lines: str, code: int, reason: str, tmp_path: Path
) -> None:
    port = free_port()
    async with peer() as media:
        settings = {"lines": frozenset({lines}), "trunk": port if trusted else free_port()}
        async with house(media.port, **settings) as edge:  # type: ignore[arg-type]
            done = await sipp(edge.port, 2, port=port, folder=tmp_path)
            assert (done.ok, done.failed) == (0, 2)
            assert f"SIP/2.0 {code} " in done.output
            assert edge.of(CallRefused) == [CallRefused(code, reason)] * 2
            assert media.got == []


@pytest.mark.parametrize("transport", ["udp", "tcp"])
async def test_a_phone_registers_is_called_and_calls(transport: str) -> None:
    async with agent() as media, house(media.port) as edge:
        phone = agent(
            user="7001", domain=f"{HOST}:{edge.port}", password=PASSWORD, reg_interval=60,
            transport=transport, catchall=False,
        )  # fmt: skip
        async with phone as mine:
            mine.does("register")
            await mine.says("registered")
            assert edge.of(Registered) == [Registered("7001")]

            media.does(f"dial sip:7001@{HOST}:{edge.port} X-Centralino-Source=lie")
            await mine.says("call_established")
            await media.says("call_established")
            assert "X-Centralino-Source" not in mine.last("incoming")["headers"]
            media.does("hangup")
            await mine.says("call_closed")

            mine.does(f"dial sip:service@{HOST}:{edge.port}")
            await media.says("call_established", 2)
            assert media.last("incoming")["headers"]["X-Centralino-Source"] == "7001"
            await mine.says("call_established", 2)
            media.does("hangup")
            await mine.says("call_closed", 2)
            await until(lambda: edge.metrics["calls_active"] == 0)

            mine.does("unregister")
            await mine.says("unregistered")
            assert edge.of(Unregistered) == [Unregistered("7001")]
            media.does(f"dial sip:7001@{HOST}:{edge.port}")
            closed = await media.says("call_closed", 3)
            assert "480" in closed["text"]


async def test_a_phone_that_hangs_is_deaf_until_it_goes_on() -> None:
    async with (
        agent() as media,
        house(media.port, options_every=0.4, options_patience=0.8) as edge,
    ):
        phone = agent(
            user="7001", domain=f"{HOST}:{edge.port}", password=PASSWORD, reg_interval=60,
            catchall=False,
        )  # fmt: skip
        async with phone as mine:
            mine.does("register")
            await mine.says("registered")
            mine.signal(signal.SIGSTOP)
            await until(lambda: edge.of(PhoneDeaf) == [PhoneDeaf("7001")])
            assert edge.metrics["phones_registered"] == 1
            mine.signal(signal.SIGCONT)
            await until(lambda: edge.of(PhoneHeard) == [PhoneHeard("7001")])
            media.does(f"dial sip:7001@{HOST}:{edge.port}")
            await mine.says("call_established")


async def test_a_wrong_password_neither_registers_nor_calls() -> None:
    async with peer() as media, house(media.port) as edge:
        thief = agent(user="7001", domain=f"{HOST}:{edge.port}", password="wrong", reg_interval=60)
        async with thief as phone:
            phone.does("register")
            assert "403" in (await phone.says("failed"))["text"]
            phone.does(f"dial sip:service@{HOST}:{edge.port}")
            assert "403" in (await phone.says("call_closed"))["text"]
            assert edge.metrics["phones_registered"] == 0
            assert media.got == []


async def test_cancel_while_ringing_and_busy_are_passed_on() -> None:
    async with agent(answer="ring") as media, agent(answer="reject") as busy, peer() as caller:
        async with house(media.port, trunk=caller.port) as edge:
            invite = ask("INVITE", edge.port, caller.port, headers=SDP_TYPE)
            caller.send(edge.port, with_sdp(invite))
            await media.says("incoming")
            caller.send(edge.port, ask("CANCEL", edge.port, caller.port))
            await until(lambda: {one.code for one in caller.responses} >= {200, 487})
            refused = next(one for one in caller.responses if one.code == 487)
            ack = ask("ACK", edge.port, caller.port, to=refused.get("To"))
            caller.send(edge.port, ack)
            await media.says("call_closed")
            assert edge.metrics["calls_active"] == 0
        async with house(busy.port, trunk=caller.port) as edge:
            again = ask("INVITE", edge.port, caller.port, call="c2", headers=SDP_TYPE)
            caller.send(edge.port, with_sdp(again))
            await until(lambda: any(one.code == 486 for one in caller.responses))


SDP_TYPE = (("Content-Type", "application/sdp"),)
PCMU = (
    "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
    "m=audio 40000 RTP/AVP {}\r\na=rtpmap:{} {}\r\n"
)


def with_sdp(request: Request, codec: str = "PCMU/8000", payload: int = 0) -> Request:
    text = PCMU.format(payload, payload, codec)
    return Request(request.headers, text.encode(), request.method, request.uri)


async def test_a_foreign_codec_is_488() -> None:
    async with agent() as media, peer() as caller, house(media.port, trunk=caller.port) as edge:
        invite = ask("INVITE", edge.port, caller.port, headers=SDP_TYPE)
        caller.send(edge.port, with_sdp(invite, "FOREIGN/8000", 99))
        await until(lambda: any(one.code >= 300 for one in caller.responses))
        assert caller.responses[-1].code == 488
        assert edge.metrics["calls_active"] == 0


async def test_a_restarted_edge_keeps_dialogs_and_bindings(tmp_path: Path) -> None:
    port, file = free_port(), tmp_path / "bindings.json"
    async with agent() as media, asyncio.timeout(50):
        phone = agent(user="7001", domain=f"{HOST}:{port}", password=PASSWORD, reg_interval=60,
                      catchall=False)  # fmt: skip
        async with phone as mine:
            async with house(media.port, port=port, bindings=FileBindings(file)):
                mine.does("register")
                await mine.says("registered")
                media.does(f"dial sip:7001@{HOST}:{port}")
                await media.says("call_established")
                await mine.says("call_established")
            async with house(media.port, port=port, bindings=FileBindings(file)) as edge:
                assert edge.of(Registered) == [Registered("7001")]
                mine.does("hangup")  # the dialog of before, by its Route
                await media.says("call_closed")
                media.does(f"dial sip:7001@{HOST}:{port}")  # the binding of before
                await mine.says("incoming", 2)
                await media.says("call_established", 2)


async def test_a_restart_while_the_peer_ignores_record_route() -> None:
    """As sipp's stock uac: ACK and BYE name the edge, without any Route."""
    port = free_port()
    async with agent() as one, agent() as two, peer() as caller:
        async with house(one.port, two.port, port=port, trunk=caller.port):
            caller.send(port, with_sdp(ask("INVITE", port, caller.port, headers=SDP_TYPE)))
            await until(lambda: any(r.code == 200 for r in caller.responses))
            ok = next(r for r in caller.responses if r.code == 200)
            caller.send(port, ask("ACK", port, caller.port, to=ok.get("To"), branch="k"))
            await until(lambda: one.times("call_established") + two.times("call_established"))
        async with house(one.port, two.port, port=port, trunk=caller.port):
            bye = ask("BYE", port, caller.port, to=ok.get("To"), branch="e", cseq=2)
            caller.send(port, bye)
            await until(lambda: one.times("call_closed") + two.times("call_closed"))


async def test_draining_lets_running_calls_end() -> None:
    async with agent() as media, peer() as caller, house(media.port, trunk=caller.port) as edge:
        caller.send(edge.port, with_sdp(ask("INVITE", edge.port, caller.port, headers=SDP_TYPE)))
        await until(lambda: any(r.code == 200 for r in caller.responses))
        ok = next(r for r in caller.responses if r.code == 200)
        routes = list(reversed(ok.all("Record-Route")))
        later = {"to": ok.get("To"), "routes": routes, "uri": f"sip:service@{HOST}:{media.port}"}
        caller.send(edge.port, ask("ACK", edge.port, caller.port, branch="k", **later))  # type: ignore[arg-type]
        await media.says("call_established")
        edge.drain()
        fresh = ask("INVITE", edge.port, caller.port, call="c2", branch="b2")
        before = len(caller.responses)
        caller.send(edge.port, fresh)
        await until(lambda: any(r.code == 503 for r in caller.responses[before:]))
        bye = ask("BYE", edge.port, caller.port, branch="e", cseq=2, **later)  # type: ignore[arg-type]
        caller.send(edge.port, bye)
        await media.says("call_closed")
        assert edge.metrics["calls_active"] == 0


async def test_a_media_process_calls_out_through_a_trunk_that_asks_for_a_login() -> None:
    challenge = 'Digest realm="isp", nonce="n", qop="auth", algorithm=SHA-256'
    async with agent() as media, peer() as carrier:

        def isp(request: Request) -> object:
            if request.method == "INVITE" and request.get("Proxy-Authorization") is None:
                return answer(request, 407, carrier.port, [("Proxy-Authenticate", challenge)])
            return None if request.method == "ACK" else answer(request, 486, carrier.port)

        carrier.answering = isp  # type: ignore[assignment]
        trunk = Trunk("isp", HOST, carrier.port, user="acct", password="pw")
        async with house(media.port, trunks=(trunk,)) as edge:
            media.does(f"dial sip:+39061@{HOST}:{edge.port}")
            assert "486" in (await media.says("call_closed"))["text"]
            first, second = carrier.requests("INVITE")[:2]
            assert second.uri == f"sip:+39061@{HOST}:{carrier.port}"
            assert second.cseq[0] == first.cseq[0] + 1
            assert 'username="acct"' in (second.get("Proxy-Authorization") or "")
            await until(lambda: len(carrier.requests("ACK")) >= 2)
