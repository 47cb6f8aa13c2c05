"""One whole enrollment by a scripted person, over the real session, lanes, journal and client."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import pairwise, product
from typing import Any

from kiosk.contract.policy import PinMode
from kiosk.contract.profile import VerificationMethod
from kiosk.enrollment.events import (
    AlternativeChosen,
    BadgeShown,
    CodeTyped,
    Continued,
    CriteriaGiven,
    Event,
    MethodChosen,
    PersonConfirmed,
    PinChosen,
    PinReplaced,
    PinTyped,
    Started,
)
from kiosk.enrollment.states import (
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
    InsertKey,
    Prove,
    RandomPin,
    ResetKey,
    SelectKey,
    ShowBadge,
    State,
    Stopped,
    Touch,
    Welcome,
)
from kiosk.enrollment.visit import Trouble
from kiosk.errors import TookTooLong
from kiosk.secret import Secret
from kiosk.station.headless import Host


@dataclass(frozen=True, slots=True)
class Case:
    """One line of the matrix: how the person is verified, what policy asks of the PIN, which key they bring, and what
    is special about it."""

    method: VerificationMethod
    pin: PinMode
    key_has_pin: bool
    special: Special | None = None

    @property
    def name(self) -> str:
        """As it is printed."""
        key = "key with PIN" if self.key_has_pin else "fresh key"
        parts = [self.method.value, f"PIN {self.pin.value}", key, *([self.special.value] if self.special else [])]
        return " · ".join(parts)


class Special(StrEnum):
    """What policy, or the key, may ask for besides."""

    FORCED_CHANGE = "forced change"
    RANDOM_PIN = "random PIN"
    HAND_OVER = "hand-over settings"
    BUILT_IN_UV = "built-in user verification"
    TWO_KEYS = "two keys"


SPECIAL_CASES = tuple(
    Case(VerificationMethod.EMAIL, PinMode.REQUIRED, special in (Special.FORCED_CHANGE, Special.BUILT_IN_UV), special)
    for special in Special
)
PLAIN_CASES = tuple(Case(*line) for line in product(VerificationMethod, PinMode, (False, True)))
"""Every verification option × every PIN policy × {fresh key, key with PIN}."""

MATRIX = (*PLAIN_CASES, *SPECIAL_CASES)
"""All of them, and each special case once."""


@dataclass(frozen=True, slots=True)
class Script:
    """What the person knows and does. `code` waits for the code in the mailbox and gives it; `plug` puts the key into
    the port and `touch` a finger on it. `new_pin` is what a forced change makes of the PIN."""

    alternative: str
    criteria: dict[str, str]
    method: VerificationMethod
    pin: str = field(repr=False)
    code: Callable[[], str]
    plug: Callable[[], None]
    touch: Callable[[], None]
    badge: str = ""
    new_pin: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class StepTime:
    """One step and how long it took."""

    name: str
    ms: float


@dataclass(frozen=True, slots=True)
class Report:
    """What came of it. `problem` is the class of the error, for staff; empty when all went well."""

    ok: bool
    steps: tuple[StepTime, ...]
    relying_parties: tuple[str, ...]
    http_requests: int
    ctap_commands: int = 0
    problem: str = ""

    def as_json(self) -> dict[str, Any]:
        """The report as it is printed."""
        steps = [{"name": step.name, "ms": round(step.ms, 1)} for step in self.steps]
        report: dict[str, Any] = {
            "ok": self.ok,
            "steps": steps,
            "relying_parties": list(self.relying_parties),
            "ctap_commands": self.ctap_commands,
            "http_requests": self.http_requests,
        }
        return report if self.ok else {**report, "problem": self.problem}


def run_self_test(
    host: Host,
    script: Script,
    *,
    clock: Callable[[], float],
    http_requests: Callable[[], int] = lambda: 0,
    ctap_commands: Callable[[], int] = lambda: 0,
    seconds: float = 60.0,
) -> Report:
    """Start the host's session, walk through it, and stop it again."""
    person = ScriptedPerson(script, clock)
    host.session.start()
    try:
        last = host.run(person, _ended, seconds)
        problem = _problem(last, person.trouble)
    except TookTooLong:
        last, problem = host.session.state, f"TookTooLong in {type(host.session.state).__name__}"
    finally:
        ended = clock()
        host.session.stop()
    parties = () if isinstance(last, Connecting) else tuple(party.id for party in last.visit.finished)
    return Report(not problem, person.times(ended), parties, http_requests(), ctap_commands(), problem)


_STEPS: dict[type[State], str] = {
    Connecting: "connect",
    Welcome: "welcome",
    Identify: "identify",
    ChooseMethod: "verify",
    EnterCode: "verify",
    ShowBadge: "verify",
    ConfirmPerson: "verify",
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
        if not isinstance(state, Done):
            self.trouble = state.problem or self.trouble
        match state:
            case Welcome():
                return Started()
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
            case RandomPin() if state.pin is not None:
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
            case _:
                pass
        return None


def _ended(state: State) -> bool:
    """Over, or in a trouble that a script does not answer."""
    if isinstance(state, Done):
        return True
    if isinstance(state, Stopped):
        return not state.cleaning
    return not isinstance(state, Connecting | Prove) and state.problem is not None


def _problem(last: State, trouble: Trouble | None) -> str:
    if isinstance(last, Done):
        return ""
    problem = last.problem or trouble
    return type(problem).__name__ if problem is not None else type(last).__name__
