"""The embedded service's own certificate authority and the TLS that it speaks.

The authority is good for one machine: its name constraints let it vouch for nothing but loopback, so even a stolen key
of it opens no other door. Production services bring a certificate of their own and use `server_context` alone.
"""

from __future__ import annotations

import ipaddress
import os
import secrets
import ssl
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

LOOPBACK = ("localhost", "127.0.0.1", "::1")

_AUTHORITY_LIFE = timedelta(days=365)
_SERVER_LIFE = timedelta(days=30)
_RENEW_BEFORE = timedelta(days=7)
_CLOCK_SKEW = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Identity:
    """A certificate (with those above it, if any) and its private key, as PEM files of mode 0600."""

    certificate: Path
    key: Path


def make_authority(folder: Path, now: datetime) -> Identity:
    """The authority kept in `folder`, made or made anew when it is missing, unreadable or near its end.

    Raises OSError. A new authority makes the station's pinned one useless, so both are started from one folder.
    """
    kept = Identity(folder / "authority.pem", folder / "authority.key")
    if _usable(kept, now) is None:
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Keywright embedded authority")])
        builder = _builder(subject, subject, key, now, _AUTHORITY_LIFE)
        builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        builder = builder.add_extension(_usage(key_cert_sign=True), critical=True)
        builder = builder.add_extension(x509.NameConstraints(_general_names(LOOPBACK, whole=True), None), critical=True)
        _keep(kept, builder.sign(key, hashes.SHA256()), key)
    return kept


def issue_server_certificate(
    folder: Path, names: Iterable[str], now: datetime, authority: Identity | None = None
) -> Identity:
    """The server's certificate kept in `folder`, issued or issued anew when it does not fit any more.

    It fits when `authority` (by default the one in `folder`) issued it, for these `names`, and it has a week to live.
    Raises ValueError for a name that is not loopback, OSError.
    """
    wanted = tuple(names)
    if not wanted or not set(wanted) <= set(LOOPBACK):
        raise ValueError("the embedded authority vouches for loopback only")
    by = authority or make_authority(folder, now)
    issuer = x509.load_pem_x509_certificate(by.certificate.read_bytes())
    kept = Identity(folder / "server.pem", folder / "server.key")
    current = _usable(kept, now)
    if current is None or not _is_for(current, wanted) or not _is_issued_by(current, issuer):
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Keywright embedded service")])
        builder = _builder(subject, issuer.subject, key, now, _SERVER_LIFE)
        builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        builder = builder.add_extension(_usage(digital_signature=True), critical=True)
        builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        builder = builder.add_extension(x509.SubjectAlternativeName(_general_names(wanted)), critical=False)
        builder = builder.add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(_public(issuer)), critical=False
        )
        _keep(kept, builder.sign(_private(by.key), hashes.SHA256()), key)
    return kept


def server_context(identity: Identity) -> ssl.SSLContext:
    """TLS 1.2 and later, with the ciphers that have forward secrecy. Raises OSError (ssl.SSLError is one)."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers("ECDHE+AESGCM:ECDHE+CHACHA20")
    context.options |= ssl.OP_NO_COMPRESSION | ssl.OP_NO_RENEGOTIATION
    context.load_cert_chain(identity.certificate, identity.key)
    return context


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, now: datetime, life: timedelta
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _CLOCK_SKEW)
        .not_valid_after(now + life)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _usage(*, key_cert_sign: bool = False, digital_signature: bool = False) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=digital_signature,
        key_cert_sign=key_cert_sign,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )


def _general_names(names: Iterable[str], *, whole: bool = False) -> list[x509.GeneralName]:
    """Names and addresses; `whole` gives addresses the one-address network that name constraints want."""
    found: list[x509.GeneralName] = []
    for name in names:
        try:
            address = ipaddress.ip_address(name)
        except ValueError:
            found.append(x509.DNSName(name))
        else:
            found.append(x509.IPAddress(ipaddress.ip_network(address) if whole else address))
    return found


def _usable(identity: Identity, now: datetime) -> x509.Certificate | None:
    """The certificate, unless it or its key is missing, damaged, not each other's, or near its end."""
    try:
        certificate = x509.load_pem_x509_certificate(identity.certificate.read_bytes())
        belongs = _private(identity.key).public_key() == certificate.public_key()
    except (OSError, ValueError, TypeError):
        return None
    begun = certificate.not_valid_before_utc <= now
    return certificate if belongs and begun and now < certificate.not_valid_after_utc - _RENEW_BEFORE else None


def _is_for(certificate: x509.Certificate, names: tuple[str, ...]) -> bool:
    alternative = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return set(alternative) == set(_general_names(names))


def _is_issued_by(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def _private(path: Path) -> ec.EllipticCurvePrivateKey:
    key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise TypeError("not an elliptic-curve key")
    return key


def _public(certificate: x509.Certificate) -> ec.EllipticCurvePublicKey:
    key = certificate.public_key()
    if not isinstance(key, ec.EllipticCurvePublicKey):
        raise TypeError("not an elliptic-curve key")
    return key


def _keep(identity: Identity, certificate: x509.Certificate, key: ec.EllipticCurvePrivateKey) -> None:
    """The key first: a crash in between leaves a pair that does not belong together, and is made anew."""
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    _write(identity.key, private)
    _write(identity.certificate, certificate.public_bytes(serialization.Encoding.PEM))


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
