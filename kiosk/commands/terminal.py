"""A person at a terminal: every screen of the enrollment as a few plain lines and a prompt."""

from __future__ import annotations

import sys
from collections.abc import Callable
from itertools import cycle

import click

from kiosk.commands.reason_words import ended, reason
from kiosk.commands.terminal_app import AppPrompts
from kiosk.commands.terminal_key import KeyPrompts
from kiosk.commands.terminal_person import PersonPrompts
from kiosk.commands.terminal_phone import PhonePrompts
from kiosk.commands.terminal_staff import StaffPrompts
from kiosk.commands.words import TASKS, sentence, tame
from kiosk.contract.enrollments import PartyResult
from kiosk.contract.profile import FormKind
from kiosk.enrollment.effects import AskApproval
from kiosk.enrollment.events import (
    Cancelled,
    Continued,
    Event,
    ResetWanted,
    Skipped,
)
from kiosk.enrollment.parties import outcomes
from kiosk.enrollment.states import (
    AcceptTerms,
    Backup,
    ChangePin,
    ChooseMethod,
    ChoosePin,
    ConfirmPerson,
    Connecting,
    Done,
    EnrollFinger,
    EnterCode,
    EnterPin,
    Identify,
    IdTaken,
    InsertKey,
    KeysHeld,
    Phone,
    Prove,
    RandomPin,
    RecoveryCodes,
    Register,
    Remedy,
    ResetKey,
    ResetStage,
    SelectKey,
    SetUpApp,
    ShowBadge,
    ShowId,
    State,
    Stopped,
    Touch,
    WaitForStaff,
    Welcome,
)
from kiosk.enrollment.visit import KeyDone, Visit
from kiosk.errors import ServiceError

PROVED, NOT_PROVED, LEFT_ON_KEY, PARTLY, GIVEN_UP = 0, 1, 4, 5, 130
"""Exit codes: the key was proved to work; it ended otherwise; it ended and a credential is left on the key; the key
works at some of the relying parties; somebody gave up. (2 is a wrong option, 3 a station that cannot start.)"""

_ANOTHER = (Remedy.ANOTHER_KEY, Remedy.REPLUG)
_SPINNER = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"
_PACE = 0.1


