"""Every key of the configuration, with its default and its meaning."""

from __future__ import annotations

import ipaddress
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, model_validator

from acd.config import overflow_problem
from centralino.config.distribution import Acd, OpeningHours, Queue, Requirement, Tier
from centralino.config.section import HostPort, Level, Name, Port, Seconds, Section
from centralino.errors import Misplaced
from centralino.web.screen_pop import problem as screen_pop_problem


class Sip(Section):
    """The public SIP port (`telephony/edge`)."""

    host: str = "127.0.0.1"
    """Where to listen: an address of this machine. Loopback: nobody else can call."""
    advertise: str = ""
    """The address that peers are told; needed where `host` is a wildcard such as 0.0.0.0."""
    port: Port = 5060
    """UDP and TCP."""
    domain: str = ""
    """What our addresses end in; empty: `host`."""
    default_line: str | None = None
    """The line that takes numbers not listed; none: 404."""
    default_trunk: Name | None = None
    """Who carries calls to plain numbers; none: the first trunk."""
    max_calls: int = Field(default=40, ge=1)
    """Beyond it a new call gets 503 with Retry-After, whatever was measured."""
    measured: bool = True
    """New calls are also refused where our processes, or the recognisers, are too busy to take
    another conversation without harm to the running ones."""
    retry_after: int = Field(default=10, ge=1)
    """Seconds, told with 503."""
    drain_seconds: Seconds = 120.0
    """How long running calls may go on after SIGTERM."""

    refer_seconds: Annotated[float, Field(ge=1, le=50)] = 25.0
    """How long another house may take to answer a caller sent there; then the caller is ours."""

    @property
    def public_host(self) -> str:
        """The address by which this machine is reached; media processes bind it, too."""
        return self.advertise or self.host


class Media(Section):
    """The processes that hold calls."""

    processes: int = Field(default=1, ge=1, le=64)
    base_port: Port = 0
    """SIP port of the first one on loopback, behind the edge; 0: any free ones."""
    codecs: tuple[Literal["pcmu", "pcma"], ...] = ("pcmu", "pcma")
    jitter_ms: tuple[int, int] = (20, 100)
    """Bounds of the adaptive jitter buffer."""


class Speech(Section):
    """Recogniser and voice."""

    workers: int = Field(default=2, ge=1, le=64)
    """Processes that hold a recogniser and a voice; one a core, and a turn lost with one of them is
    asked again of another."""
    recogniser: Literal["auto", "whisper", "vosk"] = "auto"
    voice: Literal["piper", "hibari"] = "piper"
    vad: Literal["silero", "webrtc"] = "silero"
    """What tells speech from noise. Silero costs half a hundredth of a core for each call, and
    hears no speech in music, traffic or other people's talk, where webrtc does."""
    voices: dict[str, Annotated[str, Field(pattern=r"^(piper|hibari|espeak:[a-z0-9+_-]+)$")]] = {}
    """Further languages of notifications → voice, e.g. { it = "espeak:it" }; a process each."""
    turn_detector: Literal["off", "smart-turn"] = "off"
    """Whether a network is asked at each pause if the caller sounds finished; 50 ms of a core each
    time. It is left out when there is too much work."""
    models_dir: Path = Path("models")


class Web(Section):
    """Pages and API."""

    host: str = "127.0.0.1"
    port: Port = 8080
    secure_cookies: bool = False
    """Set it behind TLS."""
    api_keys_file: Path | None = None
    """One `name key` a line, for other houses that fetch packets and for metrics."""
    token_seconds: Annotated[float, Field(ge=10)] = 600.0
    """How long another house may fetch the packet of a call that was sent to it."""


class Database(Section):
    """Where everything durable lies."""

    url: str = ""
    """SQLAlchemy URL; empty: SQLite in the state directory."""


class Client(Section):
    """Somebody whose calls are taken: the boundary of visibility, brand and law."""

    id: Name
    name: str = ""
    region: Annotated[str, Field(pattern=r"^([A-Z]{2})?$")] = ""
    """ISO 3166-1 code that reads telephone numbers without a country code, e.g. IT."""
    language: str = "en"
    """Of people who are called and whose language is not known."""
    time_zone: str = ""
    """IANA zone of people whose own, and whose number's, is not known; empty: they are called only
    in emergencies."""


