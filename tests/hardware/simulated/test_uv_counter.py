"""The counter of fingers beside the counter of PINs, against a model of a few lines, over arbitrary lives of a key."""

from __future__ import annotations

from fido2.ctap import CtapError
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from hardware.simulated.models import BIOMETRIC
from tests.hardware.simulated.host import ERR, PERMISSION, RP, Computer, enrolled, refusal, seeded_key


class UvCounter(RuleBasedStateMachine):
    """Five fingers in all, whatever the power does; all back after a right finger or a right PIN."""

    def __init__(self) -> None:
        super().__init__()
        self.key = seeded_key(BIOMETRIC)
        self.computer = enrolled(Computer(self.key))
        self.key.touch_automatically = False
        self.finger = True
        self.key.on_change = lambda: self.key.finger(self.finger) if self.key.wants_finger else None
        self.tries, self.verified, self.wrong_pins = 5, 0, 0

    def ask(self) -> None:
        """Ask for a token by finger."""
        self.computer.pin.get_uv_token(PERMISSION.GET_ASSERTION, RP)

    @rule()
    def strange_finger(self) -> None:
        self.finger = False
        expected: CtapError.ERR = ERR.UV_BLOCKED
        if self.tries:
            self.tries -= 1
            expected = ERR.UV_INVALID if self.tries else ERR.UV_BLOCKED
        assert refusal(self.ask) == expected

    @rule()
    def right_finger(self) -> None:
        self.finger = True
        if self.tries == 0:
            assert refusal(self.ask) == ERR.UV_BLOCKED
            return
        self.ask()
        self.tries, self.verified = 5, self.verified + 1

    @rule()
    def wrong_pin(self) -> None:
        """It has a counter of its own."""
        if self.wrong_pins < 2:
            self.wrong_pins += 1
            refusal(lambda: self.computer.token(PERMISSION.GET_ASSERTION, RP, pin="wrong PIN"))

    @rule()
    def right_pin(self) -> None:
        self.computer.token(PERMISSION.GET_ASSERTION, RP)
        self.tries, self.verified, self.wrong_pins = 5, 0, 0

    @rule()
    def power_cycle(self) -> None:
        self.key.power_cycle()
        self.computer = Computer(self.key)

    @invariant()
    def tells_the_truth(self) -> None:
        assert self.computer.pin.get_uv_retries() == self.tries
        assert self.computer.pin.get_pin_retries()[0] == 8 - self.wrong_pins
        assert self.computer.ctap.get_info().uv_count_since_pin == self.verified


UvCounter.TestCase.settings = settings(max_examples=25, stateful_step_count=25, deadline=None)
TestUvCounter = UvCounter.TestCase
