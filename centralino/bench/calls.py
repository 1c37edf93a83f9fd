"""`bench calls`: how many conversations the cores that we may use can hold, until we refuse.

Our processes are pinned to one core, callers and recorders to the others, so that neither takes the
other's time. Each caller speaks about 2.5 s every 12 s; half of the answers are made anew. In a
step callers come one by one over a period, while the others talk: so admission sees what a call
costs before the next one comes. The first turn of each is not counted, for not all are there yet;
when all are, one caller more knocks. One step after the other has more calls; the last one is
where the edge refuses, or where answers come late.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from centralino.bench.figures import split
from centralino.bench.house import TURNS_LINE, BenchHouse
from centralino.bench.knock import knock
from centralino.bench.processes import cpu_seconds, rss_mb
from centralino.caller.party import order
from centralino.caller.script import HangUp, Pause, Say, Step
from centralino.caller.voices import RATE
from centralino.commands.call import Running, party
from centralino.demo.measure import latencies_ms, summary
from centralino.errors import ProcessDied

SENTENCES = (
    "good morning, could you tell me what your opening hours are",
    "hello, I would like to know when my next bill is due",
    "excuse me, can you tell me how I get to your office",
    "please tell me how I can save energy in my house",
    "I wonder what you charge, what does electricity cost",
    "I have a question, I have solar panels on my roof",
)
"""About 2.5 s each; the answers to three of them are made anew each time."""
SETTLE = 3.0
"""Seconds between the greeting and the first sentence."""
LATE_MS = 2500.0
"""Answers this late at p95 end the curve: nobody would go on."""
GOOD_MS = 1200.0


@dataclass
class Rung:
    """One number of calls at once."""

    calls: int
    latencies: list[float] = field(default_factory=list)
    asked: int = 0
    refused: int = 0
    dropped: int = 0
    knocked: str = ""
    """How one caller more was answered when all were there."""
    cpu_cores: float = 0.0
    rss_mb: int = 0
    splits: list[dict[str, float]] = field(default_factory=list)
    """Our log's opinion of each turn."""

    def row(self, every: float) -> dict[str, Any]:
        """As DESIGN's JSON."""
        found = summary(self.latencies)
        return {
            "calls": self.calls,
            "every_s": every,
            "turn_p50_ms": found["p50"],
            "turn_p95_ms": found["p95"],
            "n": found["n"],
            "unanswered": self.asked - len(self.latencies),
            "cpu_cores": round(self.cpu_cores, 2),
            "rss_mb": self.rss_mb,
            "refused": self.refused,
            "dropped": self.dropped,
            "one_more": self.knocked,
            "split_ms": split(self.splits),
        }


@contextlib.contextmanager
def pinned(cores: set[int]) -> Iterator[None]:
    """What is started within keeps to these cores; this process returns to its own."""
    own = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cores)
    try:
        yield
    finally:
        os.sched_setaffinity(0, own)


async def measure_calls(
    house: BenchHouse,
    every: float,
    steps: Sequence[int],
    turns: int,
    told: Callable[[dict[str, Any]], None],
    *,
    late_ends: bool = True,
) -> list[dict[str, Any]]:
    """One step after the other, until calls are refused or, with `late_ends`, answers come too
    late."""
    wavs = [house.sounds.file(await house.sounds.pcm(text)) for text in SENTENCES]
    rows = []
    for calls in steps:
        row = (await _rung(house, calls, every, turns, wavs)).row(every)
        rows.append(row)
        told(row)
        late = row["turn_p95_ms"] is None or row["turn_p95_ms"] > LATE_MS
        if row["refused"] or (late and late_ends):
            break
    return rows


