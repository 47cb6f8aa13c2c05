"""Who are you, and are you really: the hand-overs between saying it, proving it, and the key."""

from __future__ import annotations

from dataclasses import replace

from kiosk.contract.enrollments import Identified, Verified
from kiosk.enrollment import identify, port, register, verify
from kiosk.enrollment.answers import PersonIdentified, PersonVerified
from kiosk.enrollment.events import Event, RegistrationChosen
from kiosk.enrollment.states import AcceptTerms, Identify, Register
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
        case Identify(), _:
            return identify.on_identify(state, event)
        case Register() | AcceptTerms(), _:
            return register.on_register(state, event)
        case _, PersonVerified(_, verified):
            return port.look(_verified(state.visit, verified))
        case _:
            return verify.on_verify(state, event)


def _identified(visit: Visit, enrollment_id: str, identified: Identified) -> Visit:
    return replace(visit, enrollment_id=enrollment_id, offers=identified.offers, masked=identified.person)


def _verified(visit: Visit, verified: Verified) -> Visit:
    return replace(
        visit,
        person=verified.display_name,
        policy=verified.policy,
        parties=verified.relying_parties,
        criteria={},
        form=None,
        masked=None,
    )
