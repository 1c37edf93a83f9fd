"""How lines told one by one become a transcript."""

from __future__ import annotations

from dataclasses import replace

from structlog.testing import capture_logs

from centralino.content.errors import Erased
from centralino.content.messages import Transcript
from centralino.control.transcripts import Transcripts
from kernel.packet import TranscriptLine

ASKED = TranscriptLine(7.0, "caller", "let me talk to a person", 0.9)
ANSWER = (TranscriptLine(9.0, "bot", "Of course."), TranscriptLine(9.0, "bot", "One moment."))


class Kept:
    """A content store in memory."""

    def __init__(self) -> None:
        self.value: object | None = None

    async def get(self, subject: str, kind: str, clients: object) -> object | None:
        return self.value

    async def put(self, subject: str, kind: str, value: object, **more: object) -> None:
        self.value = value


async def told(*lines: TranscriptLine, kept: Kept | None = None) -> tuple[TranscriptLine, ...]:
    kept = kept or Kept()
    transcripts = Transcripts(kept)  # type: ignore[arg-type]
    for line in lines:
        await transcripts.add("call-1", "riverton", line, 60.0)
    await transcripts.keep(10.0)
    assert isinstance(kept.value, Transcript)
    return kept.value.lines


async def test_sentences_of_one_answer_are_all_kept_in_their_order() -> None:
    assert await told(ASKED, *ANSWER) == (ASKED, *ANSWER)


async def test_what_becomes_known_later_completes_a_line_in_its_place() -> None:
    meant, fast = replace(ASKED, intent="person"), replace(ANSWER[0], latency_ms=640)
    assert await told(ASKED, *ANSWER, meant, fast) == (meant, fast, ANSWER[1])


async def test_a_line_that_comes_late_or_twice_stands_where_it_belongs() -> None:
    assert await told(*ANSWER, ASKED, *ANSWER) == (ASKED, *ANSWER)


async def test_after_a_restart_it_goes_on_from_what_was_kept() -> None:
    kept = Kept()
    await told(ASKED, kept=kept)
    assert await told(*ANSWER, kept=kept) == (ASKED, *ANSWER)


async def test_what_was_stopped_stands_as_far_as_it_was_heard() -> None:
    transcripts = Transcripts(Kept())  # type: ignore[arg-type]
    full = "We are open from nine to five."
    for line, instead in (
        (TranscriptLine(1.0, "bot", full), ""),
        (TranscriptLine(1.0, "bot", "Anything else?"), ""),
        (TranscriptLine(1.0, "bot", "We are\u2026"), full),
        (TranscriptLine(1.0, "bot", ""), "Anything else?"),
        (TranscriptLine(2.0, "bot", ""), "Never said."),
    ):
        await transcripts.add("call-1", "riverton", line, 60.0, instead)
    assert [line.text for line in await transcripts._of("call-1")] == ["We are\u2026"]


async def test_what_is_said_in_a_call_whose_time_was_over_keeps_no_other_from_being_kept() -> None:
    class OneErased(Kept):
        async def put(self, subject: str, kind: str, value: object, **more: object) -> None:
            if subject == "call-1":
                raise Erased(subject)
            await super().put(subject, kind, value, **more)

    kept = OneErased()
    transcripts = Transcripts(kept)  # type: ignore[arg-type]
    for call in ("call-1", "call-2"):
        await transcripts.add(call, "riverton", ASKED, 60.0)
    with capture_logs() as logs:
        await transcripts.keep(10.0)
    assert [each["call"] for each in logs] == ["call-1"]
    assert kept.value == Transcript((ASKED,))
