"""The call history over HTTP: who sees which calls, and how they sound."""

from __future__ import annotations

import io
import wave

import pytest

from centralino.content.store import NOTES
from centralino.db.calls import Outcome
from tests.integration.centralino.web.conftest import Visit
from tests.integration.centralino.web.house import HARBOUR, RIVER, House

NUMBER, MASKED = "sip:+390612345678@203.0.113.7", "•••5678"
SOUND = "/api/calls/call-1/recording.wav"


@pytest.fixture
async def past(house: House) -> House:
    """One call of each client, and one that the bot kept."""
    await house.past_call("call-1", RIVER, "anna", "billing")
    await house.past_call("call-2", HARBOUR, "otto", "berths", ago=500)
    await house.begin("call-3", RIVER, house.clock.now() - 400)
    await house.calls.end("call-3", house.clock.now() - 350, Outcome.ANSWERED, "goodbye")
    await house.begin("call-4", RIVER, house.clock.now() - 20)
    return house


@pytest.mark.parametrize(
    ("name", "seen"),
    [
        ("admin", ["call-4", "call-3", "call-2", "call-1"]),
        ("rosa", ["call-4", "call-3", "call-1"]),
        ("hugo", ["call-2"]),
        ("anna", ["call-1"]),
        ("otto", ["call-2"]),
    ],
)
async def test_everybody_sees_the_calls_that_are_his(
    past: House, visit: Visit, name: str, seen: list[str]
) -> None:
    visitor = await visit(name)
    page = await visitor.get("/api/calls")
    assert [call["id"] for call in page["calls"]] == seen
    for call in ("call-1", "call-2", "call-3", "call-4"):
        status = 200 if call in seen else 404
        assert (await visitor.ask("GET", f"/api/calls/{call}")).status == status, call
        if call in ("call-1", "call-2"):
            answer = await visitor.ask("GET", f"/api/calls/{call}/recording.wav")
            assert answer.status == status


@pytest.mark.parametrize(("name", "caller"), [("rosa", NUMBER), ("anna", MASKED)])
async def test_the_callers_number_is_masked_by_role(
    past: House, visit: Visit, name: str, caller: str
) -> None:
    visitor = await visit(name)
    listed = (await visitor.get("/api/calls"))["calls"][-1]
    whole = await visitor.get("/api/calls/call-1")
    assert [listed["caller"], whole["call"]["caller"], whole["packet"]["caller"]] == [caller] * 3
    assert (NUMBER in str(whole)) == (caller == NUMBER)


async def test_one_call_shows_everything_kept_of_it(past: House, visit: Visit) -> None:
    whole = await (await visit("rosa")).get("/api/calls/call-1")
    call = whole["call"]
    assert (call["outcome"], call["queue_name"], call["agent_name"]) == (
        "transferred", "Billing", "Anna Keller",
    )  # fmt: skip
    assert (call["waited"], call["duration"], call["latency_p50_ms"]) == (42.0, 171.0, 840.0)
    assert [line["who"] for line in whole["transcript"]][-2:] == ["agent", "caller"]
    assert whole["transcript"][2]["latency_ms"] == 810.0
    assert [row["to"] for row in whole["journey"]][2:4] == ["waiting", "placed"]
    assert whole["journey"][4]["who"] == "Anna Keller"
    assert whole["notes"] == {"text": "Meter read wrongly in October.", "disposition": "solved"}
    assert whole["recording"] == {"url": SOUND, "seconds": 3.0}
    assert whole["may_note"] is False


FILTERS = {
    "outcome=answered": ["call-3"],
    "outcome=open": ["call-4"],
    "outcome=open&line=9": [],
    "line=1000&limit=1": ["call-4"],
    "line=9": [],
    "queue=billing": ["call-1"],
    "mine=1": [],
    "since=1699999605": ["call-4"],
}


async def test_the_list_is_filtered(past: House, visit: Visit) -> None:
    rosa = await visit("rosa")
    for query, seen in FILTERS.items():
        page = await rosa.get(f"/api/calls?{query}")
        assert (query, [call["id"] for call in page["calls"]]) == (query, seen)


