"""Verification by the authenticator app that the person set up earlier, or by one of their recovery codes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from kiosk.contract.profile import VerificationMethod
from kiosk.service.accounts.second_factor import SecondFactor
from kiosk.service.directories.connector import Person
from kiosk.service.store.engine import StaleRow, Store
from kiosk.service.verification.connector import Answer, Outcome


@dataclass(frozen=True, slots=True)
class AuthenticatorApp:
    """Judges codes for people of every directory. It is offered to everybody: that somebody has an app is not told.
    Satisfies AnswerVerifier."""

    store: Store
    factor: SecondFactor
    now: Callable[[], datetime]

    @property
    def method(self) -> VerificationMethod:
        """By an app."""
        return VerificationMethod.TOTP

    def judge(self, person: Person, answer: Answer) -> Outcome:
        """Take the code, if it is one of the person's."""
        try:
            right = self.store.write(lambda tx: self.factor.judge(tx, person.user_id, answer.code, self.now()))
        except StaleRow:  # the same code, taken elsewhere just now
            right = False
        return Outcome.VERIFIED if right else Outcome.MISMATCH
