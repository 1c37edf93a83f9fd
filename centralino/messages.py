"""What the processes of one house tell one another beside the ACD's own messages.

Personal content (numbers, words) travels here, over a socket for this user alone, and is laid into
the content store by control. The journal sees only ids.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from kernel.codec import message
from kernel.packet import Packet, TranscriptLine
from outbound.notice_messages import Script
from voicebot.dialogue.state import Earlier

CONSULT = "+"
"""Between the id of a call and the number of a consultation about it."""


def call_of(name: str) -> str:
    """The call that a consultation is about; of a call itself, the same."""
    return name.partition(CONSULT)[0]


# --- media → control


@message("call.begun")
@dataclass(frozen=True)
class CallBegun:
    """A call arrived and will be answered."""

    call: str
    client: str
    line: str
    caller: str
    """As presented; content."""
    started: float
    media: str
    epoch: str
    sip_call_id: str
    direction: Literal["inbound", "outbound"] = "inbound"


@message("call.said")
@dataclass(frozen=True)
class CallSaid:
    """Something was said in a call."""

    call: str
    client: str
    line: TranscriptLine
    instead: str = ""
    """The text of the line of the same moment that this one replaces: it was stopped. Without a
    text of its own this one takes it away."""


@message("call.moved")
@dataclass(frozen=True)
class CallMoved:
    """The call's state machine moved: a row for the journal."""

    call: str
    client: str
    from_state: str
    to_state: str
    why: str
    room: str = "telephony"
    """`dialogue`: what the conversation decided."""


@message("call.left_open")
@dataclass(frozen=True)
class LeftOpen:
    """The caller is gone: what the same caller's next call goes on with; None: nothing. Content."""

    call: str
    client: str
    caller: str
    earlier: Earlier | None


@message("call.who")
@dataclass(frozen=True)
class CallerAsked:
    """Did this caller leave something open a moment ago?"""

    call: str
    client: str
    caller: str
    media: str


@message("call.not_dialled")
@dataclass(frozen=True)
class NotDialled:
    """A leg or a transfer was not placed, because no rule allows it."""

    call: str
    client: str
    purpose: str
    why: str
    """Kind of target and rule; never the number."""


@message("token.asked")
@dataclass(frozen=True)
class TokenAsked:
    """The call goes to another house, which is to fetch its packet with a token."""

    call: str
    client: str
    media: str


@message("token.over")
@dataclass(frozen=True)
class TokenOver:
    """The other house did not take the call: its token is worth nothing from here on."""

    call: str
    client: str


@message("call.turn")
@dataclass(frozen=True)
class CallTurn:
    """One turn was answered: how long each part took, in ms."""

    call: str
    client: str
    turn: str
    intent: str
    confidence: float
    endpoint_ms: float
    asr_ms: float
    nlu_ms: float
    tts_ms: float
    queue_ms: float
    total_ms: float


@message("call.packet")
@dataclass(frozen=True)
class PacketMade:
    """The hand-off packet, before the call is queued."""

    packet: Packet


@message("call.finished")
@dataclass(frozen=True)
class CallFinished:
    """The last leg is gone."""

    call: str
    client: str
    ended: float
    outcome: str
    cause: str
    agent: str = ""
    waited: float = 0.0
    intent: str = ""


@message("contact.consult_keyed")
@dataclass(frozen=True)
class ConsultKeyed:
    """An agent keyed whom to consult: control knows whose number it is."""

    call: str
    media: str
    offer: str
    digits: str


@message("recording.paused")
@dataclass(frozen=True)
class RecordingPaused:
    """From here on nothing is recorded (`on`), or it goes on; for the journal."""

    call: str
    client: str
    by: str
    """The agent; empty: it went on by itself."""
    on: bool


@message("media.load")
@dataclass(frozen=True)
class MediaLoad:
    """What a media process carries, every few seconds."""

    media: str
    calls: int
    late_ticks: int
    loop_lag_ms: float
    answers_waiting: int = 0
    """Spoken answers of notifications that are kept and not recognised yet."""
    asked_by_voice: int = 0
    asked_by_key: int = 0
    """How often a notification asked for a key only, because no recogniser had time."""


@message("keys.opened")
@dataclass(frozen=True)
class KeysOpened:
    """An agent dialled the log-in line."""

    leg: str
    media: str
    source: str
    """The registered phone that calls, or empty."""
    launches: str = ""
    """The client whose notifications are launched by this line; empty: agents log in."""


@message("keys.pressed")
@dataclass(frozen=True)
class KeysPressed:
    """The agent on this leg pressed a key."""

    leg: str
    digit: str


@message("keys.said")
@dataclass(frozen=True)
class KeysSaid:
    """The text asked for was spoken to its end, or was cut by a key."""

    leg: str
    say: str


@message("keys.closed")
@dataclass(frozen=True)
class KeysClosed:
    """The agent hung up."""

    leg: str


# --- control → media


@message("keys.say")
@dataclass(frozen=True)
class SayOnLeg:
    """Speak this to the agent on this leg."""

    leg: str
    media: str
    say: str
    """Name of the utterance."""
    text: str


@message("keys.hang_up")
@dataclass(frozen=True)
class HangUpLeg:
    """End this agent's leg."""

    leg: str
    media: str