class Line(Section):
    """A dialled number and what answers it."""

    number: str
    client: Name
    kind: Literal["bot", "agents", "notification"] = "bot"
    """`agents`: agents dial it to log in by keys. `notification`: whoever calls it hears the
    client's current notification, and can acknowledge; campaigns show it as their number."""
    bot: Name = "utility"
    language: str = "en"
    keys_only: bool = False
    """A menu by keys; no recogniser is used."""
    emergency: bool = False
    """Never refused for lack of speech: where there is no room for a conversation, it is answered
    by keys."""
    recorded: bool = True
    """The call is recorded, and the greeting says so."""
    retention_days: int | None = Field(default=None, ge=1)
    """How long content of its calls is kept; none: `retention.days`."""
    announce_supervision: bool = False
    """A tone tells caller and agent that a supervisor joins; for where the law asks for it."""
    announce_machine: bool = True
    """The greeting says that a machine answers."""


class AgentSeed(Section):
    """An agent who exists from the first start. `centralino user` and the page make more."""

    number: Annotated[str, Field(pattern=r"^\d{2,10}$")]
    name: str
    client: Name
    queues: tuple[Name, ...] = ()
    skills: dict[Name, Level] = {}
    tiers: dict[Name, Tier] = {}
    """Queue → tier; 1 where none is said. Within a tier the strategy decides."""
    contact: str = ""
    """A SIP URI or a number; empty: the phone registered at the edge as `number`."""
    secrets_file: Path | None = None
    """Lines `pin …`, `password …`, `sip …`."""


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
    purposes: tuple[Literal["agent", "refer", "campaign"], ...] = ()
    """`agent`: an agent's phone for a caller; `refer`: a caller is sent to another house;
    `campaign`: somebody on a list is called. Empty: all of them."""
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


class Retention(Section):
    """How long content is kept."""

    days: int = Field(default=90, ge=1)
    redial_seconds: Seconds = 900.0
    """How long a caller whose call broke off is met where it ended; 0: never."""


def _is_loopback(target: str) -> bool:
    """Whether `host:port` is this machine itself."""
    host = target.rpartition(":")[0] or target
    return host == "localhost" or host.startswith("127.")


def _check_source(trunk: str, address: str) -> None:
    """Raises ValueError for what is no address, network, or address:port."""
    host, colon, port = address.rpartition(":")
    bare = host if colon and port.isdigit() and ":" not in host else address
    try:
        ipaddress.ip_network(bare, strict=False)
    except ValueError:
        raise ValueError(
            f"trunks: {trunk}: {address!r} is no address or network, e.g. 192.0.2.0/24"
        ) from None


def _check_queues(config: Config) -> None:
    """Raises Misplaced for hours that are nowhere and overflows that lead nowhere or in a ring."""
    hours = {each.id for each in config.hours}
    ways = {queue.id: (queue.overflow or "", queue.client) for queue in config.queues}
    for index, queue in enumerate(config.queues):
        if queue.hours is not None and queue.hours not in hours:
            raise Misplaced(("queues", index, "hours"), f"there are no hours {queue.hours!r}")
        if queue.screen_pop and (problem := screen_pop_problem(queue.screen_pop)):
            raise Misplaced(("queues", index, "screen_pop"), problem)
        if problem := overflow_problem(queue.id, ways):
            raise Misplaced(("queues", index, "overflow"), problem)


def _skills_named(config: Config) -> list[tuple[str, str, set[str], str]]:
    """Every skill that the file names, to be looked up among `acd.skills` where that has any."""
    known = set(config.acd.skills)
    if not known:
        return []
    named = [
        *(("agents", skill) for agent in config.agents for skill in agent.skills),
        *(("queues", skill) for q in config.queues for step in q.relax for skill in step.drop),
        *(("requirements", skill) for r in config.requirements for skill in r.require),
        *(("requirements", skill) for r in config.requirements for skill in r.prefer),
    ]
    return [(table, skill, known, "skill") for table, skill in named]


