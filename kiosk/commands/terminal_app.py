"""An authenticator app at a terminal: its QR code in characters, its key in groups, and the recovery codes."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator

import click
from qrcode.constants import ERROR_CORRECT_L
from qrcode.main import QRCode

from kiosk.commands.words import tame
from kiosk.contract.totp import TotpSetUp
from kiosk.enrollment.events import Cancelled, CodeTyped, Continued, Event, Skipped
from kiosk.enrollment.states import RecoveryCodes, SetUpApp

_LIGHT_ON_DARK, _AS_IT_WAS = "\x1b[48;5;232m\x1b[38;5;255m", "\x1b[0m"
_LONGEST = 1000
"""Characters of a URI that are drawn; ours has about 150."""


class AppPrompts:
    """Asks whoever is at the terminal. `tell` says a line; `colored`: it has colors, so that the QR code is dark on
    light whatever they are."""

    def __init__(self, tell: Callable[[str], None], *, colored: bool) -> None:
        self._tell = tell
        self._colored = colored
        self._shown: TotpSetUp | None = None

    def respond(self, state: SetUpApp | RecoveryCodes) -> Event | None:
        """What is typed; None to wait."""
        if isinstance(state, RecoveryCodes):
            return self._keep(state)
        if state.busy:
            return None
        return self._again(state) if state.setup is None else self._type(state.setup, optional=state.optional)

    def _again(self, state: SetUpApp) -> Event:
        if click.confirm("Try again?", default=True):
            return Continued()
        return self._without(optional=state.optional)

    def _type(self, setup: TotpSetUp, *, optional: bool) -> Event:
        if setup != self._shown:
            self._tell("The key works. Scan this with an authenticator app on the phone, or type the key into it:")
            for line in (*qr_lines(setup.uri, colored=self._colored), f"  {in_groups(setup.secret)}"):
                self._tell(line)
        self._shown = setup
        without = "empty to go on without" if optional else "empty to leave"
        code = str(click.prompt(f"Code that the app shows ({without})", default="", show_default=False)).strip()
        return CodeTyped(code) if code else self._without(optional=optional)

    def _without(self, *, optional: bool) -> Event:
        self._tell("The key works; no authenticator app was set up.")
        return Skipped() if optional else Cancelled()

    def _keep(self, state: RecoveryCodes) -> Event:
        self._tell("The app is set up. Each of these codes helps once, where the phone is lost:")
        for code in state.codes:
            self._tell(f"  {tame(code)}")
        click.prompt("They are shown once. Press Enter to go on", default="", show_default=False)
        return Continued()


def qr_lines(text: str, *, colored: bool) -> Iterator[str]:
    """A QR code in half blocks, two modules a character; on a terminal without colors as dark text on light paper."""
    code = QRCode(error_correction=ERROR_CORRECT_L, border=2)
    code.add_data(text[:_LONGEST])
    drawn = io.StringIO()
    code.print_ascii(out=drawn, invert=colored)
    for line in drawn.getvalue().replace("\xa0", " ").splitlines():
        yield f"{_LIGHT_ON_DARK}{line}{_AS_IT_WAS}" if colored else line


def in_groups(secret: str) -> str:
    """A Base32 key in groups of four, for typing."""
    shown = tame(secret)
    return " ".join(shown[start : start + 4] for start in range(0, len(shown), 4))
