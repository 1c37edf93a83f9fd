"""`bench turns`, first part: callers who answer every kind of question, timed on their recordings.

Each caller is a process with a SIP stack of its own. It knows what is asked from the house's live
lines, as a person knows it from the words, and says its answer once the house is quiet. All times
are read from the recording; the split is our log's.
"""

from __future__ import annotations

import asyncio
import math
import random
from dataclasses import dataclass, field, replace

from centralino.bench.bound import Bound
from centralino.bench.figures import Turn
from centralino.bench.house import TURNS_LINE, BenchHouse, told_at
from centralino.bench.utterances import Speaker, Utterance
from centralino.caller.party import order
from centralino.caller.script import HangUp, Quiet, Say
from centralino.commands.call import Running, party
from centralino.demo.measure import channels
from centralino.demo.watch import Fact, SeenCall
from centralino.errors import ProcessDied
from telephony.media.activity import Span, loud_frames, turn_latencies

QUIET = 1.0
"""Seconds of quiet after which a caller takes the question to be asked."""
PATIENCE = 40.0
"""Seconds in which the next question must come."""
TURNS_A_CALL = 21
"""The bench's bot asks so much in one call."""
RATE = 8000
LAG = 0.1
"""Seconds that sound needs from the caller's recording to our log, at the least."""


@dataclass
class Caller:
    """One call: who, what was said, and everything that was told about it."""

    name: str
    speaker: Speaker
    said: list[Utterance] = field(default_factory=list)
    call: SeenCall | None = None
    events: list[dict[str, object]] = field(default_factory=list)
    recording: str = ""
    problem: str = ""


async def measure_turns(
    house: BenchHouse, turns: int, at_once: int, seed: int, fixed: frozenset[str], more: Bound
) -> tuple[list[Turn], list[str]]:
    """Have `turns` utterances said in calls of which `at_once` go on; the turns, and problems.

    `fixed` are the texts that were spoken before the first call; without `more` time the callers
    hang up.
    """
    callers: list[Caller] = []
    most_calls = 2 * math.ceil(turns / TURNS_A_CALL)  # some are handed over before their end
    left = turns

    async def work() -> None:
        nonlocal left
        while left > 0 and len(callers) < most_calls and more():
            name = f"caller-{len(callers)}"
            caller = Caller(name, Speaker(random.Random(f"{seed}-{name}")))
            callers.append(caller)
            share = min(TURNS_A_CALL, left)
            left -= share
            await converse(house, caller, share, more)
            left += share - len(caller.said)

    await asyncio.gather(*(work() for _ in range(at_once)))
    found = [turn for caller in callers for turn in turns_of(caller, fixed)]
    return found, [f"{caller.name}: {caller.problem}" for caller in callers if caller.problem]


async def converse(house: BenchHouse, caller: Caller, turns: int, more: Bound) -> None:
    """One call, from dialling to hanging up."""
    asked = order(
        [], target=f"sip:{TURNS_LINE}@{house.edge}", user=caller.name, edge=house.edge,
        recording=house.recording(caller.name), max_seconds=60.0 + 30.0 * turns,
    )  # fmt: skip
    try:
        async with party(asked) as it:
            caller.call = await house.watch.until(
                f"the call of {caller.name} arrived",
                lambda: next(iter(house.watch.of(caller.name)), None),
            )
            await _answer_all(house, caller, it, turns, more)
            it.cue(Quiet(QUIET, patience=5.0), HangUp())
            ended = await it.until("ended", 30.0)
            caller.recording, caller.events = str(ended["recording"]), it.events
    except (ProcessDied, TimeoutError) as problem:
        caller.problem = str(problem) or "no answer in time"


async def _answer_all(
    house: BenchHouse, caller: Caller, it: Running, turns: int, more: Bound
) -> None:
    mark = 0
    while len(caller.said) < turns and more():
        question, mark = await _next_question(house, caller, it, mark)
        if question is None:
            return
        utterance = caller.speaker.answer(question)
        wav = await house.sounds.wav(utterance)
        it.cue(Quiet(QUIET), Say(utterance.text, wav))
        caller.said.append(utterance)
    await _until_said(it, len(caller.said))


async def _next_question(
    house: BenchHouse, caller: Caller, it: Running, mark: int
) -> tuple[str | None, int]:
    """The last question asked since `mark`, once all was said; None when the talk is over."""
    call = caller.call
    assert call is not None
    await _until_said(it, len(caller.said))

    def asked() -> tuple[str | None, int] | None:
        since = call.facts[mark:]
        if any("ended" in fact or "queued" in fact for fact in since) or it.seen("ended"):
            return None, len(call.facts)
        questions = [fact["question"] for fact in since if fact.get("question")]
        return (str(questions[-1]), len(call.facts)) if questions else None

    found: tuple[str | None, int] = await house.watch.until("a question came", asked, PATIENCE)
    return found


