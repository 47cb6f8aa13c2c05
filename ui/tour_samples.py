"""Sample states for the tour: every screen, every interesting variant, every notice. The people do not exist."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from hardware import errors as key_errors
from hardware.errors import HardwareError
from kiosk import errors as kiosk_errors
from kiosk.contract.enrollments import MaskedPerson, VerificationOffer
from kiosk.contract.policy import EnrollmentPolicy, PinMode, PinPolicy
from kiosk.contract.profile import (
    FieldKind,
    FieldSet,
    IdentifyField,
    Profile,
    RelyingPartyName,
    VerificationMethod,
)
from kiosk.enrollment import states as s
from kiosk.enrollment.admission import Reason
from kiosk.enrollment.states import Remedy, Task
from kiosk.enrollment.visit import Port, Trouble, Visit
from ui.tour_accounts import app_code_samples, app_samples, new_samples
from ui.tour_keys import ADDRESS, KEY, MODEL, Sample, key_samples, stopped_samples, working_samples
from ui.tour_parties import party_samples
from ui.tour_phone import id_samples, phone_check_samples, phone_done_samples, phone_samples
from ui.tour_staff import more_key_samples, staff_samples
from ui.tour_station import station_samples

_MAIL = RelyingPartyName("mail.example.org", "Staff mail")
_VPN = RelyingPartyName("vpn.example.org", "VPN")
_EMAIL = FieldSet("email", (IdentifyField("email", FieldKind.EMAIL),))
_NUMBER = FieldSet("employee_id", (IdentifyField("employee_id", FieldKind.DIGITS, max_length=16),))
_NAMES = FieldSet(
    "name",
    (
        IdentifyField("given_name", FieldKind.NAME),
        IdentifyField("family_name", FieldKind.NAME),
        IdentifyField("attribute:site", FieldKind.TEXT, {"en": "Site", "ar": "الموقع"}, {"en": "For example, Leeds"}),
    ),
)
_BADGE = FieldSet("badge", (IdentifyField("badge", FieldKind.BADGE),))
_OFFERS = (
    VerificationOffer(VerificationMethod.EMAIL, "m•••••@example.org"),
    VerificationOffer(VerificationMethod.SMS, "••• 42"),
    VerificationOffer(VerificationMethod.AUTOMATIC),
)


def samples(locale: str) -> Iterator[Sample]:
    """Every screen in the order of a visit, then every notice."""
    visit = _visit(locale)
    yield from _before(visit)
    yield from new_samples(visit)
    yield from _person(visit)
    yield from app_code_samples(visit)
    yield from phone_check_samples(visit)
    yield from id_samples(_verified(visit))
    yield from staff_samples(visit)
    yield from more_key_samples(_verified(visit))
    yield from phone_samples(_verified(visit))
    yield from key_samples(_verified(visit))
    yield from _working(_verified(visit))
    yield from app_samples(_finished(_verified(visit)))
    yield from phone_done_samples(_verified(visit))
    yield from _end(_verified(visit))
    yield from _notices(_verified(visit))


def troubles() -> tuple[Trouble, ...]:
    """One of every concrete class of trouble, and those whose words follow their data."""
    key: tuple[HardwareError, ...] = (
        key_errors.NoAccess("/dev/hidraw3", "70-keywright.rules"),
        key_errors.WrongPin(6),
        key_errors.WrongPin(None),
        key_errors.KeySilent(5.0),
        key_errors.MissingExtension("hmac-secret"),
        key_errors.Unsupported("setMinPINLength"),
    )
    reasons = tuple(kiosk_errors.KeyNotAdmitted((reason.value,)) for reason in Reason)
    inputs = tuple(kiosk_errors.InputRefused("email", why) for why in ("empty", "too_long", "characters", "shape"))
    beside: tuple[Trouble, ...] = (
        kiosk_errors.ConfigurationError("smtp.port", "is no number"),
        kiosk_errors.NoCredential("station"),
        kiosk_errors.PortTaken("127.0.0.1", 8443),
        kiosk_errors.JournalCorrupt("/var/lib/keywright/journal.bad"),
        *(kiosk_errors.LetterNotPrinted("no_printer"), kiosk_errors.LetterNotPrinted("not_finished")),
        kiosk_errors.WrongCode("k7q2", 3),
        kiosk_errors.WrongCode("k7q2"),
        kiosk_errors.TooSoon("k7q2", 42),
        kiosk_errors.Locked("k7q2", 900),
        kiosk_errors.KeyNotAllowed("k7q2", (Reason.MODEL_DENIED.value,)),
    )
    made: tuple[Trouble, ...] = (*key, *inputs, *reasons, *beside)
    known = {type(trouble) for trouble in made}
    plain = [cls for cls in (*_leaves(HardwareError), *_leaves(kiosk_errors.KioskError)) if cls not in known]
    return (*made, *(cls() for cls in plain))


def _leaves(cls: type[Trouble]) -> Iterator[type[Trouble]]:
    below = cls.__subclasses__()
    if not below:
        yield cls
    for each in below:
        yield from _leaves(each)


def _visit(locale: str) -> Visit:
    profile = Profile(
        organization="Example",
        languages=("en", "ar"),
        alternatives=(_EMAIL, _NUMBER, _NAMES, _BADGE),
        methods=tuple(VerificationMethod),
        relying_parties=(_MAIL, _VPN),
        email_domain="example.org",
    )
    return Visit(profile, locale, offers=_OFFERS)


def _verified(visit: Visit) -> Visit:
    return replace(
        visit,
        enrollment_id="e1",
        person="Maria Okafor",
        policy=EnrollmentPolicy(PinPolicy(own_numbers=("20417",))),
        parties=(_MAIL, _VPN),
        key=KEY,
        model=MODEL,
        port=Port((ADDRESS,)),
    )


def _before(visit: Visit) -> Iterator[Sample]:
    yield from station_samples(visit.locale)
    yield Sample("welcome", s.Welcome(visit))
    yield Sample("welcome-after-time", s.Welcome(visit, kiosk_errors.TookTooLong()))


def _person(visit: Visit) -> Iterator[Sample]:
    typed = replace(visit, criteria={"email": "maria.okafor@example.org"})
    yield Sample("identify", s.Identify(visit, _EMAIL, (_NUMBER, _NAMES, _BADGE)))
    yield Sample("identify-busy", s.Identify(typed, _EMAIL, (_NUMBER, _BADGE), busy=True))
    missing = kiosk_errors.InputRefused("email", "empty")
    yield Sample("identify-empty", s.Identify(visit, _EMAIL, (_NUMBER, _NAMES, _BADGE), missing))
    yield Sample("identify-number", s.Identify(visit, _NUMBER, (_EMAIL, _NAMES, _BADGE)))
    yield Sample("identify-names", s.Identify(visit, _NAMES, (_EMAIL,)))
    yield Sample("choose-method", s.ChooseMethod(visit, _OFFERS))
    down = kiosk_errors.VerificationUnavailable()
    yield Sample("choose-method-one-down", s.ChooseMethod(visit, _OFFERS[:2], down))
    code = s.EnterCode(visit, VerificationMethod.EMAIL, _OFFERS[0].hint, others=_OFFERS[1:], expires_in=300)
    yield Sample("code-sending", replace(code, work=s.CodeWork.SENDING))
    yield Sample("code", replace(code, sent=1))
    yield Sample("code-wrong", replace(code, sent=1, problem=kiosk_errors.WrongCode(tries_left=3)))
    yield Sample("code-old", replace(code, sent=1, problem=kiosk_errors.CodeTooOld()))
    yield Sample("code-checking", replace(code, sent=1, work=s.CodeWork.CHECKING))
    text = replace(code, method=VerificationMethod.SMS, hint=_OFFERS[1].hint, others=_OFFERS[:1], sent=2)
    yield Sample("code-text", text)
    yield Sample("badge", s.ShowBadge(visit, _OFFERS[:2]))
    yield Sample("badge-busy", s.ShowBadge(visit, _OFFERS[:2], busy=True))
    yield Sample("badge-unknown", s.ShowBadge(visit, _OFFERS[:2], kiosk_errors.NotVerified()))
    masked = MaskedPerson("M•••• O•••••", (("department", "Facilities"), ("employee_id", "••• 17")))
    yield Sample("confirm", s.ConfirmPerson(visit, masked))


def _working(visit: Visit) -> Iterator[Sample]:
    touch = s.Touch(visit, _MAIL, 1, 2, 30)
    yield Sample("touch-preparing", touch)
    yield Sample("touch", replace(touch, waiting=True))
    last = replace(touch, visit=replace(visit, finished=(_MAIL,)), party=_VPN, number=2, waiting=True)
    yield Sample("touch-last", last)
    yield Sample("touch-late", replace(touch, problem=key_errors.TouchTimeout()))
    yield from working_samples(visit, _MAIL)
    prove = s.Prove(visit, _MAIL, 1, 2, Task.REGISTER)
    yield Sample("working-register", prove)
    yield Sample("working-test", replace(prove, task=Task.TEST))
    yield Sample("working-touch", replace(prove, task=Task.TEST, touch=True))
    finished = replace(visit, finished=(_MAIL, _VPN))
    yield Sample("working-check", s.Prove(finished, _VPN, 2, 2, Task.CHECK))
    lost = kiosk_errors.ServiceUnreachable("k7q2")
    yield Sample("working-again", replace(prove, tries=2, retry_in=8, problem=lost))
    yield Sample("working-pulled", replace(prove, visit=replace(visit, port=Port())))


def _finished(visit: Visit) -> Visit:
    return replace(visit, finished=(_MAIL, _VPN), receipt="7Q2M")


def _end(visit: Visit) -> Iterator[Sample]:
    done = _finished(visit)
    yield Sample("done", s.Done(done))
    without = EnrollmentPolicy(PinPolicy(mode=PinMode.NEVER))
    yield Sample(
        "done-key-out", s.Done(replace(done, port=Port(), policy=without, parties=(_MAIL,), finished=(_MAIL,)))
    )
    refused = kiosk_errors.RegistrationRefused("K7-4821")
    yield Sample("stopped-cleaning", s.Stopped(visit, refused, Remedy.ANOTHER_KEY, cleaning=True))
    yield Sample("stopped-left-on-key", s.Stopped(visit, refused, Remedy.ANOTHER_KEY, left_on_key=True))
    yield from stopped_samples(visit)
    yield from party_samples(visit)


def _notices(visit: Visit) -> Iterator[Sample]:
    """Every class of trouble on the page that can tell it whole."""
    start_over = (kiosk_errors.SessionExpired, kiosk_errors.OutOfStep, kiosk_errors.TookTooLong)
    for trouble in troubles():
        if isinstance(trouble, HardwareError | kiosk_errors.KeyNotAdmitted | kiosk_errors.KeyNotAllowed):
            remedy = Remedy.ANOTHER_KEY
        else:
            remedy = Remedy.START_OVER if isinstance(trouble, start_over) else Remedy.DESK
        yield Sample(f"stopped-{_dashed(type(trouble).__name__)}", s.Stopped(visit, trouble, remedy))


def _dashed(name: str) -> str:
    return "".join(f"-{c.lower()}" if c.isupper() else c for c in name).lstrip("-")
