"""Campaigns whose calls a bot holds: drafted from a template, and counted by its questions."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any

from centralino.outbound.audiences import Audiences, as_recipient, previewed
from centralino.outbound.campaigns import Asker, Campaigns, Json, law_for
from centralino.outbound.drafting import EMERGENCY, Wish, check_attempts, drafted
from centralino.outbound.errors import CampaignError
from centralino.outbound.keyed import campaign_name
from centralino.outbound.notice_wishes import NewWithPeople
from centralino.outbound.results import ResultBook, questions, shown
from contacts.audience import Audience
from kernel.clock import Clock
from outbound.compliance import LegalClass
from outbound.estimate import estimate
from outbound.messages import CampaignMade
from outbound.records import CampaignRecord
from voicebot.dialogue.flow import Flow

TALKS = 90.0
"""Seconds of a conversation, for the estimate."""
LONGEST = 900.0
"""Seconds after which a call of which nothing is heard is given up."""


class NewBotCampaign(NewWithPeople):
    """A campaign whose calls a bot holds."""

    bot: str


class InWords(Wish):
    """What was said to which question."""

    campaign: str
    question: str


class BotCampaigns:
    """The front of campaigns that a bot holds."""

    def __init__(
        self, campaigns: Campaigns, audiences: Audiences, classes: Mapping[str, LegalClass],
        flow_of: Callable[[str], Flow], results: ResultBook, clock: Clock,
    ) -> None:  # fmt: skip
        self._campaigns = campaigns
        self._audiences = audiences
        self._classes = classes
        self._flow_of = flow_of
        self._results = results
        self._clock = clock
        self.verbs: dict[str, Callable[[Mapping[str, Any], Asker], Awaitable[Json]]] = {
            "bot.draft": self._draft,
            "statistics": self._statistics,
            "words": self._words,
        }

    async def _draft(self, values: Mapping[str, Any], asker: Asker) -> Json:
        new = NewBotCampaign.model_validate(values)
        law = self._law(new, asker)
        flow = self._flow_of(new.bot)
        if new.lines:
            self.check_lines(new.bot)
        audience = await self._audiences.wanted(new, law, flow.language)
        if not new.lines:
            audience = known(audience, flow)
        told = self._preview(new, flow, audience)
        if new.dry_run:
            return told
        record = await self._make(new, law, audience)
        return {"campaign": record.id, **told}

    def check_lines(self, bot: str) -> None:
        """Raises CampaignError where people of whom only numbers are known cannot be told."""
        if given := self._flow_of(bot).given:
            raise CampaignError(
                f"the bot {bot!r} says {', '.join(given)} of each person: import them as"
                " contacts with these columns"
            )

    def _law(self, new: NewBotCampaign, asker: Asker) -> LegalClass:
        law = law_for(new.client, new.legal_class, self._classes, asker)
        if new.legal_class == EMERGENCY:
            raise CampaignError("an emergency is told by a notification: see `notify`")
        check_attempts(new.attempts, law)
        return law

    async def _make(
        self, new: NewBotCampaign, law: LegalClass, audience: Audience
    ) -> CampaignRecord:
        ring = max(new.ring_timeout, law.min_ring)
        attempts = new.attempts or law.attempts
        fields = new.model_copy(update={"ring_timeout": ring, "attempts": attempts})
        record = replace(drafted(fields, campaign_name()), message="", call_limit=LONGEST)
        service = self._campaigns.service
        await service.submit(CampaignMade(record))
        await service.add(record.id, [as_recipient(one) for one in audience.people])
        return record

    def _preview(self, new: NewBotCampaign, flow: Flow, audience: Audience) -> Json:
        over = self._audiences.over(new.exercise, new.trunks)
        takes = estimate(audience.size, TALKS, over)
        told = previewed(new, audience.size, takes, over, self._clock.now())
        others = {one: n for one, n in audience.languages.items()
                  if one.partition("-")[0] != flow.language}  # fmt: skip
        if others:
            many = ", ".join(f"{one} ({n})" for one, n in others.items())
            told["warnings"].insert(0, f"the bot speaks {flow.language} also to people of {many}")
        return {
            **told, "left_out": dict(audience.left_out), "bot": new.bot,
            "legal_class": new.legal_class, "questions": [title for _, title, _ in
                                                          questions(flow)],
        }  # fmt: skip

    # What came of them.

    async def _statistics(self, values: Mapping[str, Any], asker: Asker) -> Json:
        record = self._campaigns.seen(str(values.get("campaign", "")), asker)
        return {"campaign": record.id, "bot": record.bot, **await self.counted(record)}

    async def _words(self, values: Mapping[str, Any], asker: Asker) -> Json:
        asked = InWords.model_validate(values)
        record = self._campaigns.seen(asked.campaign, asker)
        return {"words": await self._results.in_words(record.id, asked.question)}

    async def counted(self, record: CampaignRecord) -> Json:
        """The answers of a campaign. Raises CampaignError where no bot holds its calls."""
        if not record.bot:
            raise CampaignError("no bot holds the calls of this campaign")
        return shown(await self._results.statistics(record.id, self._flow_of(record.bot)))

    async def forget_person(self, person: str) -> None:
        """Erase what somebody answered."""
        await self._results.forget_person(person)

    async def table(self, record: CampaignRecord) -> str:
        """The statistics as CSV: a line for each value of each question."""
        told = await self.counted(record)
        page = io.StringIO()
        out = csv.writer(page)
        out.writerow(("question", "value", "count", "asked", "answered", "dropped", "mean"))
        for result, count in told["results"].items():
            out.writerow(("result", result, count, told["calls"], "", "", ""))
        for one in told["questions"]:
            rest = (one["asked"], one["answered"], one["dropped"], _mean(one["mean"]))
            for value, count in one["counts"].items() or (("", ""),):
                out.writerow((one["name"], value, count, *rest))
        return page.getvalue()

    async def results(self, record: CampaignRecord) -> AsyncIterator[list[tuple[object, ...]]]:
        """The rows of an export, with the result and every answer of each person."""
        names = [name for name, _, _ in questions(self._flow_of(record.bot))]
        found = await self._results.by_recipient(record.id)
        first = True
        async for rows in self._campaigns.results(record.id):
            if first:
                yield [(*rows[0], "result", *names)]
                first = False
                continue
            yield [(*row, *_columns(found.get(str(row[1])), names)) for row in rows]


def known(audience: Audience, flow: Flow) -> Audience:
    """Those of whom everything is known that the bot says; the others are left out."""
    left_out, people = audience.left_out.copy(), []
    for one in audience.people:
        missing = [name for name in flow.given if not one.slots.get(name)]
        if missing:
            left_out[f"no {missing[0]}"] += 1
        else:
            people.append(one)
    return Audience(people, left_out, Counter(one.language for one in people))


def _columns(found: tuple[str, dict[str, str]] | None, names: list[str]) -> tuple[str, ...]:
    result, answers = found or ("", {})
    return (result, *(answers.get(name, "") for name in names))


def _mean(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"