async def _until_said(it: Running, count: int) -> None:
    async with asyncio.timeout(PATIENCE):
        while sum(event["event"] == "said" for event in it.events) < count:
            if it.seen("ended"):
                return
            it.changed.clear()
            await it.changed.wait()


# From the recording and the log to turns.


def turns_of(caller: Caller, fixed: frozenset[str]) -> list[Turn]:
    """Every utterance of a call that was said to its end."""
    begins = [float(str(e["at"])) for e in caller.events if e["event"] == "saying"]
    ends = [float(str(e["at"])) for e in caller.events if e["event"] == "said"]
    answered = next((float(str(e["at"])) for e in caller.events if e["event"] == "answered"), 0.0)
    if not caller.recording or caller.call is None or not ends:
        return []
    received, sent = channels(caller.recording)
    spans = [Span(begin, end + 0.1) for begin, end in zip(begins, ends, strict=False)]
    latencies = turn_latencies(sent, received, RATE, spans)
    speaking, hearing = loud_frames(sent), loud_frames(received)
    turns = []
    for index, (span, utterance) in enumerate(zip(spans, caller.said, strict=False)):
        exact = _exact(span, speaking)
        until = begins[index + 1] if index + 1 < len(begins) else float("inf")
        facts = [f for f in caller.call.facts if span.start <= told_at(f) - answered < until]
        early = spoken_over(exact, hearing)
        ends = ended_early(exact, facts, answered)
        turn = _turn(utterance, latencies[index], facts, (early or bool(ends), early), fixed)
        silence = silence_before(ends[0], exact, speaking) if ends else None
        turns.append(replace(turn, silence_ms=silence))
    return turns


def _exact(span: Span, speaking: list[bool]) -> Span:
    """From the first loud frame to the end of the last."""
    frames = range(round(span.start / 0.02), min(len(speaking), round(span.end / 0.02)))
    loud = [index for index in frames if speaking[index]]
    return Span(loud[0] * 0.02, (loud[-1] + 1) * 0.02) if loud else span


def spoken_over(said: Span, hearing: list[bool], lasting: int = 3) -> bool:
    """Whether the other side began to speak while this was being said."""
    first, last = round(said.start / 0.02), round(said.end / 0.02)
    return any(
        all(hearing[at : at + lasting]) and not hearing[at - 1]
        for at in range(max(1, first), min(last, len(hearing) - lasting))
    )


def ended_early(said: Span, facts: list[Fact], answered: float) -> list[float]:
    """When our log took the turn for over while this was still being said, in seconds."""
    ends = [float(f["at"]) - answered for f in facts if f.get("after") == "thinking"]
    return [end for end in ends if said.start + LAG < end < said.end + LAG]


def silence_before(end: float, said: Span, speaking: list[bool]) -> float | None:
    """Milliseconds of silence, as the caller sent it, before our log took the turn for over."""
    until = min(round((end - LAG) / 0.02), len(speaking))
    loud = [at for at in range(round(said.start / 0.02), until) if speaking[at]]
    return round(1000 * (end - LAG - (loud[-1] + 1) * 0.02)) if loud else None


def _turn(
    utterance: Utterance,
    latency: float | None,
    facts: list[Fact],
    cut: tuple[bool, bool],
    fixed: frozenset[str],
) -> Turn:
    reports: dict[str, list[Fact]] = {}
    for fact in facts:
        reports.setdefault(str(fact.get("report")), []).append(fact)
    answers, words = reports.get("TurnAnswered", []), reports.get("BotSaid", [])
    heard = reports.get("TurnHeard", [])
    waited = any(fact.get("patience") == "words" for fact in facts)
    if waited and answers:
        latency = float(answers[-1]["latency"]["total"]) / 1000  # "one moment" is no answer
    return Turn(
        kind=utterance.kind,
        said=utterance.text,
        hesitates=utterance.hesitates,
        latency_ms=None if latency is None else round(1000 * latency),
        split_ms=answers[-1]["latency"] if answers else None,
        cut=cut[0],
        early=cut[1],
        intent=str(answers[-1]["intent"]) if answers else "",
        expects=utterance.expects,
        heard=" / ".join(str(fact["text"]) for fact in heard),
        prepared=words[0]["text"] in fixed if words else None,
        shown=utterance.shown,
        means=utterance.means,
        dropped=any(fact["spoken"] for fact in reports.get("PromptCut", ())),
        taken=tuple(str(fact["intent"]) for fact in reports.get("TurnUnderstood", [])),
        again=":" in utterance.question
        and utterance.question in [fact.get("question") for fact in words],
    )
