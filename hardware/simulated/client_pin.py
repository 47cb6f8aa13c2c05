"""authenticatorClientPIN (CTAP 2.1 section 6.5): retries, key agreement, setting and changing the PIN, tokens."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Mapping
from itertools import pairwise
from types import MappingProxyType
from typing import Any, Final

from fido2.ctap import CtapError

from hardware.simulated.applet import ERR, WRONG_IN_ROW, Applet, Fields, Permission, Token
from hardware.simulated.canonical import maybe, need
from hardware.simulated.memory import PIN_TRIES
from hardware.simulated.pin_protocols import SharedSecret, agreement_key, decapsulate

_PADDED: Final = 64
_LEGACY: Final = Permission.MC | Permission.GA


def client_pin(applet: Applet, fields: Fields) -> Fields:
    """Command 0x06."""
    handler = _SUBCOMMANDS.get(need(fields, 0x02, int))
    if handler is None or (handler is _token_with_permissions and not applet.traits.ctap21):
        raise CtapError(ERR.INVALID_SUBCOMMAND)
    return handler(applet, fields)


def _retries(applet: Applet, _fields: Fields) -> Fields:
    return {0x03: applet.memory.pin_retries, 0x04: applet.wrong_in_row >= WRONG_IN_ROW}


def _key_agreement(applet: Applet, fields: Fields) -> Fields:
    protocol = applet.check_protocol(maybe(fields, 0x01, int))
    return {0x01: agreement_key(applet.agreement(protocol))}


def _set_pin(applet: Applet, fields: Fields) -> Fields:
    new_pin, signature = need(fields, 0x05, bytes), need(fields, 0x04, bytes)
    peer = need(fields, 0x03, dict)
    protocol = applet.check_protocol(maybe(fields, 0x01, int))
    if applet.protected:
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
    return _issue(applet, fields, _LEGACY, None, ERR.PIN_INVALID)


def _token_with_permissions(applet: Applet, fields: Fields) -> Fields:
    asked = need(fields, 0x09, int)
    if asked <= 0:
        raise CtapError(ERR.INVALID_PARAMETER)
    permissions = Permission(asked & 0x7F)  # undefined ones are ignored
    if permissions & _never(applet):
        raise CtapError(ERR.UNAUTHORIZED_PERMISSION)
    return _issue(applet, fields, permissions, maybe(fields, 0x0A, str), ERR.PIN_POLICY_VIOLATION)


def _never(applet: Applet) -> Permission:
    """Permissions for features that this key does not have."""
    never = Permission.BE | Permission.LBW | Permission.PCMR
    if not applet.traits.credential_management:
        never |= Permission.CM
    if not applet.traits.configurable:
        never |= Permission.ACFG
    return never


def _issue(applet: Applet, fields: Fields, permissions: Permission, rp_id: str | None, forced: CtapError.ERR) -> Fields:
    pin_hash, peer = need(fields, 0x06, bytes), need(fields, 0x03, dict)
    protocol = applet.check_protocol(maybe(fields, 0x01, int))
    _check_open(applet)
    secret = _share(applet, protocol, peer)
    _compare(applet, secret, pin_hash)
    if applet.memory.force_pin_change:
        raise CtapError(forced)
    applet.token = Token(applet.random(32), protocol, permissions, rp_id, applet.clock())
    return {0x02: secret.encrypt(applet.token.value)}


def _share(applet: Applet, protocol: int, peer: Mapping[Any, Any]) -> SharedSecret:
    return decapsulate(protocol, applet.agreement(protocol), peer, applet.random)


def _check_open(applet: Applet) -> None:
    """Whether a PIN may be tried at all."""
    if not applet.protected:
        raise CtapError(ERR.PIN_NOT_SET)
    if applet.memory.pin_retries == 0:
        raise CtapError(ERR.PIN_BLOCKED)
    if applet.wrong_in_row >= WRONG_IN_ROW:
        raise CtapError(ERR.PIN_AUTH_BLOCKED)


def _compare(applet: Applet, secret: SharedSecret, pin_hash_enc: bytes) -> None:
    """Compare the PIN's hash; the counter goes down first, so that pulling the key out saves no try."""
    memory = applet.memory
    memory.pin_retries -= 1
    try:
        pin_hash = secret.decrypt(pin_hash_enc)
    except CtapError:
        pin_hash = b""
    if memory.pin_hash is not None and hmac.compare_digest(pin_hash, memory.pin_hash):
        memory.pin_retries = PIN_TRIES
        applet.wrong_in_row = 0
        return
    applet.regenerate(secret.protocol)
    applet.wrong_in_row += 1
    if memory.pin_retries == 0:
        raise CtapError(ERR.PIN_BLOCKED)
    raise CtapError(ERR.PIN_AUTH_BLOCKED if applet.wrong_in_row >= WRONG_IN_ROW else ERR.PIN_INVALID)


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
    applet.token = None


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
        0x01: _retries,
        0x02: _key_agreement,
        0x03: _set_pin,
        0x04: _change_pin,
        0x05: _token,
        0x09: _token_with_permissions,
    }
)
