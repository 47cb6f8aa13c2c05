"""What a session knows of the owner of its key: a PIN that was right, or the key's own user verification."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from time import monotonic
from typing import TypeVar

from fido2.ctap import CtapError

from hardware.client_pin import MISFIT, PERMISSION, ClientPin, Verifying, hashed, wipe
from hardware.ctap2 import Ctap2
from hardware.errors import (
    HardwareError,
    PinAuthBlocked,
    PinBlocked,
    PinChangeForced,
    PinError,
    PinRequired,
    UvBlocked,
    WrongPin,
)
from hardware.grants import Grant, Token
from hardware.key_info import PinRetries
from hardware.translate import ERR

Answer = TypeVar("Answer")

STALE_TOKEN = (ERR.PIN_AUTH_INVALID, ERR.PIN_TOKEN_EXPIRED)
MOST_UV_TRIES = 25
"""The largest maxUvRetries (CTAP 2.1 section 6.5.1)."""

CEREMONY = PERMISSION.MAKE_CREDENTIAL | PERMISSION.GET_ASSERTION


class PinSession:
    """Locked until a right PIN, or until the key is to verify its owner by itself; gives out what commands need.

    Only LEFT(SHA-256(PIN), 16) stays, and a token while it is good for more; `lock` wipes both.
    Methods raise CtapError where no meaning of their own is documented.
    """

    def __init__(self, ctap: Ctap2, clock: Callable[[], float] = monotonic, verifying: Verifying = nullcontext) -> None:
        self._ctap = ctap
        self._clock = clock
        self._verifying = verifying
        self._pins = ClientPin(ctap, verifying)
        self._pin_hash: bytearray | None = None
        self._built_in = False
        self._token: Token | None = None
        self._modest = False
        """Whether the key refused to give one token for more than one thing."""

    @property
    def unlocked(self) -> bool:
        """Whether commands are granted."""
        return self.knows_pin or self._built_in

    @property
    def knows_pin(self) -> bool:
        """Whether a right PIN was given in this session: then nobody needs to be asked for a grant."""
        return self._pin_hash is not None

    def retries(self) -> PinRetries:
        """What the key says of its PIN tries."""
        return self._pins.retries()

    def uv_retries(self) -> int | None:
        """What the key says of the tries of its own verification, None where it does not tell (before CTAP 2.1)."""
        return self._pins.uv_retries() if self._pins.permissions else None

    def set_pin(self, pin: bytearray) -> None:
        """setPIN with an `encoded_pin`, and unlock."""
        self._pins.set_pin(pin)
        self._unlock(pin)

    def change_pin(self, current: bytearray, new: bytearray) -> None:
        """changePIN with `encoded_pin`s, and unlock. Raises as `verify` does, and PinRefused."""
        self._pins.forget_agreement()
        pin_hash = hashed(current)
        with self._trying():
            try:
                self._pins.change_pin(pin_hash, new)
            finally:
                wipe(pin_hash)
        self._unlock(new)

    def verify(self, pin: bytearray) -> None:
        """Ask for a token with an `encoded_pin`, and unlock.

        Raises: WrongPin, PinAuthBlocked, PinBlocked, PinChangeForced.
        """
        # No try of the person is spent on an agreement that another program made the key forget.
        self._pins.forget_agreement()
        pin_hash = hashed(pin)
        with self._trying(), _forced_change():
            try:
                token = self._modestly(lambda: self._pins.token(pin_hash, self._besides(by_pin=True) or None, None))
            finally:
                wipe(pin_hash)
        self._unlock(pin)
        if self._besides() or not self._pins.permissions:
            self._keep(token, self._besides(), None)

    def use_built_in_uv(self) -> None:
        """From now on the key verifies its owner by itself, in each command or for each token."""
        self.lock()
        self._built_in = True

    def _unlock(self, pin: bytearray) -> None:
        self.lock()
        self._pin_hash = hashed(pin)

    def resume(self, pin_hash: bytearray) -> None:
        """Unlock with LEFT(SHA-256(PIN), 16) of a PIN that was right for this key a moment ago; it becomes ours."""
        self.lock()
        self._pin_hash = pin_hash

    @contextmanager
    def _trying(self) -> Iterator[None]:
        """A command that tries a PIN: what the key says of it, and of the tries left, in one error."""
        try:
            yield
        except CtapError as error:
            if error.code not in (ERR.PIN_INVALID, ERR.PIN_AUTH_BLOCKED):
                raise
            raise self._pin_failure(error) from error

    def _pin_failure(self, error: CtapError) -> HardwareError:
        """Some keys say "wrong" for the last try too: only the counter tells."""
        retries = self._pins.retries()
        if retries.left is not None and retries.left <= 0:
            return PinBlocked()
        blocked = retries.power_cycle or error.code == ERR.PIN_AUTH_BLOCKED
        return PinAuthBlocked() if blocked else WrongPin(retries.left)

    def _modestly(self, request: Callable[[], bytes]) -> bytes:
        """A token for all that may follow; once more for the one thing only, where the key refuses so much at once."""
        try:
            return request()
        except CtapError as error:
            if error.code != ERR.UNAUTHORIZED_PERMISSION or self._modest:
                raise
        self._modest = True
        return request()

    def _besides(self, *, by_pin: bool = False) -> PERMISSION:
        """What a token is asked to do besides: one serves all that follow each other."""
        return PERMISSION(0) if self._modest else self._permitted(by_pin=by_pin or not self._built_in)

    def _permitted(self, *, by_pin: bool) -> PERMISSION:
        """Every permission of this key that is no ceremony's; some are given for the PIN only (section 6.5.5.7.3)."""
        options = self._ctap.info.options
        permissions = PERMISSION(0)
        if options.get("credMgmt"):
            permissions |= PERMISSION.CREDENTIAL_MGMT
        if options.get("authnrCfg") and (by_pin or options.get("uvAcfg")):
            permissions |= PERMISSION.AUTHENTICATOR_CFG
        if "bioEnroll" in options and (by_pin or options.get("uvBioEnroll")):
            permissions |= PERMISSION.BIO_ENROLL
        return permissions

    def granted(self, permissions: PERMISSION, rp_id: str | None, send: Callable[[Grant], Answer]) -> Answer:
        """`send` with a grant, and once more with a fresh one when another program made the key forget its token.

        Raises PinRequired when the session is locked, or the key does not verify its owner by itself for this.
        """
        if self._built_in and permissions & ~(CEREMONY | self._permitted(by_pin=False)):
            raise PinRequired
        if self._built_in and not self._pins.permissions:
            with self._verifying():
                return send(Grant(uv=True))
        try:
            return send(self._grant(permissions, rp_id))
        except CtapError as error:
            if error.code not in STALE_TOKEN:
                raise
        self.forget_token()
        if self._built_in:
            self._pins.forget_agreement()  # what a token was encrypted with tells nobody that it does not fit
        return send(self._grant(permissions, rp_id))

    def _grant(self, permissions: PERMISSION, rp_id: str | None) -> Grant:
        if self._token is None or not self._token.serves(permissions, rp_id, self._clock()):
            token = self._modestly(lambda: self._fresh_token(self._with_more(permissions), rp_id))
            self._keep(token, self._with_more(permissions), rp_id)
        assert self._token is not None
        grant = Grant(self._pins.protocol, self._token.use())
        if permissions & PERMISSION.MAKE_CREDENTIAL:
            self.touched()
        return grant

    def _with_more(self, permissions: PERMISSION) -> PERMISSION:
        """What one token may do for what follows, too.

        After the proof the key is configured, and an assertion without a touch leaves its token as it is.
        """
        if permissions == PERMISSION.GET_ASSERTION:
            return permissions | self._besides() & PERMISSION.AUTHENTICATOR_CFG
        return permissions if permissions & CEREMONY else permissions | self._besides()

    def _keep(self, token: bytes, permissions: PERMISSION, rp_id: str | None) -> None:
        self.forget_token()
        self._token = Token(token, permissions if self._pins.permissions else None, rp_id, self._clock())

    def _fresh_token(self, permissions: PERMISSION, rp_id: str | None) -> bytes:
        never_by_pin = self._ctap.info.options.get("noMcGaPermissionsWithClientPin") and permissions & CEREMONY
        if self._built_in or never_by_pin:
            return self._uv_token(permissions, rp_id)
        if self._pin_hash is None:
            raise PinRequired
        with _forced_change():
            if self._pins.agreed:
                # The PIN was right in this session, so what does not fit may be an agreement that another program
                # made the key forget: a new one costs no try for long, as success restores the counter.
                try:
                    return self._pins.token(self._pin_hash, permissions, rp_id)
                except CtapError as error:
                    if error.code not in MISFIT:
                        raise
            try:
                with self._trying():
                    return self._pins.token(self._pin_hash, permissions, rp_id)
            except PinError:
                self.lock()  # another program changed the PIN, and what we know of it costs no second try
                raise

    def _uv_token(self, permissions: PERMISSION, rp_id: str | None) -> bytes:
        """A finger that was not recognized may try again until the key counts no more tries. Raises UvBlocked."""
        for _ in range(MOST_UV_TRIES):
            try:
                return self._pins.uv_token(permissions, rp_id)
            except CtapError as error:
                if error.code != ERR.UV_INVALID:
                    raise
            left = self._pins.uv_retries()
            if left is not None and left <= 0:
                break
        raise UvBlocked

    def touched(self) -> None:
        """The command of the last grant tests a touch, which uses up a token with permissions (section 6.1.2)."""
        if self._pins.permissions:
            self.forget_token()

    def forget_token(self) -> None:
        """Wipe the token that was kept: it is used up, or the key does not take it any more."""
        if self._token is not None:
            self._token.wipe()
        self._token = None

    def lock(self) -> None:
        """Wipe what the PIN left behind: the session is locked again."""
        self.forget_token()
        if self._pin_hash is not None:
            wipe(self._pin_hash)
        self._pin_hash = None
        self._built_in = False

    def forget(self) -> None:
        """Lock, and agree anew with the key: it was reset."""
        self.lock()
        self._pins.forget_agreement()


@contextmanager
def _forced_change() -> Iterator[None]:
    """No token before the PIN was changed (CTAP 2.1 section 6.5.5.7.2)."""
    try:
        yield
    except CtapError as error:
        if error.code != ERR.PIN_POLICY_VIOLATION:
            raise
        raise PinChangeForced from error
