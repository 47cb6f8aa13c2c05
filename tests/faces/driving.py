"""What drives a face in its own tests: a plain HTTPS client, a clock that is set by hand, a key that logs in."""

from __future__ import annotations

import hashlib
import json
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import requests
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

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
