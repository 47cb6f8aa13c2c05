"""Set PIN, make a credential, prove it: our layer against the same commands made with bare python-fido2."""

from __future__ import annotations

import hashlib
from base64 import urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from fido2.client import DefaultClientDataCollector, Fido2Client, UserInteraction
from fido2.ctap2.base import Ctap2
from fido2.ctap2.pin import ClientPin, PinProtocolV2
from fido2.webauthn import PublicKeyCredentialCreationOptions, PublicKeyCredentialRequestOptions

from hardware.authenticator import Watch
from hardware.simulated.device import connect
from hardware.simulated.key import SimulatedKey
from hardware.simulated.source import SimulatedSource
from kiosk.secret import Secret
from tests.benchmarks.measure import Row, in_turn, seconds

RP, ORIGIN, PIN = "example.org", "https://example.org", "704913"
COMMANDS = 8


def _b64(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


CREATION: dict[str, Any] = {
    "rp": {"id": RP, "name": "Example"},
    "user": {"id": _b64(b"u" * 32), "name": "maria", "displayName": "Maria"},
    "challenge": _b64(b"c" * 32),
    "pubKeyCredParams": [{"type": "public-key", "alg": -7}],
    "authenticatorSelection": {"residentKey": "required", "userVerification": "required"},
    "attestation": "direct",
}


def _request(credential_id: str) -> dict[str, Any]:
    return {
        "challenge": _b64(b"d" * 32),
        "rpId": RP,
        "allowCredentials": [{"type": "public-key", "id": credential_id}],
        "userVerification": "required",
    }


@dataclass
class Counted:
    """A fresh key that touches itself, and what it was asked."""

    key: SimulatedKey

    @classmethod
    def fresh(cls) -> Counted:
        """A new key, plugged in."""
        key = SimulatedKey()
        key.touch_automatically = True
        key.plug()
        return cls(key)


def ours(key: SimulatedKey) -> None:
    """Through hardware.fido, as the kiosk does."""
    source = SimulatedSource([key])
    opened = source.open(source.attached()[0])
    opened.inspect()
    opened.set_pin(Secret(PIN))
    made = opened.make_credential(CREATION, ORIGIN, Watch())
    opened.prove(_request(made["id"]), ORIGIN, Watch())
    opened.inspect()
    opened.close()


def bare(key: SimulatedKey) -> None:
    """The same eight commands with python-fido2's CTAP layer, and nothing around them."""
    device = connect(key)
    ctap = Ctap2(device)
    protocol: Any = PinProtocolV2()  # its methods have no types
    agreement = ctap.client_pin(protocol.VERSION, ClientPin.CMD.GET_KEY_AGREEMENT)
    share, secret = protocol.encapsulate(agreement[ClientPin.RESULT.KEY_AGREEMENT])
    new_pin = protocol.encrypt(secret, PIN.encode().ljust(64, b"\0"))
    ctap.client_pin(
        protocol.VERSION,
        ClientPin.CMD.SET_PIN,
        key_agreement=share,
        new_pin_enc=new_pin,
        pin_uv_param=protocol.authenticate(secret, new_pin),
    )
    hashed = hashlib.sha256(PIN.encode()).digest()[:16]

    def token(permission: ClientPin.PERMISSION) -> bytes:
        answer = ctap.client_pin(
            protocol.VERSION,
            ClientPin.CMD.GET_TOKEN_USING_PIN,
            key_agreement=share,
            pin_hash_enc=protocol.encrypt(secret, hashed),
            permissions=permission,
            permissions_rpid=RP,
        )
        return bytes(protocol.decrypt(secret, answer[ClientPin.RESULT.PIN_UV_TOKEN]))

    data = hashlib.sha256(b"client data").digest()
    param = protocol.authenticate(token(ClientPin.PERMISSION.MAKE_CREDENTIAL), data)
    made = ctap.make_credential(
        data,
        {"id": RP, "name": "Example"},
        {"id": b"u" * 32, "name": "maria", "displayName": "Maria"},
        [{"type": "public-key", "alg": -7}],
        options={"rk": True},
        pin_uv_param=param,
        pin_uv_protocol=protocol.VERSION,
    )
    assert made.auth_data.credential_data is not None
    param = protocol.authenticate(token(ClientPin.PERMISSION.GET_ASSERTION), data)
    ctap.get_assertion(
        RP,
        data,
        [{"type": "public-key", "id": made.auth_data.credential_data.credential_id}],
        options={"up": False},
        pin_uv_param=param,
        pin_uv_protocol=protocol.VERSION,
    )
    ctap.get_info()
    device.close()


class _Typist(UserInteraction):
    """Types the PIN whenever it is asked for."""

    def request_pin(self, permissions: ClientPin.PERMISSION, rp_id: str | None) -> str:
        """The PIN."""
        del permissions, rp_id
        return PIN


def high_level(key: SimulatedKey) -> None:
    """The same with python-fido2's high-level client, as most tools do it; for the count of commands only."""
    device = connect(key)
    ClientPin(Ctap2(device)).set_pin(PIN)
    client = Fido2Client(device, DefaultClientDataCollector(ORIGIN), user_interaction=_Typist())
    made = client.make_credential(PublicKeyCredentialCreationOptions.from_dict(CREATION))
    client.get_assertion(PublicKeyCredentialRequestOptions.from_dict(_request(_b64(made.raw_id))))
    device.close()


def _count(way: Callable[[SimulatedKey], None]) -> tuple[int, float, float]:
    """Commands, seconds, and the key's own share of them."""
    key = Counted.fresh().key
    spent = seconds(lambda: way(key))
    return key.commands, spent, key.busy_seconds


def run(runs: int) -> Row:
    """The line of the table."""
    shares: list[float] = []

    def timed(way: Callable[[SimulatedKey], None]) -> Callable[[], float]:
        def once() -> float:
            _, spent, busy = _count(way)
            shares.append(busy)
            return spent

        return once

    mine, theirs, ratio = in_turn(timed(ours), timed(bare), runs)
    commands = _count(ours)[0]
    return Row(
        "set PIN + make credential + prove",
        mine * 1000,
        theirs * 1000,
        "ms",
        ratio,
        f"≤ 1.05 and {COMMANDS} commands",
        ratio <= 1.05 and commands == COMMANDS,
        {
            "ctap_commands": commands,
            "ctap_commands_bare": _count(bare)[0],
            "ctap_commands_high_level": _count(high_level)[0],
            "key_ms": sorted(shares)[len(shares) // 2] * 1000,
        },
    )
