"""What the demonstration's dock does to the simulated key."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass, replace

from hardware.errors import PinError
from hardware.simulated.faults import HEALTHY, Faults
from hardware.simulated.key import SimulatedKey
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
}
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
    """Five simulated keys on a table, one of them in the hand: a `ui.simulator.SimulatorPanel`.

    Its methods are called on the screen's thread; observers on whatever thread changed a key.
    """

    def __init__(self) -> None:
        self._keys = {choice: SimulatedKey(traits) for choice, traits in _TRAITS.items()}
        self.source = SimulatedSource(tuple(self._keys.values()))
        self._observers: list[Callable[[KeyPicture], None]] = []
        self._shown = _Shown(KeyChoice.FRESH, Fault.NONE)
        self._prepare(KeyChoice.WITH_PIN, tries=0)
        self._prepare(KeyChoice.LOCKED, tries=8)
        for key in self._keys.values():
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
        """Touch it, unless nobody shall."""
        if self._shown.fault is not Fault.NO_TOUCH:
            self._key.touch()

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
            pin=PIN if shown.choice in (KeyChoice.WITH_PIN, KeyChoice.LOCKED) else "",
        )

    def _prepare(self, choice: KeyChoice, tries: int) -> None:
        """Give the key a PIN, and spend so many tries of it."""
        key = self._keys[choice]
        key.plug()
        with closing(self.source.open(self.source.attached()[0])) as opened:
            opened.set_pin(Secret(PIN))
        for _ in range(tries):
            key.power_cycle()
            with (
                closing(self.source.open(self.source.attached()[0])) as opened,
                suppress(PinError),
            ):
                opened.verify_pin(Secret(WRONG))
        key.unplug()
