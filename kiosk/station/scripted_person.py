"""A person who knows what to say at every screen beforehand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise

from kiosk.contract.keys import Intent
from kiosk.contract.phone import PhoneCode
from kiosk.contract.profile import FormKind, VerificationMethod
from kiosk.contract.totp import TotpSetUp
from kiosk.enrollment.events import (
    AlternativeChosen,
    BadgeShown,
    CodeTyped,
    Continued,
    CriteriaGiven,
    Event,
    FormFilled,
    IdShown,
    IntentChosen,
    MethodChosen,
    PersonConfirmed,
    PinChosen,
    PinReplaced,
    PinTyped,
    RegistrationChosen,
    Skipped,
    Started,
    TermsAccepted,
)
from kiosk.enrollment.states import (
    AcceptTerms,
    Activate,
    Backup,
    ChangePin,
    ChooseMethod,
    ChoosePin,
    CodeWork,
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
    ResetKey,
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
from kiosk.enrollment.visit import Trouble
from kiosk.secret import Secret


@dataclass(frozen=True, slots=True)
class Script:
    """What the person knows and does. `code` waits for the code in the mailbox and gives it; `plug` puts the key into
    the port and `touch` a finger on it. `new_pin` is what a forced change makes of the PIN.

    With `form` they are not known here, and fill that in with `values`. `app` is the authenticator app on their phone;
    without it they go on without one. `phone` is the phone itself, told the code on the screen and, once
    it is there, the number; `mobile_id` is what they show when they are asked for one.
    """

    alternative: str
    criteria: dict[str, str]
    method: VerificationMethod
    pin: str = field(repr=False)
    code: Callable[[], str]
    plug: Callable[[], None]
    touch: Callable[[], None]
    badge: str = ""
    new_pin: str = field(default="", repr=False)
    form: FormKind | None = None
    values: dict[str, str] = field(default_factory=dict, repr=False)
    app: Callable[[TotpSetUp], str] | None = None
    phone: Callable[[PhoneCode, str], None] | None = None
    mobile_id: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class StepTime:
    """One step and how long it took."""

    name: str
    ms: float


_STEPS: dict[type[State], str] = {
    Activate: "activate",
    Connecting: "connect",
    Welcome: "welcome",
    Identify: "identify",
    Register: "register",
    AcceptTerms: "terms",
    ChooseMethod: "verify",
    EnterCode: "verify",
    ShowBadge: "verify",
    ConfirmPerson: "verify",
    KeysHeld: "keys_held",
    InsertKey: "insert_key",
    SelectKey: "select_key",
    ChoosePin: "set_pin",
    RandomPin: "set_pin",
    EnterPin: "enter_pin",
    ChangePin: "change_pin",
    EnrollFinger: "finger",
    ResetKey: "reset",
    Touch: "touch",
    Prove: "prove",
    ShowId: "mobile_id",
    IdTaken: "mobile_id",
    Phone: "phone",
    SetUpApp: "set_up_app",
    RecoveryCodes: "recovery_codes",
    Backup: "backup",
    WaitForStaff: "staff",
    Done: "done",
    Stopped: "stopped",
}


class ScriptedPerson:
    """Answers every screen by the script, and writes down when each began."""

    pace = None

    def __init__(self, script: Script, clock: Callable[[], float]) -> None:
        self._script = script
        self._clock = clock
        self._marks: list[tuple[str, float]] = []
        self.trouble: Trouble | None = None

    def times(self, ended: float) -> tuple[StepTime, ...]:
        """The steps with their times; the last one ended then."""
        marks = pairwise([*self._marks, ("", ended)])
        return tuple(StepTime(name, (end - begin) * 1000) for (name, begin), (_, end) in marks)

    def tick(self) -> None:
        """Nothing turns here."""

    def respond(self, state: State) -> Event | None:
        """As `Person.respond`."""
        if not self._marks or self._marks[-1][0] != _STEPS[type(state)]:
            self._marks.append((_STEPS[type(state)], self._clock()))
        if not isinstance(state, Done | RecoveryCodes | IdTaken):
            self.trouble = state.problem or self.trouble
        match state:
            case Welcome():
                return Started() if self._script.form is None else RegistrationChosen(self._script.form)
            case Register() | AcceptTerms() | SetUpApp() | RecoveryCodes():
                return self._register(state)
            case Phone() | ShowId() | IdTaken():
                return self._phone(state)
            case Identify() | ChooseMethod() | EnterCode() | ShowBadge() | ConfirmPerson():
                return self._be_somebody(state)
            case ChoosePin() | EnterPin() | ChangePin() | RandomPin():
                return self._pin(state)
            case _:
                return self._use_key(state)

    def _be_somebody(self, state: Identify | ChooseMethod | EnterCode | ShowBadge | ConfirmPerson) -> Event | None:
        match state:
            case Identify(busy=False):
                if state.fields.name != self._script.alternative:
                    return AlternativeChosen(self._script.alternative)
                return CriteriaGiven(self._script.criteria)
            case ChooseMethod(busy=False):
                return MethodChosen(self._script.method)
            case EnterCode(work=CodeWork.IDLE):
                return CodeTyped(self._script.code())
            case ShowBadge(busy=False):
                return BadgeShown(self._script.badge)
            case ConfirmPerson(busy=False):
                return PersonConfirmed()
            case _:
                return None

    def _phone(self, state: Phone | ShowId | IdTaken) -> Event | None:
        match state:
            case IdTaken():
                return Continued()
            case ShowId(busy=False) if self._script.mobile_id:
                return IdShown(self._script.mobile_id)
            case ShowId(busy=False, optional=True):
                return Skipped()
            case Phone(optional=True) if self._script.phone is None:
                return Skipped()
            case Phone(code=code, standing=standing) if code is not None and self._script.phone is not None:
                self._script.phone(code, standing.number if standing is not None else "")
            case _:
                pass
        return None

    def _register(self, state: Register | AcceptTerms | SetUpApp | RecoveryCodes) -> Event | None:
        """What people who are not known here do, and who set up an app."""
        match state:
            case Register(busy=False):
                return FormFilled(self._script.values)
            case AcceptTerms(busy=False):
                return TermsAccepted()
            case SetUpApp(busy=False) if state.setup is not None and self._script.app is not None:
                return CodeTyped(self._script.app(state.setup))
            case SetUpApp(busy=False, optional=True) if self._script.app is None:
                return Skipped()
            case RecoveryCodes():
                return Continued()
            case _:
                return None

    def _pin(self, state: ChoosePin | EnterPin | ChangePin | RandomPin) -> Event | None:
        match state:
            case ChoosePin(busy=False):
                return PinChosen(Secret(self._script.pin))
            case EnterPin(caution=True) | ChangePin(caution=True):
                return Continued()
            case EnterPin(busy=False):
                return PinTyped(Secret(self._script.pin))
            case ChangePin(busy=False):
                return PinReplaced(Secret(self._script.pin), Secret(self._script.new_pin))
            case RandomPin() if state.printed or (state.pin is not None and not state.letter):
                return Continued()
            case _:
                return None

    def _use_key(self, state: State) -> Event | None:
        match state:
            case InsertKey(reading=False, take_out=False):
                self._script.plug()
            case Touch(waiting=True) | Prove(touch=True) | EnrollFinger(waiting=True):
                self._script.touch()
            case SelectKey() if state.waiting:
                self._script.touch()
            case KeysHeld(busy=False) if Intent.ANOTHER in state.intents:
                return IntentChosen(Intent.ANOTHER)
            case KeysHeld(busy=False):
                return Continued()
            case Backup(busy=False):
                return Skipped() if state.optional else Continued()
            case _:
                pass
        return None
