"""The shell on real sockets: UDP, TCP, framing, what strangers send, the file of bindings."""

from __future__ import annotations

import asyncio
import socket
import stat
from pathlib import Path

import pytest

from kernel.clock import SteadyClock
from telephony.edge.config import EdgeConfig, MediaTarget, Trunk
from telephony.edge.digest import Login
from telephony.edge.digest import answer as login
from telephony.edge.errors import BadBindingFile
from telephony.edge.events import (
    Binding,
    CallAdmitted,
    MediaSilent,
    Notice,
    Registered,
    TrunkDown,
    TrunkUp,
    Unregistered,
)
from telephony.edge.message import Request, Response
from telephony.edge.server import EdgeServer
from telephony.edge.store import FileBindings, MemoryBindings
from telephony.edge.uri import Hop
from telephony.errors import PortInUse
from tests.integration.telephony.edge.house import PASSWORD, House, answer, ask, house
from tests.integration.telephony.edge.peers import HOST, TcpPeer, free_port, peer, tcp_peer
from tests.waiting import until


async def test_options_over_udp_and_tcp_on_one_port() -> None:
    async with house(free_port()) as edge, peer() as udp, tcp_peer(edge.port) as tcp:
        assert (await udp.ask(edge.port, ask("OPTIONS", edge.port, udp.port))).code == 200
        tcp.send(bytes(ask("OPTIONS", edge.port, tcp.port, transport="TCP")))
        answered = await tcp.next()
        assert isinstance(answered, Response)
        assert answered.code == 200


async def test_tcp_is_framed_by_content_length_and_answers_pings() -> None:
    async with house(free_port()) as edge, tcp_peer(edge.port) as tcp:
        one = bytes(ask("OPTIONS", edge.port, tcp.port, transport="TCP", branch="1"))
        two = bytes(ask("OPTIONS", edge.port, tcp.port, transport="TCP", branch="2"))
        tcp.send(b"\r\n\r\n")
        assert await tcp.bytes_(2) == b"\r\n"
        tcp.send(one + two[:50])
        assert isinstance(await tcp.next(), Response)
        tcp.send(two[50:])
        second = await tcp.next()
        assert isinstance(second, Response)
        assert "z9hG4bK2" in (second.get("Via") or "")


async def test_a_stream_that_cannot_be_framed_is_closed_and_the_edge_lives() -> None:
    async with house(free_port()) as edge:
        async with tcp_peer(edge.port) as tcp:
            tcp.send(b"OPTIONS sip:h SIP/2.0\r\nno length: here\r\n\r\n")
            assert await tcp.next() is None
        async with peer() as udp:
            assert (await udp.ask(edge.port, ask("OPTIONS", edge.port, udp.port))).code == 200


GARBAGE = [
    b"",
    b"\r\n\r\n",
    b"\0" * 1000,
    b"\xff\xfe garbage",
    b"INVITE",
    b"INVITE sip:service@h SIP/2.0\r\n\r\n",
    b"INVITE sip:h;self=1 SIP/2.0\r\nVia: SIP/2.0/UDP h\r\nFrom: <\r\nTo: x\r\nCall-ID:\r\n\r\n",
    b"SIP/2.0 200 OK\r\nVia: nonsense\r\n\r\n",
    b"REGISTER sip:127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:1;rport=99999999\r\n"
    b"From: <sip:a@h>;tag=1\r\nTo: <sip:a@h>\r\nCall-ID: 1\r\nCSeq: 1 REGISTER\r\n\r\n",
    b"A" * 60_000,
]


async def test_garbage_never_kills_the_edge() -> None:
    async with house(free_port()) as edge, peer() as udp:
        for data in GARBAGE:
            udp.send(edge.port, data)
        final = await udp.ask(edge.port, ask("OPTIONS", edge.port, udp.port, call="last"))
        await until(lambda: any(one.call_id == "last" for one in udp.responses))
        assert final is not None
        assert edge.metrics["malformed"] >= 5


async def test_a_folded_invite_of_a_carrier_gets_through() -> None:
    async with peer() as carrier, peer() as media:
        async with house(media.port, trunk=carrier.port) as edge:
            whole = bytes(ask("INVITE", edge.port, carrier.port))
            folded = whole.replace(b"Via: ", b"v  :\r\n   ").replace(b";tag=a", b"\r\n\t; tag = a")
            carrier.send(edge.port, folded)
            await until(lambda: media.requests("INVITE"))
            assert media.requests("INVITE")[0].tag("From") == "a"


