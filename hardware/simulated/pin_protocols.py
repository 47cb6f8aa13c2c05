"""PIN/UV auth protocols 1 and 2, the authenticator's side (CTAP 2.1 sections 6.5.6 and 6.5.7)."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from fido2.ctap import CtapError

from hardware.simulated.canonical import need
from hardware.simulated.signing import Random, p256_cose

_ECDH_ES_HKDF_256 = -25  # what the specification puts into the key agreement key, though it is not what happens
_BLOCK = 16


class SharedSecret:
    """What both ends of one key agreement know, under one protocol."""

    def __init__(self, protocol: int, z: bytes, random: Random) -> None:
        self.protocol = protocol
        self._random = random
        if protocol == 1:
            self._hmac_key = self._aes_key = hashlib.sha256(z).digest()
        else:
            self._hmac_key, self._aes_key = _hkdf(z, b"CTAP2 HMAC key"), _hkdf(z, b"CTAP2 AES key")

    def encrypt(self, plain: bytes) -> bytes:
        """Encrypt whole blocks; protocol 2 puts its initialization vector in front."""
        prefix = b"" if self.protocol == 1 else self._random(_BLOCK)
        encryptor = Cipher(algorithms.AES(self._aes_key), modes.CBC(prefix or bytes(_BLOCK))).encryptor()
        return prefix + encryptor.update(plain) + encryptor.finalize()

    def decrypt(self, data: bytes) -> bytes:
        """Raises CtapError(INVALID_PARAMETER) when it is no ciphertext of whole blocks."""
        iv, body = (bytes(_BLOCK), data) if self.protocol == 1 else (data[:_BLOCK], data[_BLOCK:])
        if not body or len(iv) != _BLOCK or len(body) % _BLOCK:
            raise CtapError(CtapError.ERR.INVALID_PARAMETER)
        decryptor = Cipher(algorithms.AES(self._aes_key), modes.CBC(iv)).decryptor()
        return decryptor.update(body) + decryptor.finalize()

    def verify(self, message: bytes, signature: bytes) -> None:
        """Raises CtapError(PIN_AUTH_INVALID)."""
        verify(self.protocol, self._hmac_key, message, signature)


def verify(protocol: int, key: bytes, message: bytes, signature: bytes) -> None:
    """Check a pinUvAuthParam in constant time. Raises CtapError(PIN_AUTH_INVALID)."""
    expected = hmac.digest(key, message, "sha256")
    if not hmac.compare_digest(expected[:16] if protocol == 1 else expected, signature):
        raise CtapError(CtapError.ERR.PIN_AUTH_INVALID)


def agreement_key(key: ec.EllipticCurvePrivateKey) -> Mapping[int, int | bytes]:
    """The public half, as getKeyAgreement answers it."""
    return p256_cose(key.public_key(), _ECDH_ES_HKDF_256)


def decapsulate(
    protocol: int, key: ec.EllipticCurvePrivateKey, peer: Mapping[Any, Any], random: Random
) -> SharedSecret:
    """The secret shared with a platform's key agreement key. Raises CtapError(INVALID_PARAMETER)."""
    x, y = need(peer, -2, bytes), need(peer, -3, bytes)
    if (peer.get(1), peer.get(-1)) != (2, 1) or len(x) != 32 or len(y) != 32:
        raise CtapError(CtapError.ERR.INVALID_PARAMETER)
    numbers = ec.EllipticCurvePublicNumbers(int.from_bytes(x, "big"), int.from_bytes(y, "big"), ec.SECP256R1())
    try:
        shared = key.exchange(ec.ECDH(), numbers.public_key())
    except ValueError:  # not a point of the curve
        raise CtapError(CtapError.ERR.INVALID_PARAMETER) from None
    return SharedSecret(protocol, shared, random)


def _hkdf(z: bytes, info: bytes) -> bytes:
    return HKDF(hashes.SHA256(), length=32, salt=bytes(32), info=info).derive(z)
