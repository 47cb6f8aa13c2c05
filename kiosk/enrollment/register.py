"""Tell us about yourself: the form of somebody who is not known here, and the terms, one after another."""

from __future__ import annotations

from dataclasses import replace

from kiosk.contract.enrollments import AcceptedTerms
from kiosk.contract.profile import FormKind, Profile, RegistrationForm, Terms
from kiosk.enrollment import identify
from kiosk.enrollment.answers import Failed, ProfileLoaded
from kiosk.enrollment.effects import LoadProfile, RegisterPerson
from kiosk.enrollment.events import Event, FormFilled, Skipped, TermsAccepted, WentBack
from kiosk.enrollment.states import AcceptTerms, Identify, Register, Remedy, State, Welcome
from kiosk.enrollment.step import Step, end, next_attempt, stay, stop
from kiosk.enrollment.visit import Trouble, Visit
from kiosk.errors import HeldForReview, InputRefused, TermsChanged


def choose(state: Welcome | Identify, kind: FormKind) -> Step:
    """Open the form of this kind, where the service offers it."""
    form = _form(state.visit.profile, kind)
    if form is None or (isinstance(state, Identify) and state.busy):
        return stay(state)
    return Register(replace(next_attempt(state.visit), form=form), form), ()


def ask_again(visit: Visit, problem: Trouble | None = None) -> State:
    """Where the person said who they are: in a form, or by what they are known by here."""
    return identify.ask(visit, problem) if visit.form is None else Register(visit, visit.form, problem)


def language_of(terms: Terms, locale: str) -> str:
    """In which language (BCP 47) these terms are read by somebody who reads `locale`: that one, the same without its
    region, English, or the first there is."""
    wanted = (locale, locale.partition("-")[0], "en", *terms.texts)
    return next((tag for tag in wanted if terms.texts.get(tag)), locale)


def on_register(state: Register | AcceptTerms, event: Event) -> Step:
    """One step while the person registers; `person` hands the service's answer to `verify`."""
    match event:
        case WentBack():
            return _back(state)
        case Failed(_, error):
            return _failed(state, error)
        case ProfileLoaded(_, profile) if isinstance(state, Register):
            return _reloaded(state, profile)
        case _:
            return stay(state) if state.busy else _answered(state, event)


def _answered(state: Register | AcceptTerms, event: Event) -> Step:
    match state, event:
        case Register(), FormFilled(values):
            return _filled(state, values)
        case AcceptTerms(terms=terms), TermsAccepted():
            yes = AcceptedTerms(terms.id, terms.version, language_of(terms, state.visit.locale))
            return _next(state, (*state.accepted, yes))
        case AcceptTerms(terms=terms), Skipped() if not terms.required:
            return _next(state, state.accepted)
        case _:
            return stay(state)


def _filled(state: Register, values: dict[str, str]) -> Step:
    fields = state.form.fields
    typed = {each.field.name: values.get(each.field.name, "") for each in fields}
    visit = replace(state.visit, criteria=typed)
    given = [each.field for each in fields if each.required or typed[each.field.name].strip()]
    refusal = next((why for why in (identify.refuse(field, typed[field.name]) for field in given) if why), None)
    if refusal is not None:
        return replace(state, visit=visit, problem=refusal), ()
    filled = replace(state, visit=next_attempt(visit), problem=None)
    return (_terms(filled, 1), ()) if state.form.terms else _send(filled, ())


def _terms(state: Register | AcceptTerms, number: int, accepted: tuple[AcceptedTerms, ...] = ()) -> AcceptTerms:
    terms = state.form.terms
    return AcceptTerms(state.visit, state.form, terms[number - 1], number, len(terms), accepted)


def _next(state: AcceptTerms, accepted: tuple[AcceptedTerms, ...]) -> Step:
    """The next of the terms; after the last one, the service. What was accepted last is not yet in the state that waits
    for it, so that the same may be pressed again after a failure."""
    if state.number < state.total:
        return _terms(state, state.number + 1, accepted), ()
    return _send(state, accepted)


def _send(state: Register | AcceptTerms, accepted: tuple[AcceptedTerms, ...]) -> Step:
    visit = next_attempt(state.visit)
    values = {name: value for name, value in identify.clean(visit.criteria).items() if value}
    effect = RegisterPerson(visit.attempt, visit.enrollment_id, visit.locale, state.form.kind, values, accepted)
    return replace(state, visit=visit, problem=None, busy=True), (effect,)


def _back(state: Register | AcceptTerms) -> Step:
    """One screen back; nothing that was typed is lost."""
    visit = next_attempt(state.visit)
    if isinstance(state, AcceptTerms):
        before = state.number - 1
        if not before:
            return Register(visit, state.form), ()
        again = state.form.terms[before - 1].id
        kept = tuple(each for each in state.accepted if each.id != again)
        return _terms(replace(state, visit=visit), before, kept), ()
    if visit.alternative:  # they came from there
        return identify.ask(replace(visit, form=None)), ()
    return end(state, visit)


def _failed(state: Register | AcceptTerms, error: Trouble) -> Step:
    visit = state.visit
    match error:
        case HeldForReview():
            return stop(visit, error, Remedy.DESK)
        case InputRefused():
            return Register(visit, state.form, error), ()
        case TermsChanged():
            visit = next_attempt(visit)
            return Register(visit, state.form, error, busy=True), (LoadProfile(visit.attempt),)
        case _:
            return replace(state, problem=error, busy=False), ()


def _reloaded(state: Register, profile: Profile) -> Step:
    """The terms were others meanwhile: those of today are asked for, and the form is as it was filled in."""
    visit = replace(state.visit, profile=profile)
    form = _form(profile, state.form.kind)
    if form is None:
        return end(state, visit, state.problem)
    return Register(replace(visit, form=form), form, state.problem), ()


def _form(profile: Profile, kind: FormKind) -> RegistrationForm | None:
    return next((form for form in profile.registrations if form.kind is kind), None)
