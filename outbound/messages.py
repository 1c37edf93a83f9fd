"""What the dialler is told, and what it tells. PURE.

Events come from operators (over API, CLI and pages), from the feeder that reads the audience, and
from the media processes that place the calls; commands go to those processes. Every message names
the campaign or attempt that it is about, so one for something no longer current is known as stale.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from kernel.codec import message
from outbound.notice_messages import Script
from outbound.records import CampaignRecord, Outcome, Path, RecipientRecord, Refusal

# --- from operators, schedules and alerts


@message("outbound.campaign_made")
@dataclass(frozen=True)
class CampaignMade:
    """A campaign was drafted, or its draft changed. Its audience is written beside."""

    campaign: CampaignRecord


@message("outbound.start")
@dataclass(frozen=True)
class CampaignStarted:
    """Begin, or go on after a pause."""

    campaign: str
    by: str = ""


@message("outbound.pause")
@dataclass(frozen=True)
class CampaignPaused:
    """No new INVITE from now on; calls that are up go on."""

    campaign: str
    by: str = ""
    why: str = ""


@message("outbound.cancel")
@dataclass(frozen=True)
class CampaignCancelled:
    """Nobody else is called, and what rings is stopped. Calls that are up go on."""

    campaign: str
    by: str = ""
    why: str = ""


@message("outbound.message_changed")
@dataclass(frozen=True)
class MessageChanged:
    """Calls placed from now on play this version."""

    campaign: str
    message: str
    version: int
    by: str = ""
    expires: float = 0.0
    """UTC seconds after which nobody is called any more; 0: as it was."""


@message("outbound.audience_grew")
@dataclass(frozen=True)
class AudienceGrew:
    """Recipients were written to the store: count them, and look for those who are due."""

    campaign: str
    recipients: int


@message("outbound.recipient_acknowledged")
@dataclass(frozen=True)
class RecipientAcknowledged:
    """Acknowledged elsewhere: by calling back, by text, at the door."""

    recipient: str
    by: str
    help: bool = False


@message("outbound.contact_disposed")
@dataclass(frozen=True)
class ContactDisposed:
    """An agent says what the talk with this person came to."""

    recipient: str
    disposition: str
    """One of the campaign's."""
    by: str
    again_at: float = 0.0
    """UTC seconds at which the person is to be called again, where that was agreed."""


@message("outbound.recipient_dropped")
@dataclass(frozen=True)
class RecipientDropped:
    """Is not to be called any more: asked for it, or is outside the area now."""

    recipient: str
    why: str


# --- from whoever has the agents


@message("outbound.team_told")
@dataclass(frozen=True)
class TeamTold:
    """How the agents of a campaign are now."""

    campaign: str
    idle: int
    """Free agents, each with a leg that is up, who are counted for no other campaign."""
    talking: int = 0
    wrap_up_left: tuple[float, ...] = ()
    """Seconds until each agent in wrap-up is free again."""
    wrap_up: float = 0.0
    """Seconds of wrap-up after each conversation."""
    having: tuple[str, ...] = ()
    """Attempts that an agent has, or is just given."""
    held: str = ""
    """Why no call is to begin though agents are free; empty: calls may."""


# --- from agents who decide whom to call


@message("outbound.person_asked")
@dataclass(frozen=True)
class PersonAsked:
    """An agent of a preview campaign looks for somebody to call."""

    campaign: str
    agent: str
    media: str = ""
    """The process that holds the agent's leg: should the campaign decide, they are dialled
    there."""


@message("outbound.person_taken")
@dataclass(frozen=True)
class PersonTaken:
    """The agent wants this person dialled: the one who is shown, or one picked from the list."""

    campaign: str
    recipient: str
    agent: str
    media: str = ""
    """The process that holds the agent's leg; empty: any may ring the agent's phone."""


