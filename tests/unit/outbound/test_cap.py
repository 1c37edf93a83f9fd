"""Reading CAP 1.2: the shapes of the standard, what is refused, what is hostile."""

from __future__ import annotations

import datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from lxml import etree
from signxml.algorithms import SignatureMethod
from signxml.signer import XMLSigner

from outbound.cap import NAMESPACE, SIZE_LIMIT, Alert, Kind, Status, read_alert, read_signed_alert
from outbound.errors import BadAlert
from outbound.signature import verifier
from tests.unit.outbound.alerts import CHILD, EARTHQUAKE, HOMELAND, STORM, cap, info_block


def read(text: str) -> Alert:
    return read_alert(text.encode())


def test_a_warning_for_everybody() -> None:
    alert = read(HOMELAND)
    assert (alert.status, alert.kind, alert.scope) == (Status.ACTUAL, Kind.ALERT, "Public")
    (info,) = alert.infos
    assert info.language == "en-us" and info.categories == ("Security",)
    assert info.description == "The level was raised today. Attacks are thought possible."
    assert info.areas[0].description == "The whole country" and alert.expires == 0


def test_a_storm_with_a_polygon_and_an_end() -> None:
    alert = read(STORM)
    (info,) = alert.infos
    assert info.responses == ("Shelter",) and info.event == "SEVERE THUNDERSTORM"
    assert info.areas[0].polygons[0].startswith("38.47,-120.14 ")
    assert info.areas[0].geocodes == (("SAME", "006109"), ("SAME", "006009"))
    assert alert.expires - alert.key.sent == 63 * 60


def test_an_update_names_what_it_is_about() -> None:
    alert = read(EARTHQUAKE)
    assert alert.kind is Kind.UPDATE and alert.infos[0].areas[0].circles == ("32.9525,-115.5527 0",)
    (key,) = alert.references
    assert (key.sender, key.identifier) == ("trinet@quake.example", "TRI13970876.1")
    assert alert.key.sent - key.sent == 26 * 60


def test_several_languages() -> None:
    alert = read(CHILD)
    assert [info.language for info in alert.infos] == ["en-us", "es-us"]
    assert alert.infos[1].event == "Abducción de Niño"


def test_the_key_is_a_moment_not_a_spelling() -> None:
    here, there = read_alert(cap()), read_alert(cap().replace(b"15:00:00-07:00", b"22:00:00Z"))
    assert here.key == there.key and str(here.key).startswith("storms@met.example,a1,")


@pytest.mark.parametrize("name", ["identifier", "sender", "sent", "status", "msgType", "scope"])
def test_what_the_standard_requires_of_an_alert(name: str) -> None:
    root = etree.fromstring(STORM.encode())
    (element,) = root.findall(f"{{{NAMESPACE}}}{name}")
    root.remove(element)
    with pytest.raises(BadAlert, match=name):
        read_alert(etree.tostring(root))
    root.insert(0, element)
    root.append(etree.fromstring(etree.tostring(element)))
    with pytest.raises(BadAlert, match="2 times"):
        read_alert(etree.tostring(root))


