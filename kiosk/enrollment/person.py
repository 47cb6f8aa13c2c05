"""Who are you, and are you really: the hand-overs between saying it, proving it, and the key."""

from __future__ import annotations

from dataclasses import replace

from kiosk.contract.enrollments import Identified, Verified
from kiosk.contract.profile import VerificationMethod
from kiosk.enrollment import identify, more_keys, phone_code, register, verify
from kiosk.enrollment.answers import PersonIdentified, PersonVerified
from kiosk.enrollment.events import Event, PhoneWanted, RegistrationChosen
from kiosk.enrollment.states import AcceptTerms, CodeWork, EnterCode, Identify, Register
from kiosk.enrollment.step import Step
from kiosk.enrollment.visit import Visit

Saying = Identify | Register | AcceptTerms


def on_person(state: Saying | verify.Verifying, event: Event) -> Step:
    """One step until the person is verified; none of these steps knows the next."""
    match state, event:
        case Identify() | Register() | AcceptTerms(), PersonIdentified(_, enrollment_id, identified):
            return verify.start(_identified(state.visit, enrollment_id, identified))
        case Identify(), RegistrationChosen(kind):
            return register.choose(state, kind)
        case Register() | EnterCode(), PhoneWanted() if _on_phone(state):
            return phone_code.instead_of(state)
        case Identify(), _:
            return identify.on_identify(state, event)
        case Register() | AcceptTerms(), _:
            return register.on_register(state, event)
        case _, PersonVerified(_, answer):
            return verified(state.visit, answer)
        case _:
            return verify.on_verify(state, event)


def _identified(visit: Visit, enrollment_id: str, identified: Identified) -> Visit:
    return replace(visit, enrollment_id=enrollment_id, offers=identified.offers, masked=identified.person)


def verified(visit: Visit, answer: Verified) -> Step:
    """The person is who they said: what was typed is forgotten, and the rest of the visit is theirs."""
    known = replace(
        visit,
        person=answer.display_name,
        policy=answer.policy,
        parties=answer.relying_parties,
        criteria={},
        form=None,
        masked=None,
        phone_ready=False,
    )
    return more_keys.ask(known, answer)


def _on_phone(state: Register | EnterCode) -> bool:
    """Whether this may be typed on a phone, now. The code of an authenticator app is there already."""
    if isinstance(state, Register):
        return state.visit.profile.forms_on_phone and not state.busy
    sent = state.method in (VerificationMethod.EMAIL, VerificationMethod.SMS) and state.work is CodeWork.IDLE
    return state.visit.profile.codes_on_phone and sent