@message("outbound.person_skipped")
@dataclass(frozen=True)
class PersonSkipped:
    """The agent does not want to talk with this person now."""

    recipient: str
    agent: str
    again_at: float = 0.0
    """UTC seconds at which they are to be called; 0: after a while."""


@message("outbound.person_refused")
@dataclass(frozen=True)
class PersonRefused:
    """Whoever is shown may not be called now."""

    recipient: str
    agent: str
    refusal: Refusal
    again_at: float = 0.0


@message("outbound.person_released")
@dataclass(frozen=True)
class PersonReleased:
    """The agent sees nobody any more."""

    agent: str


# --- from the feeder


@message("outbound.due")
@dataclass(frozen=True)
class DueRecipient:
    """A recipient whose time has come, with its numbers."""

    recipient: RecipientRecord
    paths: tuple[Path, ...]


@message("outbound.recipients_loaded")
@dataclass(frozen=True)
class RecipientsLoaded:
    """What the store knows as due, for the window of this campaign."""

    campaign: str
    as_of: int
    """The step of the dialler that was committed when the store was read."""
    due: tuple[DueRecipient, ...]
    next_due: float | None = None
    """UTC seconds at which more will be due in the store; None: nobody else is pending there."""
    named: bool = False
    """They were asked for by name, in whatever state they are; `next_due` says nothing."""


# --- from media processes


@message("outbound.media_there")
@dataclass(frozen=True)
class MediaThere:
    """A media process can place calls: said at each connection, and when its room changes."""

    media: str
    epoch: str
    channels: int
    """Calls out that it can hold at once."""


@message("outbound.media_gone")
@dataclass(frozen=True)
class MediaGone:
    """A media process cannot be reached now; what it holds may live on."""

    media: str


@message("outbound.attempts_told")
@dataclass(frozen=True)
class AttemptsTold:
    """Answer to AskAttempts. What is in neither list is over, and was told before this."""

    media: str
    epoch: str
    question: str
    """Which question this answers: an earlier one's answer may come late."""
    live: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    """Never begun here; and never will be, under the epoch by which they were asked for before."""


@message("outbound.agent_there")
@dataclass(frozen=True)
class AgentThere:
    """The agent who wanted this person dialled is at the phone, and hears it ring from now on."""

    attempt: str


@message("outbound.attempt_invited")
@dataclass(frozen=True)
class AttemptInvited:
    """The INVITE is on its way."""

    attempt: str
    sip_call_id: str = ""


@message("outbound.attempt_ringing")
@dataclass(frozen=True)
class AttemptRinging:
    """180 or 183 came."""

    attempt: str
    sip_call_id: str = ""


@message("outbound.attempt_answered")
@dataclass(frozen=True)
class AttemptAnswered:
    """200 came."""

    attempt: str
    sip_call_id: str = ""


@message("outbound.message_started")
@dataclass(frozen=True)
class MessageStarted:
    """The first word was played."""

    attempt: str


@message("outbound.message_completed")
@dataclass(frozen=True)
class MessageCompleted:
    """The message was played to its end."""

    attempt: str
    played_ms: int = 0


@message("outbound.attempt_acknowledged")
@dataclass(frozen=True)
class AttemptAcknowledged:
    """The called said "understood", or asked for help."""

    attempt: str
    by: Literal["voice", "key", "agent"] = "key"
    """`agent`: an agent talks with them."""
    help: bool = False


@message("outbound.attempt_ended")
@dataclass(frozen=True)
class AttemptEnded:
    """The call is over."""

    attempt: str
    outcome: Outcome
    """ANSWERED for a call that was up: what came of it is known from what was told before."""
    sip_status: int = 0
    retry_after: float = 0.0
    """Seconds, of a 503."""
    played_ms: int = 0
    answered_by: str = ""
    """`human`, `voicemail`, …; empty where nobody listened for it."""


