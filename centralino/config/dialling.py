"""Ways to the telephone network, what may be dialled over them, and calls out of alerts."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from centralino.config.section import HostPort, Name, Seconds, Section, Url


class Trunk(Section):
    """A way to the telephone network."""

    name: Name
    addresses: tuple[str, ...] = ()
    """Sources that may send calls: IP addresses or networks."""
    target: HostPort = ""
    """Where calls out go: host:port."""
    transport: Literal["udp", "tcp"] = "udp"
    registrar: HostPort = ""
    """host:port where we register, and where calls out go then; empty: known by address alone."""
    user: str = ""
    password_file: Path | None = None
    max_cps: float = Field(default=1.0, ge=0)
    """New campaign calls a second over this trunk at most; 0: no limit. Carriers commonly allow 1
    and answer more with 503."""
    max_channels: int = Field(default=10, ge=0)
    """Campaign calls over this trunk at once; 0: no limit."""
    rehearsal: bool = False
    """A loopback carrier: exercises go here and nowhere else, and nothing else goes here."""


class PrefixLimit(Section):
    """Destinations that take fewer campaign calls than the trunks could carry; the longest prefix
    that fits a number counts."""

    prefix: Annotated[str, Field(pattern=r"^\+?\d{1,15}$")]
    max_cps: float = Field(default=0.0, ge=0)
    """New calls a second; 0: no limit."""
    max_channels: int = Field(default=0, ge=0)
    """Calls at once; 0: no limit."""


class AlertFeed(Section):
    """An address that is asked for alerts (CAP 1.2): one alert, or an index (Atom, RSS) of alerts
    at the same server."""

    name: Name
    url: Url
    every: Annotated[float, Field(ge=10, le=3600)] = 60.0
    """Seconds between two questions; longer while the server is ill."""


class AlarmLimits(Section):
    """From where on something is an alarm on the page *Campaigns*."""

    window: Seconds = 300.0
    """How far back calls are looked at."""
    calls: int = Field(default=20, ge=1)
    """Ended calls in that time, without which no share means anything."""
    answer_ratio: float = Field(default=0.2, ge=0, le=1)
    """Share of a trunk's calls that must be picked up."""
    blocked_share: float = Field(default=0.15, ge=0.01, le=1)
    """Share of calls, by trunk and by number shown, that may be refused as unwanted (603, 607,
    608)."""
    no_progress: Seconds = 120.0
    """How long nobody may be called though people wait."""
    oldest: Seconds = 1800.0
    """How long the first in line may wait."""
    oldest_emergency: Seconds = 300.0


class Webhook(Section):
    """A program that is told what happens, by HTTP POST; until it answers 2xx it is told again."""

    name: Name
    url: Url
    secret_file: Path
    """Signs each delivery (HMAC-SHA-256); 16 characters at least."""
    events: tuple[
        Literal["campaign.over", "call.result", "alarm.raised", "alarm.cleared", "voicemail.left"],
        ...,
    ] = ()
    """Empty: all."""
    clients: tuple[Name, ...] = ()
    """Only what is theirs; empty: everything."""


