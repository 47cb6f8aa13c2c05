"""Whether the key that is in now is the key of the visit: two of one model, without serial numbers, are told apart."""

from __future__ import annotations

import base64
import binascii
from enum import Enum, auto

from hardware.authenticator import KeyAddress, KeyInfo, PinState
from kiosk.contract.enrollments import Ceremony
from kiosk.enrollment.visit import KeyIdentity, Visit

Probe = tuple[str, bytes]
"""A credential by which a key is known again: its RP ID and its id."""


class Likeness(Enum):
    """How sure we are."""

    SAME = auto()
    OTHER = auto()
    UNKNOWN = auto()


def admits(bound: KeyIdentity, info: KeyInfo, ours: bool | None = None) -> Likeness:
    """Whether the key that was read can be `bound`. A serial number decides; without one, what never left the port is
    the same, then the visit's own credentials decide (`ours`, None where none was asked for), then whether it has a
    PIN at all, and last the socket: in another one it cannot be told."""
    found = KeyIdentity.of(info)
    if _model(bound) != _model(found):
        return Likeness.OTHER
    if bound.serial or never_left(bound, info.address):
        return Likeness.SAME
    if ours is not None:
        return Likeness.SAME if ours else Likeness.OTHER
    if bound.has_pin and not found.has_pin:
        return Likeness.OTHER
    return Likeness.SAME if _same_socket(bound, found) else Likeness.UNKNOWN


def may_be_wiped(expected: KeyIdentity, before: KeyInfo | None, now: KeyInfo) -> bool:
    """Whether the key that was just put in is certainly the one that is to be wiped. One without a serial number must
    be in the same socket and be just as it was: locked or not, with as many free slots."""
    if admits(expected, now) is not Likeness.SAME:
        return False
    return bool(expected.serial) or before is None or _condition(before) == _condition(now)


def never_left(bound: KeyIdentity, address: KeyAddress) -> bool:
    """Whether `address` is the very insertion that the key was bound in."""
    return bool(bound.attach_id) and (bound.attach_id, bound.path) == (address.attach_id, address.path)


def done_already(visit: Visit, info: KeyInfo, *, ours: bool | None = None) -> bool:
    """Whether this is a key that was set up in this visit before the one that is wanted now. Without a serial number
    its credentials tell (`ours`)."""
    return any(
        _model(each.identity) == _model(KeyIdentity.of(info))
        and (bool(each.identity.serial) or never_left(each.identity, info.address) or ours is True)
        for each in visit.done
    )


def place_of(visit: Visit) -> KeyAddress | None:
    """Where the visit's key is among those plugged in, if that can be told without opening them."""
    if visit.bound is None:
        return None
    bound = visit.bound
    found = [
        key
        for key in visit.port.keys
        if never_left(bound, key) or (bound.serial and (key.serial, key.product) == (bound.serial, bound.product))
    ]
    return found[0] if len(found) == 1 else None


def probes(visit: Visit, address: KeyAddress) -> tuple[Probe, ...]:
    """The credentials to ask a key at `address` for: none where the serial number or the insertion tells already."""
    bound = visit.bound
    if bound is None:
        return tuple(probe for each in visit.done if not each.identity.serial for probe in reversed(each.proved))
    if bound.serial or never_left(bound, address):
        return ()
    return (*in_hand(visit), *reversed(visit.proved))


def in_hand(visit: Visit) -> tuple[Probe, ...]:
    """The credential that was made and is not proved yet."""
    if visit.ceremony is None or visit.response is None or _hidden(visit.ceremony):
        return ()
    text = str(visit.response.get("rawId") or visit.response.get("id") or "")
    try:
        credential_id = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return ()
    rp = visit.ceremony.public_key.get("rp", {})
    return ((str(rp.get("id") or visit.ceremony.relying_party.id), credential_id),) if credential_id else ()


def _hidden(ceremony: Ceremony) -> bool:
    """A silent probe does not see what user verification protects (credProtect level 3, CTAP 2.1 section 12.1)."""
    wanted = ceremony.public_key.get("extensions", {}).get("credentialProtectionPolicy")
    return bool(wanted == "userVerificationRequired")


def _model(key: KeyIdentity) -> tuple[str, bytes, str, str]:
    return key.transport, key.aaguid, key.product, key.serial


def _same_socket(one: KeyIdentity, other: KeyIdentity) -> bool:
    """Systems that do not tell the socket leave only the name of the device, which is weaker."""
    return one.bus == other.bus if one.bus or other.bus else one.path == other.path


def _condition(key: KeyInfo) -> tuple[object, ...]:
    """What neither a power-up nor a right PIN changes."""
    return key.pin is PinState.BLOCKED, key.remaining_credentials, key.min_pin_length
