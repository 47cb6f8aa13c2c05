"""Staff who approve, and further keys, at a terminal: a number, a list, and how it stands."""

from __future__ import annotations

from collections.abc import Callable

import click

from kiosk.commands.words import tame
from kiosk.contract.keys import Intent
from kiosk.enrollment.events import Cancelled, Continued, Event, IntentChosen, Skipped, WentBack
from kiosk.enrollment.staff import over, pending
from kiosk.enrollment.states import Backup, KeysHeld, WaitForStaff


class StaffPrompts:
    """Asks whoever is at the terminal. `tell` says a line."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        self._tell = tell

    def respond(self, state: WaitForStaff | KeysHeld | Backup) -> Event | None:
        """What is typed; None to wait."""
        match state:
            case WaitForStaff():
                return self._wait(state)
            case KeysHeld():
                return None if state.busy else self._held(state)
            case Backup():
                return None if state.busy else self._backup(state)

    def _wait(self, state: WaitForStaff) -> Event | None:
        if over(state):
            if state.problem is None:
                self._tell("Nobody decided in time.")
            return Continued() if click.confirm("Ask staff once more?", default=False) else WentBack()
        approval = state.approval
        if approval is None or not pending(state):
            self._tell("Asking staff…")
        else:
            self._tell(f"Staff are asked ({state.action.value}). The number is {tame(approval.number)}.")
            if approval.needed > 1:
                self._tell(f"{approval.given} of {approval.needed} said yes.")
        return None

    def _held(self, state: KeysHeld) -> Event:
        for number, each in enumerate(state.held, 1):
            ending = f", ending {each.serial_end}" if each.serial_end else ""
            self._tell(tame(f"  {number}  {each.name or each.model}, since {each.since}{ending}"))
        if not state.intents:
            self._tell("The person has as many keys as policy allows. The helpdesk knows more.")
            return Continued()
        if Intent.REPLACE in state.intents and click.confirm("Is one of them lost?", default=False):
            lost = click.prompt("Which one", type=click.IntRange(1, len(state.held)), default=1)
            return IntentChosen(Intent.REPLACE, (state.held[int(lost) - 1].id,))
        if Intent.ANOTHER in state.intents and click.confirm("Set up one more key?", default=False):
            return IntentChosen(Intent.ANOTHER)
        return Continued()

    def _backup(self, state: Backup) -> Event:
        self._tell(f"Key {state.number - 1} is done. Now the backup key.")
        if click.confirm(f"Set up key {state.number} of {state.most}?", default=not state.optional):
            return Continued()
        return Skipped() if state.optional else Cancelled()
