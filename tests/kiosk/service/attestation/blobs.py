"""A metadata service in the test: its own authority, and BLOBs that are honest or not."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from kiosk.service.attestation.anchors import TrustAnchors
from kiosk.service.attestation.blob import Authority
from tests.kiosk.service.attestation.maker import AAGUID, NO_CA, NOW, Signer, ca, certify, name

Json = dict[str, Any]
HOST = "mds.example.org"
NEXT = date(2026, 7, 1)
FAR = NOW + timedelta(days=7300)
"""For tests of commands, which live by the real clock."""
_NEXT = NEXT.isoformat()


def b64(data: bytes) -> bytes:
    return base64.urlsafe_b64encode(data).rstrip(b"=")


def compact(header: Json, payload: bytes, sign: Callable[[bytes], bytes]) -> bytes:
    signed = b64(json.dumps(header).encode()) + b"." + b64(payload)
    return signed + b"." + b64(sign(signed))


def for_host(*hosts: str) -> tuple[x509.ExtensionType, bool]:
    return x509.SubjectAlternativeName([x509.DNSName(each) for each in hosts]), False


def entry(aaguid: UUID = AAGUID, *roots: Signer, reports: Sequence[Json] = (), **statement: Any) -> Json:
    told: Json = {
        "description": "Test Key 5",
        "authenticatorVersion": 5,
        "attestationTypes": ["basic_full"],
        "attestationRootCertificates": [base64.b64encode(each.der).decode() for each in roots],
    }
    return {
        "aaguid": str(aaguid),
        "metadataStatement": told | statement,
        "statusReports": list(reports) or [{"status": "FIDO_CERTIFIED_L1", "effectiveDate": "2020-01-01"}],
        "timeOfLastStatusChange": "2020-01-01",
    }


def payload(*entries: Any, number: Any = 7, next_update: Any = _NEXT, **more: Any) -> bytes:
    told = {"legalHeader": "…", "no": number, "nextUpdate": next_update, "entries": list(entries)}
    return json.dumps(told | more).encode()


@dataclass
class Publisher:
    """Signs BLOBs with ES256. The attributes are what a test may bend."""

    root: Signer = field(default_factory=lambda: certify(None, name("MDS Root", "Roots"), ca(), until=FAR))
    hosts: tuple[str, ...] = (HOST,)
    until: datetime = NOW + timedelta(days=90)

    def __post_init__(self) -> None:
        self.between = certify(self.root, name("MDS Issuer", "Issuers"), ca(0), until=FAR)
        self.leaf = certify(self.between, name("MDS"), NO_CA, for_host(*self.hosts), until=self.until)

    @property
    def authority(self) -> Authority:
        return Authority(TrustAnchors((self.root.certificate,)), (HOST,))

    @property
    def header(self) -> Json:
        chain = [base64.b64encode(each.der).decode() for each in (self.leaf, self.between)]
        return {"alg": "ES256", "typ": "JWT", "x5c": chain}

    def sign(self, message: bytes) -> bytes:
        return raw_signature(self.leaf.key, message)

    def blob(self, contents: bytes, **header: Any) -> bytes:
        return compact(self.header | header, contents, self.sign)

    def publish(self, *entries: Any, **more: Any) -> bytes:
        return self.blob(payload(*entries, **more))


def raw_signature(key: ec.EllipticCurvePrivateKey, message: bytes) -> bytes:
    """As JWS wants it: r and s side by side (RFC 7518, section 3.4)."""
    r, s = decode_dss_signature(key.sign(message, ec.ECDSA(hashes.SHA256())))
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")
