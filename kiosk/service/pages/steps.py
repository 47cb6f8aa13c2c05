"""The task of a phone once its number was right: its page, for each purpose, and the forms that are not ceremonies."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from fastapi import Response

from kiosk.contract.enrollments import Phase
from kiosk.contract.phone import PhonePurpose
from kiosk.service.directories.rules import BadCriteria
from kiosk.service.mobile.rules import CodeOver, NotNow
from kiosk.service.pages import codes, confirming, forms, passkeys
from kiosk.service.pages.call import Call
from kiosk.service.pages.ceremony import party_of
from kiosk.service.pages.subject import enrollment_of, masked_name
from kiosk.service.pages.visitor import BadForm
from kiosk.service.store.engine import StaleRow
from kiosk.service.store.phone_codes import PhoneCodeRow

_TYPED: Final = frozenset({PhonePurpose.CODE, PhonePurpose.REGISTER})


def show(call: Call, row: PhoneCodeRow, form: Mapping[str, str] | None = None) -> Response:
    """The page of the task; after a `form` that came too late, it says so. Raises NotNow, CodeOver, StaleRow."""
    match row.purpose:
        case PhonePurpose.PASSKEY:
            return _passkey(call, row, form)
        case PhonePurpose.CONFIRM:
            return _confirm(call, row, form)
        case PhonePurpose.CODE:
            return _code(call, row)
        case PhonePurpose.REGISTER:
            return _register(call, row)


def code_typed(call: Call, form: Mapping[str, str]) -> Response:
    """Judge a code; what is wrong with it is told beside its field."""
    try:
        row = call.at_task(form, *_TYPED)
        told = codes.typed(call.parts, row, form.get("code", ""))
    except (CodeOver, NotNow, StaleRow):
        return call.on(form)
    if told is None:
        return call.on(form)
    name, values = told
    return _code(call, row, form, wrong=call.reading(form, row.locale).language.say(name, **values))


def code_wanted(call: Call, form: Mapping[str, str]) -> Response:
    """Send a code; what stands against it is told."""
    try:
        row = call.at_task(form, *_TYPED)
        told = codes.send(call.parts, row, form.get("method", ""))
    except BadCriteria as error:
        raise BadForm from error
    except (CodeOver, NotNow, StaleRow):
        return call.on(form)
    if told is None:
        return call.on(form)
    name, values = told
    return _code(call, row, form, told=call.reading(form, row.locale).language.say(name, **values))


def form_filled(call: Call, form: Mapping[str, str]) -> Response:
    """Take a form, or show it again with all that was typed."""
    try:
        row = call.at_task(form, PhonePurpose.REGISTER)
        again = forms.filled_in(call.parts, row, call.reading(form, row.locale).language, form)
    except (CodeOver, NotNow, StaleRow):
        return call.on(form)
    return call.on(form) if again is None else _form(call, row, again, form)


def _passkey(call: Call, row: PhoneCodeRow, form: Mapping[str, str] | None) -> Response:
    asked, person, step = passkeys.question(call.parts, row)
    first = step == passkeys.CREATE
    return call.page(
        "ceremony.html",
        row,
        form,
        word="passkey" if first else "prove",
        action="/m/passkey" if first else "/m/passkey/proof",
        kind=asked.kind,
        options=asked.text,
        button="passkey" if first else "prove",
        again=form is not None,
        person=masked_name(call.parts, row, person),
        party=party_of(call.parts).name,
    )


def _confirm(call: Call, row: PhoneCodeRow, form: Mapping[str, str] | None) -> Response:
    asked = confirming.question(call.parts, row)
    person = enrollment_of(call.parts, row, Phase.VERIFY).person
    return call.page(
        "ceremony.html",
        row,
        form,
        word="confirm",
        action="/m/confirm",
        kind=asked.kind,
        options=asked.text,
        button="confirm",
        again=form is not None,
        person=masked_name(call.parts, row, person),
        party=party_of(call.parts).name,
    )


def _code(
    call: Call, row: PhoneCodeRow, form: Mapping[str, str] | None = None, wrong: str = "", told: str = ""
) -> Response:
    seen = codes.view(call.parts, row)
    return call.page(
        "code.html",
        row,
        form,
        person=seen.person,
        sent=seen.sent,
        hint=seen.hint,
        ways=seen.ways,
        wrong=wrong,
        told=told,
    )


def _register(call: Call, row: PhoneCodeRow) -> Response:
    """The form, and once it is filled in, the code that proves its address."""
    if enrollment_of(call.parts, row, Phase.IDENTIFY, Phase.VERIFY).phase is Phase.VERIFY:
        return _code(call, row)
    language = call.reading(kept=row.locale).language
    return _form(call, row, forms.view(call.parts, row, language, {}), None)


def _form(call: Call, row: PhoneCodeRow, seen: forms.FormPage, form: Mapping[str, str] | None) -> Response:
    return call.page("form.html", row, form, fields=seen.fields, terms=seen.terms, trouble=seen.trouble)