class Outbound(Section):
    """Calling out: campaigns."""

    channels: int = Field(default=100, ge=0, le=240)
    """Calls out that each media process holds at once."""
    alerts_folder: Path | None = None
    """Folder into which alerts (CAP 1.2, `*.xml`) are laid; each is taken and moved aside."""
    alert_certificates: tuple[Path, ...] = ()
    """PEM files; where there are some, only alerts that one of them signed are taken."""
    two_person: bool = False
    """Two people with a PIN launch a notification, or one who breaks the glass and says why."""
    bots: tuple[Name, ...] = ()
    """Bots that campaigns may have hold their calls, e.g. `survey`, `appointment`, `collections`,
    `qualification`; each is learned and its prompts are spoken at the first start."""
    recordings: Path | None = None
    """Folder of recorded messages (WAV, mono, 16 bit) that notifications may play instead of a
    voice that reads; empty: `recordings` in `state_dir`. What the page or `notify record` takes is
    made fit and kept in a folder of its client."""
    recordings_megabytes: Annotated[int, Field(ge=0, le=1_000_000)] = 200
    """How much of that folder one client may fill, in MB (a minute of sound is one); 0: any."""
    recorded: bool = False
    """Calls that such a bot holds are recorded, and it says so."""
    preview_seconds: Annotated[float, Field(ge=0, le=3600)] = 60.0
    """How long an agent of a preview campaign may look at somebody before `preview_then` is done;
    0: as long as it takes. A campaign may say its own."""
    preview_then: Literal["not_ready", "skip", "dial"] = "not_ready"
    """What follows: the agent is set not ready and the person is next again, the person is skipped,
    or is dialled."""
    alarms: AlarmLimits = AlarmLimits()
    notices: dict[str, Name] = {"en": "notification"}
    """Language → the bot around a notification in it. Each language but the house's own needs a
    voice, too: `speech.voices`."""


class AlertRule(Section):
    """For which alerts (CAP 1.2) a notification is drafted."""

    name: Name
    client: Name
    senders: tuple[str, ...] = ()
    """Exactly these; empty: everybody who may hand in alerts."""
    events: tuple[str, ...] = ()
    """Empty: every event."""
    severity: Literal["Extreme", "Severe", "Moderate", "Minor", "Unknown"] = "Moderate"
    """At least."""
    urgency: Literal["Immediate", "Expected", "Future", "Past", "Unknown"] = "Future"
    """At least."""
    groups: tuple[str, ...] = ()
    """Only people of these, beside the alert's area."""
    auto_launch: bool = False
    """Approved in advance: it starts by itself after `countdown`."""
    countdown: Seconds = 120.0


class Dialling(Section):
    """How numbers are read before `dial_rules` are asked."""

    country_code: str = Field(default="", pattern=r"^[1-9]?\d{0,2}$")
    """Of this house, without +; empty: a number without a country is taken as one of ours, and
    one with a country as foreign."""
    international_prefix: str = Field(default="00", pattern=r"^\d{1,5}$")
    """Dialled before the country code in place of +."""
    national_prefix: str = Field(default="", pattern=r"^\d{0,3}$")
    """Dialled before a national number and no part of it, such as the 0 of Germany."""


class DialRule(Section):
    """What may be dialled. The first rule that fits decides; what none allows is denied."""

    allow: bool = True
    purposes: tuple[Literal["agent", "transfer", "refer", "campaign", "callback"], ...] = ()
    """`agent`: an agent's phone for a caller; `transfer`: an agent calls somebody outside about a
    caller; `refer`: a caller is sent to another house; `campaign`: somebody on a list is called;
    `callback`: a caller who asked for it is called back. Empty: all of them."""
    clients: tuple[Name, ...] = ()
    """For whom; empty: everybody."""
    targets: tuple[str, ...] = ()
    """`phones` (names and numbers of up to 6 digits at this house), `national`, `foreign`, `sip`
    (addresses at other hosts), or patterns with `*`: `+39*`, `*@water.example`. Empty: all."""


PREMIUM = (
    "+1900*", "+1976*", "+39892*", "+39894*", "+39895*", "+39899*", "+4487*", "+449*", "+49137*",
    "+49900*", "+33899*", "+3481*", "+41900*", "+41901*", "+41906*", "+43900*", "+43930*", "+870*",
    "+878*", "+881*", "+882*", "+883*", "+979*",
)  # fmt: skip
"""Premium rate numbers of some countries, satellites and international networks: where fraud goes.
Numbers of foreign countries are denied anyway as long as no rule allows them."""
EMERGENCY = ("112", "911", "999", "000")
"""Ours to hand over, never to be rung by a machine."""
