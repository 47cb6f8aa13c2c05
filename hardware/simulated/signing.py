"""Key pairs of credentials: made from injected randomness, so that a seeded key always makes the same."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from hardware.simulated.traits import EDDSA

Random = Callable[[int], bytes]
"""So many random bytes."""

_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551  # of the P-256 group


def p256_key(seed: bytes) -> ec.EllipticCurvePrivateKey:
    """A P-256 key from 32 random bytes; the bias of the reduction is far below what a test key needs."""
    return ec.derive_private_key(int.from_bytes(seed, "big") % (_ORDER - 1) + 1, ec.SECP256R1())


def p256_cose(public: ec.EllipticCurvePublicKey, algorithm: int) -> Mapping[int, int | bytes]:
    """The COSE_Key form of a P-256 public key (RFC 9053 section 7.1.1)."""
    numbers = public.public_numbers()
    return {1: 2, 3: algorithm, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")}


def public_cose(seed: bytes, algorithm: int) -> Mapping[int, int | bytes]:
    """The COSE_Key of the credential key pair that grows from `seed`."""
    if algorithm == EDDSA:
        raw = serialization.Encoding.Raw, serialization.PublicFormat.Raw
        return {1: 1, 3: EDDSA, -1: 6, -2: Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes(*raw)}
    return p256_cose(p256_key(seed).public_key(), algorithm)


def sign(seed: bytes, algorithm: int, message: bytes) -> bytes:
    """A signature by the credential key pair that grows from `seed`."""
    if algorithm == EDDSA:
        return Ed25519PrivateKey.from_private_bytes(seed).sign(message)
    return sign_p256(p256_key(seed), message)


def sign_p256(key: ec.EllipticCurvePrivateKey, message: bytes) -> bytes:
    """ES256 with the deterministic nonce of RFC 6979: the same message gives the same bytes."""
    return key.sign(message, ec.ECDSA(hashes.SHA256(), deterministic_signing=True))