@message("outbound.attempt_refused")
@dataclass(frozen=True)
class AttemptRefused:
    """The INVITE did not go out: the gate refused it, or who was to send it died first."""

    attempt: str
    refusal: Refusal
    again_at: float = 0.0
    """When it may be tried again, where the rule tells; 0: not told."""


# --- commands, to the media process that places the call


@message("outbound.dial")
@dataclass(frozen=True)
class Dial:
    """Place this attempt. Ids only; the shell adds the number (`PlaceCall`) behind the gate."""

    attempt: str
    recipient: str
    campaign: str
    client: str
    media: str
    epoch: int
    path: int
    not_after: float
    """UTC seconds: later than this the pace that it took has passed."""
    agent: str = ""
    """Who wants them dialled, and is called to the phone first."""
    go: bool = False
    """That agent is there: the INVITE itself."""


@message("outbound.stop")
@dataclass(frozen=True)
class StopAttempt:
    """CANCEL it if it rings; a call that is up goes on unless `also_up`."""

    attempt: str
    media: str
    client: str
    why: str
    also_up: bool = False


@message("outbound.nobody_looked")
@dataclass(frozen=True)
class NobodyLooked:
    """An agent was shown somebody and said nothing for too long: is not there."""

    agent: str
    campaign: str
    client: str


@message("outbound.ask_attempts")
@dataclass(frozen=True)
class AskAttempts:
    """Which of these do you hold? From here on refuse what an older epoch wants."""

    media: str
    epoch: int
    question: str
    attempts: tuple[str, ...]


@message("outbound.campaign_over")
@dataclass(frozen=True)
class CampaignOver:
    """A campaign has come to its end: for whoever is to be told outside."""

    campaign: str
    client: str
    state: str


# --- on the bus: what a media process gets for a Dial


@message("outbound.place_call")
@dataclass(frozen=True)
class PlaceCall:
    """Send the INVITE, with the attempt's id in `X-Centralino-Attempt`."""

    attempt: str
    recipient: str
    campaign: str
    client: str
    epoch: int
    not_after: float
    target: str
    """E.164 or SIP URI."""
    trunk: str
    caller_id: str
    ring_timeout: float
    call_limit: float
    bot: str
    message: str
    message_version: int
    words: str
    """What is said where no bot talks."""
    language: str
    person: str
    cut_off: bool = False
    exercise: bool = False
    max_cps: float = 0.0
    """New calls a second over this trunk: orders that come in a bunch are spread again."""
    script: Script | None = None
    """A notification with its conversation, in place of `words`."""
    given: dict[str, str] = field(default_factory=dict)
    """What `bot` may say of this person, or the agent is shown. Content."""
    queue: str = ""
    """Whoever answers talks with an agent of this queue; `words` are for the case that nobody is
    free."""
    title: str = ""
    """What the campaign is called, for the agent."""
    agent: str = ""
    """Who wants them dialled: comes to the phone first, and then `GoAhead` must come."""


@message("outbound.go_ahead")
@dataclass(frozen=True)
class GoAhead:
    """The INVITE of an attempt whose agent is there."""

    attempt: str
    media: str
    client: str
    epoch: int
    not_after: float


@message("outbound.take_back")
@dataclass(frozen=True)
class TakeBack:
    """The message of this campaign is wrong: calls that are up say so at once."""

    campaign: str
    client: str
    text: str = ""
    """Empty: the ready words in each call's language."""


@message("outbound.opted_out")
@dataclass(frozen=True)
class OptedOut:
    """The called does not want to be called again."""

    attempt: str
    recipient: str
    client: str
    number: str
    """E.164; content: it goes onto the do-not-call list."""
    stranger: bool = False
    """Whether the number is somebody else's: of the person whom we wanted, this number alone is
    not called again."""


NEWS = (
    AttemptInvited, AttemptRinging, AttemptAnswered, MessageStarted, MessageCompleted,
    AttemptAcknowledged, AttemptEnded, AttemptRefused,
)  # fmt: skip
"""What a media process tells of a call."""
