"""PURE. Alerts in the Common Alerting Protocol 1.2 (OASIS, 1 July 2010; ITU-T X.1303), read safely.

What comes from outside may be hostile: no document type, no entity, nothing fetched, a size limit
before anything is parsed, and every required element (§3.2) and code value checked before a rule
looks at it. Elements of other namespaces (a signature, extensions) are left alone. The only file
that imports lxml.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from lxml import etree

from outbound.errors import BadAlert

NAMESPACE = "urn:oasis:names:tc:emergency:cap:1.2"
SIZE_LIMIT = 1_000_000
"""Bytes. A real alert has some kilobytes."""
PARTS_LIMIT = 500
"""Info blocks, areas, polygons and the like of one alert."""
_KEY = re.compile(r"[^\s,<&]+")


class Status(StrEnum):
    """§3.2.1: whether it is meant."""

    ACTUAL = "Actual"
    EXERCISE = "Exercise"
    SYSTEM = "System"
    TEST = "Test"
    DRAFT = "Draft"


class Kind(StrEnum):
    """§3.2.1 msgType."""

    ALERT = "Alert"
    UPDATE = "Update"
    CANCEL = "Cancel"
    ACK = "Ack"
    ERROR = "Error"


SCOPES = ("Public", "Restricted", "Private")
CATEGORIES = (
    "Geo", "Met", "Safety", "Security", "Rescue", "Fire", "Health", "Env", "Transport", "Infra",
    "CBRNE", "Other",
)  # fmt: skip
RESPONSES = (
    "Shelter", "Evacuate", "Prepare", "Execute", "Avoid", "Monitor", "Assess", "AllClear", "None",
)  # fmt: skip
URGENCIES = ("Immediate", "Expected", "Future", "Past", "Unknown")
SEVERITIES = ("Extreme", "Severe", "Moderate", "Minor", "Unknown")
CERTAINTIES = ("Observed", "Likely", "Possible", "Unlikely", "Unknown")


@dataclass(frozen=True, order=True)
class Key:
    """What names an alert: sender, identifier and sent together (§3.2.1)."""

    sender: str
    identifier: str
    sent: float
    """UTC seconds: the same moment may be written in two zones."""

    def __str__(self) -> str:
        return f"{self.sender},{self.identifier},{self.sent:.0f}"


@dataclass(frozen=True)
class Area:
    """Where (§3.2.4). Polygons and circles as written; several are a union."""

    description: str
    polygons: tuple[str, ...] = ()
    circles: tuple[str, ...] = ()
    geocodes: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Info:
    """What, in one language (§3.2.2). Times are UTC seconds, 0 where not told."""

    language: str
    categories: tuple[str, ...]
    event: str
    urgency: str
    severity: str
    certainty: str
    responses: tuple[str, ...] = ()
    effective: float = 0.0
    onset: float = 0.0
    expires: float = 0.0
    sender_name: str = ""
    headline: str = ""
    description: str = ""
    instruction: str = ""
    areas: tuple[Area, ...] = ()


@dataclass(frozen=True)
class Alert:
    """One message of the protocol."""

    key: Key
    status: Status
    kind: Kind
    scope: str
    references: tuple[Key, ...] = ()
    infos: tuple[Info, ...] = ()
    note: str = ""
    codes: tuple[str, ...] = ()

    @property
    def expires(self) -> float:
        """UTC seconds after which it holds no more: the last of its blocks'; 0: not told."""
        times = [info.expires for info in self.infos]
        return max(times) if times and all(times) else 0.0


def read_alert(data: bytes, limit: int = SIZE_LIMIT) -> Alert:
    """The alert in these bytes. Raises BadAlert, in one line."""
    if len(data) > limit:
        raise BadAlert(f"the alert has {len(data)} bytes; more than {limit} are not read")
    return _alert(_root(data))


ATOM = "http://www.w3.org/2005/Atom"
CAP_TYPE = "application/cap+xml"
LINKS_LIMIT = 200
"""Alerts of one index that are looked at, the first ones."""


def linked(data: bytes, limit: int = SIZE_LIMIT) -> tuple[str, ...] | None:
    """The addresses of the alerts that an index (Atom, :rfc:`4287`, or RSS 2.0) lists, in order;
    None: these bytes are an alert themselves. Raises BadAlert."""
    if len(data) > limit:
        raise BadAlert(f"it has {len(data)} bytes; more than {limit} are not read")
    root = _parsed(data)
    kind = etree.QName(root).localname
    if kind == "alert":
        return None
    if kind == "feed":
        entries = root.iterfind(f"{{{ATOM}}}entry")
        found = [_link(entry.findall(f"{{{ATOM}}}link")) for entry in entries]
    elif kind == "rss":
        found = [(link.text or "").strip() for link in root.iterfind("channel/item/link")]
    else:
        raise BadAlert(f"the root is {root.tag}: neither an alert nor an index of alerts")
    return tuple(dict.fromkeys(filter(None, found)))[:LINKS_LIMIT]


def _link(links: list[etree._Element]) -> str:
    """Of an entry: what says that it is an alert, else the entry itself."""
    typed = [link.get("href", "") for link in links if link.get("type") == CAP_TYPE]
    plain = [link.get("href", "") for link in links if link.get("rel", "alternate") == "alternate"]
    return next(iter((*typed, *plain)), "")


def _parsed(data: bytes) -> etree._Element:
    parser = etree.XMLParser(
        resolve_entities=False, load_dtd=False, dtd_validation=False, no_network=True,
        huge_tree=False, remove_comments=True, remove_pis=True, recover=False,
    )  # fmt: skip
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise BadAlert(f"the alert is no XML: {_one_line(error)}") from None
    if root.getroottree().docinfo.internalDTD is not None:
        raise BadAlert("the alert has a document type, which could hold entities: refused")
    return root


