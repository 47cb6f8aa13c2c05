"""What stations sign: compact JWS (RFC 7515) by ES256 on P-256 (RFC 7518, 3.4), read strictly before it is believed."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from kiosk.service.strict_json import parse_object
from kiosk.signing import canonical

LONGEST: Final = 4096
"""Characters of a whole token."""

_ALGORITHM: Final = "ES256"
_JWK: Final = frozenset({"kty", "crv", "x", "y"})
_COORDINATE: Final = 43
"""Characters of 32 bytes in base64url."""
_HEADER: Final = frozenset({"alg", "typ", "kid"})
"""No other member is taken: keys and addresses of keys would let the token choose what it is checked with."""
_LATEST: Final = 1e11
"""Seconds since 1970, beyond which a time is none."""


class NotSigned(Exception):
    """No token of this form, or not by this key."""


class BadKey(Exception):
    """No public key on P-256."""


@dataclass(frozen=True, slots=True)
class Unverified:
    """A token that was read, and is not believed yet."""

    text: str = field(repr=False)
    claims: Mapping[str, Any] = field(repr=False)

    def said(self, name: str) -> str:
        """A claim that is a text; empty where it is none."""
        value = self.claims.get(name)
        return value if isinstance(value, str) else ""

    def time(self, name: str) -> float | None:
        """A claim that is a time, in seconds since 1970."""
        value = self.claims.get(name)
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= _LATEST:
            return None
        return float(value)


def read(token: str) -> Unverified:
    """The token's claims, before its signature is looked at. Raises NotSigned."""
    parts = token.split(".")
    if len(token) > LONGEST or len(parts) != 3:
        raise NotSigned
    try:
        header, claims, _ = parse_object(_decoded(parts[0])), parse_object(_decoded(parts[1])), _decoded(parts[2])
    except (ValueError, RecursionError):
        raise NotSigned from None
    if header.get("alg") != _ALGORITHM or not header.keys() <= _HEADER:
        raise NotSigned
    if not all(isinstance(value, str) for value in header.values()):
        raise NotSigned
    return Unverified(token, claims)


def signed_by(token: Unverified, public_key: Mapping[str, str]) -> bool:
    """Whether it is by the holder of this key (as `checked` has it)."""
    try:
        jws.deserialize_compact(token.text, ECKey.import_key(dict(public_key)), algorithms=[_ALGORITHM])
    except (JoseError, ValueError):
        return False
    return True


def checked(jwk: Mapping[str, Any]) -> dict[str, str]:
    """The JWK (RFC 7517) of a public key on P-256, and nothing else in it. Raises BadKey."""
    if jwk.keys() != _JWK or (jwk["kty"], jwk["crv"]) != ("EC", "P-256"):
        raise BadKey
    try:
        if any(len(jwk[name]) != _COORDINATE or len(_decoded(jwk[name])) != 32 for name in ("x", "y")):
            raise BadKey
        ECKey.import_key(dict(jwk))  # which looks whether the point is on the curve
    except (JoseError, ValueError, TypeError, AttributeError):
        raise BadKey from None
    return {name: str(jwk[name]) for name in sorted(_JWK)}


def thumbprint(jwk: Mapping[str, str]) -> str:
    """RFC 7638, by SHA-256, in base64url."""
    return _encoded(hashlib.sha256(canonical({name: jwk[name] for name in _JWK})).digest())


def _decoded(text: str) -> bytes:
    """Base64url as it is written in one way only. Raises ValueError."""
    raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    if _encoded(raw) != text:
        raise ValueError("not as it is written")
    return raw


def _encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
