"""The line to one key: each command on it ends, by an answer, by our cancel, or by the deadline."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Event
from time import monotonic

from fido2.ctap import STATUS, CtapDevice
from fido2.hid import CTAPHID

from hardware.authenticator import Watch
from hardware.errors import Cancelled, HardwareError, KeyBusy, KeyFault, KeySilent, TouchTimeout
from hardware.translate import ERR, translated

Clock = Callable[[], float]

CANCEL_GRACE = 1.0
"""Seconds that a key has to answer CTAPHID_CANCEL."""

BUSY_PATIENCE = 2.0
"""Seconds during which a busy channel is tried again."""


TO_END = 1.25
"""Seconds before the deadline at which a command is cancelled, so that it is over by then."""


class Stop(Event):
    """Cancel and deadline of one operation, as the event that python-fido2 asks between two reports."""

    def __init__(self, watch: Watch, clock: Clock) -> None:
        super().__init__()
        self._cancel = watch.cancel
        self._clock = clock
        self._deadline = clock() + max(watch.deadline - TO_END, watch.deadline / 2)
        self._stopped_at: float | None = None
        self._busy_since: float | None = None

    @property
    def cancelled(self) -> bool:
        """Whether the caller cancelled."""
        return self._cancel.is_set()

    @property
    def late(self) -> bool:
        """Whether the deadline is so near that the command must end now."""
        return self._clock() >= self._deadline

    def is_set(self) -> bool:
        """Whether the command is to be cancelled; raises KeySilent when the key does not obey in time."""
        if not (self.cancelled or self.late):
            return False
        now = self._clock()
        if self._stopped_at is None:
            self._stopped_at = now
        elif now - self._stopped_at > CANCEL_GRACE:
            raise KeySilent(CANCEL_GRACE)
        return True

    def wait(self, timeout: float | None = None) -> bool:
        """Wait before a busy channel is tried again; True gives up."""
        if self._busy_since is None:
            self._busy_since = self._clock()
        given_up = self._cancel.wait(timeout) or self.late
        return given_up or self._clock() - self._busy_since > BUSY_PATIENCE


class Line(CtapDevice):
    """A CtapDevice on which every command follows the `Watch` of the operation that is going on."""

    def __init__(self, device: CtapDevice, clock: Clock = monotonic) -> None:
        self._device = device
        self._clock = clock
        self._watch = Watch()
        self._stop = Stop(self._watch, clock)
        self._person_wanted = False
        self._to_verify: bool | None = None
        self.commands = 0

    @property
    def capabilities(self) -> int:
        """The CTAPHID capability flags of the key."""
        return self._device.capabilities

    @contextmanager
    def following(self, watch: Watch) -> Iterator[None]:
        """One operation: its commands obey `watch`, and nothing but HardwareErrors leaves the block."""
        self._watch, self._stop, self._person_wanted = watch, Stop(watch, self._clock), False
        try:
            with translated():
                yield
        except (Cancelled, KeyBusy, TouchTimeout) as error:
            raise self._reason(error) from error

    def _reason(self, error: HardwareError) -> HardwareError:
        if self._stop.cancelled:
            return Cancelled()
        if not isinstance(error, Cancelled):
            return error
        if self._stop.late:
            return TouchTimeout() if self._person_wanted else KeySilent(self._watch.deadline)
        return KeyFault(ERR.KEEPALIVE_CANCEL)  # the key says cancelled, and nobody did

    def call(
        self,
        cmd: int,
        data: bytes = b"",
        event: Event | None = None,
        on_keepalive: Callable[[STATUS], None] | None = None,
    ) -> bytes:
        """Send one command and wait for its answer; `event` and `on_keepalive` are those of the operation."""
        del event, on_keepalive
        if self._stop.cancelled or self._stop.late:
            raise Cancelled
        if cmd == CTAPHID.CBOR:
            self.commands += 1
        return self._device.call(cmd, data, self._stop, self._on_keepalive)

    @contextmanager
    def verifying(self) -> Iterator[None]:
        """One command in which the key waits for its own user verification: its first keep-alive says that it does.

        CTAPHID has no status for that (CTAP 2.1 section 11.2.9.2.1).
        """
        self._to_verify = self._person_wanted = True
        try:
            yield
        finally:
            self._to_verify = None

    def _on_keepalive(self, status: STATUS) -> None:
        if self._to_verify is None:
            if status == STATUS.UPNEEDED:
                self.wait_for_touch()
        elif self._to_verify:
            self._to_verify = False
            self._watch.on_verify()

    def wait_for_touch(self) -> None:
        """The key waits for a touch: say so, and remember that it waits for a person."""
        self._person_wanted = True
        self._watch.on_touch()

    def close(self) -> None:
        """Close the channel; one that the key has already left is closed."""
        with suppress(OSError):
            self._device.close()

    @classmethod
    def list_devices(cls) -> Iterator[CtapDevice]:
        """No devices: a line is drawn to a device that a `KeySource` found."""
        return iter(())
