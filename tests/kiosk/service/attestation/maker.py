"""A maker of keys in the test: its certificates and the statements of its keys, honest or not."""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from fido2 import cbor
from fido2.cose import ES256, CoseKey
from fido2.webauthn import AttestedCredentialData

NOW = datetime(2026, 6, 1, tzinfo=UTC)
AAGUID = UUID("6b657977-7269-4768-8274-00000000000a")
CLIENT_DATA_HASH = hashlib.sha256(b"client data").digest()
RP_ID_HASH = hashlib.sha256(b"sso.example.org").digest()
USER_PRESENT, USER_VERIFIED, ATTESTED = 0x01, 0x04, 0x40

AAGUID_OID = x509.ObjectIdentifier("1.3.6.1.4.1.45724.1.1.4")
SERIAL_OID = x509.ObjectIdentifier("1.3.6.1.4.1.45724.1.1.2")
NONCE_OID = x509.ObjectIdentifier("1.2.840.113635.100.8.2")
AIK_OID = x509.ObjectIdentifier("2.23.133.8.3")

Key = ec.EllipticCurvePrivateKey


def new_key() -> Key:
    return ec.generate_private_key(ec.SECP256R1())


def name(common_name: str, unit: str = "Authenticator Attestation") -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "SE"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Makers of keys"),
            x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, unit),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
        ]
    )


@dataclass
class Signer:
    """A certificate with its private key."""

    certificate: x509.Certificate
    key: Key

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.DER)

    def sign(self, message: bytes) -> bytes:
        return self.key.sign(message, ec.ECDSA(hashes.SHA256()))


def certify(
    issuer: Signer | None,
    subject: x509.Name,
    *extensions: tuple[x509.ExtensionType, bool],
    key: Key | None = None,
    public_key: ec.EllipticCurvePublicKey | None = None,
    until: datetime = NOW + timedelta(days=365),
) -> Signer:
    key = key or new_key()
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.certificate.subject if issuer else subject)
        .public_key(public_key or key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW - timedelta(days=365))
        .not_valid_after(until)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key or key.public_key()), critical=False)
    )
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical)
    return Signer(builder.sign(issuer.key if issuer else key, hashes.SHA256()), key)


def ca(path_length: int | None = None) -> tuple[x509.ExtensionType, bool]:
    return x509.BasicConstraints(ca=True, path_length=path_length), True


NO_CA: tuple[x509.ExtensionType, bool] = (x509.BasicConstraints(ca=False, path_length=None), True)


def for_aaguid(aaguid: UUID) -> tuple[x509.ExtensionType, bool]:
    return x509.UnrecognizedExtension(AAGUID_OID, b"\x04\x10" + aaguid.bytes), False


@dataclass
class Registration:
    """A fresh credential on a key; each format is a method that gives the attestation object."""

    aaguid: UUID = AAGUID
    flags: int = USER_PRESENT | USER_VERIFIED | ATTESTED
    key: Key = field(default_factory=new_key)
    credential_id: bytes = b"c" * 32

    @property
    def auth_data(self) -> bytes:
        public_key = _cose(self.key)
        attested = AttestedCredentialData.create(self.aaguid.bytes, self.credential_id, public_key)
        return RP_ID_HASH + struct.pack(">BI", self.flags, 1) + (attested if self.flags & ATTESTED else b"")

    @property
    def signed(self) -> bytes:
        return self.auth_data + CLIENT_DATA_HASH

    def packed(self, leaf: Signer, *above: Signer, sig: bytes | None = None) -> bytes:
        chain = [each.der for each in (leaf, *above)]
        return self.object("packed", {"alg": -7, "sig": sig or leaf.sign(self.signed), "x5c": chain})

    def self_attested(self) -> bytes:
        signature = self.key.sign(self.signed, ec.ECDSA(hashes.SHA256()))
        return self.object("packed", {"alg": -7, "sig": signature})

    def none(self, **statement: Any) -> bytes:
        return self.object("none", statement)

    def u2f(self, leaf: Signer, *above: Signer) -> bytes:
        point = self.key.public_key().public_bytes(
            serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
        )
        message = b"\0" + RP_ID_HASH + CLIENT_DATA_HASH + self.credential_id + point
        return self.object("fido-u2f", {"x5c": [each.der for each in (leaf, *above)], "sig": leaf.sign(message)})

    def apple(self, issuer: Signer, public_key: ec.EllipticCurvePublicKey | None = None) -> bytes:
        nonce = b"\x30\x24\xa1\x22\x04\x20" + hashlib.sha256(self.signed).digest()
        extension = x509.UnrecognizedExtension(NONCE_OID, nonce)
        leaf = certify(issuer, name("apple"), (extension, False), public_key=public_key or self.key.public_key())
        return self.object("apple", {"x5c": [leaf.der]})

    def tpm(self, leaf: Signer, ver: str = "2.0") -> bytes:
        numbers = self.key.public_key().public_numbers()
        area = struct.pack(">HHLH", 0x0023, 0x000B, 0x00040072, 0)
        area += struct.pack(">HHHH", 0x0010, 0x0010, 0x0003, 0x0010)
        area += b"".join(struct.pack(">H", 32) + number.to_bytes(32) for number in (numbers.x, numbers.y))
        certified = b"\x00\x0b" + hashlib.sha256(area).digest()
        info = b"\xffTCG\x80\x17" + _sized(b"") + _sized(hashlib.sha256(self.signed).digest())
        info += struct.pack(">QLLBQ", 0, 0, 0, 1, 0) + _sized(certified) + _sized(b"")
        statement = {"ver": ver, "alg": -7, "x5c": [leaf.der], "sig": leaf.sign(info)}
        return self.object("tpm", statement | {"certInfo": info, "pubArea": area})

    def object(self, format_: str, statement: Mapping[str, Any]) -> bytes:
        return cbor.encode({"fmt": format_, "authData": self.auth_data, "attStmt": statement})


def _sized(content: bytes) -> bytes:
    return struct.pack(">H", len(content)) + content


def _cose(key: Key) -> CoseKey:
    cose: CoseKey = ES256.from_cryptography_key(key.public_key())  # type: ignore[no-untyped-call]  # not typed there
    return cose
