"""A key at the seam of the hardware layer: it does what it is told, and fails as a test says."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from threading import Event as Flag

from hardware.authenticator import (
    Fingerprint,
    KeyAddress,
    KeyInfo,
    KeySettings,
    PinState,
    Sample,
    SecretText,
    StoredCredential,
    Transport,
    Watch,
    WebAuthnJson,
)
from hardware.errors import Cancelled, HardwareError, KeyGone, PinAlreadySet, PinRequired, TouchTimeout, WrongPin

ADDRESS = KeyAddress(Transport.USB, "/dev/hidraw1", 1, "S1", "Fake", bus="usb:1-1")
FRESH = KeyInfo(ADDRESS, bytes(16), ("FIDO_2_1",), options={"rk": True, "credMgmt": True}, pin=PinState.NOT_SET)


@dataclass
class FakeKey:
    """`errors` are raised by the method of that name, one at each call, before it works, or after (`late`)."""

    address: KeyAddress = ADDRESS
    info: KeyInfo = FRESH
    pin: str = ""
    credentials: set[tuple[str, bytes]] = field(default_factory=set)
    errors: dict[str, deque[HardwareError]] = field(default_factory=lambda: defaultdict(deque))
    late: dict[str, deque[HardwareError]] = field(default_factory=lambda: defaultdict(deque))
    done: list[str] = field(default_factory=list)
    touched: Flag = field(default_factory=Flag)
    closed: int = 0

    def _do(self, name: str, work: Callable[[], None] = lambda: None) -> None:
        self.done.append(name)
        if self.errors[name]:
            raise self.errors[name].popleft()
        work()
        if self.late[name]:
            raise self.late[name].popleft()

    def inspect(self) -> KeyInfo:
        self._do("inspect")
        state = PinState.SET if self.pin else self.info.pin
        return replace(self.info, address=self.address, pin=state)

    def set_pin(self, pin: SecretText) -> None:
        if self.pin:
            raise PinAlreadySet
        self._do("set_pin", lambda: setattr(self, "pin", pin.reveal()))
        pin.wipe()

    def verify_pin(self, pin: SecretText) -> None:
        self._do("verify_pin")
        if not self.pin:
            raise PinRequired
        if pin.reveal() != self.pin:
            raise WrongPin(7)

    def change_pin(self, current: SecretText, new: SecretText) -> None:
        self.verify_pin(current)
        self._do("change_pin", lambda: setattr(self, "pin", new.reveal()))

    def use_built_in_uv(self) -> None:
        self._do("use_built_in_uv")

    def make_credential(self, options: WebAuthnJson, origin: str, watch: Watch) -> WebAuthnJson:
        watch.on_verify()
        self._do("make_credential")
        return {"id": "AQID", "rawId": "AQID"}

    def prove(self, options: WebAuthnJson, origin: str, watch: Watch) -> WebAuthnJson:
        self._do("prove")
        return {"id": "AQID"}

    def has_credential(self, rp_id: str, credential_id: bytes) -> bool:
        self._do("has_credential")
        return (rp_id, credential_id) in self.credentials

    def delete_credential(self, credential_id: bytes) -> None:
        self._do("delete_credential")

    def stored_credentials(self) -> tuple[StoredCredential, ...]:
        self._do("stored_credentials")
        return tuple(StoredCredential(rp_id, each, b"") for rp_id, each in sorted(self.credentials))

    def configure(self, settings: KeySettings) -> None:
        self._do("configure")

    def fingerprints(self) -> tuple[Fingerprint, ...]:
        return ()

    def enroll_fingerprint(self, name: str, watch: Watch, on_sample: Callable[[Sample], None]) -> Fingerprint:
        raise NotImplementedError

    def delete_fingerprint(self, template_id: bytes) -> None:
        raise NotImplementedError

    def select(self, watch: Watch) -> None:
        self._do("select")
        watch.on_touch()
        watch.on_touch()
        ends = watch.deadline
        while not self.touched.wait(0.01):
            ends -= 0.01
            if watch.cancel.is_set():
                raise Cancelled
            if ends <= 0:
                raise TouchTimeout

    def wink(self) -> bool:
        self._do("wink")
        return True

    def reset(self, watch: Watch) -> None:
        def wipe() -> None:
            self.pin = ""
            self.credentials.clear()

        watch.on_touch()
        self._do("reset", wipe)

    def close(self) -> None:
        self.closed += 1


@dataclass
class FakeSource:
    """Keys by their places."""

    keys: tuple[FakeKey, ...]

    def attached(self) -> tuple[KeyAddress, ...]:
        return tuple(key.address for key in self.keys)

    def open(self, address: KeyAddress) -> FakeKey:
        for key in self.keys:
            if key.address == address:
                key._do("open")
                return key
        raise KeyGone

    def changed(self, seconds: float) -> bool:
        return False
