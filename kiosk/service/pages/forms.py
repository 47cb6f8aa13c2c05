"""The form of somebody who registers, on their phone: its fields with what they typed, and what is not right yet."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from kiosk.contract.enrollments import AcceptedTerms, Phase, Register, SendCode
from kiosk.contract.profile import FieldKind, FormField, FormKind, RegistrationForm, Terms, VerificationMethod
from kiosk.service.accounts.rules import BadAttributes, TermsNotAccepted
from kiosk.service.directories.connector import DirectoryUnavailable
from kiosk.service.directories.rules import BadCriteria
from kiosk.service.enrollments import actions as enrollments
from kiosk.service.enrollments import register
from kiosk.service.enrollments.register_forms import forms
from kiosk.service.enrollments.rules import Expired, NotFound, WrongPhase
from kiosk.service.mobile.rules import NotNow
from kiosk.service.pages.subject import caller_of, enrollment_of
from kiosk.service.pages.words import Language
from kiosk.service.parts import Parts
from kiosk.service.store.phone_codes import PhoneCodeRow
from kiosk.service.verification.rules import VerificationRefused

FIELD: Final = "field:"
TERMS: Final = "terms:"

_KINDS: Final = {FieldKind.EMAIL: "email", FieldKind.PHONE: "tel", FieldKind.DATE: "date"}
_COMPLETE: Final = {
    "given_name": "given-name",
    "family_name": "family-name",
    "email": "email",
    "phone": "tel",
    "company": "organization",
}


@dataclass(frozen=True, slots=True)
class Input:
    """One field of the page."""

    id: str
    name: str
    label: str
    hint: str
    kind: str
    complete: str
    longest: int
    required: bool
    value: str = field(repr=False)
    wrong: bool
    earliest: str = ""
    latest: str = ""


@dataclass(frozen=True, slots=True)
class Paper:
    """Terms as the page shows them, in the language that there is."""

    name: str
    version: str
    language: str
    title: str
    text: str
    required: bool
    accepted: bool
    wrong: bool


@dataclass(frozen=True, slots=True)
class FormPage:
    """What the page shows."""

    fields: tuple[Input, ...]
    terms: tuple[Paper, ...]
    trouble: str = ""


def view(
    parts: Parts,
    row: PhoneCodeRow,
    language: Language,
    typed: Mapping[str, str],
    wrong: Iterable[str] = (),
    trouble: str = "",
) -> FormPage:
    """The form with what was typed so far. Raises NotNow: there is no such form any more."""
    form, bad = _form(parts, row), frozenset(wrong)
    today = parts.clock.now().date()
    last = today + timedelta(days=form.longest_days)
    span = (today.isoformat(), last.isoformat()) if form.longest_days else ("", "")
    return FormPage(
        tuple(_input(number, each, language, typed, bad, span) for number, each in enumerate(form.fields)),
        tuple(_paper(each, language, typed, bad) for each in form.terms),
        trouble or ("form_wrong" if bad else ""),
    )


def filled_in(parts: Parts, row: PhoneCodeRow, language: Language, typed: Mapping[str, str]) -> FormPage | None:
    """Take the form, and send the code that proves its address; the page again where something is not right.

    Raises NotNow.
    """
    form, enrollment = _form(parts, row), enrollment_of(parts, row, Phase.IDENTIFY, Phase.VERIFY)
    values = {each.field.name: typed.get(FIELD + each.field.name, "") for each in form.fields}
    accepted = tuple(
        AcceptedTerms(each.id, typed[TERMS + each.id], _language(each.texts, language))
        for each in form.terms
        if TERMS + each.id in typed
    )
    try:
        register.fill_in(parts, caller_of(row), enrollment.id, Register(form.kind, values, accepted))
    except (BadCriteria, BadAttributes, TermsNotAccepted) as error:
        return view(parts, row, language, typed, error.reasons)
    except DirectoryUnavailable:
        return view(parts, row, language, typed, trouble="form_unavailable")
    except (WrongPhase, Expired, NotFound) as error:
        raise NotNow from error
    _first_code(parts, row, enrollment.id)
    return None


def _first_code(parts: Parts, row: PhoneCodeRow, enrollment_id: str) -> None:
    """What stands against it, the page of the code says."""
    try:
        enrollments.send_code(parts, caller_of(row), enrollment_id, SendCode(VerificationMethod.EMAIL))
    except VerificationRefused:
        return


def _form(parts: Parts, row: PhoneCodeRow) -> RegistrationForm:
    found = next((each for each in forms(parts.settings) if each.kind == FormKind(row.form)), None)
    if found is None:
        raise NotNow
    return found


def _input(
    number: int,
    each: FormField,
    language: Language,
    typed: Mapping[str, str],
    wrong: frozenset[str],
    span: tuple[str, str],
) -> Input:
    asked = each.field
    built_in = f"field_{asked.name}"
    earliest, latest = span if asked.kind is FieldKind.DATE else ("", "")
    return Input(
        id=f"field-{number}",
        name=FIELD + asked.name,
        label=language.words.get(built_in) or _text(asked.labels, language) or asked.name.partition(":")[2],
        hint=_text(asked.hints, language),
        kind=_KINDS.get(asked.kind, "text"),
        complete=_COMPLETE.get(asked.name, "off"),
        longest=asked.max_length,
        required=each.required,
        value=typed.get(FIELD + asked.name, ""),
        wrong=asked.name in wrong,
        earliest=earliest,
        latest=latest,
    )


def _paper(each: Terms, language: Language, typed: Mapping[str, str], wrong: frozenset[str]) -> Paper:
    tag = _language(each.texts, language)
    return Paper(
        name=TERMS + each.id,
        version=each.version,
        language=tag,
        title=each.titles.get(tag) or _text(each.titles, language) or each.id,
        text=each.texts[tag],
        required=each.required,
        accepted=typed.get(TERMS + each.id) == each.version,
        wrong=each.id in wrong,
    )


def _language(texts: Mapping[str, str], language: Language) -> str:
    """The tag of the text that is shown: the reader's, else English, else the first."""
    exact = (tag for tag in texts if tag.partition("-")[0].lower() == language.tag)
    return next(exact, "en" if "en" in texts else next(iter(texts)))


def _text(texts: Mapping[str, str], language: Language) -> str:
    return texts[_language(texts, language)] if texts else ""
