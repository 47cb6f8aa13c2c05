"""What the demonstration's dock does to the simulated key."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass, replace

from hardware.authenticator import KeySettings
from hardware.errors import PinError
from hardware.simulated.faults import HEALTHY, Faults
from hardware.simulated.key import SimulatedKey
from hardware.simulated.models import BIOMETRIC
from hardware.simulated.source import SimulatedSource
from hardware.simulated.traits import CTAP21, U2F_ONLY, KeyTraits
from kiosk.secret import Secret
from ui.simulator import Fault, KeyChoice, KeyPicture

PIN = "704913"
WRONG = "907241"
_TRAITS: dict[KeyChoice, KeyTraits] = {
    KeyChoice.FRESH: CTAP21,
    KeyChoice.WITH_PIN: replace(CTAP21, serial="SIM-0002"),
    KeyChoice.FULL: replace(CTAP21, serial="SIM-0003", capacity=0),
    KeyChoice.U2F_ONLY: replace(U2F_ONLY, serial="SIM-0004"),
    KeyChoice.LOCKED: replace(CTAP21, serial="SIM-0005"),
    KeyChoice.WANTS_CHANGE: replace(CTAP21, serial="SIM-0006"),
    KeyChoice.SENSOR: replace(BIOMETRIC, serial="SIM-0007"),
}
_WITH_PIN = frozenset({KeyChoice.WITH_PIN, KeyChoice.LOCKED, KeyChoice.WANTS_CHANGE})
_FAULTS: dict[Fault, Faults] = {
    Fault.NONE: HEALTHY,
    Fault.PULLED: Faults(dies_in=1),
    Fault.NO_TOUCH: HEALTHY,
    Fault.FORGED: Faults(forged_attestation=True),
}


@dataclass(frozen=True, slots=True)
class _Shown:
    choice: KeyChoice
    fault: Fault


class KeyTable:
    """Simulated keys on a table, one of them in the hand, and one more: a `ui.simulator.SimulatorPanel`.

    Its methods are called on the screen's thread; observers on whatever thread changed a key.
    """

    def __init__(self) -> None:
        self._keys = {choice: SimulatedKey(traits) for choice, traits in _TRAITS.items()}
        self._second = SimulatedKey(replace(CTAP21, serial="SIM-0008"))
        self.source = SimulatedSource((*self._keys.values(), self._second))
        self._observers: list[Callable[[KeyPicture], None]] = []
        self._shown = _Shown(KeyChoice.FRESH, Fault.NONE)
        self._prepare(KeyChoice.WITH_PIN, tries=0)
        self._prepare(KeyChoice.LOCKED, tries=8)
        self._prepare(KeyChoice.WANTS_CHANGE, tries=0, settings=KeySettings(force_pin_change=True))
        for key in (*self._keys.values(), self._second):
            key.on_change = self._tell

    @property
    def _key(self) -> SimulatedKey:
        return self._keys[self._shown.choice]

    def plug(self) -> None:
        """Put the key into the slot."""
        self._key.plug()

    def unplug(self) -> None:
        """Take it out."""
        self._key.unplug()

    def touch(self) -> None:
        """Touch it, with its owner's finger where it waits for one; unless nobody shall."""
        if self._shown.fault is Fault.NO_TOUCH:
            return
        if self._key.wants_finger:
            self._key.finger()
        else:
            self._key.touch()

    def wrong_finger(self) -> None:
        """Put somebody else's finger on its sensor."""
        self._key.finger(template=False)

    def second(self, plugged: bool, /) -> None:
        """Put another key in beside it, or take that one out."""
        if plugged:
            self._second.plug()
        else:
            self._second.unplug()

    def choose(self, choice: KeyChoice, /) -> None:
        """Take this key in the hand; one that is plugged in is taken out."""
        self._key.unplug()
        self._shown = replace(self._shown, choice=choice)
        self.fault(Fault.NONE)

    def fault(self, fault: Fault, /) -> None:
        """Let this go wrong."""
        self._shown = replace(self._shown, fault=fault)
        self._key.faults = _FAULTS[fault]
        self._tell()

    def observe(self, observer: Callable[[KeyPicture], None], /) -> None:
        """Call `observer` now and on every change."""
        self._observers.append(observer)
        observer(self._picture())

    def _tell(self) -> None:
        picture = self._picture()
        for observer in self._observers:
            observer(picture)

    def _picture(self) -> KeyPicture:
        key, shown = self._key, self._shown
        return KeyPicture(
            choice=shown.choice,
            plugged=key.plugged,
            blinking=key.wants_touch,
            fault=shown.fault,
            pin=PIN if shown.choice in _WITH_PIN else "",
            sensor=key.traits.built_in_uv,
            finger=key.wants_finger,
            second=self._second.plugged,
        )

    def _prepare(self, choice: KeyChoice, tries: int, settings: KeySettings | None = None) -> None:
        """Give the key a PIN and perhaps settings, and spend so many tries of it."""
        key = self._keys[choice]
        key.plug()
        with closing(self.source.open(self.source.attached()[0])) as opened:
            opened.set_pin(Secret(PIN))
            if settings is not None:
                opened.configure(settings)
        for _ in range(tries):
            key.power_cycle()
            with (
                closing(self.source.open(self.source.attached()[0])) as opened,
                suppress(PinError),
            ):
                opened.verify_pin(Secret(WRONG))
        key.unplug()
