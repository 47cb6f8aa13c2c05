"""A person's phone, and the mobile ID on it, at a terminal: the code in characters, the number, and how it stands."""

from __future__ import annotations

from collections.abc import Callable

import click

from kiosk.commands.terminal_app import qr_lines
from kiosk.commands.words import tame
from kiosk.contract.phone import PhoneCode, PhonePurpose, PhoneStatus
from kiosk.enrollment.events import Cancelled, Continued, Event, IdShown, Skipped, WentBack
from kiosk.enrollment.states import IdTaken, Phone, ShowId

_WANTED = {
    PhonePurpose.PASSKEY: "Scan this with the phone that shall get a passkey:",
    PhonePurpose.CONFIRM: "Scan this with the phone that has a passkey already:",
    PhonePurpose.CODE: "Scan this with the phone, and type the code there:",
    PhonePurpose.REGISTER: "Scan this with the phone, and fill in the form there:",
}


class PhonePrompts:
    """Asks whoever is at the terminal. `tell` says a line; `colored`: it has colors."""

    def __init__(self, tell: Callable[[str], None], *, colored: bool) -> None:
        self._tell = tell
        self._colored = colored
        self._shown: PhoneCode | None = None

    def respond(self, state: Phone | ShowId | IdTaken) -> Event | None:
        """What is typed; None to wait."""
        match state:
            case Phone():
                return self._phone(state)
            case ShowId():
                return None if state.busy else self._show(state)
            case IdTaken():
                self._tell(f"Mobile ID {state.mobile_id.number} of {tame(state.mobile_id.project)}.")
                return Continued()

    def _phone(self, state: Phone) -> Event | None:
        over = state.standing is not None and state.standing.status.over
        if state.busy:
            return None
        if (over and state.standing is not None) or state.code is None:
            ended = "" if state.standing is None else state.standing.reason or state.standing.status.lower()
            self._tell(f"That code is over: {tame(ended)}." if ended else "There is no code to scan.")
            return self._again(state)
        if state.code != self._shown:
            self._draw(state.code, state.purpose)
        if state.standing is not None and state.standing.status is PhoneStatus.SCANNED and state.standing.number:
            self._tell(f"The phone is here. Type this number on it: {tame(state.standing.number)}")
        return None

    def _draw(self, code: PhoneCode, purpose: PhonePurpose) -> None:
        self._shown = code
        self._tell(_WANTED[purpose])
        if not code.link:
            self._tell("(The service gave a picture only: it can be scanned at a kiosk, not here.)")
            return
        for line in qr_lines(code.link, colored=self._colored):
            self._tell(line)
        self._tell(f"It works for {code.expires_in} seconds. Ctrl-C gives up.")

    def _again(self, state: Phone) -> Event:
        if click.confirm("Show a new code?", default=True):
            return Continued()
        if state.optional:
            return Skipped()
        return WentBack() if state.returns else Cancelled()

    def _show(self, state: ShowId) -> Event:
        without = "empty to go on without" if state.optional else "empty to leave"
        text = str(click.prompt(f"Mobile ID, or the code of the project ({without})", default="", show_default=False))
        if text.strip():
            return IdShown(text)
        return Skipped() if state.optional else Cancelled()
