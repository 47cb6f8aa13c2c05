"""A security key in a few lines, for tests of the service: it answers WebAuthn JSON, honestly or as it is told."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from fido2 import cbor
from fido2.cose import ES256
from fido2.webauthn import AttestedCredentialData

from tests.kiosk.service.attestation.maker import (
    AAGUID,
    ATTESTED,
    NO_CA,
    SERIAL_OID,
    USER_PRESENT,
    USER_VERIFIED,
    Signer,
    ca,
    certify,
    for_aaguid,
    name,
)

Json = dict[str, Any]


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


@dataclass
class SoftKey:
    """A key of a maker whose root is `root`. The attributes are what a test may bend."""

    root: Signer = field(default_factory=lambda: certify(None, name("Root", "Roots"), ca()))
    aaguid: UUID = AAGUID
    flags: int = USER_PRESENT | USER_VERIFIED
    counter: int = 1
    serial: bytes = b""
    origin: str | None = None
    credential_id: bytes = field(default_factory=lambda: os.urandom(32))
    private: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    def report(self, **changes: Any) -> Json:
        """What the station tells the service of it."""
        return {
            "aaguid": str(self.aaguid),
            "versions": ["FIDO_2_0", "FIDO_2_1"],
            "extensions": ["credProtect"],
            "options": {"rk": True, "clientPin": True},
            "algorithms": [-7],
            "transports": ["usb"],
            "has_pin": True,
        } | changes

    def register(self, options: Mapping[str, Any], origin: str) -> Json:
        """PublicKeyCredentialCreationOptionsJSON → RegistrationResponseJSON, packed and attested by the maker."""
        cose = ES256.from_cryptography_key(self.private.public_key())  # type: ignore[no-untyped-call]  # not typed there
        attested = AttestedCredentialData.create(self.aaguid.bytes, self.credential_id, cose)
        auth_data = self._auth_data(options["rp"]["id"], self.flags | ATTESTED) + attested
        client_data = self._client_data("webauthn.create", options["challenge"], origin)
        number = x509.UnrecognizedExtension(SERIAL_OID, bytes([4, len(self.serial)]) + self.serial), False
        own = (number,) if self.serial else ()
        leaf = certify(self.root, name("Key"), NO_CA, for_aaguid(self.aaguid), *own)
        signature = leaf.sign(auth_data + hashlib.sha256(client_data).digest())
        statement = {"alg": -7, "sig": signature, "x5c": [leaf.der]}
        made = cbor.encode({"fmt": "packed", "authData": auth_data, "attStmt": statement})
        return self._answer({"clientDataJSON": b64(client_data), "attestationObject": b64(made), "transports": ["usb"]})

    def prove(self, options: Mapping[str, Any], origin: str) -> Json:
        """PublicKeyCredentialRequestOptionsJSON → AuthenticationResponseJSON, silent as `up: false` unless a touch is
        asked for."""
        self.counter += 1
        touched = options.get("userPresence") == "required"
        auth_data = self._auth_data(options["rpId"], self.flags if touched else self.flags & ~USER_PRESENT)
        client_data = self._client_data("webauthn.get", options["challenge"], origin)
        signature = self.private.sign(auth_data + hashlib.sha256(client_data).digest(), ec.ECDSA(hashes.SHA256()))
        return self._answer(
            {"clientDataJSON": b64(client_data), "authenticatorData": b64(auth_data), "signature": b64(signature)}
        )

    def _auth_data(self, rp_id: str, flags: int) -> bytes:
        return hashlib.sha256(rp_id.encode()).digest() + struct.pack(">BI", flags, self.counter)

    def _client_data(self, kind: str, challenge: str, origin: str) -> bytes:
        told = {"type": kind, "challenge": challenge, "origin": self.origin or origin, "crossOrigin": False}
        return json.dumps(told).encode()

    def _answer(self, response: Json) -> Json:
        return {
            "id": b64(self.credential_id),
            "rawId": b64(self.credential_id),
            "type": "public-key",
            "response": response,
            "clientExtensionResults": {"credProps": {"rk": True}},
        }
