"""A program proves who it is with a key of its own instead of a password: private_key_jwt (RFC 7523, OIDC Core 9)."""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Literal

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from kiosk.service.sources import Random, new_id

Algorithm = Literal["PS256", "RS256", "ES256"]
"""RFC 7518, 3.1."""

ASSERTION_TYPE: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

_LIFE: Final = timedelta(minutes=5)
_SKEW: Final = timedelta(seconds=30)
"""The other side's clock may be behind ours."""


@dataclass(frozen=True, slots=True)
class PrivateKeyJwt:
    """Signs assertions. `certificate` (DER) is named by its hash (`x5t#S256`), `key_id` as `kid`, where given."""

    key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey = field(repr=False)
    algorithm: Algorithm = "PS256"
    certificate: bytes = b""
    key_id: str = ""

    @classmethod
    def read(cls, key: str, algorithm: Algorithm, certificate: bytes = b"", key_id: str = "") -> PrivateKeyJwt:
        """From PEM texts. Raises ValueError for what is no key of this algorithm, or does not belong together."""
        try:
            private = serialization.load_pem_private_key(key.encode(), password=None)
        except (ValueError, TypeError) as error:
            raise ValueError("is no PEM private key without a password") from error
        if isinstance(private, ec.EllipticCurvePrivateKey):
            fits = algorithm == "ES256" and isinstance(private.curve, ec.SECP256R1)
        else:
            fits = algorithm != "ES256" and isinstance(private, rsa.RSAPrivateKey)
        if not fits:
            raise ValueError(f"is no key for {algorithm}")
        assert isinstance(private, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey)
        return cls(private, algorithm, _der(certificate, private) if certificate else b"", key_id)

    def assertion(self, client_id: str, audience: str, now: datetime, random: Random) -> str:
        """A JWT for one call of the token endpoint, good for five minutes."""
        header = {"alg": self.algorithm, "typ": "JWT"}
        if self.certificate:
            header["x5t#S256"] = _b64(hashlib.sha256(self.certificate).digest())
        if self.key_id:
            header["kid"] = self.key_id
        since = int((now - _SKEW).timestamp())
        claims = {
            "iss": client_id,
            "sub": client_id,
            "aud": audience,
            "jti": new_id(random),
            "iat": since,
            "nbf": since,
            "exp": int((now + _LIFE).timestamp()),
        }
        text = ".".join(_b64(json.dumps(each, separators=(",", ":")).encode()) for each in (header, claims))
        return f"{text}.{_b64(self._sign(text.encode()))}"

    def _sign(self, data: bytes) -> bytes:
        if isinstance(self.key, ec.EllipticCurvePrivateKey):
            r, s = decode_dss_signature(self.key.sign(data, ec.ECDSA(hashes.SHA256())))
            return r.to_bytes(32) + s.to_bytes(32)
        if self.algorithm == "PS256":
            mask = padding.PSS(padding.MGF1(hashes.SHA256()), padding.PSS.DIGEST_LENGTH)
            return self.key.sign(data, mask, hashes.SHA256())
        return self.key.sign(data, padding.PKCS1v15(), hashes.SHA256())


def _der(pem: bytes, key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> bytes:
    """The certificate, which must be that of the key. Raises ValueError."""
    certificate = x509.load_pem_x509_certificate(pem)
    if certificate.public_key() != key.public_key():
        raise ValueError("is not the key of the certificate")
    return certificate.public_bytes(serialization.Encoding.DER)


def _b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
