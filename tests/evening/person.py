"""Somebody who comes in an evening: does what their fate wants, and waits where the line is down."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Event as Flag
from time import monotonic
from typing import Final

from hardware.simulated.key import SimulatedKey
from kiosk.contract.keys import Intent
from kiosk.contract.profile import VerificationMethod
from kiosk.contract.staff import ApprovalState
from kiosk.enrollment.events import (
    Cancelled,
    CodeTyped,
    Continued,
    Event,
    IntentChosen,
    MethodChosen,
    ResetWanted,
    Skipped,
    StaffWanted,
)
from kiosk.enrollment.states import (
    Backup,
    ChooseMethod,
    CodeWork,
    Connecting,
    Done,
    EnterCode,
    KeysHeld,
    Prove,
    ResetKey,
    ResetStage,
    State,
    Stopped,
    Touch,
    WaitForStaff,
    Welcome,
)
from kiosk.errors import Denied, ServiceBroken, ServiceUnreachable, WrongCode
from kiosk.station.scripted_person import Script, ScriptedPerson
from tests.evening.plan import Fate, Visitor

PIN: Final = "704913"
_PAUSE: Final = 0.4
"""Seconds that somebody waits before they try again."""
_LONGEST: Final = 60
"""Tries of one screen after which somebody leaves."""
_DOWN = (ServiceUnreachable, ServiceBroken)


@dataclass
class Told:
    """What staff are told at the desk, and what the person hears from it. `waits` is called with the number on the
    screen and whether staff shall say no, `code` waits for a mail."""

    waits: Callable[[str, bool], None]
    code: Callable[[], str]


@dataclass
class Came:
    """What came of a visit."""

    ended: str = ""
    seconds: float = 0.0
    waited: float = 0.0
    """Seconds in which staff were waited for."""
    downs: int = 0
    """Screens on which the line was down."""


@dataclass
class _Waiting:
    since: float = 0.0
    told: set[str] = field(default_factory=set)


class Guest(ScriptedPerson):
    """One visit with one key."""

    def __init__(self, visitor: Visitor, key: SimulatedKey, told: Told) -> None:
        self._fate, self._key, self._told = visitor.fate, key, told
        method = VerificationMethod.EMAIL
        if self._fate in (Fate.VOUCHED, Fate.DENIED):
            method = VerificationMethod.SELF_CONFIRMATION
        script = Script("upn", {"upn": visitor.person.upn}, method, PIN, told.code, key.plug, key.touch)
        super().__init__(script, monotonic)
        self._method = method
        self._waiting = _Waiting()
        self._left = False
        self._tries = 0
        self.came = Came()

    def respond(self, state: State) -> Event | None:
        """As Person.respond."""
        self._count(state)
        if self._tries > _LONGEST:
            return self._leave()
        if isinstance(getattr(state, "problem", None), _DOWN) and not isinstance(state, Connecting | Prove):
            self.came.downs += 1
            self._tries += 1
            Flag().wait(_PAUSE)
        try:
            return self._do(state)
        except EOFError:  # no mail came
            return self._leave()

    def over(self, state: State) -> bool:
        """Whether the visit is over."""
        match state:
            case Done():
                return True
            case Stopped(cleaning=cleaning, resettable=resettable):
                return not cleaning and not (resettable and self._fate is Fate.WIPED)
            case Welcome():
                return self._left
            case _:
                return False

    def _count(self, state: State) -> None:
        now = monotonic()
        if isinstance(state, WaitForStaff) and not self._waiting.since:
            self._waiting.since = now
        elif self._waiting.since and not isinstance(state, WaitForStaff):
            self.came.waited += now - self._waiting.since
            self._waiting.since = 0.0

    def _leave(self) -> Event:
        self._left = True
        return Cancelled()

    def _do(self, state: State) -> Event | None:
        match state:
            case WaitForStaff():
                return self._wait_for_staff(state)
            case KeysHeld(busy=False) | Backup(busy=False):
                return self._with_keys(state)
            case ResetKey():
                return self._wipe(state)
            case Stopped(resettable=True) if self._fate is Fate.WIPED:
                return ResetWanted()
            case Touch():
                return self._touch(state)
            case _:
                return self._be_overridden(state) if self._fate is Fate.OVERRIDDEN else self._as_others(state)

    def _with_keys(self, state: KeysHeld | Backup) -> Event:
        if isinstance(state, Backup):
            return Skipped() if state.optional else self._leave()
        if self._fate is Fate.LOST and Intent.REPLACE in state.intents:
            return IntentChosen(Intent.REPLACE, tuple(each.id for each in state.held))
        return self._leave()

    def _touch(self, state: Touch) -> Event | None:
        if state.waiting and self._fate is Fate.GONE:
            return self._leave()
        if state.problem is not None and not state.waiting:
            return Continued()
        return self._as_others(state)

    def _as_others(self, state: State) -> Event | None:
        if isinstance(state, ChooseMethod) and not state.busy:
            return MethodChosen(self._method)
        return super().respond(state)

    def _be_overridden(self, state: State) -> Event | None:
        match state:
            case EnterCode(work=CodeWork.IDLE, problem=WrongCode()):
                return StaffWanted()
            case EnterCode(work=CodeWork.IDLE):
                return CodeTyped(_wrong(self._told.code()))
            case _:
                return self._as_others(state)

    def _wait_for_staff(self, state: WaitForStaff) -> Event | None:
        approval = state.approval
        if isinstance(state.problem, Denied):
            return self._leave()
        if approval is not None and approval.state is ApprovalState.PENDING:
            if approval.approval_id not in self._waiting.told:
                self._waiting.told.add(approval.approval_id)
                self._told.waits(approval.number, self._fate is Fate.DENIED)
            return None
        return Continued() if approval is not None or state.problem is not None else None

    def _wipe(self, state: ResetKey) -> Event | None:
        match state.stage:
            case ResetStage.ASK:
                return ResetWanted()
            case ResetStage.TAKE_OUT:
                self._key.unplug()
            case ResetStage.PUT_IN:
                self._key.plug()
            case ResetStage.TOUCH:
                self._key.touch()
            case _:
                pass
        return None


def _wrong(code: str) -> str:
    """Another code of the same length."""
    return "".join(str((int(digit) + 1) % 10) for digit in code)
