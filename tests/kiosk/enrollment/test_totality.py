"""Whatever happens in whatever order, the flow answers, keeps no secret, and never says success that is not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from hardware import errors as hw
from hardware.authenticator import KeyAddress, PinState, Transport
from kiosk import errors
from kiosk.contract.enrollments import (
    Ceremony,
    CodeSent,
    CompletedCeremony,
    Identified,
    MaskedPerson,
    Phase,
    ProvedCeremony,
    VerificationOffer,
    Verified,
)
from kiosk.contract.policy import EnrollmentPolicy, PinMode, PinPolicy
from kiosk.contract.profile import VerificationMethod
from kiosk.enrollment import answers, effects, events, states
from kiosk.enrollment.flow import advance, begin
from kiosk.secret import Secret
from tests.kiosk.enrollment.walk import ADDRESS, FRESH, MAIL, PROFILE, VPN, WITH_PIN

PIN = "Qx7!secret-pin"
OTHER = KeyAddress(Transport.USB, "usb-2", 7, "S2")
Make = Callable[[int], events.Event]


def _walk_subclasses(root: type[Exception]) -> list[type[Exception]]:
    return [root, *(deep for child in root.__subclasses__() for deep in _walk_subclasses(child))]


FAILURES: list[hw.HardwareError | errors.KioskError] = [
    *(hw.NoAccess("p", "r"), hw.KeyGone(), hw.KeySwapped(), hw.KeyBusy(), hw.KeySilent(1), hw.KeyFault(1)),
    *(hw.TooOld(), hw.KeyFull(), hw.MissingExtension("x"), hw.AlreadyRegistered(), hw.WrongPin(3), hw.WrongPin(0)),
    *(hw.PinAuthBlocked(), hw.PinBlocked(), hw.PinRefused(), hw.PinAlreadySet(), hw.PinRequired()),
    *(hw.PinChangeForced(), hw.TouchTimeout(), hw.Cancelled(), hw.CannotDelete(), hw.OptionsRefused()),
    *(errors.StorageFull(), errors.ServiceUnreachable(), errors.ServiceUntrusted(), errors.ServiceBroken()),
    *(errors.StationRefused(), errors.WrongCode(), errors.CodeTooOld(), errors.TooSoon(), errors.Locked()),
    *(errors.NotVerified(), errors.VerificationUnavailable(), errors.SessionExpired(), errors.KeyNotAllowed()),
    *(errors.CeremonyExpired(), errors.RegistrationRefused(), errors.ProofRefused(), errors.OutcomeUnknown()),
    *(errors.OutOfStep(), errors.NotApproved(), hw.AgentLost(), hw.Unsupported("uv"), hw.FingerprintsFull()),
    *(hw.UvBlocked(), hw.ResetTooLate(), hw.ResetRefused(("usb",))),
]

people: list[Make] = [
    lambda _: events.LanguageChosen("ar"),
    lambda _: events.Started(),
    lambda _: events.AlternativeChosen("badge"),
    lambda _: events.CriteriaGiven({"upn": "a@b", "badge": "1", "employee_id": "1"}),
    lambda _: events.MethodChosen(VerificationMethod.AUTOMATIC),
    lambda _: events.MethodChosen(VerificationMethod.EMAIL),
    lambda _: events.CodeTyped("123456"),
    lambda _: events.CodeRequested(),
    lambda _: events.BadgeShown("1"),
    lambda _: events.PersonConfirmed(),
    lambda _: events.PinChosen(Secret(PIN)),
    lambda _: events.PinTyped(Secret(PIN)),
    lambda _: events.Continued(),
    lambda _: events.WentBack(),
    lambda _: events.Cancelled(),
    lambda _: events.TimeExpired(),
    lambda _: events.KeyInserted(ADDRESS),
    lambda _: events.KeyRemoved(ADDRESS),
    lambda _: events.KeyInserted(OTHER),
    lambda _: events.KeyRemoved(OTHER),
    lambda _: events.KeyInaccessible(hw.NoAccess("p", "r")),
]
offers = tuple(VerificationOffer(m) for m in VerificationMethod)
replies: list[Make] = [
    lambda n: answers.ProfileLoaded(n, PROFILE, simulator_allowed=True),
    lambda n: answers.PersonIdentified(n, "e1", Identified(Phase.VERIFY, offers, MaskedPerson("M•••"))),
    lambda n: answers.PersonIdentified(n, "e1", Identified(Phase.VERIFY, offers[:1])),
    lambda n: answers.CodeDelivered(n, CodeSent(VerificationMethod.EMAIL, "", 60, 600)),
    lambda n: answers.PersonVerified(n, Verified(Phase.KEY, "Maria", (MAIL, VPN), EnrollmentPolicy())),
    lambda n: answers.PersonVerified(n, Verified(Phase.KEY, "M", (MAIL,), EnrollmentPolicy(PinPolicy(PinMode.NEVER)))),
    lambda n: answers.KeyInspected(n, FRESH),
    lambda n: answers.KeyInspected(n, WITH_PIN),
    lambda n: answers.KeyInspected(n, replace(FRESH, address=OTHER, pin=PinState.UNSUPPORTED)),
    answers.PinAccepted,
    lambda n: answers.CeremonyBegun(n, Ceremony("c1", MAIL, "https://mail.example.org", {}, 300)),
    answers.TouchWanted,
    lambda n: answers.CredentialMade(n, {"id": "AQ"}),
    lambda n: answers.CeremonyCompleted(n, CompletedCeremony("AQ", {})),
    lambda n: answers.CredentialAsserted(n, {"id": "AQ"}),
    lambda n: answers.ProofAccepted(n, ProvedCeremony(Phase.DONE, MAIL, "r")),
    answers.CleanedUp,
    events.RetryDue,
    *((lambda n, e=e: answers.Failed(n, e)) for e in FAILURES),
]
ANSWERED_BY: dict[type, tuple[type, ...]] = {
    effects.LoadProfile: (answers.ProfileLoaded,),
    effects.IdentifyPerson: (answers.PersonIdentified,),
    effects.SendCode: (answers.CodeDelivered,),
    effects.VerifyPerson: (answers.PersonVerified,),
    effects.InspectKey: (answers.KeyInspected,),
    effects.SetPin: (answers.PinAccepted,),
    effects.VerifyPin: (answers.PinAccepted,),
    effects.BeginCeremony: (answers.CeremonyBegun,),
    effects.MakeCredential: (answers.TouchWanted, answers.CredentialMade),
    effects.CompleteCeremony: (answers.CeremonyCompleted,),
    effects.ProveCredential: (answers.TouchWanted, answers.CredentialAsserted),
    effects.SubmitProof: (answers.ProofAccepted,),
    effects.CleanUp: (answers.CleanedUp,),
}


@given(st.data())
def test_no_order_of_events_breaks_the_flow(data: st.DataObject) -> None:
    state, asked = begin("en")
    pending: list[effects.Effect] = list(asked)
    proofs = 0
    for _ in range(data.draw(st.integers(1, 60))):
        attempt = state.attempt if isinstance(state, states.Connecting) else state.visit.attempt
        legal = {k for e in pending for k in ANSWERED_BY.get(type(e), ()) if getattr(e, "attempt", attempt) == attempt}
        possible = [m for m in replies if type(m(attempt)) in legal]
        if pending:
            possible += [m for m in replies if isinstance(m(attempt), answers.Failed | events.RetryDue)]
        make = data.draw(st.sampled_from(possible + possible + people))
        event = make(attempt)
        proofs += isinstance(event, answers.ProofAccepted)
        before = state
        state, asked = advance(state, event)
        if asked or not isinstance(event, answers.TouchWanted):
            pending = list(asked) or ([] if isinstance(event, answers.Answer) else pending)
        assert PIN not in repr(state)
        assert all(getattr(e, "attempt", attempt) >= attempt for e in asked)
        if isinstance(state, states.Done) and not isinstance(before, states.Done):
            assert proofs
            assert len(state.visit.finished) == len(state.visit.parties)
        if isinstance(state, states.Welcome):
            assert state.visit.person == ""
            assert state.visit.criteria == {}


def test_every_error_that_a_lane_can_report_is_in_the_walk() -> None:
    mere_roots = {
        hw.HardwareError,
        hw.KeyUnusable,
        hw.PinError,
        hw.ResetError,
        errors.KioskError,
        errors.ServiceError,
        errors.Refusal,
    }
    concrete = [c for c in _walk_subclasses(hw.HardwareError) if c not in mere_roots]
    assert {type(f) for f in FAILURES} >= set(concrete) - {
        hw.NoPinSupport,
        hw.NoDiscoverableCredentials,
        hw.NoSuitableAlgorithm,
    }
