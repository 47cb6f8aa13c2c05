"""The key at a terminal: its PIN, its owner's finger, and the wiping of it, as a few plain lines and prompts."""

from __future__ import annotations

from collections.abc import Callable
from queue import SimpleQueue

import click

from kiosk.commands.words import RULES, tame
from kiosk.enrollment.effects import AskApproval
from kiosk.enrollment.events import (
    Cancelled,
    Continued,
    Event,
    LetterWanted,
    PinChosen,
    PinReplaced,
    PinTyped,
    ResetWanted,
    Skipped,
    WentBack,
)
from kiosk.enrollment.pin_rules import PinRules, check
from kiosk.enrollment.states import ChangePin, ChoosePin, EnrollFinger, EnterPin, RandomPin, ResetKey, ResetStage
from kiosk.secret import Secret

KeyState = ChoosePin | EnterPin | ChangePin | RandomPin | EnrollFinger | ResetKey


class KeyPrompts:
    """Asks whoever is at the terminal. `tell` says a line; `hidden`: what is typed as a PIN is not shown."""

    def __init__(self, tell: Callable[[str], None], *, hidden: bool) -> None:
        self._tell = tell
        self._hidden = hidden
        self._approvals: SimpleQueue[tuple[int, bool]] = SimpleQueue()

    def approve(self, asked: AskApproval) -> bool:
        """Whether staff let the key be wiped. Called on a lane; the answer is given at the prompt, which comes next."""
        while True:
            attempt, approved = self._approvals.get()
            if attempt == asked.attempt:
                return approved

    def respond(self, state: KeyState) -> Event | None:
        """What is typed; None to wait."""
        match state:
            case EnrollFinger():
                return self._finger(state)
            case ResetKey():
                return self._reset(state)
            case RandomPin():
                return self._random(state)
            case ChoosePin() | EnterPin() | ChangePin():
                return None if state.busy else self._pin(state)

    def _pin(self, state: ChoosePin | EnterPin | ChangePin) -> Event:
        match state:
            case ChoosePin():
                return PinChosen(Secret(self._new(state.rules)))
            case EnterPin(caution=True) | ChangePin(caution=True):
                left = "few" if state.retries_left is None else str(state.retries_left)
                return Continued() if click.confirm(f"Only {left} PIN tries are left. Go on?") else Cancelled()
            case EnterPin():
                return PinTyped(Secret(self._prompt("PIN of the key")))
            case ChangePin():
                self._tell("The key wants its PIN changed.")
                current = self._prompt("PIN of the key")
                return PinReplaced(Secret(current), Secret(self._new(state.rules)))

    def _new(self, rules: PinRules) -> str:
        while True:
            pin = self._prompt("New PIN for the key")
            unmet = [RULES[line.rule].format(rules=rules) for line in check(pin, rules) if not line.met]
            if unmet:
                click.echo("The PIN must be: " + "; ".join(unmet) + ".")
            elif pin == self._prompt("The same PIN again"):
                return pin
            else:
                click.echo("The two are not the same.")

    def _prompt(self, text: str) -> str:
        return str(click.prompt(text, hide_input=self._hidden))

    def _random(self, state: RandomPin) -> Event | None:
        if state.problem is not None:
            return Continued() if click.confirm("Try again?", default=True) else Cancelled()
        if state.pin is None:
            self._tell("Making up a PIN…")
            return None
        if state.letter:
            return self._letter(state)
        click.echo(f"The PIN of the key is: {state.pin.reveal()}")
        if state.must_change:
            click.echo("It must be changed at its first use.")
        click.prompt("It is shown once. Press Enter to go on", default="", show_default=False)
        return Continued()

    def _letter(self, state: RandomPin) -> Event | None:
        """The PIN is for the letter alone."""
        if not state.printed:
            self._tell("Printing the letter with the PIN…")
            return None
        if state.must_change:
            self._tell("The PIN in the letter must be changed at its first use.")
        return Continued() if click.confirm("Is the letter there, and closed?", default=True) else LetterWanted()

    def _finger(self, state: EnrollFinger) -> Event | None:
        if state.problem is not None:
            if click.confirm("Try again?", default=True):
                return Continued()
            return Skipped() if state.optional else Cancelled()
        more = "" if state.remaining is None else f" ({state.remaining} more)"
        self._tell(f"Touch the sensor of the key with the same finger{more}.")
        return None

    def _reset(self, state: ResetKey) -> Event | None:
        match state.stage:
            case ResetStage.ASK:
                lost = "everything" if state.lost is None else f"{state.lost} sign-ins"
                sure = click.confirm(f"Wipe this key ({tame(state.visit.model.name)})? You lose {lost} on it.")
                return ResetWanted() if sure else WentBack()
            case ResetStage.APPROVAL:
                self._approve(state.visit.attempt)
            case ResetStage.TAKE_OUT:
                self._tell("Take the key out.")
            case ResetStage.PUT_IN:
                self._tell(f"Put the same key back, and touch it within {state.seconds} seconds.")
            case ResetStage.TOUCH:
                self._tell("Hold the key for five seconds now." if state.long_touch else "Touch the key now.")
        return None

    def _approve(self, attempt: int) -> None:
        approved = False
        try:
            approved = click.confirm("Staff: may this key be wiped?")
        finally:
            self._approvals.put((attempt, approved))
