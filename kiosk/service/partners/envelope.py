"""Sealed messages, pure: opened from a partner, sealed for one.

A message is a compact JWE (RFC 7516) inside of a compact JWS (RFC 7515): `{"encryptedData": "<JWS>"}`, where the
payload of the JWS is the JWE. First the sender encrypts for our key, then it signs what it has encrypted. So nothing is
decrypted that no partner has signed, and what is wrong inside is only told to somebody who has proved who they are.
What was signed says nothing of its sender: a stranger could sign the same JWE as their own. Who it is from, and whom it
is for, is therefore said inside the seal (`kiosk.service.partners.rules.claims_of`).

To make one: write the claims as JSON; encrypt them with the header `alg`, `enc`, `kid` (ours, of the agreement); sign
the JWE with the header `alg`, `kid` (yours). No other header member than `typ` and `cty`, and `epk`, `apu` and `apv` in
the JWE, is taken: keys and addresses of keys in a header would let the message choose what it is checked with, and
`crit`, `b64` and `zip` change what it means. Answers are made in the same way, with the keys exchanged.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any, Final

from cryptography.exceptions import InvalidSignature, InvalidTag
from joserfc import jwe, jws
from joserfc.errors import JoseError, UnsupportedAlgorithmError

from kiosk.service.partners.keys import SIGNATURES, CurveKey, PartnerKeys, kid_of
from kiosk.service.partners.rules import MessageRefused, Reason
from kiosk.service.strict_json import parse_object

LONGEST_MESSAGE: Final = 32 * 1024
"""Characters of a whole message."""

LONGEST_CONTENT: Final = 16 * 1024
"""Bytes of what is sealed; nothing is compressed, so it is seen before anything is decrypted."""

_LONGEST_HEADER: Final = 768  # characters
_LONGEST_MEMBER: Final = 256
_OUTER: Final = frozenset({"alg", "kid", "typ", "cty"})
_INNER: Final = frozenset({"alg", "enc", "kid", "epk", "apu", "apv", "typ", "cty"})
_EPK: Final = {"EC": frozenset({"kty", "crv", "x", "y"}), "OKP": frozenset({"kty", "crv", "x"})}
_WRONG: Final = (JoseError, ValueError, KeyError, TypeError, AssertionError, InvalidTag, InvalidSignature)
"""All that the libraries say of a message that is none (tried with mutated ones)."""


class _Signatures(jws.JWSRegistry):
    """The algorithms that an agreement allows, also by the older of two names (`EdDSA` and `Ed25519`)."""

    def get_alg(self, name: str) -> Any:
        """The algorithm. Raises UnsupportedAlgorithmError."""
        if name not in (self.allowed or ()):
            raise UnsupportedAlgorithmError(name)
        return self.algorithms[name]


def open_message(message: str, keys: PartnerKeys) -> dict[str, Any]:
    """What a partner has sealed for us. Raises MessageRefused, and nothing else, whatever the message is."""
    return unseal(verified(message, keys), keys)


def verified(message: str, keys: PartnerKeys) -> str:
    """The JWE that a key of the partner has signed. Raises MessageRefused."""
    if len(message) > LONGEST_MESSAGE:
        raise MessageRefused(Reason.SIZE)
    first, _, _ = _segments(message, 3)
    header = _header(first, _OUTER)
    key = keys.verifying.get(header["kid"])
    if key is None:
        raise MessageRefused(Reason.KEY)
    if header["alg"] not in keys.signature or SIGNATURES[header["alg"]] != key.curve_name:
        raise MessageRefused(Reason.ALGORITHM)
    try:
        signed = jws.deserialize_compact(message, key, registry=_Signatures(algorithms=keys.signature))
        return signed.payload.decode("ascii")
    except _WRONG:
        raise MessageRefused(Reason.SIGNATURE) from None


def unseal(sealed: str, keys: PartnerKeys) -> dict[str, Any]:
    """What the JWE says to us. Raises MessageRefused."""
    try:
        return parse_object(decrypted(sealed, keys))
    except ValueError:
        raise MessageRefused(Reason.CLAIMS) from None


def decrypted(sealed: str, keys: PartnerKeys) -> bytes:
    """What is in the JWE. Raises MessageRefused."""
    first, _, _, ciphertext, _ = _segments(sealed, 5)
    if len(ciphertext) * 3 // 4 > LONGEST_CONTENT:
        raise MessageRefused(Reason.SIZE)
    header = _header(first, _INNER)
    if header["alg"] not in keys.key_management or header.get("enc") not in keys.encryption:
        raise MessageRefused(Reason.ALGORITHM)
    key = keys.opening.get(header["kid"])
    if key is None:
        raise MessageRefused(Reason.KEY)
    _check_ephemeral(header.get("epk"), key)
    try:
        algorithms = [header["alg"], header["enc"]]
        return jwe.decrypt_compact(sealed, key, registry=jwe.JWERegistry(algorithms=algorithms)).plaintext or b""
    except _WRONG:
        raise MessageRefused(Reason.SEAL) from None


def seal_message(content: Mapping[str, Any], keys: PartnerKeys) -> str:
    """Something for the partner: sealed for its key, signed with ours."""
    alg, enc = keys.key_management[0], keys.encryption[0]
    inner = {"alg": alg, "enc": enc, "kid": kid_of(keys.sealing), "cty": "json"}
    plain = json.dumps(content, ensure_ascii=False).encode()
    sealed = jwe.encrypt_compact(inner, plain, keys.sealing, registry=jwe.JWERegistry(algorithms=[alg, enc]))
    signature = next(each for each in keys.signature if SIGNATURES[each] == keys.signing.curve_name)
    outer = {"alg": signature, "kid": kid_of(keys.signing), "cty": "JWE"}
    return jws.serialize_compact(outer, sealed, keys.signing, registry=_Signatures(algorithms=keys.signature))


def _segments(text: str, count: int) -> list[str]:
    """The parts of the compact form, each of them base64url as it is written in one way only."""
    parts = text.split(".")
    if len(parts) != count:
        raise MessageRefused(Reason.FORM)
    for part in parts:
        _decoded(part)
    return parts


def _decoded(part: str) -> bytes:
    try:
        raw = base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
    except ValueError:
        raise MessageRefused(Reason.FORM) from None
    if base64.urlsafe_b64encode(raw).rstrip(b"=").decode() != part:
        raise MessageRefused(Reason.FORM)
    return raw


def _header(part: str, members: frozenset[str]) -> dict[str, Any]:
    """A header of known members, all of them bounded texts but for the ephemeral key."""
    if len(part) > _LONGEST_HEADER:
        raise MessageRefused(Reason.SIZE)
    try:
        header = parse_object(_decoded(part))
    except ValueError:
        raise MessageRefused(Reason.HEADER) from None
    texts = [value for name, value in header.items() if name != "epk"]
    if not {"alg", "kid"} <= header.keys() <= members or not all(map(_is_text, texts)):
        raise MessageRefused(Reason.HEADER)
    return header


def _is_text(value: object) -> bool:
    return isinstance(value, str) and len(value) <= _LONGEST_MEMBER


def _check_ephemeral(epk: object, ours: CurveKey) -> None:
    """The sender's key for this one message lies on the curve of ours, and is a public key and nothing else. Whether it
    is a point of the curve is looked at when it is used."""
    if not isinstance(epk, dict) or not all(map(_is_text, epk.values())):
        raise MessageRefused(Reason.HEADER)
    if epk.keys() != _EPK[ours.key_type] or (epk["kty"], epk["crv"]) != (ours.key_type, ours.curve_name):
        raise MessageRefused(Reason.HEADER)
