"""The signed envelope of FIDO metadata: a compact JWT that only the holder of the right certificate can have made.

FIDO Metadata Service v3.1.1, sections 3.1.7 and 3.2. Everything is checked before a byte of the contents is read:
python-fido2's `parse_blob` would leave out the validity, the constraints and the host name of the chain.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from kiosk.errors import ConfigurationError
from kiosk.resources import resource
from kiosk.service.attestation.anchors import TrustAnchors, read_certificate
from kiosk.service.attestation.verdict import AttestationRejected

LARGEST: Final = 32 * 1024 * 1024
"""Bytes of a BLOB; the genuine one has some 10 MB, most of it pictures."""
HOSTS: Final = ("mds.fidoalliance.org", "mds3.fidoalliance.org")
"""Whom the certificate of the genuine signer is for."""
ROOT: Final = "cbb522d7b7f127ad6a0113865bdf1cd4102e7d0759af635a7cf4720dc963c53b"
"""SHA-256 of GlobalSign Root CA - R3, which the genuine signer's chain leads to."""

_SHIPPED: Final = "attestation/mds/globalsign-root-r3.pem"
_LARGEST_HEADER: Final = 64 * 1024
_LONGEST_CHAIN: Final = 6
_LEAST_RSA: Final = 2048
_HASHES: Final = (hashes.SHA256, hashes.SHA384, hashes.SHA512)


class BlobFault(StrEnum):
    """Why a BLOB is not taken; a word for the log and for the administrator."""

    TOO_LARGE = "too_large"
    MALFORMED = "malformed"
    ALGORITHM = "algorithm"
    NO_CHAIN = "no_chain"
    UNTRUSTED = "untrusted"
    EXPIRED = "expired"
    WRONG_HOST = "wrong_host"
    BAD_SIGNATURE = "bad_signature"
    OLDER = "older"


@dataclass(eq=False)
class BlobRejected(Exception):
    """Metadata that is not taken. Nothing of it is repeated here."""

    fault: BlobFault


@dataclass(frozen=True, slots=True)
class Authority:
    """Whose signature counts: somebody with one of these names, and a certificate that leads to the root."""

    roots: TrustAnchors
    hosts: tuple[str, ...] = HOSTS

    @property
    def mark(self) -> str:
        """Names the roots, briefly: numbers of BLOBs of different services must not be compared."""
        marks = sorted(each.fingerprint(hashes.SHA256()) for each in self.roots.certificates)
        return hashlib.sha256(b"".join(marks)).hexdigest()[:16]


def authority(root: Path | None = None, hosts: tuple[str, ...] = HOSTS) -> Authority:
    """The FIDO Alliance, or the private service whose root (PEM) is given.

    Raises ConfigurationError for a file that holds no certificate, and when the shipped root is not the pinned one.
    """
    try:
        found = x509.load_pem_x509_certificates((root or resource(_SHIPPED)).read_bytes())
    except (ValueError, OSError) as error:
        raise ConfigurationError("attestation.metadata.root", f"no PEM certificate: {root or _SHIPPED}") from error
    if root is None and [each.fingerprint(hashes.SHA256()).hex() for each in found] != [ROOT]:
        raise ConfigurationError("attestation.metadata.root", "the shipped root is not the pinned one: install again")
    return Authority(TrustAnchors(tuple(found)), hosts)


def payload_of(blob: bytes, authority: Authority, now: datetime | None) -> bytes:
    """What the authority signed, if this is its BLOB and the signer's certificates are valid `now`.

    Without `now` they must have been valid together once: for a BLOB that was accepted before, and is read again.
    Raises BlobRejected, and nothing else whatever the bytes are.
    """
    if len(blob) > LARGEST:
        raise BlobRejected(BlobFault.TOO_LARGE)
    try:
        signed, _, signature = blob.strip().rpartition(b".")
        header, payload = signed.split(b".")
        told, mark, contents = _header(header), _decoded(signature), _decoded(payload)
    except (ValueError, RecursionError):
        raise BlobRejected(BlobFault.MALFORMED) from None
    leaf = _signer(told, authority, now)
    algorithm = told.get("alg")
    check = _ALGORITHMS.get(algorithm) if isinstance(algorithm, str) else None
    if check is None:
        raise BlobRejected(BlobFault.ALGORITHM)
    try:
        check(leaf, mark, signed)
    except (InvalidSignature, UnsupportedAlgorithm, ValueError):
        raise BlobRejected(BlobFault.BAD_SIGNATURE) from None
    return contents


