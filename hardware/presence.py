"""A key and its person without any relying party: "this one", a blink, and everything wiped."""

from __future__ import annotations

from fido2.ctap import CtapError
from fido2.hid import CAPABILITY, CTAPHID

from hardware.answers import Info
from hardware.authenticator import Transport
from hardware.ctap2 import Command, Ctap2
from hardware.errors import ResetRefused, ResetTooLate
from hardware.key_info import ES256, words
from hardware.line import Line
from hardware.options import PUBLIC_KEY
from hardware.translate import ERR

BEFORE_SELECTION = ("FIDO_2_0", "FIDO_2_1_PRE")
TOUCHED = (ERR.PIN_INVALID, ERR.PIN_NOT_SET, ERR.PIN_AUTH_INVALID)
"""How a key before CTAP 2.1 says that it was touched, when it is asked to check an empty pinUvAuthParam."""


def select(ctap: Ctap2) -> None:
    """authenticatorSelection (CTAP 2.1 section 6.9). Raises CtapError when nobody touches the key."""
    if any(version.startswith("FIDO_2") and version not in BEFORE_SELECTION for version in ctap.info.versions):
        try:
            ctap.send(Command.SELECTION)
        except CtapError as error:
            if error.code != ERR.INVALID_COMMAND:
                raise
        else:
            return
    _select_before_ctap21(ctap)


def _select_before_ctap21(ctap: Ctap2) -> None:
    """makeCredential with an empty pinUvAuthParam: the key waits for a touch, then refuses (section 6.1.2 step 1)."""
    parameters = {
        0x01: bytes(32),
        0x02: {"id": "keywright.invalid", "name": "keywright"},
        0x03: {"id": b"\0", "name": "touch"},
        0x04: [{"type": PUBLIC_KEY, "alg": ES256}],
        0x08: b"",
        0x09: 1 if 1 in ctap.info.pin_uv_protocols else 2,
    }
    try:
        ctap.send(Command.MAKE_CREDENTIAL, parameters)
    except CtapError as error:
        if error.code not in TOUCHED:
            raise


def reset(ctap: Ctap2, transport: Transport) -> None:
    """authenticatorReset (section 6.6). Raises ResetTooLate, ResetRefused, CtapError."""
    if not resets_over(ctap.info, transport):
        raise ResetRefused(words(ctap.info.transports_for_reset))
    try:
        ctap.send(Command.RESET)
    except CtapError as error:
        if error.code != ERR.NOT_ALLOWED:
            raise
        raise ResetTooLate from error


def resets_over(info: Info, transport: Transport) -> bool:
    """Whether transportsForReset (CTAP 2.2) names the transport; a key that names none takes every one."""
    ours = "nfc" if transport is Transport.NFC else "usb"
    return not info.transports_for_reset or ours in info.transports_for_reset


def winks(line: Line) -> bool:
    """Whether the key says that it can show itself (CTAPHID_INIT, CTAP 2.1 section 11.2.9.1.3)."""
    return bool(CAPABILITY.WINK & line.capabilities)


def wink(line: Line) -> bool:
    """CTAPHID_WINK; whether the key did it."""
    if not winks(line):
        return False
    try:
        line.call(CTAPHID.WINK)
    except CtapError as error:
        if error.code != ERR.INVALID_COMMAND:
            raise
        return False
    return True
