"""Sample states of what a person does with their phone: its code, its number, every ending, a mobile ID."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from kiosk import errors as kiosk_errors
from kiosk.contract.enrollments import VerificationOffer
from kiosk.contract.mobile_ids import MobileId
from kiosk.contract.phone import PhoneCode, PhonePurpose, PhoneReason, PhoneStanding, PhoneStatus
from kiosk.contract.policy import PhonePlace, PhonePolicy
from kiosk.contract.profile import VerificationMethod
from kiosk.enrollment import states as s
from kiosk.enrollment.visit import Port, Visit
from ui.tour_accounts import VISITOR
from ui.tour_keys import Sample

LINK = "https://kiosk.example.org/m/uB7cXo2vQ5qTqvJ9mKx3Zw"
CODE = PhoneCode("t1", "", 281, LINK)
WAITING = PhoneStanding(PhoneStatus.PENDING, expires_in=281)
HERE = PhoneStanding(PhoneStatus.SCANNED, "472", 200)


def phone_check_samples(visit: Visit) -> Iterator[Sample]:
    """The phone as a way to verify, and as the place to type a code or fill in a form."""
    with_phone = replace(visit, profile=replace(visit.profile, codes_on_phone=True, forms_on_phone=True))
    offers = (*visit.offers, VerificationOffer(VerificationMethod.PHONE))
    yield Sample("choose-method-phone", s.ChooseMethod(visit, offers[2:]))
    code = s.EnterCode(with_phone, VerificationMethod.EMAIL, offers[0].hint, sent=1, others=offers[1:3], expires_in=300)
    yield Sample("code-on-phone", code)
    yield Sample("register-on-phone", s.Register(with_phone, VISITOR))
    for purpose in (PhonePurpose.CONFIRM, PhonePurpose.CODE, PhonePurpose.REGISTER):
        asked = s.Phone(with_phone, purpose, CODE, 1, WAITING, returns=True)
        yield Sample(f"phone-{purpose}", asked)
        yield Sample(f"phone-{purpose}-here", replace(asked, standing=HERE))
        yield Sample(f"phone-{purpose}-done", replace(asked, standing=PhoneStanding(PhoneStatus.COMPLETED), busy=True))
        locked = PhoneStanding(PhoneStatus.FAILED, reason=PhoneReason.LOCKED)
        yield Sample(f"phone-{purpose}-locked", replace(asked, standing=locked))


def phone_samples(visit: Visit) -> Iterator[Sample]:
    """The phone's own passkey, and all that may become of its code."""
    unreachable = kiosk_errors.ServiceUnreachable()
    policy = replace(visit.policy, phone=PhonePolicy(PhonePlace.INSTEAD))
    alone = replace(visit, policy=policy, key=None, port=Port())
    asked = s.Phone(alone, PhonePurpose.PASSKEY, CODE, 1, WAITING, optional=True, instead=True)
    yield Sample("phone-preparing", replace(asked, code=None, standing=None))
    down = kiosk_errors.PhonesUnavailable()
    yield Sample("phone-none", replace(asked, code=None, standing=None, problem=down))
    yield Sample("phone-unreadable", replace(asked, code=replace(CODE, link="", qr_code="AAAA")))
    stuck = replace(asked, code=None, standing=None, problem=unreachable, done="t1")
    yield Sample("phone-done-unreachable", stuck)
    yield Sample("phone", asked)
    yield Sample("phone-required", replace(asked, optional=False, instead=False))
    before = replace(visit, policy=replace(visit.policy, phone=PhonePolicy(PhonePlace.BEFORE)), key=None, port=Port())
    yield Sample("phone-before", replace(asked, visit=before, instead=False))
    after = replace(visit, policy=replace(visit.policy, phone=PhonePolicy(PhonePlace.AFTER)), finished=visit.parties)
    yield Sample("phone-after", replace(asked, visit=after, instead=False))
    yield Sample("phone-unreachable", replace(asked, problem=unreachable))
    here = replace(asked, standing=HERE)
    yield Sample("phone-here", here)
    yield Sample("phone-here-twice", replace(here, standing=replace(HERE, reason=PhoneReason.ANOTHER_PHONE)))
    yield Sample("phone-here-unreachable", replace(here, problem=unreachable))
    yield Sample("phone-here-elsewhere", replace(here, standing=replace(HERE, number="")))
    yield Sample("phone-done", replace(asked, standing=PhoneStanding(PhoneStatus.COMPLETED), busy=True))
    yield Sample("phone-expired", replace(asked, standing=PhoneStanding(PhoneStatus.EXPIRED)))
    for reason in (*PhoneReason, ""):
        cancelled = reason in (PhoneReason.REPLACED, PhoneReason.TAKEN_BACK)
        status = PhoneStatus.CANCELLED if cancelled else PhoneStatus.FAILED
        name = str(reason).replace("_", "-") or "failed"
        yield Sample(f"phone-{name}", replace(asked, standing=PhoneStanding(status, reason=reason)))


def phone_done_samples(visit: Visit) -> Iterator[Sample]:
    """A visit that ends with a phone in place of a key."""
    policy = replace(visit.policy, phone=PhonePolicy(PhonePlace.INSTEAD))
    alone = replace(visit, policy=policy, key=None, port=Port(), phone_ready=True, receipt="7Q2M")
    yield Sample("done-phone", s.Done(alone))


def id_samples(visit: Visit) -> Iterator[Sample]:
    """The mobile ID of a project: asked for, refused, taken."""
    asked = s.ShowId(visit)
    yield Sample("id", asked)
    yield Sample("id-optional", replace(asked, optional=True))
    yield Sample("id-busy", replace(asked, busy=True))
    refusals = {
        "range": kiosk_errors.IdOutOfRange(),
        "other": kiosk_errors.IdTakenByOther(),
        "exhausted": kiosk_errors.NumbersExhausted(),
        "unreachable": kiosk_errors.ServiceUnreachable(),
    }
    for name, problem in refusals.items():
        yield Sample(f"id-{name}", replace(asked, problem=problem, optional=True))
    yield Sample("id-taken", s.IdTaken(visit, MobileId("Spring campaign", 100_042)))
    yield Sample("id-known", s.IdTaken(visit, MobileId("Spring campaign", 100_042, registered=True)))
