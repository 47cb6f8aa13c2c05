"""CTAP2 commands: one message in canonical CBOR, one answer (CTAP 2.1 sections 6 and 8)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from enum import IntEnum
from typing import Any

from fido2 import cbor
from fido2.ctap import CtapDevice, CtapError
from fido2.hid import CTAPHID

from hardware.answers import LEAST_MESSAGE_BYTES, Info
from hardware.errors import KeyFault, KeySwapped


class Command(IntEnum):
    """The commands of CTAP 2.1 section 6 that are used here, and two of their previews."""

    MAKE_CREDENTIAL = 0x01
    GET_ASSERTION = 0x02
    GET_INFO = 0x04
    CLIENT_PIN = 0x06
    RESET = 0x07
    BIO_ENROLLMENT = 0x09
    CREDENTIAL_MANAGEMENT = 0x0A
    SELECTION = 0x0B
    CONFIG = 0x0D
    BIO_ENROLLMENT_PREVIEW = 0x40
    CREDENTIAL_MANAGEMENT_PREVIEW = 0x41


class Ctap2:
    """A key that speaks CTAP2; opening reads what it is.

    Methods raise CtapError for a status of the key, KeyFault and what `fido2.cbor` raises for an answer that is none.
    """

    def __init__(self, device: CtapDevice) -> None:
        self._device = device
        self._longest = LEAST_MESSAGE_BYTES
        self.info = self.get_info()
        """The last reading."""
        self._longest = self.info.max_msg_size

    def send(self, command: Command, parameters: Mapping[int, Any] | None = None) -> Mapping[int, Any]:
        """Send one command, without the parameters that are None, and decode its answer."""
        request = bytes([command])
        if parameters is not None:
            request += cbor.encode({number: value for number, value in parameters.items() if value is not None})
        if len(request) > self._longest:
            raise CtapError(CtapError.ERR.REQUEST_TOO_LARGE)
        answer = self._device.call(CTAPHID.CBOR, request)
        if answer[0] != CtapError.ERR.SUCCESS:
            raise CtapError(answer[0])
        if len(answer) == 1:
            return {}
        # A key that is careless about canonical CBOR, or sends something after it, is not refused: to ask again
        # what already happened could make a second credential.
        decoded, _ = cbor.decode_from(answer[1:])
        if not isinstance(decoded, dict):
            raise KeyFault
        return decoded

    def refresh(self) -> None:
        """Read anew what the key is. Raises KeySwapped when it is another model."""
        info = self.get_info()
        if info.aaguid != self.info.aaguid:
            raise KeySwapped
        self.info = info

    def pin_was_set(self) -> None:
        """What getInfo tells once a PIN was set or changed, without asking."""
        self.info = replace(self.info, options={**self.info.options, "clientPin": True}, force_pin_change=False)

    def get_info(self) -> Info:
        """authenticatorGetInfo (0x04)."""
        return Info.read(self.send(Command.GET_INFO))
