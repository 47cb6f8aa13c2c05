"""One whole enrollment by a scripted person, over the real session, lanes, journal and client."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from itertools import product
from typing import Any

from kiosk.contract.policy import PinMode
from kiosk.contract.profile import VerificationMethod
from kiosk.enrollment.states import Connecting, Done, IdTaken, Prove, RecoveryCodes, State, Stopped
from kiosk.enrollment.visit import Trouble
from kiosk.errors import TookTooLong
from kiosk.station.headless import Host
from kiosk.station.scripted_person import Script, ScriptedPerson, StepTime


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
_NEED = (VerificationMethod.TOTP, VerificationMethod.PHONE, VerificationMethod.STAFF)
_METHODS = tuple(method for method in VerificationMethod if method not in _NEED)
PLAIN_CASES = tuple(Case(*line) for line in product(_METHODS, PinMode, (False, True)))
"""Every verification option that needs nothing set up before × every PIN policy × {fresh key, key with PIN}."""

MATRIX = (*PLAIN_CASES, *SPECIAL_CASES)
"""All of them, and each special case once."""


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


def _ended(state: State) -> bool:
    """Over, or in a trouble that a script does not answer."""
    if isinstance(state, Done):
        return True
    if isinstance(state, Stopped):
        return not state.cleaning
    return not isinstance(state, Connecting | Prove | RecoveryCodes | IdTaken) and state.problem is not None


def _problem(last: State, trouble: Trouble | None) -> str:
    if isinstance(last, Done):
        return ""
    problem = trouble if isinstance(last, RecoveryCodes | IdTaken) else last.problem or trouble
    return type(problem).__name__ if problem is not None else type(last).__name__
