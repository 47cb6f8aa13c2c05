"""Whatever happens in whatever order, the flow answers, keeps no secret, and never says success that is not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hardware import errors as hw
from hardware.authenticator import BuiltInUv, KeyAddress, PinState, Sample, SampleFeedback, Transport
from kiosk import errors
from kiosk.contract.enrollments import (
    Ceremony,
    CheckedKey,
    CodeSent,
    CompletedCeremony,
    FinishedEnrollment,
    Identified,
    IssuedPass,
    MaskedPerson,
    PartyOutcome,
    PartyResult,
    Phase,
    ProvedCeremony,
    VerificationOffer,
    Verified,
)
from kiosk.contract.keys import HeldKey, Intent, NextKeyOpened
from kiosk.contract.mobile_ids import MobileId
from kiosk.contract.phone import PhoneCode, PhoneStanding, PhoneStatus
from kiosk.contract.policy import (
    Demand,
    EnrollmentPolicy,
    HandOverPolicy,
    KeyCount,
    KeyPolicy,
    Partial,
    PhonePlace,
    PhonePolicy,
    PinDelivery,
    PinMode,
    PinOrigin,
    PinPolicy,
    ResetMode,
)
from kiosk.contract.profile import FormKind, VerificationMethod
from kiosk.contract.staff import Approval, ApprovalAction, ApprovalState
from kiosk.contract.totp import TotpSetUp
from kiosk.enrollment import answers, effects, events, states
from kiosk.enrollment.answers_of_phone import IdClaimed, PhoneMoved, PhoneOpened, PhoneUnseen
from kiosk.enrollment.answers_of_staff import (
    ApprovalMoved,
    ApprovalOpened,
    ApprovalUnseen,
    IntentAccepted,
    NextKeyReady,
)
from kiosk.enrollment.flow import advance, begin
from kiosk.enrollment.visit import Kiosk, Visit
from kiosk.secret import Secret
from tests.kiosk.enrollment.walk import ADDRESS, FRESH, MAIL, ON_PHONE, PROFILE, VPN, WITH_PIN, Walk

PIN = "Qx7!secret-pin"
SECRET, TYPED = "JBSWY3DPEHPK3PXP", "ada.typed@example.org"
SHOWN, LINK, PICTURE = "keywright:id:harbor:42", "https://enroll.example.org/m/AAAA", "iVBORw0KGgo="
CODE = PhoneCode("t1", PICTURE, 300, LINK)
NEW = Kiosk(activates=True, chance=0.25)
HIDDEN = (PIN, SECRET, TYPED, SHOWN, LINK, PICTURE)
OTHER = KeyAddress(Transport.USB, "usb-2", 7, "S2")
PLAIN = replace(ADDRESS, serial="", attach_id=9, bus="usb:1-1")
CAN = dict.fromkeys(("authnrCfg", "setMinPINLength", "alwaysUv", "ep", "bioEnroll"), False) | {
    "authnrCfg": True,
    "setMinPINLength": True,
}
BLOCKED, FORCED = replace(WITH_PIN, pin=PinState.BLOCKED), replace(WITH_PIN, pin=PinState.CHANGE_FORCED)
SENSOR = replace(WITH_PIN, options={**WITH_PIN.options, **CAN}, always_uv=False, built_in_uv=BuiltInUv.NOT_ENROLLED)
KNOWS_OWNER = replace(SENSOR, built_in_uv=BuiltInUv.READY)
DEMANDING = EnrollmentPolicy(
    PinPolicy(origin=PinOrigin.RANDOM, built_in_uv=True, enroll_fingerprint=Demand.BEST_EFFORT),
    KeyPolicy(reset=ResetMode.STAFF),
    HandOverPolicy(8, Demand.BEST_EFFORT, ("a.example",), Demand.BEST_EFFORT, Demand.BEST_EFFORT, Demand.BEST_EFFORT),
    totp=Demand.BEST_EFFORT,
)
LENIENT = EnrollmentPolicy(
    PinPolicy(PinMode.IF_ABSENT, enroll_fingerprint=Demand.REQUIRE),
    KeyPolicy(reset=ResetMode.SELF),
    partial=Partial.ROLL_BACK,
    totp=Demand.REQUIRE,
)
BY_LETTER = EnrollmentPolicy(PinPolicy(origin=PinOrigin.RANDOM, delivery=PinDelivery.LETTER))
BEFORE = EnrollmentPolicy(phone=PhonePolicy(PhonePlace.BEFORE), mobile_id=Demand.BEST_EFFORT)
INSTEAD = EnrollmentPolicy(phone=PhonePolicy(PhonePlace.INSTEAD), mobile_id=Demand.REQUIRE)
AFTER = EnrollmentPolicy(phone=PhonePolicy(PhonePlace.AFTER, Demand.REQUIRE), totp=Demand.BEST_EFFORT)
TWO_KEYS = EnrollmentPolicy(count=KeyCount(1, 2))
HOLDER = Verified(
    Phase.KEY, "M", (MAIL,), TWO_KEYS, (HeldKey("k1", "Bench", "2026-01-01"),), (Intent.ANOTHER, Intent.REPLACE)
)
FINISHED = FinishedEnrollment(
    Phase.DONE, "r", (PartyOutcome(MAIL, PartyResult.REGISTERED), PartyOutcome(VPN, PartyResult.UNKNOWN))
)
Make = Callable[[int], events.Event]


def standing_at(how: ApprovalState) -> Approval:
    """A request that stands so."""
    return Approval("a1", ApprovalAction.VERIFY, how, "42", 2, 1, 300, "No." if how is ApprovalState.DENIED else "")


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
    *(errors.PartyUnavailable(), hw.NoSuitableAlgorithm()),
    *(errors.ApprovalNeeded("", "verify"), errors.ApprovalNeeded("", "another_key"), errors.ApprovalNeeded("", "?")),
    *(errors.KeysEnough(), errors.Denied("no"), errors.SameKey()),
    *(errors.OutOfStep(), errors.NotApproved(), hw.AgentLost(), hw.Unsupported("uv"), hw.FingerprintsFull()),
    *(errors.HeldForReview(), errors.TermsChanged(), errors.TotpWrongState(), errors.InputRefused("email", "shape")),
    *(errors.PhonesUnavailable(), errors.IdOutOfRange(), errors.IdTakenByOther(), errors.NumbersExhausted()),
    *(errors.LetterNotPrinted("no_printer"), errors.LetterNotPrinted("not_finished")),
    *(errors.NotProtected(), errors.OtherPort(), hw.UvBlocked(), hw.ResetTooLate(), hw.ResetRefused(("usb",))),
]

people: list[Make] = [
    lambda _: events.LanguageChosen("ar"),
    lambda _: events.Started(),
    lambda _: events.ServiceLost(errors.ServiceUnreachable(), NEW),
    lambda _: events.ServiceLost(errors.StationRefused(), NEW),
    lambda _: events.ProfileChanged(ON_PHONE),
    lambda _: events.ActivationWanted(),
    lambda _: events.ActivationTyped(Secret(SHOWN)),
    lambda _: events.AlternativeChosen("badge"),
    lambda _: events.CriteriaGiven({"upn": "a@b", "badge": "1", "employee_id": "1"}),
    lambda _: events.RegistrationChosen(FormKind.MEMBER),
    lambda _: events.RegistrationChosen(FormKind.VISITOR),
    lambda _: events.RegistrationChosen(FormKind.CONTRACTOR),
    lambda _: events.FormFilled({"given_name": "Ada", "email": TYPED, "sponsor": "c", "ends_on": "2026-12-01"}),
    lambda _: events.FormFilled({"email": "a@b", "ends_on": "2026-02-30"}),
    lambda _: events.TermsAccepted(),
    lambda _: events.MethodChosen(VerificationMethod.AUTOMATIC),
    lambda _: events.MethodChosen(VerificationMethod.TOTP),
    lambda _: events.MethodChosen(VerificationMethod.EMAIL),
    lambda _: events.MethodChosen(VerificationMethod.PHONE),
    lambda _: events.PhoneWanted(),
    lambda _: events.IdShown(SHOWN),
    lambda _: events.StaffWanted(),
    lambda _: events.IntentChosen(Intent.ANOTHER),
    lambda _: events.IntentChosen(Intent.REPLACE, ("k1",)),
    lambda _: events.IntentChosen(Intent.REPLACE, ("k2",)),
    lambda _: events.CodeTyped("123456"),
    lambda _: events.CodeRequested(),
    lambda _: events.BadgeShown("1"),
    lambda _: events.PersonConfirmed(),
    lambda _: events.PinChosen(Secret(PIN)),
    lambda _: events.PinTyped(Secret(PIN)),
    lambda _: events.PinReplaced(Secret(PIN), Secret(PIN)),
    lambda _: events.LetterWanted(),
    lambda _: events.Skipped(),
    lambda _: events.ResetWanted(),
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
    lambda n: answers.StationActivated(n, "Lobby", "north"),
    lambda n: answers.Failed(n, errors.NoCredential("station-secret")),
    lambda n: answers.ProfileLoaded(n, PROFILE, simulator_allowed=True),
    lambda n: answers.ProfileLoaded(n, ON_PHONE, simulator_allowed=True),
    lambda n: answers.PersonIdentified(n, "e1", Identified(Phase.VERIFY, offers, MaskedPerson("M•••"))),
    lambda n: answers.PersonIdentified(n, "e1", Identified(Phase.VERIFY, offers[:1])),
    lambda n: answers.CodeDelivered(n, CodeSent(VerificationMethod.EMAIL, "", 60, 600)),
    lambda n: answers.PersonVerified(n, Verified(Phase.KEY, "Maria", (MAIL, VPN), EnrollmentPolicy())),
    lambda n: answers.PersonVerified(n, Verified(Phase.KEY, "M", (MAIL,), EnrollmentPolicy(PinPolicy(PinMode.NEVER)))),
    lambda n: answers.PersonVerified(n, Verified(Phase.KEY, "M", (MAIL,), DEMANDING)),
    lambda n: answers.PersonVerified(n, Verified(Phase.KEY, "M", (MAIL, VPN), LENIENT)),
    lambda n: answers.PersonVerified(n, Verified(Phase.KEY, "M", (MAIL,), BY_LETTER)),
    lambda n: answers.KeyInspected(n, FRESH),
    lambda n: answers.KeyInspected(n, WITH_PIN),
    lambda n: answers.KeyInspected(n, replace(FRESH, address=OTHER, pin=PinState.UNSUPPORTED)),
    *((lambda n, info=info: answers.KeyInspected(n, info)) for info in (BLOCKED, FORCED, SENSOR, KNOWS_OWNER)),
    lambda n: answers.KeyInspected(n, replace(WITH_PIN, address=PLAIN), ours=True),
    lambda n: answers.KeyInspected(n, replace(WITH_PIN, address=PLAIN), ours=False),
    lambda n: answers.KeyAllowed(n, CheckedKey("Bench Key 5", "", ("old",))),
    lambda n: answers.KeySelected(n, OTHER),
    lambda n: answers.PinGenerated(n, Secret(PIN)),
    answers.LetterPrinted,
    lambda n: answers.SampleTaken(n, Sample(SampleFeedback.GOOD, 2)),
    answers.FingerEnrolled,
    answers.Approved,
    lambda n: answers.KeyReset(n, FRESH),
    lambda n: answers.CredentialsCounted(n, 2),
    answers.KeyConfigured,
    lambda n: answers.TouchWanted(n, verifying=True),
    answers.PinAccepted,
    lambda n: answers.CeremonyBegun(n, Ceremony("c1", MAIL, "https://mail.example.org", {}, 300)),
    answers.TouchWanted,
    lambda n: answers.CredentialMade(n, {"id": "AQ"}),
    lambda n: answers.CeremonyCompleted(n, CompletedCeremony("AQ", {})),
    lambda n: answers.CredentialAsserted(n, {"id": "AQ"}),
    lambda n: answers.ProofAccepted(n, ProvedCeremony(Phase.DONE, MAIL, "r")),
    lambda n: answers.ProofAccepted(n, ProvedCeremony(Phase.KEY, MAIL, "r", IssuedPass(PIN, 3600))),
    lambda n: answers.ProofAccepted(n, ProvedCeremony(Phase.KEY, VPN, "r")),
    lambda n: answers.EnrollmentFinished(n, FINISHED),
    lambda n: answers.TotpReady(n, TotpSetUp(SECRET, f"otpauth://totp/a?secret={SECRET}")),
    lambda n: answers.TotpEnrolled(n, (SECRET,)),
    lambda n: answers.ProfileLoaded(n, replace(PROFILE, registrations=())),
    answers.CleanedUp,
    lambda n: answers.CleanedUp(n, left_on_key=True, enrollment_id="e1"),
    lambda n: answers.PersonVerified(n, Verified(Phase.KEY, "M", (MAIL, VPN), INSTEAD)),
    lambda n: answers.PersonVerified(n, Verified(Phase.KEY, "M", (MAIL,), BEFORE)),
    lambda n: answers.PersonVerified(n, Verified(Phase.KEY, "M", (MAIL,), AFTER)),
    lambda n: PhoneOpened(n, "e2", CODE),
    *((lambda n, how=how: PhoneMoved(n, PhoneStanding(how, "417", 100))) for how in PhoneStatus),
    lambda n: PhoneUnseen(n, errors.ServiceUnreachable()),
    lambda n: IdClaimed(n, MobileId("Harbor", 42)),
    lambda n: answers.PersonVerified(n, HOLDER),
    lambda n: answers.PersonVerified(n, Verified(Phase.KEY, "M", (MAIL,), TWO_KEYS)),
    lambda n: ApprovalOpened(n, standing_at(ApprovalState.PENDING)),
    *((lambda n, how=how: ApprovalMoved(n, standing_at(how))) for how in ApprovalState),
    lambda n: ApprovalUnseen(n, errors.ServiceUnreachable()),
    IntentAccepted,
    lambda n: NextKeyReady(n, NextKeyOpened(2, 1, 2)),
    events.RetryDue,
    *((lambda n, e=e: answers.Failed(n, e)) for e in FAILURES),
]
ANSWERED_BY: dict[type, tuple[type, ...]] = {
    effects.LoadProfile: (answers.ProfileLoaded,),
    effects.IdentifyPerson: (answers.PersonIdentified,),
    effects.RegisterPerson: (answers.PersonIdentified,),
    effects.FetchTotp: (answers.TotpReady,),
    effects.ConfirmTotp: (answers.TotpEnrolled,),
    effects.SendCode: (answers.CodeDelivered,),
    effects.VerifyPerson: (answers.PersonVerified,),
    effects.InspectKey: (answers.KeyInspected,),
    effects.CheckKey: (answers.KeyAllowed,),
    effects.FinishEnrollment: (answers.EnrollmentFinished,),
    effects.SetPin: (answers.PinAccepted,),
    effects.VerifyPin: (answers.PinAccepted,),
    effects.BeginCeremony: (answers.CeremonyBegun,),
    effects.MakeCredential: (answers.TouchWanted, answers.CredentialMade),
    effects.CompleteCeremony: (answers.CeremonyCompleted,),
    effects.ProveCredential: (answers.TouchWanted, answers.CredentialAsserted),
    effects.ActivateStation: (answers.StationActivated,),
    effects.SubmitProof: (answers.ProofAccepted,),
    effects.CleanUp: (answers.CleanedUp,),
    effects.SelectKey: (answers.TouchWanted, answers.KeySelected),
    effects.SetRandomPin: (answers.PinGenerated,),
    effects.PrintLetter: (answers.LetterPrinted,),
    effects.ChangePin: (answers.PinAccepted,),
    effects.UseBuiltInUv: (answers.PinAccepted,),
    effects.EnrollFingerprint: (answers.TouchWanted, answers.SampleTaken, answers.FingerEnrolled),
    effects.AskApproval: (answers.Approved,),
    effects.ConfigureKey: (answers.KeyConfigured,),
    effects.ResetKey: (answers.TouchWanted, answers.KeyReset),
    effects.CountCredentials: (answers.CredentialsCounted,),
    effects.OpenPhone: (PhoneOpened,),
    effects.WatchPhone: (PhoneMoved, PhoneUnseen),
    effects.ClaimMobileId: (IdClaimed,),
    effects.RequestApproval: (ApprovalOpened,),
    effects.WatchApproval: (ApprovalMoved, ApprovalUnseen),
    effects.ChooseIntent: (IntentAccepted,),
    effects.OpenNextKey: (NextKeyReady,),
}


STAFFED = replace(PROFILE, approvals=True, overrides=True)
ENDS = (states.SetUpApp, states.RecoveryCodes, states.Done)
TAKES_BACK = (effects.CancelEnrollment, effects.CleanUp, effects.FinishEnrollment)


@settings(deadline=None)  # sixty events at a time, beside whatever else the machine does
@given(st.data())
def test_no_order_of_events_breaks_the_flow(data: st.DataObject) -> None:
    state, asked = begin("en", approvals=True, kiosk=NEW)
    pending: list[effects.Effect] = list(asked)
    proofs = completed = 0
    for _ in range(data.draw(st.integers(1, 60))):
        attempt = state.attempt if isinstance(state, states.Connecting) else state.visit.attempt
        legal = {k for e in pending for k in ANSWERED_BY.get(type(e), ()) if getattr(e, "attempt", attempt) == attempt}
        possible = [m for m in replies if type(m(attempt)) in legal]
        if pending:
            possible += [m for m in replies if isinstance(m(attempt), answers.Failed | events.RetryDue)]
        make = data.draw(st.sampled_from(possible + possible + people))
        event = make(attempt)
        proofs += isinstance(event, answers.ProofAccepted)
        completed += isinstance(event, PhoneMoved) and event.standing.status is PhoneStatus.COMPLETED
        before = state
        state, asked = advance(state, event)
        if asked or not isinstance(event, answers.TouchWanted | answers.SampleTaken | PhoneMoved | PhoneUnseen):
            pending = list(asked) or ([] if isinstance(event, answers.Answer) else pending)
        assert not any(hidden in repr((state, asked)) for hidden in HIDDEN)
        assert not (isinstance(before, ENDS) and any(isinstance(effect, TAKES_BACK) for effect in asked))
        assert all(getattr(e, "attempt", attempt) >= attempt for e in asked)
        if isinstance(state, ENDS) and not isinstance(before, ENDS):
            assert completed if state.visit.phone_alone else proofs
            assert ends_well(state.visit)
        told = isinstance(event, PhoneMoved | answers.Failed)
        left = set() if told else code_of(before) - code_of(state)
        assert left <= {effect.transaction_id for effect in asked if isinstance(effect, effects.ClosePhone)}
        for effect in asked:
            if isinstance(effect, effects.ResetKey):
                assert wipes_what_was_meant(before, effect)
        if isinstance(state, states.Welcome):
            assert knows_nobody(state.visit)


def knows_nobody(visit: Visit) -> bool:
    """Nothing of whoever stood here before."""
    return (visit.person, visit.criteria, visit.form, visit.bound) == ("", {}, None, None)


def code_of(state: states.State) -> set[str]:
    """The code on the screen that a phone could go on with; one that was completed, or is over, is not."""
    if not isinstance(state, states.Phone) or state.code is None or state.standing is None:
        return set()
    return set() if state.standing.status.over else {state.code.transaction_id}


def ends_well(visit: Visit) -> bool:
    """The phone stands instead of a key; or something was proved, the service knows the rest, and where policy wants
    all or nothing there is no rest."""
    if visit.phone_alone:
        return visit.ended and visit.key is None
    whole = visit.ended or len(visit.finished) == len(visit.parties)
    return bool(visit.finished) and whole and not (visit.policy.partial is Partial.ROLL_BACK and visit.outcomes)


def wipes_what_was_meant(before: states.State, effect: effects.ResetKey) -> bool:
    """Only on the way that the person chose, where policy lets them, and only the key that the visit is about."""
    if not isinstance(before, states.ResetKey) or before.stage is not states.ResetStage.PUT_IN:
        return False
    return before.visit.policy.key.reset is not ResetMode.NEVER and effect.expected == before.visit.bound


# ── every state × every event ───────────────────────────────────────────────────────────────────


def with_app() -> Walk:
    """A walk to the secret for an authenticator app."""
    return Walk().read_back(Demand.BEST_EFFORT).answer(lambda n: answers.TotpReady(n, TotpSetUp(SECRET, SECRET)))


def phones() -> list[Walk]:
    """A walk to a phone for each purpose, in each place; and to the mobile ID."""
    opened = partial(PhoneOpened, enrollment_id="e1", code=CODE)
    wanted = [Walk().verified(policy=replace(policy, mobile_id=None)) for policy in (BEFORE, INSTEAD)]
    walks = [
        *(*wanted, Walk().identified(VerificationMethod.PHONE), Walk().read_back(policy=replace(AFTER, totp=None))),
        Walk()
        .identified(VerificationMethod.PHONE, VerificationMethod.EMAIL)
        .say(events.MethodChosen(VerificationMethod.PHONE)),
        Walk(profile=ON_PHONE).to_form().say(events.PhoneWanted()),
        Walk(profile=ON_PHONE).coded().say(events.PhoneWanted()),
    ]
    shown = Walk().verified(policy=BEFORE)
    ended = Walk().verified(policy=replace(BEFORE, mobile_id=None)).answer(opened)
    ended.answer(lambda n: PhoneMoved(n, PhoneStanding(PhoneStatus.EXPIRED)))
    finishing = Walk().verified(policy=replace(INSTEAD, mobile_id=None)).answer(opened)
    finishing.answer(lambda n: PhoneMoved(n, PhoneStanding(PhoneStatus.COMPLETED)))
    return [
        *(walks[0], *(walk.answer(opened) for walk in walks[1:]), ended, finishing, shown),
        Walk().verified(policy=BEFORE).say(events.IdShown(SHOWN)).answer(lambda n: IdClaimed(n, MobileId("H", 42))),
    ]


def letters() -> list[Walk]:
    """A walk to the letter while it is printed, to one that did not come out, and to one that did."""
    walks = [Walk().inserted(policy=BY_LETTER).answer(lambda n: answers.PinGenerated(n, Secret(PIN))) for _ in "123"]
    walks[1].fail(errors.LetterNotPrinted("not_finished"))
    walks[2].answer(answers.LetterPrinted)
    return [Walk().inserted(policy=BY_LETTER), *walks]


def everywhere() -> list[Walk]:
    """A walk that has come to each state there is, in each of its stages that matter."""
    pin, uv = events.PinTyped(Secret(PIN)), EnrollmentPolicy(PinPolicy(built_in_uv=True))
    finger = EnrollmentPolicy(PinPolicy(enroll_fingerprint=Demand.REQUIRE))
    random = EnrollmentPolicy(PinPolicy(origin=PinOrigin.RANDOM))
    shown = Walk().inserted(policy=random).answer(lambda n: answers.PinGenerated(n, Secret(PIN)))
    stopped = Walk(approvals=True).inserted(BLOCKED, policy=DEMANDING)
    asking = Walk(approvals=True).inserted(BLOCKED, policy=DEMANDING).say(events.ResetWanted())
    approval = Walk(approvals=True).inserted(BLOCKED, policy=DEMANDING).say(events.ResetWanted(), events.ResetWanted())
    alone = EnrollmentPolicy(key=KeyPolicy(reset=ResetMode.SELF))
    wiping = [Walk().inserted(BLOCKED, policy=alone).say(events.ResetWanted(), events.ResetWanted()) for _ in "123"]
    wiping[1].say(events.KeyRemoved(ADDRESS))
    wiping[2].say(events.KeyRemoved(ADDRESS), events.KeyInserted(OTHER)).answer(answers.TouchWanted)
    methods = (VerificationMethod.EMAIL, VerificationMethod.AUTOMATIC, VerificationMethod.SELF_CONFIRMATION)
    return [
        *(Walk(), Walk().answer(lambda n: answers.ProfileLoaded(n, PROFILE)), Walk().to_identify()),
        Walk(kiosk=NEW).fail(errors.NoCredential("station-secret")),
        Walk(kiosk=NEW).fail(errors.NoCredential("")).answer(lambda n: answers.StationActivated(n, "Lobby", "north")),
        *(Walk().identified(method, person=MaskedPerson("M•••")) for method in methods),
        *(Walk().identified(*methods), Walk().verified(), Walk().verified().say(events.KeyInserted(ADDRESS))),
        Walk().verified().say(events.KeyInserted(ADDRESS), events.KeyInserted(OTHER)),
        *(Walk().inserted(), Walk().inserted().say(events.PinChosen(Secret(PIN))), Walk().inserted(WITH_PIN)),
        *(Walk().inserted(WITH_PIN).say(pin), Walk().inserted(WITH_PIN).say(events.WentBack())),
        *(Walk().inserted(FORCED), Walk().inserted(policy=random), shown, Walk().inserted(KNOWS_OWNER, policy=uv)),
        Walk().inserted(SENSOR, policy=finger).say(pin).answer(answers.PinAccepted),
        *(stopped, asking, approval, *wiping),
        *(Walk().touching(), Walk().touching().fail(hw.TouchTimeout()), Walk().touching().made()),
        *(Walk().touching().made().completed(), Walk().touching().made().completed().proved()),
        Walk().touching().made().completed().proved().answer(lambda n: answers.KeyInspected(n, WITH_PIN)),
        *(Walk().to_form(), Walk().to_form().filled(), Walk().registered(), Walk().identified(VerificationMethod.TOTP)),
        Walk().to_form().filled().say(events.TermsAccepted(), events.TermsAccepted()),
        *(Walk().read_back(Demand.REQUIRE), with_app(), with_app().say(events.CodeTyped("755224"))),
        with_app().say(events.CodeTyped("755224")).answer(lambda n: answers.TotpEnrolled(n, (SECRET,))),
        *phones(),
        *letters(),
        Walk().coded().answer(lambda n: answers.PersonVerified(n, HOLDER)).say(events.IntentChosen(Intent.ANOTHER)),
        Walk().coded().answer(lambda n: answers.PersonVerified(n, HOLDER)),
        Walk().read_back(policy=TWO_KEYS),
        Walk().coded().say(events.CodeTyped("123456")).fail(errors.ApprovalNeeded("", "guest")),
        Walk(profile=STAFFED)
        .coded()
        .fail(errors.Locked())
        .say(events.StaffWanted())
        .answer(lambda n: ApprovalOpened(n, standing_at(ApprovalState.PENDING))),
    ]


def test_the_walks_come_everywhere() -> None:
    reached = {type(walk.state) for walk in everywhere()}
    stages = {walk.state.stage for walk in everywhere() if isinstance(walk.state, states.ResetKey)}
    assert reached == set(get_args(states.State))
    assert stages == set(states.ResetStage)


EVENTS: list[Make] = [*people, *replies, lambda _: events.IdleExpired(), lambda _: events.LanguageChosen("ar")]


@pytest.mark.parametrize("place", range(len(everywhere())))
def test_every_state_has_an_answer_to_every_event(place: int) -> None:
    state, attempt = everywhere()[place].state, everywhere()[place].attempt
    for make in EVENTS:
        following, asked = advance(state, make(attempt))
        assert not any(hidden in repr((following, asked)) for hidden in HIDDEN)
        assert all(getattr(effect, "attempt", attempt) >= attempt for effect in asked)
        event = make(attempt - 1)
        told_later = isinstance(event, answers.CleanedUp) and event.left_on_key
        if isinstance(event, answers.Answer | events.RetryDue) and not told_later:
            assert advance(state, event) == (state, ())


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