class TerminalPerson:
    """Asks whoever is at the terminal. `user` answers the first question for a name; with `kind` they are not known
    here, and fill in that form instead.

    `exit_code` says how it ended, `receipt` is what is quoted at the desk. Prompts raise click.Abort on Ctrl-C or at
    the end of the input.
    """

    def __init__(
        self,
        user: str = "",
        alternative: str = "",
        kind: FormKind | None = None,
        out: Callable[[str], None] = click.echo,
    ) -> None:
        self._out = out
        self._begun = False
        self._tty = sys.stdin.isatty() and sys.stdout.isatty()
        self._spinner = cycle(_SPINNER)
        self._waiting = False
        self._last = ""
        self._doubts: tuple[str, ...] = ()
        self._key_prompts = KeyPrompts(self._tell, hidden=self._tty)
        self._person = PersonPrompts(self._tell, out, user, alternative, kind)
        self._app = AppPrompts(self._tell, colored=self._tty)
        self._staff = StaffPrompts(self._tell)
        self._phone = PhonePrompts(self._tell, colored=self._tty)
        self.exit_code = GIVEN_UP
        self.receipt = ""

    @property
    def pace(self) -> float | None:
        """A spinner turns on a terminal while the key waits for a touch."""
        return _PACE if self._waiting and self._tty else None

    def tick(self) -> None:
        """Turn the spinner."""
        click.echo(f"\r{next(self._spinner)} Touch the key now. ", nl=False)

    def finished(self, state: State) -> bool:
        """Whether there is nothing more to ask: proved, stopped for good, or back at the beginning."""
        match state:
            case Done():
                self._done(state)
                return True
            case Welcome():
                return self._begun
            case _:
                return False

    def respond(self, state: State) -> Event | None:
        """As `Person.respond`."""
        self._stop_spinner()
        if not isinstance(state, Done | RecoveryCodes | IdTaken) and state.problem is not None:
            self._tell(sentence(state.problem))
        match state:
            case Connecting():
                self._connecting(state)
                return None
            case Welcome():
                self._begun = True
                return self._person.begin(state)
            case Identify() | Register() | AcceptTerms():
                return self._person.say(state)
            case ChooseMethod() | EnterCode() | ShowBadge() | ConfirmPerson():
                return self._person.prove(state)
            case Phone() | ShowId() | IdTaken() | WaitForStaff() | KeysHeld() | Backup():
                return self._beside(state)
            case SetUpApp() | RecoveryCodes():
                self.exit_code = NOT_PROVED  # until they have done what policy wants of them
                return self._app.respond(state)
            case _:
                return self._key(state)

    def _beside(self, state: Phone | ShowId | IdTaken | WaitForStaff | KeysHeld | Backup) -> Event | None:
        """What goes on beside the key in hand: a phone, staff, other keys."""
        if isinstance(state, Phone | ShowId | IdTaken):
            return self._phone.respond(state)
        return self._staff.respond(state)

    def _done(self, state: Done) -> None:
        visit = state.visit
        self.receipt = visit.receipt
        if visit.phone_alone:
            self._tell(f"The phone works, instead of a key. Receipt {tame(visit.receipt)}.")
            self.exit_code = PROVED
            return
        whole = not state.cut_short
        for earlier in visit.done:
            whole = self._works("An earlier key of this visit", visit, earlier) and whole
        whole = self._works("The key", visit) and whole
        if state.cut_short:
            self._tell("It was given up before its end: please go to the desk with it.")
        for given in (*(given for each in visit.done for given in each.issued), *visit.issued):
            party, hours = tame(given.relying_party.name), given.expires_in / 3600
            self._tell(f"Temporary pass for {party}, good for {hours:.1f} hours: {tame(given.value.reveal())}")
        self.exit_code = PROVED if whole else PARTLY

    def _works(self, which: str, visit: Visit, earlier: KeyDone | None = None) -> bool:
        """Tell where a key works and where it does not; whether it works everywhere."""
        told = outcomes(visit, earlier)
        without = [each for each in told if each.result is not PartyResult.REGISTERED]
        names = ", ".join(tame(each.relying_party.name) for each in told if each not in without)
        receipt = visit.receipt if earlier is None else earlier.receipt
        self._tell(f"{which} works for: {names}. Receipt {tame(receipt)}.")
        for each in without:
            self._tell(f"{tame(each.relying_party.name)}: {tame(ended(each))}.")
        return not without

    def _connecting(self, state: Connecting) -> None:
        if state.retry_in:
            self._tell(f"Trying again in {state.retry_in} seconds. Ctrl-C gives up.")

    def approve(self, asked: AskApproval) -> bool:
        """As `station.approval.Approve`: staff is at this terminal."""
        return self._key_prompts.approve(asked)

    def _key(self, state: State) -> Event | None:
        match state:
            case InsertKey():
                return self._insert(state)
            case ChoosePin() | EnterPin() | ChangePin() | RandomPin() | EnrollFinger() | ResetKey():
                self._waiting = _blinks(state)
                return self._key_prompts.respond(state)
            case SelectKey() | Touch() | Prove():
                return self._touch(state)
            case Stopped(cleaning=0):
                return self._stopped(state)
            case _:
                return None

    def _insert(self, state: InsertKey) -> Event | None:
        if isinstance(state.problem, ServiceError) and not (state.reading or state.take_out):
            return Continued() if click.confirm("Try again?", default=True) else Cancelled()
        if state.take_out:
            self._tell("Take the key out.")
        elif state.reading:
            self._tell("Reading the key…")
        else:
            self._tell("Put the same key back." if state.same else "Put the key in.")
        return None

    def _touch(self, state: SelectKey | Touch | Prove) -> Event | None:
        if not isinstance(state, Prove) and state.problem is not None:
            return Continued() if click.confirm("Try again?", default=True) else Cancelled()
        self._waiting = _blinks(state)
        self._doubt(state.visit.doubts)
        match state:
            case Prove(optional=True) if state.retry_in:
                name = tame(state.party.name)
                return Skipped() if click.confirm(f"Go on without {name}?", default=False) else None
            case SelectKey():
                self._tell("Several keys are plugged in. Touch the one that is meant.")
            case Touch(waiting=False):
                self._tell(f"Preparing {tame(state.party.name)} ({state.number} of {state.total})…")
            case Prove() if state.retry_in:
                self._tell(f"Trying again in {state.retry_in} seconds.")
            case Prove(touch=False):
                self._tell(TASKS[state.task])
            case Touch(verifying=True) | Prove(verifying=True):
                self._tell("Put the finger on the sensor of the key now.")
            case _:
                self._tell("Touch the key now.")
        return None

    def _stopped(self, state: Stopped) -> Event:
        self.exit_code = NOT_PROVED
        if state.taken_back:
            self._tell("Policy wants all relying parties or none: what was registered is taken back.")
        for each in state.visit.outcomes:
            self._tell(f"{tame(each.relying_party.name)}: {tame(ended(each))}.")
        if state.left_on_key:
            self.exit_code = LEFT_ON_KEY
            self._tell("A credential that does not work is left on the key. It goes when the key is next used here.")
        if state.resettable and click.confirm("Wipe this key and begin anew with it?", default=False):
            return ResetWanted()
        if state.remedy in _ANOTHER and click.confirm("Go on with another key?", default=False):
            return Continued()
        return Cancelled()

    def _doubt(self, doubts: tuple[str, ...]) -> None:
        """What staff should know of a key that is taken all the same."""
        if doubts != self._doubts:
            self._tell(f"About this key: {', '.join(tame(reason(word)) for word in doubts)}.")
        self._doubts = doubts

    def _tell(self, line: str) -> None:
        """Say a line, unless it was the last one said."""
        if line != self._last:
            self._out(line)
        self._last = line

    def _stop_spinner(self) -> None:
        if self._waiting and self._tty:
            click.echo("\r" + " " * 30 + "\r", nl=False)
        self._waiting = False


def _blinks(state: State) -> bool:
    """Whether a key waits for a hand."""
    match state:
        case Touch():
            return state.waiting and state.problem is None
        case Prove():
            return state.touch and not state.retry_in
        case ResetKey():
            return state.stage is ResetStage.TOUCH
        case SelectKey() | EnrollFinger():
            return state.problem is None
        case _:
            return False
