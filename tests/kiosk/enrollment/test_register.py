"""Who is not known here: the form, the terms, what is sent, and the ways back."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kiosk import errors
from kiosk.contract.enrollments import AcceptedTerms, CodeSent, Phase, Verified
from kiosk.contract.policy import EnrollmentPolicy
from kiosk.contract.profile import FormKind, Terms, VerificationMethod
from kiosk.enrollment import answers, events
from kiosk.enrollment.effects import CancelEnrollment, IdentifyPerson, LoadProfile, RegisterPerson, SendCode
from kiosk.enrollment.register import language_of
from kiosk.enrollment.states import (
    AcceptTerms,
    ChooseMethod,
    EnterCode,
    Identify,
    InsertKey,
    Register,
    Remedy,
    Stopped,
    Welcome,
)
from kiosk.enrollment.visit import Trouble
from tests.kiosk.enrollment.walk import HOUSE, MAIL, MEMBER, NEWS, PROFILE, VISITOR, Walk

YES, NO = events.TermsAccepted(), events.Skipped()


def test_a_member_registers_and_goes_straight_to_the_code(walk: Walk) -> None:
    walk.to_form().filled(phone=" ")
    assert walk.now(AcceptTerms).terms == HOUSE
    walk.say(YES)
    assert walk.now(AcceptTerms).terms == NEWS
    assert (walk.now(AcceptTerms).number, walk.now(AcceptTerms).total) == (2, 2)
    walk.say(YES)
    asked = walk.asked(RegisterPerson)
    assert asked.form is FormKind.MEMBER
    assert asked.values == {"given_name": "Ada", "email": "ada@example.org"}
    assert asked.accepted == (AcceptedTerms("house", "2026-03", "en"), AcceptedTerms("news", "1", "en"))
    assert walk.now(AcceptTerms).busy
    registered = Walk().registered()
    assert registered.asked(SendCode).method is VerificationMethod.EMAIL
    assert registered.now(EnterCode).visit.form == MEMBER


def test_after_the_code_nothing_of_the_form_is_kept(walk: Walk) -> None:
    walk.registered().answer(lambda n: answers.CodeDelivered(n, CodeSent(VerificationMethod.EMAIL, "", 60, 600)))
    walk.say(events.CodeTyped("123456"))
    walk.answer(lambda n: answers.PersonVerified(n, Verified(Phase.KEY, "Ada", (MAIL,), EnrollmentPolicy())))
    visit = walk.now(InsertKey).visit
    assert (visit.criteria, visit.form) == ({}, None)


def test_a_visitor_without_terms_is_sent_from_the_form(walk: Walk) -> None:
    walk.to_form(FormKind.VISITOR)
    assert walk.now(Register).form == VISITOR
    walk.say(events.FormFilled({"email": "v@example.net", "sponsor": "m.okafor", "ends_on": "2026-12-01"}))
    assert walk.asked(RegisterPerson).form is FormKind.VISITOR
    assert walk.now(Register).busy
    assert walk.say(events.FormFilled({})).effects == ()


def test_a_kind_that_is_not_offered_is_not_opened(walk: Walk) -> None:
    walk.to_form(FormKind.CONTRACTOR)
    assert isinstance(walk.state, Welcome)


@pytest.mark.parametrize(
    ("values", "field", "reason"),
    [
        ({"given_name": "  "}, "given_name", "empty"),
        ({"email": "nobody"}, "email", "shape"),
        ({"given_name": "A" * 200}, "given_name", "too_long"),
        ({"phone": "call me"}, "phone", "shape"),
    ],
)
def test_what_cannot_be_meant_is_said_of_its_field(walk: Walk, values: dict[str, str], field: str, reason: str) -> None:
    problem = walk.to_form().filled(**values).now(Register).problem
    assert isinstance(problem, errors.InputRefused)
    assert (problem.field, problem.reason) == (field, reason)
    assert walk.now(Register).visit.criteria | values == walk.now(Register).visit.criteria


@pytest.mark.parametrize("day", ["2026-02-30", "2026-13-01", "26-01-01", "tomorrow"])
def test_a_day_must_be_in_the_calendar(walk: Walk, day: str) -> None:
    walk.to_form(FormKind.VISITOR)
    walk.say(events.FormFilled({"email": "v@example.net", "sponsor": "m.okafor", "ends_on": day}))
    problem = walk.now(Register).problem
    assert isinstance(problem, errors.InputRefused)
    assert (problem.field, problem.reason) == ("ends_on", "shape")


def test_back_goes_one_screen_at_a_time_and_loses_nothing(walk: Walk) -> None:
    walk.to_form().filled().say(YES)
    walk.say(events.WentBack())
    first = walk.now(AcceptTerms)
    assert (first.terms, first.accepted) == (HOUSE, ())
    form = walk.say(events.WentBack()).now(Register)
    assert form.visit.criteria["email"] == "ada@example.org"
    assert isinstance(walk.say(events.WentBack()).state, Welcome)


def test_whoever_came_from_identify_goes_back_there(walk: Walk) -> None:
    walk.to_identify().say(events.RegistrationChosen(FormKind.MEMBER))
    walk.say(events.WentBack())
    assert walk.now(Identify).visit.form is None


def test_while_the_service_looks_for_somebody_no_form_is_opened(walk: Walk) -> None:
    walk.to_identify().say(events.CriteriaGiven({"upn": "ada"}))
    walk.say(events.RegistrationChosen(FormKind.MEMBER))
    assert walk.now(Identify).busy


def test_terms_may_be_declined_only_where_they_may(walk: Walk) -> None:
    walk.to_form().filled().say(NO)
    assert walk.now(AcceptTerms).terms == HOUSE
    walk.say(YES, NO)
    assert walk.asked(RegisterPerson).accepted == (AcceptedTerms("house", "2026-03", "en"),)


def test_terms_are_accepted_in_the_language_that_they_were_read_in(walk: Walk) -> None:
    walk.to_form().say(events.LanguageChosen("ar")).filled().say(YES, YES)
    assert [each.language for each in walk.asked(RegisterPerson).accepted] == ["ar", "en"]


@pytest.mark.parametrize(
    ("locale", "languages", "read"),
    [
        ("de-AT", ("en", "de-AT", "de"), "de-AT"),
        ("de-AT", ("en", "de"), "de"),
        ("de", ("ar", "en", "de-CH"), "en"),
        ("fr", ("ar", "en"), "en"),
        ("fr", ("ar", "pt"), "ar"),
        ("fr", (), "fr"),
    ],
)
def test_terms_are_read_in_the_nearest_language(locale: str, languages: tuple[str, ...], read: str) -> None:
    assert language_of(Terms("t", "1", {}, dict.fromkeys(languages, "…")), locale) == read


@pytest.mark.parametrize("error", [errors.ServiceUnreachable(), errors.ServiceBroken(), errors.Locked()])
def test_after_a_failure_the_same_may_be_pressed_again(walk: Walk, error: Trouble) -> None:
    walk.to_form().filled().say(YES, YES)
    before = walk.asked(RegisterPerson)
    walk.fail(error)
    assert walk.now(AcceptTerms).problem == error
    walk.say(YES)
    assert replace(walk.asked(RegisterPerson), attempt=before.attempt) == before


def test_a_field_that_the_service_refuses_is_shown_in_the_form(walk: Walk) -> None:
    refused = errors.InputRefused("email", "shape")
    walk.to_form().filled().say(YES, YES).fail(refused)
    assert walk.now(Register).problem == refused
    assert walk.now(Register).visit.criteria["given_name"] == "Ada"


def test_terms_that_changed_are_fetched_and_the_form_is_kept(walk: Walk) -> None:
    walk.to_form().filled().say(YES, YES).fail(errors.TermsChanged())
    assert walk.asked(LoadProfile).attempt == walk.attempt
    assert walk.now(Register).busy
    newer = replace(MEMBER, terms=(replace(HOUSE, version="2026-04"),))
    walk.answer(lambda n: answers.ProfileLoaded(n, replace(PROFILE, registrations=(newer,))))
    state = walk.now(Register)
    assert isinstance(state.problem, errors.TermsChanged)
    assert state.visit.criteria["given_name"] == "Ada"
    walk.filled().say(YES)
    assert walk.asked(RegisterPerson).accepted == (AcceptedTerms("house", "2026-04", "en"),)


def test_a_form_that_is_no_longer_offered_ends_the_visit(walk: Walk) -> None:
    walk.to_form().filled().say(YES, YES).fail(errors.TermsChanged())
    walk.answer(lambda n: answers.ProfileLoaded(n, replace(PROFILE, registrations=())))
    assert isinstance(walk.now(Welcome).problem, errors.TermsChanged)


def test_who_must_be_looked_at_first_is_sent_to_the_desk(walk: Walk) -> None:
    walk.to_form().filled().say(YES, YES).fail(errors.HeldForReview())
    assert walk.now(Stopped).remedy is Remedy.DESK
    later = Walk().registered()
    later.answer(lambda n: answers.CodeDelivered(n, CodeSent(VerificationMethod.EMAIL, "", 60, 600)))
    later.say(events.CodeTyped("123456")).fail(errors.HeldForReview())
    assert later.now(Stopped).remedy is Remedy.DESK


def test_back_from_the_code_leads_to_the_form_and_the_next_one_replaces_the_first(walk: Walk) -> None:
    walk.registered().say(events.WentBack())
    assert walk.now(Register).visit.criteria["email"] == "ada@example.org"
    walk.filled(email="ada@example.com").say(YES, YES)
    assert walk.asked(RegisterPerson).replaces == "e1"
    assert walk.asked(RegisterPerson).values["email"] == "ada@example.com"


def test_a_confirmation_that_did_not_hold_leads_back_to_the_form(walk: Walk) -> None:
    walk.registered(VerificationMethod.SELF_CONFIRMATION)
    assert isinstance(walk.now(Register).problem, errors.NotVerified)
    other = Walk().registered(VerificationMethod.NONE).fail(errors.NotVerified())
    assert isinstance(other.now(Register).problem, errors.NotVerified)


@pytest.mark.parametrize("event", [events.Cancelled(), events.IdleExpired(), events.TimeExpired()])
def test_who_leaves_is_forgotten(walk: Walk, event: events.Event) -> None:
    walk.to_form().filled().say(YES, event)
    visit = walk.now(Welcome).visit
    assert (visit.criteria, visit.form) == ({}, None)
    assert not any(isinstance(effect, CancelEnrollment) for effect in walk.all)


def test_a_known_way_is_still_there_after_the_form(walk: Walk) -> None:
    walk.registered(VerificationMethod.EMAIL, VerificationMethod.SMS)
    assert isinstance(walk.state, ChooseMethod)
    walk.say(events.WentBack(), events.WentBack(), events.Started(), events.CriteriaGiven({"upn": "ada"}))
    assert walk.asked(IdentifyPerson).criteria == {"upn": "ada"}


def test_what_was_typed_is_in_no_repr() -> None:
    asked = RegisterPerson(1, "", "en", FormKind.MEMBER, {"email": "ada@example.org"})
    assert "ada@example.org" not in repr((asked, events.FormFilled({"email": "ada@example.org"})))
