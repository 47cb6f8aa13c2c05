"""Signatures that travel: heads of the trail, configurations of stations. Ed25519, as compact JWS (RFC 7515, RFC 9864).

The service derives its keys (HKDF, RFC 5869) from the secret that its replicas share and its database does not have.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field
from typing import Any, Final

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

_ALGORITHMS: Final = ["Ed25519"]
_LONGEST: Final = 1_000_000  # characters
_ENCODER: Final = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False)


class NotSigned(Exception):
    """A text is no compact JWS, or was not signed with this key."""


@dataclass(frozen=True, slots=True)
class Signer:
    """Signs for one purpose."""

    _key: OKPKey = field(repr=False)

    @classmethod
    def of(cls, secret: bytes, purpose: str) -> Signer:
        """The signer of a purpose (`audit`, `configuration`): always the same for the same secret."""
        seed = HKDF(hashes.SHA256(), 32, None, f"keywright {purpose}".encode()).derive(secret)
        public = Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()
        return cls(OKPKey.import_key({"kty": "OKP", "crv": "Ed25519", "x": _base64url(public), "d": _base64url(seed)}))

    @property
    def public(self) -> dict[str, str]:
        """The public key (RFC 8037), with its thumbprint (RFC 7638) as `kid`."""
        members = {name: str(value) for name, value in self._key.as_dict(private=False).items()}
        return {**members, "kid": self._key.thumbprint()}

    def sign(self, payload: Any) -> str:
        """A compact JWS over a JSON value."""
        header = {"alg": "Ed25519", "kid": self._key.thumbprint()}
        return jws.serialize_compact(header, canonical(payload), self._key, algorithms=_ALGORITHMS)


def verified(token: str, public: dict[str, str]) -> Any:
    """The JSON value that was signed with this key. Raises NotSigned."""
    if len(token) > _LONGEST:
        raise NotSigned
    try:
        known = OKPKey.import_key({name: public[name] for name in ("kty", "crv", "x")})
        return json.loads(jws.deserialize_compact(token, known, algorithms=_ALGORITHMS).payload)
    except (JoseError, KeyError, ValueError, TypeError) as error:
        raise NotSigned from error


def canonical(value: Any) -> bytes:
    """The same bytes for the same JSON value: sorted, compact, UTF-8 (RFC 8785, for what has no fractions)."""
    return _ENCODER.encode(value).encode()


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
