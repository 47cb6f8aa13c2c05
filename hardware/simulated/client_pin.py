"""authenticatorClientPIN (CTAP 2.1 section 6.5): retries, key agreement, setting and changing the PIN, tokens."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Mapping
from itertools import pairwise
from types import MappingProxyType
from typing import Any, Final

from fido2.ctap import CtapError

from hardware.simulated.applet import ERR, Applet, Fields, Permission, Steps, Token
from hardware.simulated.canonical import maybe, need
from hardware.simulated.memory import PIN_TRIES
from hardware.simulated.pin_protocols import SharedSecret, agreement_key, decapsulate
from hardware.simulated.traits import Quirk
from hardware.simulated.user_verification import verify_finger

_KEY_AGREEMENT, _UV_TOKEN, _UV_RETRIES, _PIN_TOKEN_WITH_PERMISSIONS = 0x02, 0x06, 0x07, 0x09
_PADDED: Final = 64
_LEGACY: Final = Permission.MC | Permission.GA


def client_pin(applet: Applet, fields: Fields) -> Steps:
    """Command 0x06; only getPinUvAuthTokenUsingUv ever waits for the person."""
    subcommand = need(fields, 0x02, int)
    if not _has(applet, subcommand):
        raise CtapError(ERR.INVALID_SUBCOMMAND)
    if subcommand == _UV_TOKEN:
        return (yield from _token_by_finger(applet, fields))
    return _SUBCOMMANDS[subcommand](applet, fields)


def _has(applet: Applet, subcommand: int) -> bool:
    traits = applet.traits
    if subcommand in (_UV_TOKEN, _UV_RETRIES):
        return traits.built_in_uv and traits.tokens
    if subcommand == _PIN_TOKEN_WITH_PERMISSIONS:
        return traits.pin and traits.tokens
    return subcommand in _SUBCOMMANDS and (traits.pin or subcommand == _KEY_AGREEMENT)


def _pin_retries(applet: Applet, _fields: Fields) -> Fields:
    retries: dict[int, Any] = {0x03: applet.memory.pin_retries}
    if Quirk.HIDES_POWER_CYCLE_STATE not in applet.traits.quirks:
        retries[0x04] = _soft_locked(applet)
    return retries


def _uv_retries(applet: Applet, _fields: Fields) -> Fields:
    return {0x05: applet.memory.uv_retries}


def _key_agreement(applet: Applet, fields: Fields) -> Fields:
    protocol = applet.check_protocol(maybe(fields, 0x01, int))
    return {0x01: agreement_key(applet.agreement(protocol))}


def _set_pin(applet: Applet, fields: Fields) -> Fields:
    new_pin, signature = need(fields, 0x05, bytes), need(fields, 0x04, bytes)
    peer = need(fields, 0x03, dict)
    protocol = applet.check_protocol(maybe(fields, 0x01, int))
    if applet.has_pin:
        raise CtapError(ERR.PIN_AUTH_INVALID)
    secret = _share(applet, protocol, peer)
    secret.verify(new_pin, signature)
    _store(applet, secret.decrypt(new_pin))
    return {}


def _change_pin(applet: Applet, fields: Fields) -> Fields:
    new_pin, signature = need(fields, 0x05, bytes), need(fields, 0x04, bytes)
    pin_hash, peer = need(fields, 0x06, bytes), need(fields, 0x03, dict)
    protocol = applet.check_protocol(maybe(fields, 0x01, int))
    _check_open(applet)
    secret = _share(applet, protocol, peer)
    secret.verify(new_pin + pin_hash, signature)
    _compare(applet, secret, pin_hash)
    _store(applet, secret.decrypt(new_pin))
    return {}


def _token(applet: Applet, fields: Fields) -> Fields:
    if 0x09 in fields or 0x0A in fields:
        raise CtapError(ERR.INVALID_PARAMETER)
    if applet.traits.no_mc_ga_with_pin:
        raise CtapError(ERR.UNAUTHORIZED_PERMISSION)
    secret = _by_pin(applet, fields, ERR.PIN_INVALID)
    return _issue(applet, secret, _LEGACY, None)


def _token_with_permissions(applet: Applet, fields: Fields) -> Fields:
    permissions = _permissions(applet, fields, _refused_to_pin(applet))
    secret = _by_pin(applet, fields, ERR.PIN_POLICY_VIOLATION)
    if permissions & Permission.PCMR:
        return {0x02: secret.encrypt(_persistent_token(applet))}
    return _issue(applet, secret, permissions, maybe(fields, 0x0A, str))


def _token_by_finger(applet: Applet, fields: Fields) -> Steps:
    """getPinUvAuthTokenUsingUvWithPermissions: the finger shows presence as well, so no touch is needed soon after."""
    peer = need(fields, 0x03, dict)
    permissions = _permissions(applet, fields, _refused_to_finger(applet))
    protocol = applet.check_protocol(maybe(fields, 0x01, int))
    if not applet.has_finger:
        raise CtapError(ERR.NOT_ALLOWED)
    secret = _share(applet, protocol, peer)
    yield from verify_finger(applet, tries=1)
    if permissions & Permission.PCMR:
        return {0x02: secret.encrypt(_persistent_token(applet))}
    return _issue(applet, secret, permissions, maybe(fields, 0x0A, str), present=True)


def _permissions(applet: Applet, fields: Fields, refused: Permission) -> Permission:
    """The permissions that are asked for; ones that nobody defined are ignored."""
    asked = need(fields, 0x09, int)
    if asked <= 0:
        raise CtapError(ERR.INVALID_PARAMETER)
    permissions = Permission(asked & 0x7F)
    if permissions & (refused | _never(applet)):
        raise CtapError(ERR.UNAUTHORIZED_PERMISSION)
    if permissions & Permission.PCMR and permissions != Permission.PCMR:  # the persistent token can do nothing else
        raise CtapError(ERR.UNAUTHORIZED_PERMISSION)
    return permissions


def _never(applet: Applet) -> Permission:
    """Permissions for features that this key does not have."""
    traits = applet.traits
    has = {
        Permission.CM: traits.credential_management,
        Permission.BE: traits.enrolls_fingers,
        Permission.LBW: traits.large_blob_bytes is not None,
        Permission.ACFG: traits.configurable,
        Permission.PCMR: traits.read_only_management,
    }
    never = Permission(0)
    for permission, there in has.items():
        if not there:
            never |= permission
    return never


def _refused_to_pin(applet: Applet) -> Permission:
    return _LEGACY if applet.traits.no_mc_ga_with_pin else Permission(0)


def _refused_to_finger(applet: Applet) -> Permission:
    """A finger changes nothing about fingers or settings unless the key says so (uvBioEnroll, uvAcfg)."""
    refused = Permission(0)
    if not applet.traits.uv_bio_enroll:
        refused |= Permission.BE
    if not applet.traits.uv_config:
        refused |= Permission.ACFG
    return refused


def _by_pin(applet: Applet, fields: Fields, forced: CtapError.ERR) -> SharedSecret:
    """Check the PIN; with the right one that must be changed first, refuse with `forced`."""
    pin_hash, peer = need(fields, 0x06, bytes), need(fields, 0x03, dict)
    protocol = applet.check_protocol(maybe(fields, 0x01, int))
    _check_open(applet)
    secret = _share(applet, protocol, peer)
    _compare(applet, secret, pin_hash)
    if applet.memory.force_pin_change:
        raise CtapError(forced)
    return secret


def _issue(
    applet: Applet, secret: SharedSecret, permissions: Permission, rp_id: str | None, *, present: bool = False
) -> Fields:
    applet.token = Token(applet.random(32), secret.protocol, permissions, rp_id, applet.clock(), present=present)
    return {0x02: secret.encrypt(applet.token.value)}


def _persistent_token(applet: Applet) -> bytes:
    """The token for read-only credential management: it outlives power cycles, until the PIN changes (CTAP 2.2)."""
    if applet.memory.persistent_token is None:
        applet.memory.persistent_token = applet.random(32)
    return applet.memory.persistent_token


def _share(applet: Applet, protocol: int, peer: Mapping[Any, Any]) -> SharedSecret:
    return decapsulate(protocol, applet.agreement(protocol), peer, applet.random)


def _soft_locked(applet: Applet) -> bool:
    return applet.memory.wrong_in_row >= applet.traits.soft_lock


def _check_open(applet: Applet) -> None:
    """Whether a PIN may be tried at all."""
    if not applet.has_pin:
        raise CtapError(ERR.PIN_NOT_SET)
    if applet.memory.pin_retries == 0:
        raise CtapError(ERR.PIN_BLOCKED)
    if _soft_locked(applet):
        raise CtapError(ERR.PIN_AUTH_BLOCKED)


def _compare(applet: Applet, secret: SharedSecret, pin_hash_enc: bytes) -> None:
    """Compare the PIN's hash; the counter goes down in the flash first, so that pulling the key out saves no try."""
    memory = applet.memory
    memory.pin_retries -= 1
    memory.wrong_in_row += 1
    applet.commit()
    try:
        pin_hash = secret.decrypt(pin_hash_enc)
    except CtapError:
        pin_hash = b""
    if memory.pin_hash is not None and hmac.compare_digest(pin_hash, memory.pin_hash):
        memory.pin_retries, memory.wrong_in_row = PIN_TRIES, 0
        memory.uv_retries, memory.uv_count = applet.traits.max_uv_retries, 0
        return
    applet.regenerate(secret.protocol)
    if memory.pin_retries == 0:
        only_wrong = Quirk.EIGHTH_WRONG_IS_ONLY_WRONG in applet.traits.quirks
        raise CtapError(ERR.PIN_INVALID if only_wrong else ERR.PIN_BLOCKED)
    raise CtapError(ERR.PIN_AUTH_BLOCKED if _soft_locked(applet) else ERR.PIN_INVALID)


