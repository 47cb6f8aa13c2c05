"""What a session knows of the PIN of its key: set or verify it once, then draw tokens from its hash."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from hashlib import sha256
from typing import Any

from fido2.ctap import CtapError
from fido2.ctap2.pin import ClientPin, PinProtocol, PinProtocolV1, PinProtocolV2

from hardware.answers import member
from hardware.authenticator import SecretText
from hardware.ctap2 import Command, Ctap2
from hardware.errors import PinAuthBlocked, PinBlocked, PinChangeForced, PinRefused, PinRequired, WrongPin
from hardware.key_info import PIN_BYTES, PinRetries
from hardware.translate import ERR

COMMAND = ClientPin.CMD
RESULT = ClientPin.RESULT
PERMISSION = ClientPin.PERMISSION

SHORTEST_PIN = 4
PADDED_PIN_BYTES = 64
MISFIT = (ERR.PIN_INVALID, ERR.PIN_AUTH_INVALID)
"""After these the key has made a new key-agreement key (CTAP 2.1 section 6.5.5)."""


@contextmanager
def encoded_pin(pin: SecretText, shortest: int, longest: int | None = None) -> Iterator[bytearray]:
    """The PIN in UTF-8 of NFC, wiped when the block ends.

    Raises PinRefused when it breaks the limits of CTAP 2.1 section 6.5.1: code points, 63 bytes, no NUL.
    """
    text = unicodedata.normalize("NFC", pin.reveal())
    try:
        encoded = bytearray(text.encode())
    except UnicodeEncodeError:
        raise PinRefused from None
    try:
        if not shortest <= len(text) <= (longest or PIN_BYTES) or len(encoded) > PIN_BYTES or 0 in encoded:
            raise PinRefused
        yield encoded
    finally:
        wipe(encoded)


def wipe(secret: bytearray) -> None:
    """Overwrite a secret in its place."""
    secret[:] = bytes(len(secret))


class PinSession:
    """clientPIN (CTAP 2.1 section 6.5) with one key agreement for as long as the key keeps to it.

    Only LEFT(SHA-256(PIN), 16) stays, and on keys older than CTAP 2.1 their one token; `close` wipes both.
    Methods raise CtapError where no meaning of their own is documented.
    """

    def __init__(self, ctap: Ctap2) -> None:
        self._ctap = ctap
        self._protocol: PinProtocol = PinProtocolV2() if 2 in ctap.info.pin_uv_protocols else PinProtocolV1()
        self._permissions = ctap.info.options.get("pinUvAuthToken") is True
        self._agreement: tuple[Mapping[int, Any], bytes] | None = None
        self._pin_hash: bytearray | None = None
        self._lasting_token: bytearray | None = None

    @property
    def protocol(self) -> PinProtocol:
        """The PIN/UV auth protocol spoken with this key."""
        return self._protocol

    @property
    def unlocked(self) -> bool:
        """Whether a right PIN was given in this session."""
        return self._pin_hash is not None

    def retries(self) -> PinRetries:
        """getPINRetries (0x01)."""
        answer = self._client_pin(COMMAND.GET_PIN_RETRIES)
        left = member(answer, RESULT.PIN_RETRIES, int)
        return PinRetries(left, member(answer, RESULT.POWER_CYCLE_STATE, bool, False))

    def set_pin(self, pin: bytearray) -> None:
        """setPIN (0x03) with an `encoded_pin`, and unlock."""
        key_agreement, secret = self._shared()
        padded = pin.ljust(PADDED_PIN_BYTES, b"\0")
        try:
            pin_enc = self._protocol.encrypt(secret, padded)  # type: ignore[arg-type] # any buffer, and this one can be wiped
        finally:
            wipe(padded)
        param = self._protocol.authenticate(secret, pin_enc)
        self._client_pin(COMMAND.SET_PIN, {0x03: key_agreement, 0x04: param, 0x05: pin_enc})
        pin_hash = hashed(pin)
        self._unlock(pin_hash)
        wipe(pin_hash)

    def verify(self, pin: bytearray) -> None:
        """Ask for a token with an `encoded_pin`, and unlock.

        Raises: WrongPin, PinAuthBlocked, PinBlocked, PinChangeForced.
        """
        # No try of the person is spent on an agreement that another program made the key forget.
        self._agreement = None
        pin_hash = hashed(pin)
        # `cm` is the one useful permission that needs no relying party.
        manages = self._permissions and self._ctap.info.options.get("credMgmt") is True
        try:
            token = self._request(pin_hash, PERMISSION.CREDENTIAL_MGMT if manages else None, None)
            self._unlock(pin_hash, token)
        except CtapError as error:
            if error.code == ERR.PIN_POLICY_VIOLATION:
                raise PinChangeForced from error
            if error.code == ERR.PIN_INVALID:
                raise self._wrong_pin() from error
            raise
        finally:
            wipe(pin_hash)

    def _unlock(self, pin_hash: bytearray, token: bytes | None = None) -> None:
        """Keep a copy of the hash, and of the token of a key that has but one."""
        self.close()
        self._pin_hash = bytearray(pin_hash)
        if token is not None and not self._permissions:
            self._lasting_token = bytearray(token)

    def _wrong_pin(self) -> WrongPin | PinAuthBlocked | PinBlocked:
        retries = self.retries()
        if retries.left <= 0:
            return PinBlocked()
        return PinAuthBlocked() if retries.power_cycle else WrongPin(retries.left)

    def token(self, permissions: PERMISSION, rp_id: str | None = None) -> bytes:
        """A pinUvAuthToken for the permissions; keys older than CTAP 2.1 have one token for everything.

        Raises PinRequired when the session is locked.
        """
        if self._pin_hash is None:
            raise PinRequired
        if self._lasting_token is not None:
            return bytes(self._lasting_token)
        agreed_before = self._agreement is not None
        try:
            token = self._request(self._pin_hash, permissions, rp_id)
        except CtapError as error:
            # The PIN was right in this session, so what does not fit is an agreement that another program
            # made the key forget: a new one costs no try for long, as success restores the counter.
            if error.code not in MISFIT or not agreed_before:
                raise
            token = self._request(self._pin_hash, permissions, rp_id)
        if not self._permissions:
            self._lasting_token = bytearray(token)
        return token

    def forget_token(self) -> None:
        """Drop the lasting token, because the key does not take it any more."""
        if self._lasting_token is not None:
            wipe(self._lasting_token)
        self._lasting_token = None

    def _request(self, pin_hash: bytearray, permissions: PERMISSION | None, rp_id: str | None) -> bytes:
        key_agreement, secret = self._shared()
        with_permissions = self._permissions and permissions is not None
        answer = self._client_pin(
            COMMAND.GET_TOKEN_USING_PIN if with_permissions else COMMAND.GET_TOKEN_USING_PIN_LEGACY,
            {
                0x03: key_agreement,
                0x06: self._protocol.encrypt(secret, pin_hash),  # type: ignore[arg-type] # any buffer will do
                0x09: permissions if with_permissions else None,
                0x0A: rp_id if with_permissions else None,
            },
        )
        token = self._protocol.decrypt(secret, member(answer, RESULT.PIN_UV_TOKEN, bytes))
        return self._protocol.validate_token(token)

    def _shared(self) -> tuple[Mapping[int, Any], bytes]:
        if self._agreement is None:
            answer = self._client_pin(COMMAND.GET_KEY_AGREEMENT)
            self._agreement = self._protocol.encapsulate(answer[RESULT.KEY_AGREEMENT])
        return self._agreement

    def _client_pin(self, command: ClientPin.CMD, parameters: Mapping[int, Any] | None = None) -> Mapping[int, Any]:
        """Its parameters have the numbers of CTAP 2.1 section 6.5.5."""
        every = {0x01: self._protocol.VERSION, 0x02: command}
        try:
            return self._ctap.send(Command.CLIENT_PIN, {**every, **(parameters or {})})
        except CtapError as error:
            if error.code in MISFIT:
                self._agreement = None
            raise

    def close(self) -> None:
        """Wipe what the PIN left behind: the session is locked again."""
        self.forget_token()
        if self._pin_hash is not None:
            wipe(self._pin_hash)
        self._pin_hash = None


def hashed(pin: bytearray) -> bytearray:
    """LEFT(SHA-256(PIN), 16)."""
    return bytearray(sha256(pin).digest()[:16])
