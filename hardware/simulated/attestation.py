"""The attestation of simulated keys: certificates under a test root whose private key the whole world knows.

The root's key grows from a sentence in this file, so that separate processes agree on it and nobody can take it for
a secret. Trusting this root anywhere but in a demonstration or a test is a mistake.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from functools import cached_property
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from hardware.simulated.signing import p256_key, sign_p256
from hardware.simulated.traits import KeyTraits

WORTHLESS_TEST_ROOT_PHRASE: Final = b"Keywright test root: worthless, public, never to be trusted in production"
_FORGER_PHRASE: Final = b"Keywright forger: someone who only copied the names in our certificates"
_AAGUID_EXTENSION: Final = x509.ObjectIdentifier("1.3.6.1.4.1.45724.1.1.4")  # id-fido-gen-ce-aaguid
_SERIAL_EXTENSION: Final = x509.ObjectIdentifier("1.3.6.1.4.1.45724.1.1.2")  # id-fido-gen-ce-sernum
_ORGANIZATION: Final = "Keywright simulated keys (test only)"
_FROM, _UNTIL = datetime(2020, 1, 1, tzinfo=UTC), datetime(2120, 1, 1, tzinfo=UTC)


def simulated_root_der() -> bytes:
    """The root of honest simulated keys, DER: a trust anchor for demonstrations and tests."""
    return _root(WORTHLESS_TEST_ROOT_PHRASE).public_bytes(serialization.Encoding.DER)


def simulated_root_pem() -> str:
    """The same root, PEM."""
    return _root(WORTHLESS_TEST_ROOT_PHRASE).public_bytes(serialization.Encoding.PEM).decode()


class Attestation:
    """The attestation key pair and certificate of one simulated key (WebAuthn L3 section 8.2.1).

    A forged one has the right names and AAGUID under a root that is not ours. An enterprise one names the key's serial.
    """

    def __init__(self, traits: KeyTraits, *, forged: bool = False, enterprise: bool = False) -> None:
        self._traits = traits
        self._root_phrase = _FORGER_PHRASE if forged else WORTHLESS_TEST_ROOT_PHRASE
        self._enterprise = enterprise

    def sign(self, signed: bytes) -> bytes:
        """A signature by the attestation key."""
        return sign_p256(self._key, signed)

    def statement(self, signed: bytes) -> dict[str, object]:
        """The `packed` attestation statement over authenticator data and client data hash."""
        return {"alg": -7, "sig": self.sign(signed), "x5c": [self.certificate]}

    @cached_property
    def certificate(self) -> bytes:
        """The leaf certificate, DER."""
        octet_string = b"\x04\x10" + self._traits.aaguid
        builder = (
            _unsigned(self._subject, self._key.public_key(), hashlib.sha256(self._seed).digest()[:8])
            .issuer_name(_root_name())
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(x509.UnrecognizedExtension(_AAGUID_EXTENSION, octet_string), critical=False)
        )
        if self._enterprise:
            serial = self._traits.serial.encode()
            named = x509.UnrecognizedExtension(_SERIAL_EXTENSION, bytes([0x04, len(serial)]) + serial)
            builder = builder.add_extension(named, critical=False)
        return _signed(builder, _phrase_key(self._root_phrase)).public_bytes(serialization.Encoding.DER)

    @cached_property
    def _key(self) -> ec.EllipticCurvePrivateKey:
        return _phrase_key(self._seed)

    @property
    def _seed(self) -> bytes:
        kind = b"enterprise" if self._enterprise else b"batch"
        return b"|".join((kind, self._root_phrase, self._traits.aaguid, self._traits.serial.encode()))

    @property
    def _subject(self) -> x509.Name:
        names = [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "ZZ"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, _ORGANIZATION),
            x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, "Authenticator Attestation"),
            x509.NameAttribute(NameOID.COMMON_NAME, "Keywright simulated key"),
        ]
        if self._enterprise:
            names.append(x509.NameAttribute(NameOID.SERIAL_NUMBER, self._traits.serial))
        return x509.Name(names)


def _root(phrase: bytes) -> x509.Certificate:
    key = _phrase_key(phrase)
    builder = (
        _unsigned(_root_name(), key.public_key(), hashlib.sha256(phrase).digest()[:8])
        .issuer_name(_root_name())
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    )
    return _signed(builder, key)


def _root_name() -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, _ORGANIZATION),
            x509.NameAttribute(NameOID.COMMON_NAME, "Keywright worthless test root"),
        ]
    )


def _unsigned(subject: x509.Name, public: ec.EllipticCurvePublicKey, serial: bytes) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .public_key(public)
        .serial_number(int.from_bytes(serial, "big") | 1)
        .not_valid_before(_FROM)
        .not_valid_after(_UNTIL)
    )


def _signed(builder: x509.CertificateBuilder, key: ec.EllipticCurvePrivateKey) -> x509.Certificate:
    return builder.sign(key, hashes.SHA256(), ecdsa_deterministic=True)


def _phrase_key(phrase: bytes) -> ec.EllipticCurvePrivateKey:
    return p256_key(hashlib.sha256(phrase).digest())