def _decoded(part: bytes) -> bytes:
    """Base64url without padding, strictly (RFC 7515, section 2)."""
    if b"=" in part:
        raise ValueError("padded")
    return base64.b64decode(part + b"=" * (-len(part) % 4), altchars=b"-_", validate=True)


def _header(part: bytes) -> Mapping[str, Any]:
    if len(part) > _LARGEST_HEADER:
        raise ValueError("header too large")
    told = json.loads(_decoded(part))
    if not isinstance(told, dict) or "crit" in told:  # RFC 7515, section 4.1.11: nothing critical is understood here
        raise ValueError("no header")
    return told


def _signer(told: Mapping[str, Any], authority: Authority, now: datetime | None) -> x509.Certificate:
    """The certificate that speaks for the authority."""
    chain = _chain(told.get("x5c"))
    if any(not isinstance(each.signature_hash_algorithm, _HASHES) for each in chain):
        raise BlobRejected(BlobFault.UNTRUSTED)
    moment = now or min(each.not_valid_after_utc for each in chain)
    if any(not each.not_valid_before_utc <= moment <= each.not_valid_after_utc for each in chain):
        raise BlobRejected(BlobFault.EXPIRED)
    try:
        authority.roots.find(chain, moment)
    except AttestationRejected:
        raise BlobRejected(BlobFault.UNTRUSTED) from None
    if not any(_is_for(chain[0], host) for host in authority.hosts):
        raise BlobRejected(BlobFault.WRONG_HOST)
    return chain[0]


def _chain(told: object) -> tuple[x509.Certificate, ...]:
    """RFC 7515, section 4.1.6: standard base64 of DER, the signer first. `x5u` is not followed."""
    if not isinstance(told, list) or not 0 < len(told) <= _LONGEST_CHAIN:
        raise BlobRejected(BlobFault.NO_CHAIN)
    chain = []
    for each in told:
        try:
            certificate = read_certificate(base64.b64decode(each, validate=True))
        except (TypeError, ValueError, binascii.Error):
            certificate = None
        if certificate is None:
            raise BlobRejected(BlobFault.NO_CHAIN)
        chain.append(certificate)
    return tuple(chain)


def _is_for(leaf: x509.Certificate, host: str) -> bool:
    """RFC 6125, section 6.4: the name itself, or a wildcard for its first label."""
    pattern = "*." + host.partition(".")[2]
    for extension in leaf.extensions:
        if isinstance(extension.value, x509.SubjectAlternativeName):
            names = {each.lower() for each in extension.value.get_values_for_type(x509.DNSName)}
            return bool(names & {host.lower(), pattern.lower()})
    return False


Check = Callable[[x509.Certificate, bytes, bytes], None]


def _rsa(digest: hashes.HashAlgorithm, *, pss: bool) -> Check:
    def check(leaf: x509.Certificate, signature: bytes, signed: bytes) -> None:
        key = leaf.public_key()
        if not isinstance(key, rsa.RSAPublicKey) or key.key_size < _LEAST_RSA:
            raise BlobRejected(BlobFault.ALGORITHM)
        filled = padding.PSS(padding.MGF1(digest), padding.PSS.DIGEST_LENGTH) if pss else padding.PKCS1v15()
        key.verify(signature, signed, filled, digest)

    return check


def _ecdsa(digest: hashes.HashAlgorithm, curve: type[ec.EllipticCurve]) -> Check:
    def check(leaf: x509.Certificate, signature: bytes, signed: bytes) -> None:
        key = leaf.public_key()
        if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, curve):
            raise BlobRejected(BlobFault.ALGORITHM)
        size = (key.curve.key_size + 7) // 8
        if len(signature) != 2 * size:
            raise InvalidSignature
        r, s = int.from_bytes(signature[:size], "big"), int.from_bytes(signature[size:], "big")
        key.verify(encode_dss_signature(r, s), signed, ec.ECDSA(digest))

    return check


_ALGORITHMS: Mapping[str, Check] = MappingProxyType(
    {
        "RS256": _rsa(hashes.SHA256(), pss=False),
        "RS384": _rsa(hashes.SHA384(), pss=False),
        "RS512": _rsa(hashes.SHA512(), pss=False),
        "PS256": _rsa(hashes.SHA256(), pss=True),
        "PS384": _rsa(hashes.SHA384(), pss=True),
        "PS512": _rsa(hashes.SHA512(), pss=True),
        "ES256": _ecdsa(hashes.SHA256(), ec.SECP256R1),
        "ES384": _ecdsa(hashes.SHA384(), ec.SECP384R1),
        "ES512": _ecdsa(hashes.SHA512(), ec.SECP521R1),
    }
)
"""RFC 7518, section 3.1: those with a public key. `none` and the HMACs are not among them."""