def _store(applet: Applet, padded: bytes) -> None:
    """Check the new PIN against the key's rules and make it the PIN."""
    if len(padded) != _PADDED:
        raise CtapError(ERR.INVALID_PARAMETER)
    raw = padded.rstrip(b"\0")
    text = _text(raw)
    if len(raw) == _PADDED or not _acceptable(applet, text):
        raise CtapError(ERR.PIN_POLICY_VIOLATION)
    memory = applet.memory
    pin_hash = hashlib.sha256(raw).digest()[:16]
    if memory.force_pin_change and pin_hash == memory.pin_hash:
        raise CtapError(ERR.PIN_POLICY_VIOLATION)
    memory.pin_hash, memory.pin_length = pin_hash, len(text)
    memory.pin_retries, memory.force_pin_change = PIN_TRIES, False
    memory.uv_retries, memory.uv_count = applet.traits.max_uv_retries, 0
    memory.persistent_token = applet.token = None


def _text(raw: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        raise CtapError(ERR.PIN_POLICY_VIOLATION) from None


def _acceptable(applet: Applet, pin: str) -> bool:
    if len(pin) < applet.memory.min_pin_length or len(pin) > (applet.traits.max_pin_length or _PADDED):
        return False
    return not (applet.memory.pin_complexity and _trivial(pin))


def _trivial(pin: str) -> bool:
    """All the same, or a run up or down: what our complexity policy refuses."""
    steps = {ord(after) - ord(before) for before, after in pairwise(pin)}
    return steps in ({0}, {1}, {-1})


_SUBCOMMANDS: Final[Mapping[int, Callable[[Applet, Fields], Fields]]] = MappingProxyType(
    {
        0x01: _pin_retries,
        _KEY_AGREEMENT: _key_agreement,
        0x03: _set_pin,
        0x04: _change_pin,
        0x05: _token,
        _UV_RETRIES: _uv_retries,
        _PIN_TOKEN_WITH_PERMISSIONS: _token_with_permissions,
    }
)
