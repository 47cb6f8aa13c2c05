"""Another side that answers in time and in JSON, but says anything: a party keeps to its errors, and to the truth."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random
from typing import Any, Final

import pytest

from kiosk.service.attestation.verdict import AttestationRejected
from kiosk.service.probe import ProbeFailed
from kiosk.service.relying_parties.connector import (
    ListedCredential,
    OutcomeUnknown,
    PartyPolicy,
    RelyingPartyRefused,
    RelyingPartyUnavailable,
)
from tests.kiosk.service.liar import Liar, LyingOutbound
from tests.kiosk.service.relying_parties.contract.stand import FaceStand
from tests.kiosk.service.relying_parties.contract.visit import Visit, begin, registered

ROUNDS: Final = 40
KNOWN: Final = (RelyingPartyRefused, RelyingPartyUnavailable, OutcomeUnknown, AttestationRejected)


@dataclass
class Trial:
    """A stand whose party was just made, behind a liar who is quiet until he is told to lie."""

    stand: FaceStand
    liar: Liar
    seed: int

    def attempt(self, call: Callable[..., Any], *values: Any) -> Any:
        """What the call gives among lies, or the error that it is allowed to raise."""
        self.liar.lies = True
        try:
            return call(*values)
        except KNOWN as error:
            return error
        finally:
            self.liar.lies = False

    def __str__(self) -> str:
        return f"seed {self.seed}, bent: {self.liar.told}"


@pytest.fixture
def trials(faulty: FaceStand) -> Iterator[Iterator[Trial]]:
    """Many of them, over one connection. Time passes in between: some parties count how often they are asked."""
    outbound, honest = LyingOutbound(), faulty.party

    def made() -> Iterator[Trial]:
        for seed in range(ROUNDS):
            outbound.liar = Liar(Random(seed))
            faulty.party = faulty.make(faulty.secrets(), outbound)
            faulty.bed.clock.advance(minutes=10)
            yield Trial(faulty, outbound.liar, seed)
            faulty.party = honest

    yield made()
    outbound.close()


def test_a_liar_at_the_beginning_gets_nothing_but_errors_or_good_options(trials: Iterator[Trial]) -> None:
    for trial in trials:
        got = trial.attempt(begin, trial.stand)
        assert isinstance(got, (Visit, *KNOWN)), str(trial)
        if isinstance(got, Visit):
            assert got.begun.challenge
            assert 0 < len(got.begun.user_handle) <= 64


def test_no_certain_no_is_told_of_a_key_that_was_taken(trials: Iterator[Trial]) -> None:
    for trial in trials:
        visit = begin(trial.stand)
        got = trial.attempt(visit.complete)
        taken = visit.key.credential_id in trial.stand.registered()
        if isinstance(got, RelyingPartyRefused | RelyingPartyUnavailable | AttestationRejected):
            assert not taken, str(trial)
        elif not isinstance(got, OutcomeUnknown):
            assert taken, str(trial)
            assert got.credential_id == visit.key.credential_id
        forget_keys(trial.stand)


def forget_keys(stand: FaceStand) -> None:
    """The exclude lists grow otherwise, and some take only so many."""
    for each in list(stand.face.stored.truth):
        stand.face.stored.remove(each)


def test_a_list_that_lies_is_a_list_or_an_error(trials: Iterator[Trial]) -> None:
    for trial in trials:
        if not trial.stand.registered():
            registered(trial.stand)
        account = account_of_person(trial.stand)
        got = trial.attempt(trial.stand.party.list_credentials, account)
        assert isinstance(got, (tuple, *KNOWN)), str(trial)
        if isinstance(got, tuple):
            assert all(isinstance(each, ListedCredential) and isinstance(each.reference, str) for each in got)


def account_of_person(stand: FaceStand) -> str:
    """What the party calls the stand's person."""
    visit = begin(stand)
    stand.party.abort(visit.options.account, visit.options.reference, visit.begun.now)
    return visit.options.account


def test_a_policy_that_lies_is_a_policy_or_an_error(trials: Iterator[Trial]) -> None:
    for trial in trials:
        assert isinstance(trial.attempt(trial.stand.party.policy), (PartyPolicy, *KNOWN)), str(trial)


def test_giving_up_and_taking_away_among_lies_raise_what_they_may(trials: Iterator[Trial]) -> None:
    for trial in trials:
        visit, since = begin(trial.stand), trial.stand.bed.clock.now()
        account, reference = visit.options.account, visit.options.reference
        trial.attempt(trial.stand.party.abort, account, "", since)
        trial.attempt(trial.stand.party.delete, account, "x")
        trial.stand.party.abort(account, reference, since)
        assert trial.stand.half_made() == [], str(trial)


def test_the_doctor_always_hears_something(trials: Iterator[Trial]) -> None:
    for trial in trials:
        trial.liar.lies = True
        try:
            said = trial.stand.party.probe()
        except ProbeFailed as failed:
            said = failed.seen and failed.remedy
        assert said, str(trial)