@pytest.mark.parametrize("name", ["category", "event", "urgency", "severity", "certainty"])
def test_what_the_standard_requires_of_an_info(name: str) -> None:
    with pytest.raises(BadAlert, match=f"{name} is missing"):
        read_alert(cap(info=info_block(**{name: ""})))


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"status": "Real"}, "status is 'Real'"),
        ({"kind": "Shout"}, "msgType is 'Shout'"),
        ({"identifier": "a b"}, "identifier holds"),
        ({"sender": "a,b"}, "sender holds"),
        ({"references": "only,two"}, "references are"),
        ({"references": "a,b,yesterday"}, "no time with zone"),
        ({"info": info_block(severity="Awful")}, "severity is 'Awful'"),
        ({"info": info_block(category="Love")}, "category is 'Love'"),
        ({"info": info_block(responseType="Dance")}, "responseType is 'Dance'"),
        ({"info": info_block(expires="2026-06-17T16:00:00")}, "expires is no time with zone"),
        ({"info": info_block() * 501}, "more than 500"),
        ({"info": "<info><area/></info>"}, "is missing"),
    ],
)
def test_what_is_not_of_the_standard_is_refused(change: dict[str, str], problem: str) -> None:
    with pytest.raises(BadAlert, match=problem) as caught:
        read_alert(cap(**change))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("Public", "Private", "addresses is missing"),
        ("Public", "Restricted", "restriction is missing"),
        ("cap:1.2", "cap:1.1", "an alert of CAP 1.2 is"),
        ("<alert ", "<warning ", "no XML"),
        ("2026-06-17T14:57:00-07:00", "yesterday", "sent is no time"),
    ],
)
def test_other_documents_are_refused(old: str, new: str, problem: str) -> None:
    with pytest.raises(BadAlert, match=problem):
        read(STORM.replace(old, new))


LAUGHS = (
    "<!DOCTYPE alert ["
    + '<!ENTITY l0 "lol">'
    + "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    + "]>"
)
HOSTILE = {
    "billion laughs": LAUGHS + STORM.split("?>", 1)[1].replace("Go inside", "&l11;"),
    "quadratic": '<!DOCTYPE alert [<!ENTITY a "' + "x" * 50_000 + '">]>'
    + STORM.split("?>", 1)[1].replace("Go inside", "&a;" * 1_000),
    "file": '<!DOCTYPE alert [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    + STORM.split("?>", 1)[1].replace("Go inside", "&x;"),
    "network": '<!DOCTYPE alert SYSTEM "http://127.0.0.1:9/evil.dtd">' + STORM.split("?>", 1)[1],
    "parameter": '<!DOCTYPE alert [<!ENTITY % p SYSTEM "file:///etc/passwd"> %p;]>'
    + STORM.split("?>", 1)[1],
    "deep": "<a>" * 100_000,
    "no entity": STORM.replace("Go inside", "&nbsp;"),
    "xinclude": STORM.replace(
        "<areaDesc>North of the river</areaDesc>",
        '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="/etc/passwd" parse="text"/>',
    ),
    "empty": "",
    "nul": STORM.replace("Go inside", "\0"),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_hostile_documents_are_refused(name: str, encoding: str) -> None:
    text = HOSTILE[name].replace('encoding="UTF-8"', f'encoding="{encoding}"')
    with pytest.raises(BadAlert) as caught:
        read_alert(text.encode(encoding))
    assert "root:" not in str(caught.value) and "\n" not in str(caught.value)


def test_fifty_megabytes_are_not_parsed() -> None:
    with pytest.raises(BadAlert, match="52428800 bytes"):
        read_alert(b" " * (50 << 20))
    assert SIZE_LIMIT <= 1 << 20


# Signatures.


def signer() -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "warn.example")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    return key, certificate


def pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def signed(text: str, key: ec.EllipticCurvePrivateKey, certificate: x509.Certificate) -> bytes:
    signed_root = XMLSigner(signature_algorithm=SignatureMethod.ECDSA_SHA256).sign(
        etree.fromstring(text.encode()), key=key, cert=[certificate]
    )
    return bytes(etree.tostring(signed_root))


def test_a_signed_alert_is_read_and_a_changed_one_is_not() -> None:
    key, certificate = signer()
    _, other = signer()
    data = signed(STORM, key, certificate)
    assert read_signed_alert(data, verifier([pem(other), pem(certificate)])) == read(STORM)
    for bad, trusted in (
        (data.replace(b"Go inside", b"Go out"), certificate),
        (data, other),
        (STORM.encode(), certificate),
    ):
        with pytest.raises(BadAlert, match="trusted here"):
            read_signed_alert(bad, verifier([pem(trusted)]))
    with pytest.raises(BadAlert, match="document type"):
        read_signed_alert(HOSTILE["file"].encode(), verifier([pem(certificate)]))
