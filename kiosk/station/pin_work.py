"""A random PIN is set: no key ever keeps one that nobody has seen."""

from __future__ import annotations

from hardware.authenticator import Authenticator
from hardware.errors import AgentLost, HardwareError, KeyFault, KeyGone, KeySilent, PinAlreadySet, PinRequired, WrongPin
from kiosk.enrollment.pin_rules import PinRules
from kiosk.secret import Secret
from kiosk.station.random_pin import Choose, random_pin

_PERHAPS_SET = (KeyGone, KeySilent, KeyFault, AgentLost)
"""After these the key may have taken the PIN although we have no answer."""


class RandomPins:
    """Makes up PINs. One that a key may or may not have taken is kept until the key comes back and says."""

    def __init__(self, choose: Choose) -> None:
        self._choose = choose
        self._unsure: Secret | None = None

    @property
    def unsure(self) -> bool:
        """Whether a key may have taken a PIN that nobody was told."""
        return self._unsure is not None

    def set(self, key: Authenticator, rules: PinRules, length: int) -> Secret:
        """Give the key a PIN by these rules, or find that it took the one of before; the PIN.

        Raises PinAlreadySet (after one try was spent, if there was one of before), and what `set_pin` raises.
        """
        if self._unsure is not None and self._taken(key, self._unsure):
            taken, self._unsure = self._unsure, None
            return taken
        pin = Secret(random_pin(rules, length, self._choose))
        self._unsure = pin
        try:
            key.set_pin(Secret(pin.reveal()))
        except _PERHAPS_SET:
            raise
        except HardwareError:
            self.forget()
            raise
        self._unsure = None
        return pin

    def forget(self) -> None:
        """Nobody will ask for the PIN that a key may have taken."""
        if self._unsure is not None:
            self._unsure.wipe()
        self._unsure = None

    def _taken(self, key: Authenticator, pin: Secret) -> bool:
        """Whether the key has this PIN; False when it has none at all."""
        try:
            key.verify_pin(Secret(pin.reveal()))
        except PinRequired:
            return False
        except WrongPin as error:
            self.forget()
            raise PinAlreadySet from error
        return True
