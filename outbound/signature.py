"""PURE. Who signed an alert: an enveloped XML signature (CAP 1.2 §3.3.2.1). The only file that
imports signxml. Certificates are given, never taken from the alert."""

from __future__ import annotations

from collections.abc import Sequence

from signxml.exceptions import InvalidInput, InvalidSignature
from signxml.verifier import SignatureConfiguration, XMLVerifier

from outbound.cap import Verify
from outbound.errors import BadAlert

_EXPECTED = SignatureConfiguration(require_x509=True, expect_references=1)


def verifier(certificates: Sequence[bytes]) -> Verify:
    """Accepts what one of these certificates (PEM) signed."""

    def verify(data: bytes) -> bytes:
        for certificate in certificates:
            try:
                found = XMLVerifier().verify(
                    data, x509_cert=certificate.decode("ascii"), expect_config=_EXPECTED
                )
            except (InvalidSignature, InvalidInput):
                continue
            first = found[0] if isinstance(found, list) else found
            return bytes(first.signed_data)
        raise BadAlert("no certificate that is trusted here has signed this alert")

    return verify
