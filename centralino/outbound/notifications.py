"""Notifications as people launch them: audience, preview, two persons, retraction.

The verbs answer JSON, as those of campaigns do, to the command line, the API and the pages.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import structlog

from centralino.config.model import Config
from centralino.content.errors import BadRecording
from centralino.content.recordings import Recordings, owner_of
from centralino.db.meta import get_meta, meta_like, set_meta
from centralino.outbound.audiences import Audiences, as_recipient, previewed
from centralino.outbound.campaigns import NOTICE, Asker, Campaigns, Json, check_client, law_for
from centralino.outbound.drafting import NewCampaign, check_attempts, drafted
from centralino.outbound.errors import CampaignError
from centralino.outbound.keyed import campaign_name
from centralino.outbound.launch_alarms import GLASS, LAUNCH
from centralino.outbound.notice_wishes import Launch, NewNotice, Sound, Stop
from centralino.outbound.notices import StoredMessages, kind_of, sayable, script_for
from centralino.users.permissions import Action
from centralino.users.signin import SignIn
from contacts.audience import Audience, Chosen
from kernel.clock import Clock
from outbound.compliance import LegalClass
from outbound.errors import BadMessage, NoSuchCampaign
from outbound.estimate import estimate
from outbound.message import Fit, Message, Text, fit, render
from outbound.messages import (
    CampaignCancelled,
    CampaignMade,
    CampaignStarted,
    DueRecipient,
    MessageChanged,
    TakeBack,
)
from outbound.ports import NewRecipient
from outbound.records import CampaignRecord, CampaignState, RecipientState

log = structlog.get_logger()

REMIND_EVERY = 30.0
"""Seconds between reminders that a launch waits for its second person."""


AFTER_A_CALL = 30.0
"""Seconds until somebody who is being called is called with what follows: the call that is up is
heard to its end."""
LEFT = "no longer inside"
"""Why somebody whom an update left out is not called."""
BACK = "back"
"""Which follow-up takes a notification back."""
STOPPED = frozenset({CampaignState.EXPIRED, CampaignState.CANCELLED})


class Notifications:
    """The front of notifications."""

    def __init__(
        self, config: Config, campaigns: Campaigns, audiences: Audiences,
        messages: StoredMessages, classes: Mapping[str, LegalClass],
        sign_in: SignIn, send: Callable[[str, object], Awaitable[None]], clock: Clock,
        helpers: frozenset[str] = frozenset(),
    ) -> None:  # fmt: skip
        self._config = config
        self._campaigns = campaigns
        self._audiences = audiences
        self._messages = messages
        self._classes = classes
        self._sign_in = sign_in
        self._send = send
        self._clock = clock
        self._helpers = helpers
        """Queues to which calls for help go."""
        self.recordings = Recordings(config.recordings)
        self._reminding: dict[str, asyncio.Task[None]] = {}
        self.verbs: dict[str, Callable[[Mapping[str, Any], Asker], Awaitable[Json]]] = {
            "notice.draft": self.draft,
            "notice.launch": self._launch,
            "notice.cancel": self._cancel,
        }

    # Drafting.

    async def draft(self, values: Mapping[str, Any], asker: Asker, name: str = "") -> Json:
        """A campaign that waits to be launched; by a name of its own it is made once, however
        often that is asked for. Raises CampaignError, OutboundError, ContactsError."""
        new = NewNotice.model_validate(values)
        law = law_for(new.client, new.legal_class, self._classes, asker)
        check_attempts(new.attempts, law)
        message = self.message_of(new)
        audience = await self._audience(new, law)
        people = ((one.language, one.slots) for one in audience.people)
        told = self._preview(new, message, audience, fit(message, people))
        if new.dry_run:
            return told
        record = await self._make(new, message, audience, name or campaign_name())
        return {"campaign": record.id, **told}

    def message_of(self, new: NewNotice) -> Message:
        """What will be said. Raises BadMessage for what cannot be said in this house."""
        message = new.message()
        sayable(message, self._messages.phrases())
        return replace(message, texts={
            language: self._with_sound(text, new.client) for language, text in message.texts.items()
        })  # fmt: skip

    def _with_sound(self, text: Text, client: str) -> Text:
        if not text.sound:
            return text
        if owner_of(text.sound) not in ("", client):
            raise BadMessage(f"{text.sound} is no recording of {client}")
        try:
            found = self.recordings.named(text.sound)
        except BadRecording as error:
            raise BadMessage(str(error)) from error
        return replace(text, sound=found.reference, sound_seconds=round(found.seconds, 1))

    async def _audience(self, new: NewNotice, law: LegalClass) -> Audience:
        if new.only_to or new.lines:
            language = new.message().default
            lines = (new.only_to,) if new.only_to else new.lines
            return self._audiences.listed(lines, language, "", new.client)
        return await self._audiences.choose(
            new.client, new.audience.filter(), law, look=new.dry_run
        )

    async def _make(
        self, new: NewNotice, message: Message, audience: Audience, name: str
    ) -> CampaignRecord:
        fields = NewCampaign(
            name=new.name, client=new.client, legal_class=new.legal_class,
            caller_id=new.caller_id, trunks=new.trunks, attempts=new.attempts,
            starts=new.starts, expires=new.expires, exercise=new.exercise,
            ring_timeout=max(new.ring_timeout, self._classes[new.legal_class].min_ring),
        )  # fmt: skip
        record = replace(drafted(fields, name), message=NOTICE + name)
        if new.retry_after:
            delays = dict.fromkeys(record.retry.delays, new.retry_after)
            record = replace(record, retry=replace(record.retry, delays=delays))
        self._campaigns.check_draft(record.id)
        await self._keep(record, message)
        service = self._campaigns.service
        await service.submit(CampaignMade(record))
        await service.add(record.id, [as_recipient(one) for one in audience.people])
        return record

    async def _keep(self, record: CampaignRecord, message: Message) -> None:
        now = self._clock.now()
        keep = self._config.retention.days * 86_400.0
        await self._messages.contents.put(
            record.message, kind_of(record.message_version), message, client=record.client,
            expires=now + keep, now=now,
        )  # fmt: skip
        self._messages.forget(record.message)

    def _preview(self, new: NewNotice, message: Message, audience: Audience, fits: Fit) -> Json:
        spoken = {lang: render(message, lang, {}) for lang in message.texts}
        seconds = max(one.seconds for one in spoken.values())
        wanted = self._audiences.over(new.exercise, new.trunks)
        eta = estimate(audience.size, seconds, wanted)
        voices = {"en", *self._config.speech.voices}
        instead = sayable(message, self._messages.phrases())[0]
        warnings = [
            f"no voice here speaks “{lang}”: these people hear “{instead}”"
            for lang in message.texts
            if lang.partition("-")[0] not in voices & set(self._config.outbound.notices)
        ]
        missing_queues = sorted(self._helpers - {one.id for one in self._config.queues})
        warnings += [
            f"who asks for help reaches nobody: there is no queue {queue!r}"
            for queue in missing_queues
        ]
        if fits.missing:
            missing = ", ".join(f"{name} ({count})" for name, count in fits.missing.items())
            warnings.append(f"not known of everybody, and no word given for it: {missing}")
        told = previewed(new, audience.size, eta, wanted, self._clock.now())
        return {
            **told, "left_out": dict(audience.left_out),
            "languages": dict(fits.languages), "fallen_back": dict(fits.fallen_back),
            "message_seconds": round(seconds, 1), "warnings": warnings + told["warnings"],
        }  # fmt: skip

    # Launching.

    async def _launch(self, values: Mapping[str, Any], asker: Asker) -> Json:
        asked = Launch.model_validate(values)
        record = self._seen(asked.campaign, asker)
        if not self._campaigns.service.view(record.id).recipients:
            raise CampaignError("nobody is in it (yet): it can be launched once they are written")
        by = asker.name  # and not whom the request names: that is proven where two are needed
        if self._needs_two(record):
            waiting = await self._second_person(asked, record.client)
            if waiting is not None:
                return waiting
            by = f"{asked.by}{', alone' if asked.break_glass else ''}"
        self._remind_no_more(asked.campaign)
        await self.start(asked.campaign, by)
        return {"campaign": asked.campaign, "state": "running", "by": by}

    def _needs_two(self, record: CampaignRecord) -> bool:
        """A rehearsal reaches nobody, and a call to one number alone warns nobody else."""
        alone = self._campaigns.service.view(record.id).recipients == 1
        return self._config.outbound.two_person and not record.exercise and not alone

    async def spoken(
        self, values: Mapping[str, Any], asker: Asker
    ) -> tuple[str, list[str | bytes]]:
        """What a call would say in a language, unasked, in its order, what is recorded as sound
        (16 bit, mono, 8 kHz); and in whose voice.

        Raises CampaignError, OutboundError.
        """
        asked = Sound.model_validate(values)
        new = NewNotice.model_validate({**asked.notice, "client": asked.notice.get("client", "-")})
        if new.client != "-":
            check_client(new.client, asker)
        message = self.message_of(new)
        script = script_for(
            message, asked.language, {}, self._messages.phrases(), exercise=new.exercise
        )
        language, version = next(iter(script.versions.items()))
        said: list[str | bytes] = [version.headline, version.body]
        if version.sound:
            said = [(await self.recordings.get(version.sound)).pcm]
        before = [version.phrases.exercise] if new.exercise else []
        return language, [*before, *said, version.phrases.options]

    async def waiting(self) -> dict[str, Json]:
        """Campaign → who asked for its launch first, and when; also of those launched since."""
        books = self._campaigns.books
        async with books.database.read() as connection:
            found = await meta_like(connection, books.centre, LAUNCH)
        return {key.removeprefix(LAUNCH): first for key, first in found.items()}

    async def _second_person(self, asked: Launch, client: str) -> Json | None:
        """What to answer while another person is missing; None: launch."""
        await self._prove(asked, client)
        if asked.break_glass:
            if not asked.reason.strip():
                raise CampaignError("without a second person: say the --reason")
            log.error("notice.break_glass", campaign=asked.campaign, by=asked.by,
                      reason=asked.reason)  # fmt: skip
        database, centre = self._campaigns.books.database, self._campaigns.books.centre
        value = {"by": asked.by, "at": self._clock.now()}
        if asked.break_glass:
            async with database.write() as connection:
                await set_meta(database, connection, centre, f"{GLASS}{asked.campaign}", value)
            return None
        key = f"{LAUNCH}{asked.campaign}"
        async with database.write() as connection:
            first = await get_meta(connection, centre, key)
            if first is not None and first["by"] != asked.by:
                return None
            await set_meta(database, connection, centre, key, value)
        self._remind(asked.campaign, asked.by)
        return {"campaign": asked.campaign, "state": "waits for a second person",
                "asked_by": asked.by}  # fmt: skip

    async def _prove(self, asked: Launch, client: str) -> None:
        proven = await self._sign_in.allowed_by_pin(
            asked.by, asked.pin, Action.RUN_CAMPAIGNS, client, self._clock.now()
        )
        if not proven:
            raise CampaignError(
                "two persons launch here: give --as NUMBER and the right PIN of somebody who may"
                " run this client's campaigns"
            )

    def _remind(self, campaign: str, by: str) -> None:
        """A launch that waits is told again and again, never left in silence."""
        self._remind_no_more(campaign)

        async def remind() -> None:
            while True:
                log.warning("notice.waits_for_second_person", campaign=campaign, by=by)
                await asyncio.sleep(REMIND_EVERY)

        self._reminding[campaign] = asyncio.create_task(remind())

    def _remind_no_more(self, campaign: str) -> None:
        if (task := self._reminding.pop(campaign, None)) is not None:
            task.cancel()

    # Taking back.

    async def _cancel(self, values: Mapping[str, Any], asker: Asker) -> Json:
        """Stop, correct in the calls that are up, and call back everybody who was reached."""
        asked = Stop.model_validate(values)
        record = self._seen(asked.campaign, asker)
        message = await self._messages.message(record.message, record.message_version)
        if message is None:
            raise CampaignError(f"{asked.campaign} is no notification: see `campaign cancel`")
        self._remind_no_more(record.id)
        await self.stop([record], asker.name, asked.why)
        followers = self.followers(record.id)
        await self.stop(followers, asker.name, asked.why)
        heard: dict[str, DueRecipient] = {}
        for one in (record, *followers):
            for media in self._config.media_names():
                await self._send(media, TakeBack(one.id, one.client))
            found = await self._campaigns.books.reached(one.id)
            heard = {**{due.recipient.person: due for due in found}, **heard}
        reached = list(heard.values())
        answer = {"campaign": record.id, "reached": len(reached),
                  "state": str(self._campaigns.service.campaign(record.id).state)}  # fmt: skip
        back = await self.follow_up(
            record.id, BACK, "Retraction", self.taken_back(message), reached
        )
        return {**answer, "retraction": back} if back else answer

    async def stop(self, campaigns: Iterable[CampaignRecord], by: str, why: str) -> None:
        """Cancel those of them that may still call, or whose message still holds."""
        for record in campaigns:
            if record.state not in STOPPED:
                await self._campaigns.service.submit(CampaignCancelled(record.id, by, why))

    def taken_back(self, message: Message) -> Message:
        """The message that takes this one back."""
        return retraction(message, self._messages.phrases())

    def followers(self, campaign: str) -> list[CampaignRecord]:
        """The campaigns that followed this one up, the oldest first; not what took it back."""
        service = self._campaigns.service
        found = [
            service.campaign(view.id) for view in service.campaigns()
            if view.id.startswith(f"{campaign}-") and view.id != f"{campaign}-{BACK}"
        ]  # fmt: skip
        return sorted(found, key=lambda one: one.created)

    async def follow_up(
        self, campaign: str, which: str, title: str, message: Message,
        people: Sequence[DueRecipient],
    ) -> str:  # fmt: skip
        """Call these people of a campaign again with another message, at its priority, and no more
        in that campaign; the new one, empty where there is nobody.

        `which` names it among those that follow this campaign: asked for once more it is the same,
        and what was begun is gone on with; nobody is called twice.
        """
        if not people:
            return ""
        service = self._campaigns.service
        record = service.campaign(campaign)
        name = f"{campaign}-{which}"
        if self.state(name) is None:
            more = replace(
                record, id=name, name=f"{title}: {record.name}", message=NOTICE + name,
                message_version=1, starts=0.0, state=CampaignState.DRAFT, created=0.0,
                expires=0.0 if which == BACK else record.expires,
            )  # fmt: skip
            await self._keep(more, message)
            await service.submit(CampaignMade(more))
        if self.state(name) in STOPPED:
            return name
        later = self._clock.now() + AFTER_A_CALL
        again = [
            NewRecipient(
                due.recipient.person, due.paths, due.recipient.language, due.recipient.zone,
                not_before=later if due.recipient.state is RecipientState.ACTIVE else 0.0,
            )
            for due in people
        ]  # fmt: skip
        await service.add(name, again)
        for due in people:
            if not due.recipient.state.final:
                await service.drop(due.recipient.id, f"followed up by {which}")
        started = record.state is not CampaignState.DRAFT  # else somebody must launch both
        if started and self.state(name) is CampaignState.DRAFT:
            await self.start(name, title.lower())
        return name

    # Steering.

    def state(self, campaign: str) -> CampaignState | None:
        """How far it is; None: there is no such campaign."""
        try:
            return self._campaigns.service.campaign(campaign).state
        except NoSuchCampaign:
            return None

    async def start(self, campaign: str, by: str) -> None:
        """Call, as was approved."""
        await self._campaigns.service.submit(CampaignStarted(campaign, by))

    async def audience_of(self, new: NewNotice) -> Audience:
        """Who would be called now. Raises CampaignError."""
        return await self._audience(new, self._classes[new.legal_class])

    async def everybody(self, campaign: str) -> list[DueRecipient]:
        """The whole audience of a campaign, as far as each is."""
        return await self._campaigns.books.everybody(campaign)

    async def say_anew(self, campaign: str, message: Message, expires: float) -> None:
        """Calls placed from now on say this, until `expires` (UTC seconds; 0: as it was)."""
        record = self._campaigns.service.campaign(campaign)
        version = record.message_version + 1
        await self._keep(replace(record, message_version=version), message)
        changed = MessageChanged(campaign, record.message, version, "alert", expires)
        await self._campaigns.service.submit(changed)

    async def call_too(self, campaign: str, people: Sequence[Chosen]) -> None:
        """More people for a campaign that runs."""
        if people:
            await self._campaigns.service.add(campaign, [as_recipient(one) for one in people])

    async def leave_out(self, recipient: str) -> None:
        """Somebody is not meant any more."""
        await self._campaigns.service.drop(recipient, LEFT)

    def _seen(self, name: str, asker: Asker) -> CampaignRecord:
        record = self._campaigns.service.campaign(name)
        if not asker.sees(record.client):
            raise CampaignError(f"there is no campaign {name!r}")
        return record


def retraction(message: Message, phrases: Mapping[str, Any]) -> Message:
    """The message that takes this one back, in all its languages; never with slots of its own."""
    texts = {}
    ready = next(iter(phrases.values())).retraction
    for language, text in message.texts.items():
        words = phrases.get(language.partition("-")[0])
        texts[language] = Text(text.retraction or (words.retraction if words else ready))
    return Message(texts, message.default)
