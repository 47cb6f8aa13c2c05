"""U2F raw messages (CTAP1): what the oldest keys speak, over the same credentials as CTAP2."""

from __future__ import annotations

import struct
from enum import Enum, IntEnum
from typing import Final

from cryptography.hazmat.primitives import serialization

from hardware.simulated.applet import Applet
from hardware.simulated.credentials import UV_REQUIRED, Design, find_hashed, wrap
from hardware.simulated.memory import Credential
from hardware.simulated.signing import p256_key, sign
from hardware.simulated.traits import ES256

_WAITS: Final = 10.0  # seconds that the key blinks after it was asked


class Status(IntEnum):
    """Status words (U2F raw message formats section 3.3), and the one for a key that always verifies its user."""

    OK = 0x9000
    WRONG_LENGTH = 0x6700
    USE_NOT_SATISFIED = 0x6985
    NOT_ALLOWED = 0x6986
    WRONG_DATA = 0x6A80
    INSTRUCTION_NOT_SUPPORTED = 0x6D00
    CLASS_NOT_SUPPORTED = 0x6E00


class Instruction(IntEnum):
    """Commands."""

    REGISTER = 0x01
    AUTHENTICATE = 0x02
    VERSION = 0x03


class Control(Enum):
    """What an authentication request wants: P1."""

    CHECK_ONLY = 0x07
    ENFORCE_PRESENCE = 0x03
    NO_MATTER_PRESENCE = 0x08


class _Refused(Exception):
    def __init__(self, status: Status) -> None:
        self.status = status


def u2f(applet: Applet, apdu: bytes, *, present: bool) -> bytes:
    """Answer one APDU of CTAPHID_MSG. `present`: somebody touches without being asked. Raises PowerLost.

    Nothing waits here: a key that needs a touch says so at once, blinks, and is asked again.
    """
    try:
        answer = _answer(applet, apdu, present=present)
    except _Refused as refused:
        applet.commit()
        return refused.status.to_bytes(2, "big")
    applet.commit()
    return answer + Status.OK.to_bytes(2, "big")


def _answer(applet: Applet, apdu: bytes, *, present: bool) -> bytes:
    if len(apdu) < 4:
        raise _Refused(Status.WRONG_LENGTH)
    cla, ins, p1, _ = apdu[:4]
    if cla != 0:
        raise _Refused(Status.CLASS_NOT_SUPPORTED)
    data = _data(apdu[4:])
    if ins == Instruction.VERSION:
        if data:
            raise _Refused(Status.WRONG_LENGTH)
        return b"U2F_V2"
    if ins not in (Instruction.REGISTER, Instruction.AUTHENTICATE):
        raise _Refused(Status.INSTRUCTION_NOT_SUPPORTED)
    if applet.memory.always_uv:
        raise _Refused(Status.NOT_ALLOWED)
    if ins == Instruction.REGISTER:
        return _register(applet, data, present=present)
    return _authenticate(applet, p1, data, present=present)


def _data(rest: bytes) -> bytes:
    """The data of an APDU in the extended form that HID uses, or in the short form; Le is not looked at."""
    if not rest or rest == bytes(3):
        return b""
    if rest[0] == 0 and len(rest) >= 3:
        (length,) = struct.unpack_from(">H", rest, 1)
        body = rest[3:]
    else:
        length, body = rest[0], rest[1:]
    if len(body) not in (length, length + 1, length + 2):
        raise _Refused(Status.WRONG_LENGTH)
    return body[:length]


def _register(applet: Applet, data: bytes, *, present: bool) -> bytes:
    if len(data) != 64:
        raise _Refused(Status.WRONG_LENGTH)
    challenge, application = data[:32], data[32:]
    _take_presence(applet, present=present)
    credential = wrap(applet, application, Design(ES256))
    point = _point(credential)
    signed = b"\0" + application + challenge + credential.id + point
    attestation = applet.attestation(enterprise=False)
    handle = bytes([len(credential.id)]) + credential.id
    return b"\x05" + point + handle + attestation.certificate + attestation.sign(signed)


def _authenticate(applet: Applet, p1: int, data: bytes, *, present: bool) -> bytes:
    if len(data) < 65 or len(data) != 65 + data[64]:
        raise _Refused(Status.WRONG_LENGTH)
    challenge, application, handle = data[:32], data[32:64], data[65:]
    try:
        control = Control(p1)
    except ValueError:
        raise _Refused(Status.WRONG_DATA) from None
    credential = find_hashed(applet, application, handle)
    if credential is None or credential.algorithm != ES256 or credential.protection == UV_REQUIRED:
        raise _Refused(Status.WRONG_DATA)
    if control is Control.CHECK_ONLY:
        raise _Refused(Status.USE_NOT_SATISFIED)
    if control is Control.ENFORCE_PRESENCE:
        _take_presence(applet, present=present)
    seen = bytes([control is Control.ENFORCE_PRESENCE])
    counted = seen + applet.memory.next_count().to_bytes(4, "big")
    return counted + sign(credential.seed, ES256, application + counted + challenge)


def _take_presence(applet: Applet, *, present: bool) -> None:
    """Use up a touch of the last seconds, or ask for one."""
    now = applet.clock()
    if not present and now >= applet.present_until:
        applet.presence_wanted_until = now + _WAITS
        raise _Refused(Status.USE_NOT_SATISFIED)
    applet.present_until = applet.presence_wanted_until = 0.0


def _point(credential: Credential) -> bytes:
    public = p256_key(credential.seed).public_key()
    return public.public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