async def test_a_port_in_use_is_told_by_name() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind((HOST, 0))
        port = taken.getsockname()[1]
        with pytest.raises(PortInUse, match=str(port)):
            async with house(free_port(), port=port):
                pass
    with socket.socket() as taken:
        taken.bind((HOST, 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(PortInUse):
            async with house(free_port(), port=port):
                pass
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
            free.bind((HOST, port))  # what was opened of it was closed again


async def test_a_silent_media_process_is_told_of() -> None:
    async with peer() as carrier, peer() as media:
        async with house(media.port, trunk=carrier.port, silent_after=0.2) as edge:
            refused = await carrier.ask(edge.port, ask("INVITE", edge.port, carrier.port))
            assert (refused.code, refused.get("Retry-After")) == (503, "7")
            assert edge.of(MediaSilent) == [MediaSilent("m0")]


async def test_what_cannot_be_reached_is_503() -> None:
    async with peer() as media, house(media.port) as edge:
        nobody = f"sip:x@{HOST}:{free_port()};transport=tcp"
        answered = await media.ask(edge.port, ask("INVITE", edge.port, media.port, uri=nobody))
        assert answered.code == 503
        nowhere = ask("INVITE", edge.port, media.port, uri="sip:x@nowhere.invalid", call="c2")
        assert (await media.ask(edge.port, nowhere)).code == 503


async def test_a_name_is_resolved() -> None:
    async with peer() as media, peer() as far, house(media.port) as edge:
        uri = f"sip:x@localhost:{far.port}"
        media.send(edge.port, ask("INVITE", edge.port, media.port, uri=uri))
        await until(lambda: far.requests("INVITE"))


async def test_a_listener_that_fails_stops_nothing() -> None:
    def broken(notice: Notice) -> None:
        raise RuntimeError("a listener's bug")

    async with peer() as carrier, peer() as media:
        trunk = Trunk("t", HOST, carrier.port)
        config = EdgeConfig(HOST, (MediaTarget("m", HOST, media.port),), port=0, trunks=(trunk,),
                            default_line="service")  # fmt: skip
        async with EdgeServer(config, SteadyClock(), broken) as edge:
            carrier.send(edge.port, ask("INVITE", edge.port, carrier.port))
            await until(lambda: media.requests("INVITE"))


async def test_a_bug_in_the_core_costs_one_message(monkeypatch: pytest.MonkeyPatch) -> None:
    def bug(*_: object) -> None:
        raise ZeroDivisionError

    async with house(free_port()) as edge, peer() as udp:
        with monkeypatch.context() as patch:
            patch.setattr("telephony.edge.core.EdgeCore._options", bug)
            udp.send(edge.port, ask("OPTIONS", edge.port, udp.port))
            await until(lambda: edge.metrics.get("received") == 1)
        assert (await udp.ask(edge.port, ask("OPTIONS", edge.port, udp.port))).code == 200


# Phones over TCP.


def register(edge: House, tcp: TcpPeer, number: int, text: str = "") -> bytes:
    address = f"<sip:7001@{HOST}:{edge.port}>"
    given = (("Authorization", text),) if text else ()
    asked = ask("REGISTER", edge.port, tcp.port, transport="TCP", call="r", branch=f"r{number}",
                cseq=number, to=address, uri=f"sip:{HOST}:{edge.port}", headers=given)  # fmt: skip
    return bytes(asked.put("Contact", "<sip:7001@192.168.1.9;transport=tcp>"))


async def registered(edge: House, tcp: TcpPeer) -> None:
    tcp.send(register(edge, tcp, 1))
    asked = await tcp.next()
    assert isinstance(asked, Response)
    uri = f"sip:{HOST}:{edge.port}"
    values = asked.all("WWW-Authenticate")
    tcp.send(
        register(edge, tcp, 2, login(values, Login("7001", PASSWORD), "REGISTER", uri, "c") or "")
    )
    done = await tcp.next()
    assert isinstance(done, Response)
    assert done.code == 200


async def test_a_tcp_phone_is_reached_over_its_own_connection_and_gone_with_it() -> None:
    async with peer() as media, house(media.port) as edge:
        async with tcp_peer(edge.port) as tcp:
            await registered(edge, tcp)
            assert edge.of(Registered) == [Registered("7001")]
            call = ask("INVITE", edge.port, media.port, user="7001")
            media.send(edge.port, call)
            invite = await tcp.next()
            assert isinstance(invite, Request)
            assert len(invite.all("Record-Route")) == 2
            tcp.send(bytes(answer(invite, 486, tcp.port)))
            await until(lambda: [one.code for one in media.responses] == [486])
        await until(lambda: edge.of(Unregistered))
        refused = await media.ask(
            edge.port, ask("INVITE", edge.port, media.port, user="7001", call="c2", branch="b2")
        )
        assert refused.code == 480


# A carrier that we register with.


async def test_we_register_with_a_carrier_and_its_calls_are_let_in() -> None:
    async with peer() as carrier, peer() as media:
        challenge = 'Digest realm="isp", nonce="n", qop="auth,auth-int"'

        def registrar(request: Request) -> Response | None:
            if request.method != "REGISTER":
                return None
            if request.get("Authorization") is None:
                return answer(request, 401, carrier.port, [("WWW-Authenticate", challenge)])
            return answer(request, 200, carrier.port)

        carrier.answering = registrar
        trunk = Trunk("isp", "localhost", carrier.port, user="acct", password="pw", register=True)
        async with house(media.port, trunks=(trunk,)) as edge:
            await until(lambda: edge.of(TrunkUp))
            text = carrier.requests("REGISTER")[1].get("Authorization") or ""
            assert 'username="acct"' in text
            carrier.send(edge.port, ask("INVITE", edge.port, carrier.port))
            await until(lambda: edge.of(CallAdmitted))
            admitted = edge.of(CallAdmitted)[0]
            assert isinstance(admitted, CallAdmitted)
            assert admitted.source == "isp"


async def test_a_carrier_that_refuses_is_told_of() -> None:
    async with peer() as carrier:
        carrier.answering = lambda request: answer(request, 403, carrier.port)
        trunk = Trunk("isp", HOST, carrier.port, user="acct", password="pw", register=True)
        async with house(free_port(), trunks=(trunk,)) as edge:
            await until(lambda: edge.of(TrunkDown))
            assert edge.of(TrunkDown) == [TrunkDown("isp", "403 Phrase")]


# The store.

ONE = Binding("7001", "sip:7001@h", Hop("udp", "192.0.2.1", 5060), 1e12, "c", 3, 5.0)
TWO = Binding("7001", "sip:\udcff@h", Hop("tcp", "2001:db8::1", 9), 1e12, "c", 4, 6.0)


@pytest.mark.parametrize("kind", ["file", "memory"])
def test_a_store_keeps_replaces_and_forgets(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "state" / "bindings.json"
    memory = MemoryBindings()

    def opened() -> MemoryBindings:
        return FileBindings(path) if kind == "file" else memory

    store = opened()
    assert store.load() == []
    store.put(ONE)
    store.put(TWO)
    store.put(ONE)
    store.flush()
    assert sorted(opened().load(), key=lambda one: one.cseq) == [ONE, TWO]
    store.drop("7001", TWO.contact)
    store.drop("7001", "unknown")
    store.flush()
    store.flush()
    assert opened().load() == [ONE]


def test_the_file_is_for_us_alone_and_whole(tmp_path: Path) -> None:
    path = tmp_path / "bindings.json"
    store = FileBindings(path)
    store.put(ONE)
    store.flush()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [file.name for file in tmp_path.iterdir()] == ["bindings.json"]


@pytest.mark.parametrize(
    "text", ["", "[]", '{"v": 9, "bindings": []}', '{"v": 1, "bindings": [1]}']
)
def test_a_file_that_cannot_be_read_is_told_by_name(text: str, tmp_path: Path) -> None:
    path = tmp_path / "bindings.json"
    path.write_text(text)
    with pytest.raises(BadBindingFile, match=r"bindings\.json"):
        FileBindings(path).load()


async def test_a_disk_that_is_full_does_not_stop_the_phones() -> None:
    class Full(MemoryBindings):
        def flush(self) -> None:
            raise OSError("no space left")

    async with house(free_port(), bindings=Full()) as edge, tcp_peer(edge.port) as tcp:
        await registered(edge, tcp)
        assert edge.metrics["phones_registered"] == 1


async def test_leaving_closes_everything() -> None:
    async with house(free_port()) as edge:
        port = edge.port
        stream = await asyncio.open_connection(HOST, port)
    assert await stream[0].read() == b""
    stream[1].close()
    async with house(free_port(), port=port) as again:
        assert again.port == port