async def test_the_list_goes_on_where_it_ended(past: House, visit: Visit) -> None:
    rosa = await visit("rosa")
    first = await rosa.get("/api/calls?limit=2")
    second = await rosa.get(f"/api/calls?limit=2&before={first['before']}")
    ids = [call["id"] for page in (first, second) for call in page["calls"]]
    assert ids == ["call-4", "call-3", "call-1"]
    assert second["before"] is None


async def test_a_wrong_question_is_refused(visit: Visit) -> None:
    rosa = await visit("rosa")
    for query in (
        "limit=0",
        "limit=x",
        "limit=²",
        f"limit={'9' * 5000}",
        "outcome=x",
        "since=x",
        "before=x",
    ):
        assert (query, (await rosa.ask("GET", f"/api/calls?{query}")).status) == (query, 400)


async def test_calls_going_on_are_newest_first_too(past: House, visit: Visit) -> None:
    await past.begin("call-5", RIVER, past.clock.now() - 5)
    await past.begin("call-6", HARBOUR, past.clock.now() - 4)
    page = await (await visit("rosa")).get("/api/calls?outcome=open")
    assert [call["id"] for call in page["calls"]] == ["call-5", "call-4"]


async def test_an_agent_sees_how_his_own_calls_were_closed(past: House, visit: Visit) -> None:
    page = await (await visit("anna")).get("/api/calls?mine=1")
    assert [(call["id"], call["disposition"]) for call in page["calls"]] == [("call-1", "solved")]


async def test_notes_belong_to_the_agent_who_had_the_call(past: House, visit: Visit) -> None:
    body = {"text": "later thought", "disposition": "follow-up"}
    await (await visit("anna")).do("PUT", "/api/calls/call-1/notes", body)
    kept = await past.contents.get("call-1", NOTES, None)
    assert getattr(kept, "text", "") == "later thought"
    assert (await (await visit("rosa")).ask("PUT", "/api/calls/call-1/notes", body)).status == 403
    wrong = {"text": "x", "disposition": "made up"}
    anna = await visit("anna")
    assert (await anna.ask("PUT", "/api/calls/call-1/notes", wrong)).status == 400
    assert (await anna.ask("PUT", "/api/calls/call-3/notes", body)).status == 404
    too_long = {"text": "x" * 4001}
    assert (await anna.ask("PUT", "/api/calls/call-1/notes", too_long)).status == 400


async def test_nothing_is_written_about_an_erased_call(past: House, visit: Visit) -> None:
    await past.contents.erase("call-1", past.clock.now())
    anna = await visit("anna")
    answer = await anna.ask("PUT", "/api/calls/call-1/notes", {"text": "still here"})
    assert answer.status == 410
    whole = await anna.get("/api/calls/call-1")
    assert (whole["packet"], whole["transcript"], whole["recording"]) == (None, [], None)
    assert (await anna.ask("GET", SOUND)).status == 404


async def test_the_recording_is_a_two_channel_wav(past: House, visit: Visit) -> None:
    answer = await (await visit("rosa")).ask("GET", SOUND)
    assert answer.headers["Content-Type"] == "audio/wav"
    with wave.open(io.BytesIO(await answer.read())) as sound:
        assert (sound.getnchannels(), sound.getframerate(), sound.getnframes()) == (2, 8000, 24000)


async def test_a_player_gets_the_part_it_asks_for(past: House, visit: Visit) -> None:
    rosa = await visit("rosa")
    whole = await (await rosa.ask("GET", SOUND)).read()
    parts = {
        "bytes=0-43": (206, whole[:44]),
        "bytes=50000-": (206, whole[50000:]),
        "bytes=-100": (206, whole[-100:]),
        "bytes=0-1,5-6": (200, whole),
    }
    for wanted, (status, part) in parts.items():
        answer = await rosa.ask("GET", SOUND, None, {"Range": wanted})
        assert (wanted, answer.status) == (wanted, status)
        assert await answer.read() == part
    outside = await rosa.ask("GET", SOUND, None, {"Range": "bytes=999999-"})
    assert (outside.status, outside.headers["Content-Range"]) == (416, f"bytes */{len(whole)}")


async def test_a_damaged_recording_does_not_hide_the_call(past: House, visit: Visit) -> None:
    path = next(past.sounds.directory.glob("call-1*"))
    path.write_bytes(b"not a recording")
    whole = await (await visit("rosa")).get("/api/calls/call-1")
    assert whole["recording"] is None and whole["packet"] is not None
