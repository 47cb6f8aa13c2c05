"""The retry counter against a model of a few lines, over arbitrary lives of a key."""

from __future__ import annotations

from fido2.ctap import CtapError
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from tests.hardware.simulated.host import ERR, PERMISSION, PIN, RP, Computer, refusal, seeded_key

WRONG = "wrong PIN"


class PinCounter(RuleBasedStateMachine):
    """Eight tries in all, three to a power-up, all back after a right PIN."""

    def __init__(self) -> None:
        super().__init__()
        self.key = seeded_key()
        self.computer = Computer(self.key)
        self.computer.pin.set_pin(PIN)
        self.tries, self.in_row = 8, 0

    @property
    def stopped(self) -> CtapError.ERR | None:
        """Why no PIN is listened to, if none is."""
        if self.tries == 0:
            return ERR.PIN_BLOCKED
        return ERR.PIN_AUTH_BLOCKED if self.in_row == 3 else None

    def spend_a_try(self) -> CtapError.ERR:
        """What a wrong PIN is answered with now."""
        before = self.stopped
        if before is not None:
            return before
        self.tries, self.in_row = self.tries - 1, self.in_row + 1
        after = self.stopped
        return ERR.PIN_INVALID if after is None else after

    @rule()
    def wrong_pin(self) -> None:
        expected = self.spend_a_try()
        assert refusal(lambda: self.computer.token(PERMISSION.GET_ASSERTION, RP, pin=WRONG)) == expected

    @rule()
    def wrong_pin_to_change(self) -> None:
        expected = self.spend_a_try()
        assert refusal(lambda: self.computer.pin.change_pin(WRONG, "another PIN")) == expected

    @rule()
    def right_pin(self) -> None:
        if self.stopped is None:
            assert self.computer.token(PERMISSION.GET_ASSERTION, RP)
            self.tries, self.in_row = 8, 0
        else:
            assert refusal(lambda: self.computer.token(PERMISSION.GET_ASSERTION, RP)) == self.stopped

    @rule()
    def power_cycle(self) -> None:
        self.key.power_cycle()
        self.computer = Computer(self.key)
        self.in_row = 0

    @invariant()
    def tells_the_truth(self) -> None:
        assert self.computer.pin.get_pin_retries() == (self.tries, self.in_row == 3)


PinCounter.TestCase.settings = settings(max_examples=40, stateful_step_count=30, deadline=None)
TestPinCounter = PinCounter.TestCase
