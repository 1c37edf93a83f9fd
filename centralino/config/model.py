"""Every key of the configuration, with its default and its meaning."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, IPvAnyNetwork, model_validator

from centralino.config.callers import CallerLookup, check_lookups
from centralino.config.checks import (
    check_languages,
    check_names,
    check_numbers,
    check_queues,
    check_teams,
    check_trunks,
)
from centralino.config.dialling import (
    EMERGENCY,
    PREMIUM,
    AlertFeed,
    AlertRule,
    Dialling,
    DialRule,
    Outbound,
    PrefixLimit,
    Trunk,
    Webhook,
)  # fmt: skip
from centralino.config.distribution import Acd, OpeningHours, Queue, Requirement, TeamSection, Tier
from centralino.config.section import HTTP, Level, Name, Port, Seconds, Section


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
    """Who carries calls to plain numbers; none: the first trunk with a `target` or `registrar`."""
    max_calls: int = Field(default=40, ge=1)
    """Beyond it a new call gets 503 with Retry-After, whatever was measured."""
    measured: bool = True
    """New calls are also refused where our processes, or the recognisers, are too busy to take
    another conversation without harm to the running ones."""
    retry_after: int = Field(default=10, ge=1)
    """Seconds, told with 503."""
    options_seconds: Seconds = 30.0
    """How often a registered phone is asked by OPTIONS whether it lives; 0: never. One that does
    not answer gets no calls until it is heard again."""
    options_patience: Annotated[float, Field(ge=1, le=32)] = 6.0
    """How long it may take to answer, repeats of the question included."""
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
    """Further languages, of lines and notifications → voice, e.g. { it = "espeak:it" }; a process
    each."""
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
    """One `name key` a line, for other houses that fetch packets, for metrics and for
    `/api/events`; a third word, clients between commas, limits a key."""
    token_seconds: Annotated[float, Field(ge=10)] = 600.0
    """How long another house may fetch the packet of a call that was sent to it."""


class Browsers(Section):
    """Agents' browsers as their telephones (WebRTC). A browser gives its microphone to pages on
    `https` and on `localhost` only."""

    enabled: bool = True
    host: str = ""
    """The address of this machine to which browsers send sound, UDP, any port; empty: `sip.host`,
    and every address of the machine where that is a wildcard."""
    stun: tuple[Annotated[str, Field(pattern=r"^stun:[^\s]+$")], ...] = ()
    """Servers that tell an address behind NAT, e.g. ["stun:stun.example.net:3478"]; the process
    itself asks the first alone. None: agents are in the same network, or `host` is public."""
    turn: tuple[Annotated[str, Field(pattern=r"^turns?:[^\s]+$")], ...] = ()
    """Servers that carry the sound where nothing else comes through, e.g.
    ["turn:turn.example.net:3478"]; the process itself uses the first alone."""
    turn_user: str = ""
    """Empty: the file holds the secret that is shared with the server (coturn: `use-auth-secret`),
    and each page gets a login of its own for a day."""
    turn_password_file: Path | None = None
    """Of `turn_user`, or the secret that is shared with the server; needed with `turn`."""
    networks: tuple[IPvAnyNetwork, ...] = ()
    """Where the house itself begins the checks of a connection, if a browser says it is there: with
    `stun` or `turn` public addresses, too. Elsewhere it only answers, which is enough where
    browsers can reach `host`."""

    @model_validator(mode="after")
    def _has_a_password(self) -> Browsers:
        if self.turn and self.turn_password_file is None:
            raise ValueError("turn needs turn_password_file")
        return self


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


class BotServers(Section):
    """What a bot has beside it. A bot without a table needs nothing from outside."""

    name: Name
    """The bot's folder."""
    rasa: Annotated[str, Field(pattern=HTTP)] = ""
    """Root of a Rasa 3.6 server (`rasa run --enable-api`) with a model of the bot's folder, e.g.
    http://127.0.0.1:5005. It understands instead of the embedded engine, which still answers
    whatever Rasa does not answer in time. Empty: the embedded engine."""
    rasa_seconds: Annotated[float, Field(gt=0, le=2)] = 0.5
    """How long Rasa may take for a sentence."""
    rasa_token_file: Path | None = None
    """Holds what the server was started with as `--auth-token`."""
    actions: Annotated[str, Field(pattern=HTTP)] = ""
    """The webhook of an action server (`rasa run actions`), e.g. http://127.0.0.1:5055/webhook.
    Empty: none; a bot that does custom actions is refused then."""
    actions_seconds: Annotated[float, Field(gt=0, le=20)] = 5.0
    """How long a custom action may take."""
    secrets_file: Path | None = None
    """For the headers of the bot's lookups: a line `name secret` for each `{secret.name}`."""