def _root(data: bytes) -> etree._Element:
    root = _parsed(data)
    name = etree.QName(root)
    if name.localname != "alert" or name.namespace != NAMESPACE:
        raise BadAlert(f"the root is {root.tag}: an alert of CAP 1.2 is {{{NAMESPACE}}}alert")
    return root


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())[:200]


# Elements.


def _all(parent: etree._Element, name: str) -> list[etree._Element]:
    found = parent.findall(f"{{{NAMESPACE}}}{name}")
    if len(found) > PARTS_LIMIT:
        raise BadAlert(f"{name}: there are more than {PARTS_LIMIT}")
    return list(found)


def _texts(parent: etree._Element, name: str) -> tuple[str, ...]:
    return tuple(" ".join("".join(found.itertext()).split()) for found in _all(parent, name))


def _text(parent: etree._Element, name: str) -> str:
    """The text of what may be there once."""
    found = _texts(parent, name)
    if len(found) > 1:
        raise BadAlert(f"{name} is there {len(found)} times, and may be once")
    return found[0] if found else ""


def _needed(parent: etree._Element, name: str) -> str:
    text = _text(parent, name)
    if not text:
        raise BadAlert(f"{name} is missing (CAP 1.2 §3.2 requires it)")
    return text


def _one_of(parent: etree._Element, name: str, values: tuple[str, ...]) -> str:
    text = _needed(parent, name)
    if text not in values:
        raise BadAlert(f"{name} is {text[:40]!r}, and may be {', '.join(values)}")
    return text


def _some_of(parent: etree._Element, name: str, values: tuple[str, ...]) -> tuple[str, ...]:
    found = _texts(parent, name)
    for text in found:
        if text not in values:
            raise BadAlert(f"{name} is {text[:40]!r}, and may be {', '.join(values)}")
    return found


def _time(name: str, text: str) -> float:
    """§3.3.2: `2002-05-24T16:49:00-07:00`. A `Z`, which the standard forbids, is understood."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise BadAlert(f"{name} is no time with zone offset: write 2026-01-31T16:49:00+01:00")
    return at.timestamp()


def _maybe_time(parent: etree._Element, name: str) -> float:
    text = _text(parent, name)
    return _time(name, text) if text else 0.0


def _alert(root: etree._Element) -> Alert:
    key = _key(_needed(root, "sender"), _needed(root, "identifier"), _needed(root, "sent"))
    kind = Kind(_one_of(root, "msgType", tuple(Kind)))
    scope = _one_of(root, "scope", SCOPES)
    if scope == "Private":
        _needed(root, "addresses")
    if scope == "Restricted":
        _needed(root, "restriction")
    return Alert(
        key=key,
        status=Status(_one_of(root, "status", tuple(Status))),
        kind=kind,
        scope=scope,
        references=_references(_text(root, "references")),
        infos=tuple(_info(found) for found in _all(root, "info")),
        note=_text(root, "note"),
        codes=_texts(root, "code"),
    )


def _key(sender: str, identifier: str, sent: str) -> Key:
    for name, value in (("sender", sender), ("identifier", identifier)):
        if not _KEY.fullmatch(value):
            raise BadAlert(f"{name} holds a space, a comma, < or & (CAP 1.2 §3.2.1 forbids them)")
    return Key(sender, identifier, _time("sent", sent))


def _references(text: str) -> tuple[Key, ...]:
    found = []
    for triple in text.split()[: PARTS_LIMIT + 1]:
        parts = triple.split(",")
        if len(parts) != 3:
            raise BadAlert("references are `sender,identifier,sent`, parted by spaces")
        found.append(_key(*parts))
    return tuple(found)


def _info(info: etree._Element) -> Info:
    return Info(
        language=(_text(info, "language") or "en-US").lower(),
        categories=_at_least_one(info, "category", _some_of(info, "category", CATEGORIES)),
        event=_needed(info, "event"),
        urgency=_one_of(info, "urgency", URGENCIES),
        severity=_one_of(info, "severity", SEVERITIES),
        certainty=_one_of(info, "certainty", CERTAINTIES),
        responses=_some_of(info, "responseType", RESPONSES),
        effective=_maybe_time(info, "effective"),
        onset=_maybe_time(info, "onset"),
        expires=_maybe_time(info, "expires"),
        sender_name=_text(info, "senderName"),
        headline=_text(info, "headline"),
        description=_text(info, "description"),
        instruction=_text(info, "instruction"),
        areas=tuple(_area(found) for found in _all(info, "area")),
    )


def _at_least_one(info: etree._Element, name: str, found: tuple[str, ...]) -> tuple[str, ...]:
    if not found:
        raise BadAlert(f"{name} is missing (CAP 1.2 §3.2 requires it)")
    return found


def _area(area: etree._Element) -> Area:
    codes = [(_needed(c, "valueName"), _needed(c, "value")) for c in _all(area, "geocode")]
    return Area(
        description=_needed(area, "areaDesc"),
        polygons=_texts(area, "polygon"),
        circles=_texts(area, "circle"),
        geocodes=tuple(codes),
    )


Verify = Callable[[bytes], bytes]
"""The part of a document that a trusted signature covers. Raises BadAlert."""


def read_signed_alert(data: bytes, verify: Verify, limit: int = SIZE_LIMIT) -> Alert:
    """Only what is signed is read: the rest of a document may have been wrapped around it."""
    read_alert(data, limit)  # safe and well formed, before more code touches it
    return read_alert(verify(data), limit)
