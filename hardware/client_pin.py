"""authenticatorClientPIN (CTAP 2.1 section 6.5), with one key agreement for as long as the key keeps to it."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from hashlib import sha256
from typing import Any

from fido2.ctap import CtapError
from fido2.ctap2.pin import ClientPin as Numbers
from fido2.ctap2.pin import PinProtocol, PinProtocolV1, PinProtocolV2

from hardware.answers import LEAST_PIN_LENGTH, PIN_BYTES, member, told, told_truth
from hardware.authenticator import SecretText
from hardware.ctap2 import Command, Ctap2
from hardware.errors import PinError, PinRefused
from hardware.key_info import PinRetries
from hardware.translate import ERR

COMMAND = Numbers.CMD
RESULT = Numbers.RESULT
PERMISSION = Numbers.PERMISSION

PADDED_PIN_BYTES = 64
MISFIT = (ERR.PIN_INVALID, ERR.PIN_AUTH_INVALID)
"""After these the key has made a new key-agreement key (CTAP 2.1 section 6.5.5)."""

BLOCKED = (ERR.PIN_BLOCKED, ERR.PIN_AUTH_BLOCKED)

Verifying = Callable[[], AbstractContextManager[None]]
"""Makes the block around a command in which the key waits for its own user verification."""


@contextmanager
def encoded_pin(
    pin: SecretText,
    shortest: int = LEAST_PIN_LENGTH,
    longest: int | None = None,
    refused: Callable[[], PinError] = PinRefused,
) -> Iterator[bytearray]:
    """The PIN in UTF-8 of NFC, wiped when the block ends.

    Raises `refused` when it breaks the limits of CTAP 2.1 section 6.5.1: code points, 63 bytes, no NUL.
    """
    text = unicodedata.normalize("NFC", pin.reveal())
    try:
        encoded = bytearray(text.encode())
    except UnicodeEncodeError:
        raise refused() from None
    try:
        if not shortest <= len(text) <= (longest or PIN_BYTES) or len(encoded) > PIN_BYTES or 0 in encoded:
            raise refused()
        yield encoded
    finally:
        wipe(encoded)


class ClientPin:
    """The subcommands of clientPIN. Methods raise CtapError, and KeyFault for an answer that is none.

    PINs are `encoded_pin`s and hashes; nothing of them stays here.
    """

    def __init__(self, ctap: Ctap2, verifying: Verifying) -> None:
        self._ctap = ctap
        self._verifying = verifying
        self._agreement: tuple[Mapping[int, Any], bytes] | None = None
        self.protocol: PinProtocol = PinProtocolV2() if 2 in ctap.info.pin_uv_protocols else PinProtocolV1()

    @property
    def permissions(self) -> bool:
        """Whether the key has tokens with permissions (CTAP 2.1); older ones have one token for everything."""
        return self._ctap.info.options.get("pinUvAuthToken") is True

    @property
    def agreed(self) -> bool:
        """Whether a key agreement of earlier is in use, which the key may have forgotten since."""
        return self._agreement is not None

    def forget_agreement(self) -> None:
        """Agree anew before the next command that needs it."""
        self._agreement = None

    def retries(self) -> PinRetries:
        """getPINRetries (0x01); a key that answers it with "blocked" has said as much."""
        try:
            answer = self._send(COMMAND.GET_PIN_RETRIES)
        except CtapError as error:
            if error.code not in BLOCKED:
                raise
            return PinRetries(0) if error.code == ERR.PIN_BLOCKED else PinRetries(None, power_cycle=True)
        return PinRetries(told(answer, RESULT.PIN_RETRIES, int), told_truth(answer, RESULT.POWER_CYCLE_STATE) or False)

    def uv_retries(self) -> int | None:
        """getUVRetries (0x07); None where the key does not tell."""
        try:
            return told(self._send(COMMAND.GET_UV_RETRIES), RESULT.UV_RETRIES, int)
        except CtapError as error:
            return 0 if error.code == ERR.UV_BLOCKED else None

    def set_pin(self, pin: bytearray) -> None:
        """setPIN (0x03)."""
        key_agreement, secret = self._shared()
        pin_enc = self._padded(secret, pin)
        param = self.protocol.authenticate(secret, pin_enc)
        self._send(COMMAND.SET_PIN, {0x03: key_agreement, 0x04: param, 0x05: pin_enc})

    def change_pin(self, pin_hash: bytearray, new: bytearray) -> None:
        """changePIN (0x04)."""
        key_agreement, secret = self._shared()
        pin_enc = self._padded(secret, new)
        hash_enc = self.protocol.encrypt(secret, pin_hash)  # type: ignore[arg-type] # any buffer will do
        param = self.protocol.authenticate(secret, pin_enc + hash_enc)
        self._send(COMMAND.CHANGE_PIN, {0x03: key_agreement, 0x04: param, 0x05: pin_enc, 0x06: hash_enc})

    def _padded(self, secret: bytes, pin: bytearray) -> bytes:
        padded = pin.ljust(PADDED_PIN_BYTES, b"\0")
        try:
            return self.protocol.encrypt(secret, padded)  # type: ignore[arg-type] # any buffer, and this one can be wiped
        finally:
            wipe(padded)

    def token(self, pin_hash: bytearray, permissions: PERMISSION | None, rp_id: str | None) -> bytes:
        """getPinUvAuthTokenUsingPinWithPermissions (0x09), or getPinToken (0x05) without permissions."""
        key_agreement, secret = self._shared()
        hash_enc = self.protocol.encrypt(secret, pin_hash)  # type: ignore[arg-type] # any buffer will do
        if permissions is None or not self.permissions:
            return self._token(COMMAND.GET_TOKEN_USING_PIN_LEGACY, {0x03: key_agreement, 0x06: hash_enc})
        parameters = {0x03: key_agreement, 0x06: hash_enc, 0x09: permissions, 0x0A: rp_id}
        return self._token(COMMAND.GET_TOKEN_USING_PIN, parameters)

    def uv_token(self, permissions: PERMISSION, rp_id: str | None) -> bytes:
        """getPinUvAuthTokenUsingUvWithPermissions (0x06): waits for the person."""
        key_agreement, _ = self._shared()
        with self._verifying():
            return self._token(COMMAND.GET_TOKEN_USING_UV, {0x03: key_agreement, 0x09: permissions, 0x0A: rp_id})

    def _token(self, command: Numbers.CMD, parameters: Mapping[int, Any]) -> bytes:
        _, secret = self._shared()
        token_enc = member(self._send(command, parameters), RESULT.PIN_UV_TOKEN, bytes)
        return self.protocol.validate_token(self.protocol.decrypt(secret, token_enc))

    def _shared(self) -> tuple[Mapping[int, Any], bytes]:
        if self._agreement is None:
            answer = self._send(COMMAND.GET_KEY_AGREEMENT)
            self._agreement = self.protocol.encapsulate(answer[RESULT.KEY_AGREEMENT])
        return self._agreement

    def _send(self, command: Numbers.CMD, parameters: Mapping[int, Any] | None = None) -> Mapping[int, Any]:
        """Its parameters have the numbers of CTAP 2.1 section 6.5.5."""
        every = {0x01: self.protocol.VERSION, 0x02: command}
        try:
            return self._ctap.send(Command.CLIENT_PIN, {**every, **(parameters or {})})
        except CtapError as error:
            if error.code in MISFIT:
                self._agreement = None
            raise


def wipe(secret: bytearray) -> None:
    """Overwrite a secret in its place."""
    secret[:] = bytes(len(secret))


def hashed(pin: bytearray) -> bytearray:
    """LEFT(SHA-256(PIN), 16)."""
    return bytearray(sha256(pin).digest()[:16])