@message("token.made")
@dataclass(frozen=True)
class TokenMade:
    """The packet is kept and may be fetched with this token."""

    call: str
    media: str
    token: str = field(repr=False)
    """Empty: there is no packet, so there is no token."""


@message("call.known")
@dataclass(frozen=True)
class CallerKnown:
    """What this caller left open; None: nothing. Content."""

    call: str
    media: str
    earlier: Earlier | None


@message("transfer.queue")
@dataclass(frozen=True)
class HandOn:
    """The agent gives the caller to another queue (a blind transfer)."""

    call: str
    media: str
    offer: str
    """The agent's contact: a late click must not hit the next one."""
    queue: str


@message("contact.consult")
@dataclass(frozen=True)
class ConsultOrder:
    """An agent wants to talk with somebody about a call: an agent, or whoever serves `queue`, or an
    outside number. With nothing named there is no such somebody, and the agent hears so."""

    call: str
    media: str
    offer: str
    """The agent's contact: a late click must not hit the next one."""
    queue: str = ""
    agent: str = ""
    """In `queue`; empty: anybody there."""
    number: str = ""
    blind: bool = False
    """The agent leaves at once."""


@message("contact.task")
@dataclass(frozen=True)
class GiveTask:
    """The agent gives the caller to the bot for one thing; then the caller comes back."""

    call: str
    media: str
    offer: str
    """The agent's contact: a late click must not hit the next one."""
    task: str
    """An intent of the line's bot, whose route is marked as a task."""
    slots: dict[str, str] = field(default_factory=dict)
    """What the agent knows for it."""


@message("contact.wish")
@dataclass(frozen=True)
class ContactWish:
    """What an agent wants of the contact: `hold`, `retrieve`, `swap`, `join`, `complete`, `return`;
    `pause` or `resume` the recording."""

    call: str
    media: str
    offer: str
    """The agent's contact: a late click must not hit the next one."""
    wish: str


@message("supervision.order")
@dataclass(frozen=True)
class Supervise:
    """Ring a supervisor's phone and join it to a running contact."""

    call: str
    media: str
    contact: str
    mode: str
    """`listen`, `whisper` or `barge`."""
    by: str
    """The user who asked."""


@message("supervision.moved")
@dataclass(frozen=True)
class Supervised:
    """What a supervisor does in a call now; for the journal."""

    call: str
    client: str
    by: str
    mode: str
    """`listen`, `whisper`, `barge`, `take_over`, `left`, or `denied`: the phone may not be rung."""


# --- command line ↔ control


@message("campaign.asked")
@dataclass(frozen=True)
class CampaignAsked:
    """Somebody on this machine asks something of campaigns."""

    id: str
    verb: str
    values: dict[str, Any] = field(repr=False)  # a PIN may be among them
    key: str = ""
    """Asked again under the same key, the first answer is given again."""


@message("campaign.answered")
@dataclass(frozen=True)
class CampaignAnswered:
    """The answer, or what is wrong with the question."""

    id: str
    answer: dict[str, Any]
    problem: str = ""


# --- somebody calls a notification's number


@message("notice.asked")
@dataclass(frozen=True)
class NoticeAsked:
    """What is to be said to this caller?"""

    leg: str
    media: str
    client: str
    caller: str
    """As presented; content."""
    language: str


@message("notice.told")
@dataclass(frozen=True)
class NoticeTold:
    """This is."""

    leg: str
    media: str
    script: Script
    recipient: str = ""
    """Whose acknowledgement counts; empty: nobody's that we called."""


@message("notice.acknowledged")
@dataclass(frozen=True)
class NoticeAcknowledged:
    """Somebody who called back has understood, or asked for help; or somebody whom we called had,
    which is known only after the call."""

    recipient: str
    by: str
    help: bool
    how: str = "called back"
    """Or `heard later`."""


# --- edge ↔ control


@message("edge.phone")
@dataclass(frozen=True)
class PhoneChanged:
    """Whether a phone (`201`) is registered; `deaf`: but leaves OPTIONS without any answer."""

    aor: str
    registered: bool
    deaf: bool = False


@message("edge.refused")
@dataclass(frozen=True)
class CallRefused:
    """The edge refused a new call."""

    line: str
    status: int
    why: str


@message("edge.credential")
@dataclass(frozen=True)
class Credential:
    """What a phone proves itself with: H(A1) of RFC 8760, never the password."""

    aor: str
    ha1_md5: str = field(repr=False)
    ha1_sha256: str = field(repr=False)


@message("edge.credentials")
@dataclass(frozen=True)
class Credentials:
    """Every phone that may register."""

    phones: tuple[Credential, ...]


@message("edge.media_room")
@dataclass(frozen=True)
class MediaRoom:
    """For how many conversations more a media process has room; at 0 new calls are refused."""

    media: str
    room: int
    use: float
    """1.0 is everything but the reserve."""
    shed: int = 0
    """How many things are left out of hearing (`centralino/media/capacity.py`)."""


@message("edge.media_up")
@dataclass(frozen=True)
class MediaUp:
    """A media process is there, or is not: new calls go to those that are."""

    media: str
    up: bool
