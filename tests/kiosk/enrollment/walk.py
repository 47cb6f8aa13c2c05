"""A walk through the flow: events go in, states and effects are looked at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from hardware.authenticator import KeyAddress, KeyInfo, PinState, Transport
from kiosk.contract.enrollments import (
    Ceremony,
    CheckedKey,
    CodeSent,
    CompletedCeremony,
    Identified,
    IssuedPass,
    MaskedPerson,
    Phase,
    ProvedCeremony,
    VerificationOffer,
    Verified,
)
from kiosk.contract.policy import Demand, EnrollmentPolicy, PinMode, PinPolicy
from kiosk.contract.profile import (
    FieldKind,
    FieldSet,
    FormField,
    FormKind,
    IdentifyField,
    Profile,
    RegistrationForm,
    RelyingPartyName,
    Terms,
    VerificationMethod,
)
from kiosk.enrollment import answers, events
from kiosk.enrollment.effects import CheckKey, Effect
from kiosk.enrollment.flow import advance, begin
from kiosk.enrollment.states import Connecting, State
from kiosk.enrollment.visit import UNNAMED, Kiosk
from kiosk.secret import Secret

MAIL, VPN = RelyingPartyName("mail.example.org", "Staff mail"), RelyingPartyName("vpn.example.org", "VPN")
HOUSE = Terms("house", "2026-03", {"en": "House rules", "ar": "قواعد"}, {"en": "Be kind.", "ar": "كن لطيفا."})
NEWS = Terms("news", "1", {"en": "News"}, {"en": "We write once a month."}, required=False)
MEMBER = RegistrationForm(
    FormKind.MEMBER,
    (
        FormField(IdentifyField("given_name", FieldKind.NAME)),
        FormField(IdentifyField("email", FieldKind.EMAIL)),
        FormField(IdentifyField("phone", FieldKind.PHONE), required=False),
    ),
    (HOUSE, NEWS),
)
VISITOR = RegistrationForm(
    FormKind.VISITOR,
    (
        FormField(IdentifyField("email", FieldKind.EMAIL)),
        FormField(IdentifyField("sponsor", FieldKind.TEXT)),
        FormField(IdentifyField("ends_on", FieldKind.DATE)),
    ),
    longest_days=30,
)
PROFILE = Profile(
    organization="Example",
    languages=("en", "ar"),
    alternatives=(
        FieldSet("upn", (IdentifyField("upn", FieldKind.UPN),)),
        FieldSet("number", (IdentifyField("employee_id", FieldKind.DIGITS),)),
        FieldSet("badge", (IdentifyField("badge", FieldKind.BADGE),)),
    ),
    methods=(VerificationMethod.EMAIL, VerificationMethod.SMS),
    relying_parties=(MAIL,),
    embedded=True,
    registrations=(MEMBER, VISITOR),
)
ON_PHONE = replace(PROFILE, codes_on_phone=True, forms_on_phone=True)
ADDRESS = KeyAddress(Transport.SIMULATED, "slot-1", 1, "S1", "Test key")
FRESH = KeyInfo(
    ADDRESS,
    bytes(range(16)),
    ("FIDO_2_0", "FIDO_2_1"),
    options={"rk": True, "clientPin": False, "credMgmt": True},
    pin=PinState.NOT_SET,
)
WITH_PIN = replace(FRESH, pin=PinState.SET, pin_retries=8)
T = TypeVar("T")


class Walk:
    """The flow with a memory: `say` what happened, `state` is where it led, `effects` what it asked for."""

    def __init__(self, *, approvals: bool = False, profile: Profile = PROFILE, kiosk: Kiosk = UNNAMED) -> None:
        self.state: State
        self.profile = profile
        self.state, self.effects = begin("en", approvals=approvals, kiosk=kiosk)
        self.all: list[Effect] = list(self.effects)

    @property
    def attempt(self) -> int:
        """The attempt that answers must carry."""
        return self.state.attempt if isinstance(self.state, Connecting) else self.state.visit.attempt

    def say(self, *said: events.Event) -> Walk:
        """Feed events that people and the port make."""
        for event in said:
            self.state, self.effects = advance(self.state, event)
            self.all.extend(self.effects)
        return self

    def answer(self, *answers: Callable[[int], events.Event]) -> Walk:
        """Feed answers to the work under way; each gets the current attempt."""
        for make in answers:
            self.say(make(self.attempt))
        return self

    def fail(self, error: Exception) -> Walk:
        """The work under way fails."""
        return self.say(answers.Failed(self.attempt, error))  # type: ignore[arg-type]  # tests pass both trees

    def now(self, kind: type[T]) -> T:
        """The state, which must be of this kind."""
        assert isinstance(self.state, kind), self.state
        return self.state

    def asked(self, kind: type[T]) -> T:
        """The one effect of this kind among those of the last event."""
        found = [e for e in self.effects if isinstance(e, kind)]
        assert len(found) == 1, self.effects
        return found[0]

    # ── longer ways ─────────────────────────────────────────────────────────────────────────────

    def to_identify(self) -> Walk:
        """Until Identify."""
        self.answer(lambda n: answers.ProfileLoaded(n, self.profile, simulator_allowed=True))
        return self.say(events.Started())

    def to_form(self, kind: FormKind = FormKind.MEMBER) -> Walk:
        """Until the form of this kind, from the first screen."""
        self.answer(lambda n: answers.ProfileLoaded(n, self.profile, simulator_allowed=True))
        return self.say(events.RegistrationChosen(kind))

    def filled(self, **values: str) -> Walk:
        """A member's form is filled in."""
        return self.say(events.FormFilled({"given_name": "Ada", "email": "ada@example.org", **values}))

    def registered(self, *methods: VerificationMethod) -> Walk:
        """Until the first screen of verification, all terms accepted."""
        self.to_form().filled().say(events.TermsAccepted(), events.TermsAccepted())
        offers = tuple(VerificationOffer(method) for method in methods or (VerificationMethod.EMAIL,))
        return self.answer(lambda n: answers.PersonIdentified(n, "e1", Identified(Phase.VERIFY, offers)))

    def read_back(self, demand: Demand | None = None, policy: EnrollmentPolicy | None = None) -> Walk:
        """Until the last look at the key was taken, with this demand for an authenticator app."""
        self.touching(policy=policy or EnrollmentPolicy(totp=demand)).made().completed().proved()
        return self.answer(lambda n: answers.KeyInspected(n, WITH_PIN))

    def identified(self, *methods: VerificationMethod, person: MaskedPerson | None = None) -> Walk:
        """Until the first screen of verification."""
        self.to_identify().say(events.CriteriaGiven({"upn": " m.okafor@example.org "}))
        offers = tuple(VerificationOffer(m, "m•••@example.org") for m in methods)
        found = Identified(Phase.VERIFY, offers, person)
        return self.answer(lambda n: answers.PersonIdentified(n, "e1", found))

    def coded(self, *others: VerificationMethod) -> Walk:
        """Until a mailed code may be typed."""
        self.identified(VerificationMethod.EMAIL, *others)
        if others:
            self.say(events.MethodChosen(VerificationMethod.EMAIL))
        return self.answer(lambda n: answers.CodeDelivered(n, CodeSent(VerificationMethod.EMAIL, "m•••", 60, 600)))

    def verified(
        self,
        mode: PinMode = PinMode.REQUIRED,
        parties: tuple[RelyingPartyName, ...] = (MAIL,),
        policy: EnrollmentPolicy | None = None,
    ) -> Walk:
        """Until the key is asked for."""
        self.coded()
        self.say(events.CodeTyped("123456"))
        rules = policy or EnrollmentPolicy(pin=PinPolicy(mode=mode))
        return self.answer(lambda n: answers.PersonVerified(n, Verified(Phase.KEY, "Maria Okafor", parties, rules)))

    def inserted(self, info: KeyInfo = FRESH, mode: PinMode = PinMode.REQUIRED, **more: object) -> Walk:
        """Until the key was read, and the service would take it."""
        self.verified(mode, **more)  # type: ignore[arg-type]  # handed through
        self.say(events.KeyInserted(info.address))
        return self.read(info)

    def read(self, info: KeyInfo = FRESH, *, ours: bool | None = None) -> Walk:
        """The key is read; where the service is asked about it, that would take it."""
        self.answer(lambda n: answers.KeyInspected(n, info, ours=ours))
        if any(isinstance(effect, CheckKey) for effect in self.effects):
            self.answer(lambda n: answers.KeyAllowed(n, CheckedKey()))
        return self

    def touching(self, mode: PinMode = PinMode.REQUIRED, **more: object) -> Walk:
        """Until the key blinks."""
        self.inserted(FRESH, mode, **more)
        self.say(events.PinChosen(Secret("704913"))).answer(answers.PinAccepted)
        return self.begun()

    def begun(self, party: RelyingPartyName = MAIL) -> Walk:
        """Options arrive, and the key blinks."""
        ceremony = Ceremony("c1", party, f"https://{party.id}", {"challenge": "AA"}, 300)
        return self.answer(lambda n: answers.CeremonyBegun(n, ceremony), answers.TouchWanted)

    def made(self) -> Walk:
        """The key was touched."""
        return self.answer(lambda n: answers.CredentialMade(n, {"id": "AQ"}))

    def completed(self) -> Walk:
        """The relying party took the credential."""
        return self.answer(lambda n: answers.CeremonyCompleted(n, CompletedCeremony("AQ", {"challenge": "BB"})))

    def proved(
        self, phase: Phase = Phase.DONE, party: RelyingPartyName = MAIL, issued: IssuedPass | None = None
    ) -> Walk:
        """The key asserted, and the service believed it."""
        self.answer(lambda n: answers.CredentialAsserted(n, {"id": "AQ"}))
        return self.answer(lambda n: answers.ProofAccepted(n, ProvedCeremony(phase, party, "K7M-4Q2", issued)))
