"""The simulated security key as one holds it: plug it in, touch it, pull it out, look what is on it."""

from __future__ import annotations

import errno
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Condition, RLock

from hardware.simulated.applet import Applet, Clock
from hardware.simulated.ctaphid import CtapHid, Sink
from hardware.simulated.faults import HEALTHY, Faults
from hardware.simulated.flash import Flash
from hardware.simulated.interface import Interface, Meters
from hardware.simulated.memory import Memory
from hardware.simulated.person import Finger, Gesture, Sample, Touch, Wait
from hardware.simulated.signing import Random
from hardware.simulated.store import Store
from hardware.simulated.traits import CTAP21, KeyTraits
from hardware.simulated.wire import Wire


@dataclass(frozen=True, slots=True)
class CredentialRow:
    """One discoverable credential, as tests look at it."""

    rp_id: str
    credential_id: bytes
    user_id: bytes


class SimulatedKey:
    """A security key in this process. Every method may be called from every thread.

    `on_change` is called, on whatever thread caused it and with nothing locked, when the key was plugged or unplugged,
    began or ceased to want a touch, blinked, or finished a command.
    """

    def __init__(
        self,
        traits: KeyTraits = CTAP21,
        *,
        clock: Clock = time.monotonic,
        random: Random = os.urandom,
        memory: Memory | None = None,
        state_file: Path | None = None,
    ) -> None:
        self.traits = traits
        self.on_change: Callable[[], None] = lambda: None
        self.touch_automatically = False
        self.attach_id = 0
        self.condition = Condition(RLock())
        self.transport = "usb"
        self._clock, self._random = clock, random
        self._faults, self._meters = HEALTHY, Meters()
        self._plugged = False
        self._observers: list[Callable[[], None]] = []
        self._store = Store(memory or Memory.fresh(traits, random), state_file)
        self._power_up()

    @classmethod
    def load(
        cls, path: Path, traits: KeyTraits = CTAP21, *, clock: Clock = time.monotonic, random: Random = os.urandom
    ) -> SimulatedKey:
        """A key that lives in `path`: what was saved there if there is a file, and every change is saved to it.

        Raises OSError, and ValueError when the file holds something else.
        """
        memory = Memory.from_json(path.read_text(encoding="utf-8")) if path.exists() else None
        key = cls(traits, clock=clock, random=random, memory=memory, state_file=path)
        key.save(path)
        return key

    def save(self, path: Path) -> None:
        """Write what survives without power, private keys included, as JSON; the file is whole at any moment."""
        with self.condition:
            self._store.save(path)

    @property
    def commands(self) -> int:
        """How many CTAP2 commands it was given so far."""
        return self._meters.commands

    @property
    def busy_seconds(self) -> float:
        """How long it worked on them itself, slowness included and waiting for touches not."""
        return self._meters.busy_seconds

    @property
    def winks(self) -> int:
        """How often it was asked to show itself."""
        return self._meters.winks

    @property
    def plugged(self) -> bool:
        """Whether it is in its port."""
        return self._plugged

    @property
    def wants_touch(self) -> bool:
        """Whether it blinks for a touch."""
        with self.condition:
            return self._plugged and (self._hid.wants_touch or self._applet.u2f_wants_touch)

    @property
    def flash(self) -> Flash:
        """Its flash, whose power a test may cut."""
        return self._store.flash

    @property
    def wants_finger(self) -> bool:
        """Whether it waits for a finger on its sensor, not for a mere touch."""
        with self.condition:
            return self.wants_touch and self._applet.person.wait is Wait.FINGER

    @property
    def faults(self) -> Faults:
        """What is wrong with it; counts for `dies_in` and `glitches` begin anew whenever it is set."""
        return self._faults

    @faults.setter
    def faults(self, faults: Faults) -> None:
        with self.condition:
            self._faults = faults
            self._meters.start_over()
            self._wire.hung = False
            self.condition.notify_all()

    @property
    def reports(self) -> tuple[int, int]:
        """How many reports went out to it and came in from it since its faults were set."""
        return self._meters.reports_out, self._meters.reports_in

    @property
    def credentials(self) -> tuple[CredentialRow, ...]:
        """Its discoverable credentials, oldest first."""
        with self.condition:
            return tuple(CredentialRow(each.rp_id, each.id, each.user_id) for each in self._applet.memory.credentials)

    @property
    def templates(self) -> tuple[bytes, ...]:
        """The ids of its enrolled fingers."""
        with self.condition:
            return tuple(each.id for each in self._applet.memory.templates)

    @property
    def pin_retries(self) -> int:
        """PIN tries left."""
        return self._applet.memory.pin_retries

    @property
    def has_pin(self) -> bool:
        """Whether a PIN is set."""
        return self._applet.has_pin

    def observe(self, observer: Callable[[], None]) -> None:
        """Call `observer` too whenever `on_change` is called."""
        self._observers.append(observer)

    def plug(self) -> None:
        """Put it into its port; it powers up. Nothing happens when it is in already."""
        with self._changing():
            if not self._plugged:
                self._plugged = True
                self.attach_id += 1
                self._power_up()

    def unplug(self) -> None:
        """Pull it out; who waits for it gets an OSError."""
        with self._changing():
            self.die()

    def power_cycle(self) -> None:
        """Out and in again."""
        self.unplug()
        self.plug()

    def touch(self, *, long: bool = False) -> None:
        """Touch it, for some seconds when `long`; that means something only while it wants a touch."""
        self._do(Touch(long))

    def finger(self, template: bytes | bool = True, sample: Sample = Sample.GOOD) -> None:
        """Put a finger on its sensor: an enrolled one, a stranger's (False), or that of one template.

        While a finger is enrolled, `sample` says how well it lay there.
        """
        self._do(Finger(template, sample))

    def _do(self, gesture: Gesture) -> None:
        with self._changing():
            if self._listens:
                self._applet.feel(gesture)
                self._hid.touch()
                self._applet.person.gesture = None

    def receive(self, report: bytes, sink: Sink, attach_id: int) -> None:
        """A report from the host, whose answers go to `sink`, perhaps later and on another thread.

        Raises OSError: ENODEV when the key is not in, or not any more since that `attach_id`, and EIO by a fault.
        """
        with self._changing():
            self.check_attached(attach_id)
            if not self._faults.silent:
                self._wire.to_key(report, lambda answer: sink(answer) if self._is_in(attach_id) else None)

    def check_attached(self, attach_id: int) -> None:
        """Raises OSError(ENODEV) unless the key is in since `attach_id`."""
        if not self._is_in(attach_id):
            raise OSError(errno.ENODEV, os.strerror(errno.ENODEV))

    def tick(self) -> None:
        """Let it do what time has made due: keep-alives, time-outs, slow answers."""
        with self._changing():
            if self._listens:
                self._hid.tick()

    @property
    def due(self) -> float | None:
        """When `tick` is to be called next, on the key's clock."""
        with self.condition:
            return self._hid.due if self._listens else None

    def now(self) -> float:
        """The key's clock."""
        return self._clock()

    def _is_in(self, attach_id: int) -> bool:
        return self._plugged and self.attach_id == attach_id

    @property
    def _listens(self) -> bool:
        return self._plugged and not self._faults.silent and not self._wire.hung

    def _power_up(self) -> None:
        """Begin with what the flash holds."""
        self._applet = Applet(
            self.traits,
            self._store.load(),
            self._clock,
            self._random,
            lambda: self._faults,
            commit=lambda: self._store.commit(self._applet.memory),
            transport=self.transport,
        )
        self._hid = CtapHid(Interface(self._applet, self._meters, self), self._clock)
        self._wire = Wire(self._hid, self._meters, self)

    def die(self) -> None:
        """The power is gone, perhaps in the middle of a command: what was not written is forgotten."""
        self._plugged = False
        self._applet.memory = self._store.load()

    def lose_power(self) -> None:
        """The vendor command: what has no power is forgotten, the port stays open."""
        self._power_up()

    @contextmanager
    def _changing(self) -> Iterator[None]:
        """Hold the lock, wake who waits, and tell the observer afterwards when anything is to be seen."""
        with self.condition:
            before = self._visible()
            try:
                yield
            finally:
                self.condition.notify_all()
                changed = before != self._visible()
        if changed:
            self.on_change()
            for observer in tuple(self._observers):
                observer()

    def _visible(self) -> tuple[object, ...]:
        waits = self._applet.person.waits
        return self._plugged, self.attach_id, self.wants_touch, waits, self.commands, self.winks