async def _rung(
    house: BenchHouse, calls: int, every: float, turns: int, wavs: Sequence[str]
) -> Rung:
    rung = Rung(calls)

    async def one(number: int) -> None:
        await asyncio.sleep(every * number / calls)
        name = f"load-{every:g}-{calls}-{number}"
        asked = order(
            script_of(number, every, turns, wavs),
            target=f"sip:{TURNS_LINE}@{house.edge}", user=name, edge=house.edge,
            recording=house.recording(name), max_seconds=120.0 + every * (turns + 2),
        )  # fmt: skip
        try:
            async with party(asked) as it:
                if await _answered(it):
                    await _over(it, every * (turns + 2) + 60.0)
                    _judge(rung, it, turns)
                    rung.splits += _splits(house, name)
                else:
                    rung.refused += 1
        except ProcessDied:  # a caller that does not start is no reason to lose the curve
            rung.dropped += 1

    watching = asyncio.create_task(_watch(house, rung, every, turns))
    await asyncio.gather(*(one(number) for number in range(calls)))
    await watching
    return rung


async def _watch(house: BenchHouse, rung: Rung, every: float, turns: int) -> None:
    """What the house uses while all are there, and how it answers one more."""
    await asyncio.sleep(every + SETTLE)
    at, before = _used(house)
    await asyncio.sleep(every * (turns - 1) / 2)
    rung.knocked = await knock(house.edge, TURNS_LINE)
    await asyncio.sleep(every * (turns - 1) / 2)
    now, after = _used(house)
    rung.cpu_cores = (after - before) / max(0.1, now - at)
    rung.rss_mb = round(sum(rss_mb(pid) for pid in house.pids()))


def script_of(number: int, every: float, turns: int, wavs: Sequence[str]) -> list[Step]:
    """Sentences at their times, each caller beginning with another."""
    steps: list[Step] = [Pause(SETTLE)]
    for turn in range(turns):
        wav = wavs[(number + turn) % len(wavs)]
        spoken = os.path.getsize(wav) / 2 / RATE
        steps += [Say(f"sentence {turn}", wav), Pause(max(0.5, every - spoken))]
    return [*steps, HangUp()]


async def _answered(it: Running) -> bool:
    """Whether the call is up; False: refused, or not answered in a minute."""
    with contextlib.suppress(ProcessDied, TimeoutError):
        async with asyncio.timeout(60.0):
            while it.seen("answered") is None:
                if it.seen("ended") or it.seen("failed"):
                    return False
                it.changed.clear()
                await it.changed.wait()
            return True
    return False


async def _over(it: Running, seconds: float) -> None:
    with contextlib.suppress(ProcessDied, TimeoutError):
        await it.until("ended", seconds)


def _judge(rung: Rung, it: Running, turns: int) -> None:
    ended = it.seen("ended")
    said = sum(event["event"] == "said" for event in it.events)
    rung.asked += max(0, said - 1)
    if ended is None or said < turns:
        rung.dropped += 1
    if ended is not None and ended["recording"]:
        rung.latencies += latencies_ms(str(ended["recording"]), _counted(it.events), turns)


def _splits(house: BenchHouse, user: str) -> list[dict[str, float]]:
    """Where the turns of this caller went, without the first."""
    calls = house.watch.of(user)
    return [fact["latency"] for call in calls for fact in call.reports("TurnAnswered")[1:]]


def _counted(events: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Without the first sentence. PURE."""
    sentences = [event for event in events if event["event"] in ("saying", "said")]
    return sentences[2:]


def _used(house: BenchHouse) -> tuple[float, float]:
    """Now, and seconds of processor time that the house has used so far."""
    return asyncio.get_running_loop().time(), sum(cpu_seconds(pid) for pid in house.pids())


def turns_a_second(rows: Sequence[dict[str, Any]]) -> dict[str, float]:
    """By period: the most turns a second whose p95 is still good. PURE."""
    best: dict[str, float] = {}
    for row in rows:
        good = row["turn_p95_ms"] is not None and row["turn_p95_ms"] <= GOOD_MS
        if good and not row["refused"]:
            key = f"{row['every_s']:g}"
            best[key] = max(best.get(key, 0.0), round(row["calls"] / row["every_s"], 2))
    return best
