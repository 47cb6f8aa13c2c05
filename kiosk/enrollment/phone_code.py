"""A code for the person's phone: where in a visit one is wanted, and having it shown."""

from __future__ import annotations

from dataclasses import replace

from kiosk.contract.phone import PhonePurpose
from kiosk.contract.policy import Demand, PhonePlace
from kiosk.enrollment import port
from kiosk.enrollment.effects import OpenPhone
from kiosk.enrollment.hand_over import WANTED
from kiosk.enrollment.states import Done, EnterCode, Phone, Register
from kiosk.enrollment.step import Step, close_phone, next_attempt
from kiosk.enrollment.visit import Visit


def before_key(visit: Visit) -> Step:
    """The person is verified: their phone first, or instead, where policy wants that; else the key."""
    phone = visit.policy.phone
    if phone is None or phone.demand not in WANTED or phone.place is PhonePlace.AFTER:
        return port.look(visit)
    return _passkey(visit, phone.demand, instead=phone.place is PhonePlace.INSTEAD)


def after_key(visit: Visit) -> Step:
    """The key works, and all else is done: the phone now, where policy wants that."""
    phone = visit.policy.phone
    if phone is None or phone.demand not in WANTED or phone.place is not PhonePlace.AFTER:
        return done(visit)
    return _passkey(visit, phone.demand, instead=False)


def done(visit: Visit) -> Step:
    """Nothing is left to do."""
    return Done(next_attempt(visit)), ()


def confirm(visit: Visit) -> Step:
    """Verify with a passkey on the phone."""
    return show(Phone(visit, PhonePurpose.CONFIRM, returns=True))


def instead_of(state: EnterCode | Register) -> Step:
    """Type on the phone what would be typed here."""
    if isinstance(state, Register):
        return show(Phone(state.visit, PhonePurpose.REGISTER, returns=True))
    return show(Phone(state.visit, PhonePurpose.CODE, returns=True, came_from=state))


def show(state: Phone) -> Step:
    """Show a new code; the one on the screen is taken back."""
    visit = next_attempt(state.visit)
    form = visit.form.kind if state.purpose is PhonePurpose.REGISTER and visit.form is not None else None
    effect = OpenPhone(visit.attempt, visit.enrollment_id, state.purpose, form, visit.locale)
    fetching = replace(state, visit=visit, code=None, standing=None, problem=None, busy=True, done="")
    return fetching, (*close_phone(state), effect)


def _passkey(visit: Visit, demand: Demand, *, instead: bool) -> Step:
    return show(Phone(visit, PhonePurpose.PASSKEY, optional=demand is not Demand.REQUIRE, instead=instead))