class Config(Section):
    """The whole file."""

    centre: Name = "centralino"
    state_dir: Path = Path("var")
    bots_dir: Path | None = None
    """Folder of bots; none: those that come with the program."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    sip: Sip = Sip()
    media: Media = Media()
    speech: Speech = Speech()
    web: Web = Web()
    database: Database = Database()
    acd: Acd = Acd()
    dialling: Dialling = Dialling()
    outbound: Outbound = Outbound()
    retention: Retention = Retention()
    clients: tuple[Client, ...] = (Client(id="riverton", name="Riverton Utilities"),)
    lines: tuple[Line, ...] = (
        Line(number="1000", client="riverton"),
        Line(number="1001", client="riverton", keys_only=True),
        Line(number="7000", client="riverton", kind="agents"),
    )
    queues: tuple[Queue, ...] = (
        Queue(id="service", client="riverton", name="Customer service"),
        Queue(id="billing", client="riverton", name="Billing"),
        Queue(id="technical", client="riverton", name="Technical"),
        Queue(id="emergency", client="riverton", name="Emergency", wrap_up=10.0),
    )
    hours: tuple[OpeningHours, ...] = ()
    requirements: tuple[Requirement, ...] = ()
    agents: tuple[AgentSeed, ...] = ()
    trunks: tuple[Trunk, ...] = (Trunk(name="local", addresses=("127.0.0.0/8", "::1")),)
    prefix_limits: tuple[PrefixLimit, ...] = ()
    alert_rules: tuple[AlertRule, ...] = ()
    dial_rules: tuple[DialRule, ...] = (
        DialRule(allow=False, targets=(*PREMIUM, *EMERGENCY)),
        DialRule(purposes=("agent",), targets=("phones", "national", "sip")),
    )

    @model_validator(mode="after")
    def _names_exist(self) -> Config:
        clients = {client.id for client in self.clients}
        queues = {queue.id for queue in self.queues}
        named: list[tuple[str, str, set[str], str]] = [
            *(("lines", line.client, clients, "client") for line in self.lines),
            *(("queues", queue.client, clients, "client") for queue in self.queues),
            *(("agents", agent.client, clients, "client") for agent in self.agents),
            *(
                ("dial_rules", client, clients, "client")
                for rule in self.dial_rules
                for client in rule.clients
            ),
            *(
                ("agents", queue, queues, "queue")
                for agent in self.agents
                for queue in agent.queues
            ),
        ]
        named += [
            *(("agents", queue, queues, "queue") for agent in self.agents for queue in agent.tiers),
            *(("requirements", r.queue, queues, "queue") for r in self.requirements if r.queue),
            *_skills_named(self),
        ]
        for table, name, known, kind in named:
            if name not in known:
                raise ValueError(f"{table} name the {kind} {name!r}, which is not defined")
        for trunk in self.trunks:
            if trunk.rehearsal and trunk.target and not _is_loopback(trunk.target):
                raise ValueError(
                    f"trunks: {trunk.name}: a trunk for rehearsals leads to this machine, e.g."
                    " 127.0.0.1:5080, and to nobody else"
                )
            for address in trunk.addresses:
                _check_source(trunk.name, address)
        _check_queues(self)
        numbers = [line.number for line in self.lines]
        if self.sip.default_line not in (None, *numbers):
            raise ValueError(f"sip.default_line: there is no line {self.sip.default_line!r}")
        if self.sip.public_host in ("0.0.0.0", "::"):
            raise ValueError("sip.advertise: set the address that peers reach, host is a wildcard")
        for number in numbers:
            if numbers.count(number) > 1:
                raise ValueError(f"lines: the number {number!r} is there twice")
        return self

    @property
    def database_url(self) -> str:
        """Where the database is."""
        return self.database.url or f"sqlite+aiosqlite:///{self.state_dir / 'centralino.db'}"

    @property
    def bots_folder(self) -> Path:
        """The folder of bots: the configured one, or the one that comes with the program."""
        return self.bots_dir or Path(__file__).parents[2] / "nlu_models"

    @property
    def domain(self) -> str:
        """What our SIP addresses end in."""
        return self.sip.domain or self.sip.public_host

    def line(self, number: str) -> Line | None:
        """The line with this number."""
        return next((line for line in self.lines if line.number == number), None)

    def retention_seconds(self, line: str) -> float:
        """How long content of a line's calls is kept."""
        known = self.line(line)
        days = known.retention_days if known and known.retention_days else self.retention.days
        return days * 86_400.0

    def queue(self, id: str) -> Queue | None:
        """The queue of this name."""
        return next((queue for queue in self.queues if queue.id == id), None)

    def media_names(self) -> list[str]:
        """Names of the media processes."""
        return [f"media-{n + 1}" for n in range(self.media.processes)]
