"""Notifications in the store: the message of each version, and the script of each person's call."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from centralino.contacts.store import ContactStore
from centralino.outbound.stored import StoredWords
from outbound.compliance import LegalClass
from outbound.errors import BadMessage
from outbound.message import Message, render
from outbound.notice_messages import Phrases, Script, Version
from outbound.records import CampaignRecord, RecipientRecord
from voicebot.dialogue.flow import Bot, Flow

NOTICE = "notice"
"""The kind of content; the version stands behind it."""


def kind_of(version: int) -> str:
    """Under which kind a version's message lies."""
    return f"{NOTICE}-{version}"


def phrases_of(bot: Bot) -> Phrases:
    """The words around the message, from the responses of a notification's bot."""

    def say(key: str) -> str:
        response = bot.responses.get(f"utter_{key}")
        return response.text({}) if response is not None else ""

    return Phrases(
        options=say("options"), switch=say("switch"), thanks=say("thanks"), help=say("help"),
        again=say("again"), goodbye=say("goodbye"), cut_off=say("cut_off"),
        exercise=say("exercise"), opt_out=say("opt_out"), opted_out=say("opted_out"),
        retraction=say("retraction"), who=say("who"), nothing=say("nothing"),
        options_by_key=say("options_by_key"), unheard=say("unheard"),
    )  # fmt: skip


@dataclass
class StoredMessages(StoredWords):
    """`outbound.ports.Messages`: plain words, or a notification's script."""

    contacts: ContactStore = field(kw_only=True)
    classes: Mapping[str, LegalClass] = field(kw_only=True)
    phrases: Callable[[], Mapping[str, Phrases]] = field(kw_only=True)
    """By language; only languages that can be spoken here."""
    calling: Callable[[str], Flow] = field(kw_only=True)
    """A bot that calls, by name."""
    _messages: dict[tuple[str, int], Message | None] = field(default_factory=dict)

    async def words(self, campaign: CampaignRecord, recipient: RecipientRecord) -> str:
        """The message. Where agents should have been there it ends with the way out: who called
        stands in it, and how to be called no more (47 CFR 64.1200(a)(7)(i))."""
        words = await super().words(campaign, recipient)
        if not campaign.mode or not words:
            return words
        known = self.phrases()
        phrases = known.get(recipient.language) or next(iter(known.values()), None)
        return f"{words} {phrases.opt_out}" if phrases else words

    async def script(self, campaign: CampaignRecord, recipient: RecipientRecord) -> Script | None:
        """A notification for this person; None for a campaign of plain words or a bot."""
        message = await self.message(campaign.message, campaign.message_version)
        if message is None:
            return None
        slots = await self._slots(recipient)
        law = self.classes.get(campaign.legal_class)
        return script_for(
            message, recipient.language or message.default, slots, self.phrases(),
            cut_off=recipient.cut_off, exercise=campaign.exercise,
            may_opt_out=law is not None and law.opt_out,
        )  # fmt: skip

    async def given(self, campaign: CampaignRecord, recipient: RecipientRecord) -> dict[str, str]:
        """What is known of this person: all that the bot says it uses, empty where it is not known;
        for an agent, all that there is."""
        slots = await self._slots(recipient)
        if campaign.mode:
            return slots
        flow = self.calling(campaign.bot)
        return {name: slots.get(name, "") for name in flow.given}

    async def known(self, persons: Sequence[str]) -> Mapping[str, dict[str, str]]:
        """All that is known of contacts."""
        found = await self.contacts.get(persons, None)
        return {name: person.slots() for name, person in found.items()}

    async def _slots(self, recipient: RecipientRecord) -> dict[str, str]:
        return (await self.known([recipient.person])).get(recipient.person, {})

    async def message(self, name: str, version: int) -> Message | None:
        """The message of a version, read once."""
        key = (name, version)
        if key not in self._messages:
            found = await self.contents.get(name, kind_of(version), None)
            self._messages[key] = found if isinstance(found, Message) else None
        return self._messages[key]

    def forget(self, name: str) -> None:
        """It was written anew."""
        self._messages = {key: one for key, one in self._messages.items() if key[0] != name}


def script_for(
    message: Message,
    wanted: str,
    slots: Mapping[str, str],
    phrases: Mapping[str, Phrases],
    *,
    cut_off: bool = False,
    exercise: bool = False,
    may_opt_out: bool = False,
) -> Script:
    """Everything one call may say: the person's language first, then the others. Raises BadMessage
    where none of it can be said."""
    own = message.language_for(wanted)
    known = sayable(message, phrases)
    languages = sorted(known, key=lambda language: language != own)  # the default comes next
    versions: dict[str, Version] = {}
    for language in languages:
        spoken = render(message, language, slots)
        bare = language.partition("-")[0]
        words = phrases[bare]
        # Two texts may be of one spoken language: the person's own stands first.
        versions.setdefault(
            bare, Version(spoken.headline, spoken.body, spoken.voicemail, words, spoken.sound)
        )
    return Script(versions, cut_off, exercise, may_opt_out)


def sayable(message: Message, phrases: Mapping[str, Phrases]) -> list[str]:
    """The message's languages in which this house can hold the conversation around it, its default
    first. Raises BadMessage where there is none: a call would be answered with silence."""
    texts = sorted(message.texts, key=lambda language: language != message.default)
    found = [language for language in texts if language.partition("-")[0] in phrases]
    if not found:
        raise BadMessage(
            f"nothing can be said in {', '.join(texts)} here: add a text in "
            f"{' or '.join(phrases) or 'any'}, or a bot for it under outbound.notices"
        )
    return found
