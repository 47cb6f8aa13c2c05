"""The keys of an agreement: the partner's public ones from files, our private ones from the secrets.

Keys are JWKs (RFC 7517) on curves, each with its `kid`; a partner's also say their `use`: what it signs with is `sig`,
what answers are sealed for is `enc` (the first one, if there are several). All of them are read when the service
starts: a key that is taken out of the settings is refused from then on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey

from kiosk.errors import ConfigurationError
from kiosk.service.accounts.settings import PartnerSettings
from kiosk.service.strict_json import parse_object

SIGNATURES: Final[Mapping[str, str]] = {
    "ES256": "P-256",
    "ES384": "P-384",
    "ES512": "P-521",
    "EdDSA": "Ed25519",
    "Ed25519": "Ed25519",
}
"""Signatures that an agreement may allow, and the curve of each (RFC 7518, 3.4; RFC 8037, 3.1; RFC 9864, 2.2)."""

KEY_MANAGEMENT: Final = frozenset({"ECDH-ES", "ECDH-ES+A128KW", "ECDH-ES+A192KW", "ECDH-ES+A256KW"})
"""How a seal's key may be agreed upon (RFC 7518, 4.6): nothing with a password, a shared secret or RSA."""

ENCRYPTION: Final = frozenset({"A128GCM", "A192GCM", "A256GCM", "A128CBC-HS256", "A192CBC-HS384", "A256CBC-HS512"})
"""How contents may be sealed (RFC 7518, 5)."""

AGREEMENT_CURVES: Final = frozenset({"P-256", "P-384", "P-521", "X25519"})
"""Where keys may be agreed upon."""

_LONGEST_FILE: Final = 64 * 1024

CurveKey = ECKey | OKPKey


@dataclass(frozen=True, slots=True)
class PartnerKeys:
    """All keys of one agreement, by `kid`, and the algorithms that it allows."""

    verifying: Mapping[str, CurveKey] = field(repr=False)
    sealing: CurveKey = field(repr=False)
    opening: Mapping[str, CurveKey] = field(repr=False)
    signing: CurveKey = field(repr=False)
    signature: tuple[str, ...]
    key_management: tuple[str, ...]
    encryption: tuple[str, ...]


def load_keys(partner: PartnerSettings, secret: Callable[[str], str]) -> PartnerKeys:
    """Read all keys of an agreement. Raises ConfigurationError, NoCredential."""
    where = f"accounts.partners.{partner.id}"
    _allowed(f"{where}.signature", partner.signature, SIGNATURES)
    _allowed(f"{where}.key_management", partner.key_management, KEY_MANAGEMENT)
    _allowed(f"{where}.encryption", partner.encryption, ENCRYPTION)
    curves = {SIGNATURES[each] for each in partner.signature}
    theirs = [key for each in partner.keys for key in _from_file(f"{where}.keys", each)]
    opening = [_ours(f"{where}.decryption_keys", secret(name), AGREEMENT_CURVES) for name in partner.decryption_keys]
    return PartnerKeys(
        verifying=_by_kid(f"{where}.keys", _fit(f"{where}.keys", theirs, "sig", curves)),
        sealing=_fit(f"{where}.keys", theirs, "enc", AGREEMENT_CURVES)[0],
        opening=_by_kid(f"{where}.decryption_keys", opening),
        signing=_ours(f"{where}.signing_key", secret(partner.signing_key), curves),
        signature=partner.signature,
        key_management=partner.key_management,
        encryption=partner.encryption,
    )


def kid_of(key: CurveKey) -> str:
    """The key's own name; every key that was loaded has one."""
    return str(key.kid)


def _allowed(path: str, names: Sequence[str], known: Iterable[str]) -> None:
    if not names or not set(names) <= set(known):
        raise ConfigurationError(path, f"is not of {', '.join(sorted(known))}")


def _fit(path: str, keys: Iterable[CurveKey], use: str, curves: Iterable[str]) -> list[CurveKey]:
    """The keys of this use. Raises ConfigurationError where there is none, or one on a curve of no use."""
    fitting = [key for key in keys if key.get("use") == use]
    if not fitting:
        raise ConfigurationError(path, f"holds no key with the use {use!r}")
    if any(key.curve_name not in set(curves) for key in fitting):
        raise ConfigurationError(path, f"holds a key with the use {use!r} on a curve that no allowed algorithm has")
    return fitting


def _by_kid(path: str, keys: Iterable[CurveKey]) -> Mapping[str, CurveKey]:
    found: dict[str, CurveKey] = {}
    for key in keys:
        if kid_of(key) in found:
            raise ConfigurationError(path, "holds two keys of the same kid")
        found[kid_of(key)] = key
    return found


def _from_file(path: str, file: Path) -> list[CurveKey]:
    """The public keys of a JWK or a JWK set."""
    try:
        with file.open("rb") as stream:
            found = parse_object(stream.read(_LONGEST_FILE))
        members = found.get("keys", [found])
        keys = [_key(member) for member in members]
    except (OSError, ValueError, TypeError, KeyError, JoseError) as error:
        raise ConfigurationError(path, f"{file.name} is no readable JWK or JWK set, each key with its kid") from error
    if any(key.is_private for key in keys):
        raise ConfigurationError(path, f"{file.name} holds a private key, which only its owner should have")
    return keys


def _ours(path: str, text: str, curves: Iterable[str]) -> CurveKey:
    """A private key of ours. What it says is in no error: it is a secret."""
    try:
        key = _key(parse_object(text.encode()))
    except (ValueError, TypeError, KeyError, JoseError):
        raise ConfigurationError(path, "names a secret that is no JWK with a kid") from None
    if not key.is_private or key.curve_name not in set(curves):
        raise ConfigurationError(path, "names a secret that is no private key on a curve that an algorithm has")
    return key


def _key(member: dict[str, Any]) -> CurveKey:
    """Raises ValueError, TypeError, KeyError, JoseError."""
    kid = member["kid"]
    if not isinstance(kid, str) or not 1 <= len(kid) <= 128:
        raise ValueError("kid")
    if member["kty"] == "EC":
        return ECKey.import_key(member)
    if member["kty"] == "OKP":
        return OKPKey.import_key(member)
    raise ValueError("kty")
