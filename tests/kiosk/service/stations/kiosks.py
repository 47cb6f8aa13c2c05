"""Stations in tests: kiosks that make a key of their own, are activated over TLS, sign for tokens and tell how they
stand."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import requests
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from kiosk.contract import paths
from kiosk.contract.stations import ASSERTION_TYPE
from kiosk.service.stations import actions
from kiosk.service.store.audit import audit
from kiosk.service.store.fleet import StationRow
from kiosk.signing import verified
from tests.kiosk.service.running import Running
from tests.kiosk.service.soft_key import Json

ACTOR = "staff:ada"


def base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


@dataclass
class P256:
    """A key pair, as a station makes it, which writes its own JWS."""

    private: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    @property
    def jwk(self) -> dict[str, str]:
        numbers = self.private.public_key().public_numbers()
        point = {name: base64url(value.to_bytes(32, "big")) for name, value in (("x", numbers.x), ("y", numbers.y))}
        return {"kty": "EC", "crv": "P-256", **point}

    def sign(self, claims: Any, header: Mapping[str, Any] | None = None) -> str:
        parts = [{"alg": "ES256"} if header is None else header, claims]
        signing = ".".join(base64url(json.dumps(part).encode()) for part in parts)
        r, s = decode_dss_signature(self.private.sign(signing.encode(), ec.ECDSA(hashes.SHA256())))
        return f"{signing}.{base64url(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"


@dataclass
class Kiosk:
    """A station of a service that listens; `clock` is how many seconds its clock is ahead."""

    running: Running
    key: P256 = field(default_factory=P256)
    session: requests.Session = field(default_factory=requests.Session)
    told: Json = field(default_factory=dict)
    clock: float = 0.0
    counter: int = 0
    assertions: int = 0

    def __post_init__(self) -> None:
        self.session.verify = str(self.running.authority)
        self.session.trust_env = False

    @property
    def now(self) -> float:
        return self.running.clock.now().timestamp() + self.clock

    def call(self, method: str, path: str, body: Any = None, **more: Any) -> requests.Response:
        return self.session.request(method, self.running.url + path, json=body, timeout=20, **more)

    def activation(self, code: str, **changes: Any) -> Json:
        """What is sent for the code."""
        claims = {
            "code_sha256": hashlib.sha256(code.encode()).hexdigest(),
            "aud": self.running.url + paths.STATION_ACTIVATION,
            "iat": int(self.now),
        }
        proof = self.key.sign(claims | changes.pop("claims", {}))
        return {"code": code, "public_key": self.key.jwk, "proof": proof} | changes

    def activate(self, code: str, **changes: Any) -> requests.Response:
        answer = self.call("POST", paths.STATION_ACTIVATION, self.activation(code, **changes))
        if answer.status_code == 201:
            self.told = answer.json()
        return answer

    def assertion(self, **changes: Any) -> str:
        self.assertions += 1
        client = self.told["client_id"]
        claims = {
            "iss": client,
            "sub": client,
            "aud": self.running.url + paths.TOKEN,
            "iat": int(self.now),
            "exp": int(self.now) + 60,
            "jti": f"{id(self):016x}-{self.assertions:08x}",
        }
        return self.key.sign({name: value for name, value in (claims | changes).items() if value is not None})

    def ask_token(self, assertion: str, **more: str) -> requests.Response:
        form = {
            "grant_type": "client_credentials",
            "client_assertion_type": ASSERTION_TYPE,
            "client_assertion": assertion,
        }
        url, alone = self.running.url + paths.TOKEN, {"Authorization": None}
        return self.session.post(url, data=form | more, headers=alone, timeout=20)

    def sign_in(self) -> Kiosk:
        answer = self.ask_token(self.assertion())
        assert answer.status_code == 200, answer.text
        self.session.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
        return self

    def tell(self, step: str = "Welcome", **changes: Any) -> requests.Response:
        self.counter += 1
        body = {"step": step, "seconds": 1.5, "clock": self.now, "counter": self.counter, "version": "1.0"}
        return self.call("PUT", paths.STATION_STANDING, body | changes)

    def configuration(self, signed: str) -> Json:
        """What the service signed, by the key that was told at first."""
        return dict(verified(signed, self.told["verify_key"]))


def made(running: Running, name: str = "Lobby", site: str = "north", tenant: str = "default") -> StationRow:
    """A station that waits."""
    return actions.create_station(running.parts, ACTOR, tenant, name, site)


def activated(running: Running, name: str = "Lobby", **more: Any) -> Kiosk:
    """A station with a key, which has signed in."""
    kiosk = Kiosk(running)
    code, _ = actions.activation_code(running.parts, ACTOR, made(running, name, **more).id)
    answer = kiosk.activate(code)
    assert answer.status_code == 201, answer.text
    return kiosk.sign_in()


def trail(running: Running, *names: str) -> list[tuple[str, str, str]]:
    """Event, actor and subject of the trail, first one first; of these names, or of all about stations."""
    with running.parts.store.read() as tx:
        found = tx.connection.execute(audit.select().order_by(audit.c.number)).all()
    wanted = [each for each in found if each.event in names or (not names and each.event.startswith("station."))]
    return [(each.event, each.actor, each.subject) for each in wanted]
