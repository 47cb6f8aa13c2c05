"""What drives a face in its own tests: a plain HTTPS client, a clock that is set by hand, a key that logs in."""

from __future__ import annotations

import hashlib
import json
import os
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from tests.faces.frame import Face
from tests.faces.server import Json
from tests.faces.webauthn import b64url_text
from tests.kiosk.service.soft_key import SoftKey

PATIENCE = 0.3


@dataclass
class SetClock:
    """Stands until a test moves it."""

    time: datetime = field(default_factory=lambda: datetime(2026, 6, 1, 12, tzinfo=UTC))

    def now(self) -> datetime:
        return self.time

    def on(self, **by: float) -> None:
        self.time += timedelta(**by)


def ask(face: Face, method: str, path: str, session: requests.Session | None = None, **more: Any) -> requests.Response:
    """One request over verified TLS, on a connection of its own unless there is a session."""
    more.setdefault("timeout", 5)
    return (session or requests).request(method, face.url + path, verify=str(face.authority), **more)


def logged_in(key: SoftKey, options: Mapping[str, Any], origin: str, **response: str) -> Json:
    """The assertion of a person who touches the key and has typed its PIN."""
    answer = key.prove(options, origin)
    raw = hashlib.sha256(options["rpId"].encode()).digest() + struct.pack(">BI", key.flags, key.counter)
    client_data = json.dumps(
        {"type": "webauthn.get", "challenge": options["challenge"], "origin": origin, "crossOrigin": False}
    ).encode()
    signature = key.private.sign(raw + hashlib.sha256(client_data).digest(), ec.ECDSA(hashes.SHA256()))
    answer["response"] = {
        "clientDataJSON": b64url_text(client_data),
        "authenticatorData": b64url_text(raw),
        "signature": b64url_text(signature),
    } | response
    return answer


@dataclass
class RsaClient:
    """An application that signs its own assertions."""

    private: rsa.RSAPrivateKey = field(default_factory=lambda: rsa.generate_private_key(65537, 2048))

    @property
    def certificate(self) -> x509.Certificate:
        name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "keywright")])
        builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).serial_number(1)
        builder = builder.not_valid_before(datetime(2026, 1, 1, tzinfo=UTC))
        builder = builder.not_valid_after(datetime(2027, 1, 1, tzinfo=UTC)).public_key(self.private.public_key())
        return builder.sign(self.private, hashes.SHA256())

    def assertion(
        self, client: str, audience: str, now: datetime, algorithm: str = "RS256", thumbprint: str = ""
    ) -> str:
        """A JWT of five minutes."""
        at = int(now.timestamp())
        header = {"alg": algorithm, "typ": "JWT"}
        if thumbprint:
            digest = hashes.SHA256() if thumbprint.endswith("S256") else hashes.SHA1()
            header[thumbprint] = b64url_text(self.certificate.fingerprint(digest))
        claims = {"iss": client, "sub": client, "aud": audience, "jti": os.urandom(8).hex(), "nbf": at, "exp": at + 300}
        message = ".".join(b64url_text(json.dumps(each).encode()) for each in (header, claims))
        way = padding.PSS(padding.MGF1(hashes.SHA256()), 32) if algorithm == "PS256" else padding.PKCS1v15()
        return f"{message}.{b64url_text(self.private.sign(message.encode(), way, hashes.SHA256()))}"
