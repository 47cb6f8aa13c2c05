"""The certificates that we believe makers of keys by, and the walk from a key's certificate to one of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.x509.oid import ExtensionOID

from kiosk.errors import ConfigurationError
from kiosk.service.attestation.verdict import AttestationRejected, Reason

_UNDERSTOOD = frozenset(
    {
        ExtensionOID.BASIC_CONSTRAINTS,
        ExtensionOID.KEY_USAGE,
        ExtensionOID.EXTENDED_KEY_USAGE,
        ExtensionOID.SUBJECT_ALTERNATIVE_NAME,  # critical in TPM certificates, whose subject is empty
        ExtensionOID.CERTIFICATE_POLICIES,
    }
)

_UNREADABLE = (
    ValueError,
    TypeError,
    UnsupportedAlgorithm,
    x509.DuplicateExtension,
    x509.InvalidVersion,
    x509.UnsupportedGeneralNameType,
)
"""What cryptography is seen to raise when it is given rubbish."""


@dataclass(frozen=True, slots=True)
class TrustAnchors:
    """Root certificates of makers of keys; a key's own certificate may be one too (as in FIDO metadata)."""

    certificates: tuple[x509.Certificate, ...] = ()

    @classmethod
    def from_der(cls, roots: Iterable[bytes]) -> TrustAnchors:
        """Anchors from DER certificates. Raises ValueError for what is no certificate."""
        return cls(tuple(x509.load_der_x509_certificate(root) for root in roots))

    def __or__(self, other: TrustAnchors) -> TrustAnchors:
        return TrustAnchors(tuple(dict.fromkeys(self.certificates + other.certificates)))

    def find(self, chain: Sequence[x509.Certificate], now: datetime) -> x509.Certificate:
        """The anchor that `chain` (leaf first) leads to, by RFC 5280 section 6 as far as attestation needs it.

        Raises AttestationRejected: NOT_ATTESTED for an empty chain (`none` and self attestation, where nobody but
        the key speaks for itself), CERTIFICATE_NOT_VALID_NOW, BROKEN_CHAIN or UNTRUSTED_ROOT.
        """
        if not chain:
            raise AttestationRejected(Reason.NOT_ATTESTED)
        for depth, certificate in enumerate(chain):
            _check(certificate, depth, now)
            if certificate in self.certificates:
                return certificate
            anchor = next((root for root in self.certificates if _issued(root, certificate)), None)
            if anchor is not None:
                _check(anchor, depth + 1, now)
                return anchor
            if depth + 1 < len(chain) and not _issued(chain[depth + 1], certificate):
                raise AttestationRejected(Reason.BROKEN_CHAIN)
        raise AttestationRejected(Reason.UNTRUSTED_ROOT)


def load_anchors(folder: Path) -> TrustAnchors:
    """All certificates of all `*.pem` files in `folder`; a file may hold several.

    Raises ConfigurationError that names the file, also for a folder that is not there: a service
    without its anchors must not start as if nobody had asked for any.
    """
    if not folder.is_dir():
        raise ConfigurationError("attestation.roots", f"no such folder: {folder}")
    found: list[x509.Certificate] = []
    for file in sorted(folder.glob("*.pem")):
        try:
            found += x509.load_pem_x509_certificates(file.read_bytes())
        except (ValueError, OSError) as problem:
            raise ConfigurationError("attestation.roots", f"no PEM certificates: {file}") from problem
    return TrustAnchors(tuple(dict.fromkeys(found)))


def read_certificate(der: bytes) -> x509.Certificate | None:
    """A certificate from hostile bytes, all that will be asked of it read at once; None where that fails."""
    try:
        certificate = x509.load_der_x509_certificate(der)
        _ = certificate.public_key(), certificate.extensions, certificate.signature_hash_algorithm
    except _UNREADABLE:
        return None
    return certificate


def _issued(issuer: x509.Certificate, certificate: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
        return False
    return True


def _check(certificate: x509.Certificate, depth: int, now: datetime) -> None:
    """Whether this certificate may stand `depth` steps above the leaf."""
    if not certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc:
        raise AttestationRejected(Reason.CERTIFICATE_NOT_VALID_NOW)
    critical = {extension.oid for extension in certificate.extensions if extension.critical}
    if critical - _UNDERSTOOD or (depth > 0 and not _may_issue(certificate, below=depth - 1)):
        raise AttestationRejected(Reason.BROKEN_CHAIN)


def _may_issue(certificate: x509.Certificate, below: int) -> bool:
    """Whether it is a CA for a path with `below` CAs beneath it."""
    constraints, usage = x509.BasicConstraints(ca=False, path_length=None), None
    for extension in certificate.extensions:
        if isinstance(extension.value, x509.BasicConstraints):
            constraints = extension.value
        elif isinstance(extension.value, x509.KeyUsage):
            usage = extension.value
    long_enough = constraints.path_length is None or constraints.path_length >= below
    return constraints.ca and long_enough and (usage is None or usage.key_cert_sign)