class Line(Section):
    """A dialled number and what answers it."""

    number: str
    client: Name
    kind: Literal["bot", "agents", "notification", "launch"] = "bot"
    """`agents`: agents dial it to log in by keys. `notification`: whoever calls it hears the
    client's current notification, and can acknowledge; campaigns show it as their number. `launch`:
    who may run campaigns dials it to launch a ready notification to all contacts, by number and
    PIN."""
    bot: Name = "utility"
    language: str = "en"
    also: dict[str, Name] = {}
    """Further languages → the bot for callers who speak them, e.g. { it = "utility_it" }: a
    caller's first words choose. Whisper tells them apart; each needs a voice in `speech.voices`."""
    keys_only: bool = False
    """A menu by keys; no recogniser is used."""
    patience: Annotated[float, Field(ge=0.5, le=3)] = 1.0
    """Every silence that ends a caller's answer is so many times as long: more than 1 for callers
    who speak slowly, who are then cut off less often and wait longer for each answer."""
    emergency: bool = False
    """Never refused for lack of speech: where there is no room for a conversation, it is answered
    by keys."""
    recorded: bool = True
    """The call is recorded, and the greeting says so."""
    retention_days: int | None = Field(default=None, ge=1)
    """How long content of its calls is kept; none: `retention.days`."""
    announce_supervision: bool = False
    """A tone tells caller and agent that a supervisor joins; for where the law asks for it."""
    pause_recording: bool = True
    """Agents may pause the recording, for what must not be kept; it goes on with the next contact
    at the latest."""
    announce_pause: bool = False
    """A tone tells the caller, too, when the recording is paused and when it goes on."""
    announce_machine: bool = True
    """The greeting says that a machine answers."""

    @property
    def bots(self) -> dict[str, str]:
        """Language → the bot for callers who speak it; the line's own language first."""
        return {self.language: self.bot, **self.also}


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
    nailed_up: bool = False
    """The phone is called once at log-in and stays up between contacts, which begin with a beep.
    Campaigns that connect at once need it, or a phone that answers by itself."""
    secrets_file: Path | None = None
    """Lines `pin …`, `password …`, `sip …`."""


class Retention(Section):
    """How long content is kept."""

    days: int = Field(default=90, ge=1)
    redial_seconds: Seconds = 900.0
    """How long a caller whose call broke off is met where it ended; 0: never."""


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
    browsers: Browsers = Browsers()
    database: Database = Database()
    acd: Acd = Acd()
    dialling: Dialling = Dialling()
    outbound: Outbound = Outbound()
    retention: Retention = Retention()
    clients: tuple[Client, ...] = (Client(id="riverton", name="Riverton Utilities"),)
    bots: tuple[BotServers, ...] = ()
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
    teams: tuple[TeamSection, ...] = ()
    requirements: tuple[Requirement, ...] = ()
    agents: tuple[AgentSeed, ...] = ()
    trunks: tuple[Trunk, ...] = (Trunk(name="local", addresses=("127.0.0.0/8", "::1")),)
    prefix_limits: tuple[PrefixLimit, ...] = ()
    alert_rules: tuple[AlertRule, ...] = ()
    alert_feeds: tuple[AlertFeed, ...] = ()
    webhooks: tuple[Webhook, ...] = ()
    caller_lookups: tuple[CallerLookup, ...] = ()
    dial_rules: tuple[DialRule, ...] = (
        DialRule(allow=False, targets=(*PREMIUM, *EMERGENCY)),
        DialRule(purposes=("agent",), targets=("phones", "national", "sip")),
        DialRule(purposes=("transfer", "callback"), targets=("phones", "national")),
    )

    @model_validator(mode="after")
    def _fits_together(self) -> Config:
        check_names(self)
        check_trunks(self)
        check_queues(self)
        check_languages(self)
        check_teams(self)
        check_numbers(self)
        check_lookups(self)
        return self

    @property
    def database_url(self) -> str:
        """Where the database is."""
        return self.database.url or f"sqlite+aiosqlite:///{self.state_dir / 'centralino.db'}"

    @property
    def recordings(self) -> Path:
        """The folder of recorded messages."""
        return self.outbound.recordings or self.state_dir / "recordings"

    @property
    def recordings_most(self) -> int:
        """Bytes of recorded messages that a client may have; 0: any."""
        return self.outbound.recordings_megabytes * 1_000_000

    @property
    def bots_folder(self) -> Path:
        """The folder of bots: the configured one, or the one that comes with the program."""
        return self.bots_dir or Path(__file__).parents[2] / "nlu_models"

    @property
    def recogniser(self) -> str:
        """The recogniser that is wanted: lines of several languages need one that tells them
        apart."""
        several = any(line.also for line in self.lines)
        return "whisper" if several else self.speech.recogniser

    def bots_of_lines(self) -> list[str]:
        """The bots that lines name, in every language."""
        bots = (line for line in self.lines if line.kind == "bot")
        return sorted({name for line in bots for name in line.bots.values()})

    @property
    def domain(self) -> str:
        """What our SIP addresses end in."""
        return self.sip.domain or self.sip.public_host

    def line(self, number: str) -> Line | None:
        """The line with this number."""
        return next((line for line in self.lines if line.number == number), None)

    def team_of(self, number: str) -> str:
        """The team of the agent with this number; empty for none."""
        return next((team.name for team in self.teams if number in team.agents), "")

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
