"""The simulated keys of a self-test, as each case brings them: fresh, with a PIN, with a finger, or two at once."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, replace

from hardware.authenticator import Authenticator, KeySettings, KeySource, SecretText, Watch
from hardware.simulated.key import SimulatedKey
from hardware.simulated.source import SimulatedSource
from hardware.simulated.traits import CTAP21
from kiosk.station.self_test import Case, Special

WITH_SENSOR = replace(CTAP21, built_in_uv=True, bio_enrollment=True, uv_bio_enroll=True)
ANOTHER = replace(CTAP21, serial="SIM-0002")
"""A key that lies in another port, and that nobody means."""


@dataclass(frozen=True, slots=True)
class Hand:
    """What the person holds: the key they mean comes first. A finger on it is theirs."""

    keys: Sequence[SimulatedKey]

    def plug(self) -> None:
        """Put them all in."""
        for key in self.keys:
            key.plug()

    def touch(self) -> None:
        """Touch the one that is meant, with the finger that it knows if it has a sensor."""
        key = self.keys[0]
        if key.wants_finger:
            key.finger()
        else:
            key.touch()


def hand_with_key(case: Case, pin: SecretText) -> tuple[Hand, KeySource]:
    """The keys of the case, made ready and taken out again, and where they come from."""
    key = SimulatedKey(WITH_SENSOR if case.special is Special.BUILT_IN_UV else CTAP21)
    source = SimulatedSource([key])
    if case.key_has_pin:
        key.plug()
        with closing(source.open(source.attached()[0])) as opened:
            opened.set_pin(pin)
            _make_special(case, key, opened)
        key.unplug()
    if case.special is Special.TWO_KEYS:
        keys = (key, SimulatedKey(ANOTHER))
        return Hand(keys), SimulatedSource(keys)
    return Hand((key,)), source


def _make_special(case: Case, key: SimulatedKey, opened: Authenticator) -> None:
    if case.special is Special.FORCED_CHANGE:
        opened.configure(KeySettings(force_pin_change=True))
    if case.special is Special.BUILT_IN_UV:
        opened.enroll_fingerprint("", Watch(on_verify=key.finger), lambda _: None)
