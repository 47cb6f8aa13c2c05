"""One key that an agent has open, as an `Authenticator` that outlives the agent."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from contextlib import suppress
from hashlib import sha256
from types import MappingProxyType
from typing import Any

from hardware.agent.link import Asked, Link, LinkLost
from hardware.agent.protocol import COMMAND_SECONDS, DESK, KEY, NEVER_REPEATED, Resumption
from hardware.authenticator import (
    Fingerprint,
    KeyAddress,
    KeyInfo,
    KeySettings,
    Sample,
    SecretText,
    StoredCredential,
    Watch,
    WebAuthnJson,
)
from hardware.errors import AgentLost, Cancelled, HardwareError, KeyBusy, KeyGone, KeySilent, KeySwapped

Opened = tuple[Link, KeyAddress]
"""A connection with its key open, and the address of the key with the channel that it is spoken with on."""

TRIES = 3
"""How many agents are tried before a session is given up."""

BUSY_SECONDS = 40.0
"""How long a key may still wait for the touch that a lost agent asked for, where it does not heed a cancel."""

LEAST_SECONDS = 1.0
"""What a call that is repeated has at least."""

BUSY_PAUSE = 0.1

CLOSING_SECONDS = 3.0
"""How long an agent that has lost its connection may take to close the key."""

ENDED = (KeyGone, KeySwapped, KeySilent)
"""After these a key is closed."""


def opened(asked: Asked, connect: Callable[[], Link], clock: Callable[[], float], patience: float = 0.0) -> Opened:
    """A connection in which `asked` has opened its key; an agent that is lost over it is followed by the next.

    `patience` is how long a key may be busy: a lost agent may have left it waiting for a touch, or may still be closing
    it. Raises what opening raises, Cancelled and AgentLost.
    """
    until = clock() + min(patience, BUSY_SECONDS)
    for _ in range(TRIES):
        with suppress(LinkLost):
            return _opened_in(connect(), asked, clock, until)
        until = max(until, clock() + CLOSING_SECONDS)
    raise AgentLost


def _opened_in(link: Link, asked: Asked, clock: Callable[[], float], until: float) -> Opened:
    try:
        while True:
            try:
                address: KeyAddress = link.call(asked, COMMAND_SECONDS)
            except KeyBusy:
                if clock() >= until:
                    raise
            else:
                return link, address
            if asked.watch.cancel.wait(BUSY_PAUSE):
                raise Cancelled
    except HardwareError:
        link.close()
        raise


class AgentKey:
    """See `Authenticator` for what each method means and raises; each may raise AgentLost besides."""

    def __init__(
        self, address: KeyAddress, link: Link, connect: Callable[[], Link], clock: Callable[[], float]
    ) -> None:
        self._address = address
        self._link: Link | None = link
        self._connect = connect
        self._clock = clock
        self._aaguid: bytes | None = None
        self._pin_hash: bytearray | None = None
        self._built_in_uv = False
        self._commands_before = 0

    @classmethod
    def open(cls, address: KeyAddress, connect: Callable[[], Link], clock: Callable[[], float]) -> AgentKey:
        """Open the key at this address in the agent. Raises as `KeySource.open`, NoAccess and AgentLost."""
        asked = Asked(DESK["open"], {"address": address}, Watch(deadline=COMMAND_SECONDS))
        link, found = opened(asked, connect, clock)
        return cls(found, link, connect, clock)

    @property
    def address(self) -> KeyAddress:
        """Where this key is attached."""
        return self._address

    @property
    def commands(self) -> int:
        """How many CTAP2 commands were sent since opening, by all agents."""
        return self._commands_before + (0 if self._link is None else self._link.commands)

    def inspect(self) -> KeyInfo:
        """As Authenticator."""
        info: KeyInfo = self._ask("inspect")
        self._aaguid = info.aaguid
        return info

    def set_pin(self, pin: SecretText) -> None:
        """As Authenticator."""
        self._unlock("set_pin", pin, pin=pin)

    def verify_pin(self, pin: SecretText) -> None:
        """As Authenticator."""
        self._unlock("verify_pin", pin, pin=pin)

    def change_pin(self, current: SecretText, new: SecretText) -> None:
        """As Authenticator."""
        try:
            self._unlock("change_pin", new, current=current, new=new)
        finally:
            current.wipe()

    def use_built_in_uv(self) -> None:
        """As Authenticator."""
        self._ask("use_built_in_uv")
        self._built_in_uv = True

    def make_credential(self, options: WebAuthnJson, origin: str, watch: Watch) -> WebAuthnJson:
        """As Authenticator."""
        response: WebAuthnJson = self._ask("make_credential", {"options": options, "origin": origin}, watch)
        return response

    def prove(self, options: WebAuthnJson, origin: str, watch: Watch) -> WebAuthnJson:
        """As Authenticator."""
        response: WebAuthnJson = self._ask("prove", {"options": options, "origin": origin}, watch)
        return response

    def has_credential(self, rp_id: str, credential_id: bytes) -> bool:
        """As Authenticator."""
        return bool(self._ask("has_credential", {"rp_id": rp_id, "credential_id": credential_id}))

    def delete_credential(self, credential_id: bytes) -> None:
        """As Authenticator."""
        self._ask("delete_credential", {"credential_id": credential_id})

    def stored_credentials(self) -> tuple[StoredCredential, ...]:
        """As Authenticator."""
        stored: tuple[StoredCredential, ...] = self._ask("stored_credentials")
        return stored

    def configure(self, settings: KeySettings) -> None:
        """As Authenticator."""
        self._ask("configure", {"settings": settings})

    def fingerprints(self) -> tuple[Fingerprint, ...]:
        """As Authenticator."""
        enrolled: tuple[Fingerprint, ...] = self._ask("fingerprints")
        return enrolled

    def enroll_fingerprint(self, name: str, watch: Watch, on_sample: Callable[[Sample], None]) -> Fingerprint:
        """As Authenticator."""
        enrolled: Fingerprint = self._ask("enroll_fingerprint", {"name": name}, watch, on_sample)
        return enrolled

    def delete_fingerprint(self, template_id: bytes) -> None:
        """As Authenticator."""
        self._ask("delete_fingerprint", {"template_id": template_id})

    def select(self, watch: Watch) -> None:
        """As Authenticator."""
        self._ask("select", {}, watch)

    def wink(self) -> bool:
        """As Authenticator."""
        return bool(self._ask("wink"))

    def reset(self, watch: Watch) -> None:
        """As Authenticator."""
        try:
            self._ask("reset", {}, watch)
        finally:  # also a reset whose outcome is not known has perhaps wiped the key
            self._lock()

    def close(self) -> None:
        """As Authenticator."""
        if self._link is not None:
            with suppress(HardwareError, LinkLost):
                self._call(Asked(KEY["close"], {}, Watch(deadline=COMMAND_SECONDS)), COMMAND_SECONDS)
        self._end()

    def _unlock(self, verb: str, key: SecretText, **pins: SecretText) -> None:
        """A verb that unlocks with `key` when it succeeds; wipes every PIN."""
        try:
            self._check_open()
            pin_hash = bytearray(sha256(unicodedata.normalize("NFC", key.reveal()).encode()).digest()[:16])
            self._ask(verb, pins)
        finally:
            for pin in pins.values():
                pin.wipe()
        self._lock()
        self._pin_hash = pin_hash

    def _ask(
        self,
        name: str,
        given: Mapping[str, Any] = MappingProxyType({}),
        watch: Watch | None = None,
        on_sample: Callable[[Sample], None] = lambda _: None,
    ) -> Any:
        self._check_open()
        if watch is not None and watch.cancel.is_set():
            raise Cancelled  # a cancel that follows the call over the pipe may come after the first command
        asked = Asked(KEY[name], given, watch or Watch(deadline=COMMAND_SECONDS), on_sample)
        ends = self._clock() + asked.watch.deadline
        try:
            return self._call(asked, asked.watch.deadline)
        except LinkLost as lost:
            self._resume(asked.watch)
            if name in NEVER_REPEATED:
                raise AgentLost from lost
        try:
            return self._call(asked, max(ends - self._clock(), LEAST_SECONDS))
        except LinkLost as lost:
            self._resume(asked.watch)
            raise AgentLost from lost

    def _check_open(self) -> None:
        if self._link is None:
            raise KeyGone

    def _call(self, asked: Asked, seconds: float) -> Any:
        assert self._link is not None
        try:
            return self._link.call(asked, seconds)
        except ENDED:
            self._end()
            raise

    def _resume(self, watch: Watch) -> None:
        """Open the same key in the next agent and take the session up again. Raises what opening raises, AgentLost."""
        if self._link is not None:
            self._commands_before += self._link.commands
        secret = None if self._pin_hash is None else bytes(self._pin_hash)
        was = Resumption(self._aaguid, secret, self._built_in_uv)
        again = Asked(DESK["resume"], {"address": self._address, "was": was}, watch)
        try:
            self._link, self._address = opened(again, self._connect, self._clock, max(watch.deadline, LEAST_SECONDS))
        except HardwareError:
            self._end()
            raise

    def _lock(self) -> None:
        """Wipe what the PIN left behind."""
        if self._pin_hash is not None:
            self._pin_hash[:] = bytes(len(self._pin_hash))
        self._pin_hash, self._built_in_uv = None, False

    def _end(self) -> None:
        self._lock()
        if self._link is not None:
            self._commands_before += self._link.commands
            self._link.close()
        self._link = None
