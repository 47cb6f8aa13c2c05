"""What a phone opens after a scan: one page at a time, from the landing page to the end.

GET changes nothing that anybody could notice: link previews fetch it. Each POST that is right answers with 303 to /m,
which shows where this phone is, so that a reload, the back button or a second tap end right. Names for those who play
a phone: #go (landing), #number and #next (number), #passkey, then #prove, #confirm, #code and #next, #send-email and
#send-sms, #form and #next, #decline (a form), #done, #over and #refused (with data-reason), #person, #wrong, #told.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from fastapi import APIRouter, Response

from kiosk.contract.phone import PhonePurpose, PhoneReason, PhoneStatus
from kiosk.service.mobile import codes
from kiosk.service.mobile.rules import TRIES, CodeOver, NoSuchCode, NotNow, WrongNumber, link_hash
from kiosk.service.pages import confirming, passkeys, steps
from kiosk.service.pages.call import Call, OfPhone
from kiosk.service.pages.ceremony import Again
from kiosk.service.pages.layout import ASSETS
from kiosk.service.pages.routing import PageRoute, Pages
from kiosk.service.pages.visitor import Form
from kiosk.service.parts import Parts
from kiosk.service.store.engine import StaleRow
from kiosk.service.store.phone_codes import PhoneCodeRow

router = APIRouter(route_class=PageRoute, include_in_schema=False)

_STEPS: Final = frozenset({"number", "decline", "passkey", "confirm", "code", "form"})
_REASONS: Final = frozenset(PhoneReason) - {PhoneReason.ANOTHER_PHONE}
_UNNAMED: Final = {PhoneStatus.FAILED: PhoneReason.REFUSED, PhoneStatus.CANCELLED: PhoneReason.TAKEN_BACK}

Judge = Callable[[Parts, PhoneCodeRow, Mapping[str, str]], None]


@router.get(ASSETS + "{name}")
def asset(name: str, layout: Pages) -> Response:
    """A file that pages load."""
    found = layout.assets.get(name)
    if found is None:
        raise NoSuchCode
    return found.response()


@router.get("/m")
def here(call: OfPhone) -> Response:
    """Where this phone is: the number, the task, or the end."""
    row = call.bound()
    if row.status is PhoneStatus.COMPLETED:
        return call.page("done.html", row, None, purpose=row.purpose)
    if row.status.over:
        return call.page("over.html", row, None, word=_end_of(row))
    if row.matched:
        return steps.show(call, row)
    wrong = ""
    if row.number_tries:
        wrong = call.reading(kept=row.locale).language.say("number_wrong", left=TRIES - row.number_tries)
    return call.page("number.html", row, None, wrong=wrong)


@router.get("/m/{code}")
def landing(code: str, call: OfPhone) -> Response:
    """What the code in the picture leads to. Whoever asks, nothing changes."""
    if code in _STEPS or _is_bound(call, code):
        return call.on({})
    row = codes.look(call.parts, code)
    return call.page("landing.html", row, None, action=f"/m/{code}")


@router.post("/m/number")
def number(call: OfPhone, form: Form) -> Response:
    """The number that the kiosk shows was typed."""
    try:
        codes.matched(call.parts, call.at_work(form), form.get("number", ""))
    except (WrongNumber, CodeOver, NotNow, StaleRow):
        return call.on(form)
    return call.on(form)


@router.post("/m/decline")
def decline(call: OfPhone, form: Form) -> Response:
    """It is not this person, or they stop."""
    row = call.at_work(form)
    call.parts.store.write(lambda tx: codes.failed(tx, call.parts, row, PhoneReason.DECLINED))
    return call.on(form)


@router.post("/m/passkey")
def passkey(call: OfPhone, form: Form) -> Response:
    """The phone made a passkey."""
    return _judged(call, form, PhonePurpose.PASSKEY, passkeys.created)


@router.post("/m/passkey/proof")
def proof(call: OfPhone, form: Form) -> Response:
    """The passkey was tried."""
    return _judged(call, form, PhonePurpose.PASSKEY, passkeys.proved)


@router.post("/m/confirm")
def confirm(call: OfPhone, form: Form) -> Response:
    """A passkey of before was used."""
    return _judged(call, form, PhonePurpose.CONFIRM, confirming.confirmed)


@router.post("/m/code")
def code(call: OfPhone, form: Form) -> Response:
    """A mailed or texted code was typed."""
    return steps.code_typed(call, form)


@router.post("/m/code/send")
def send(call: OfPhone, form: Form) -> Response:
    """Another code is wanted."""
    return steps.code_wanted(call, form)


@router.post("/m/form")
def form_filled(call: OfPhone, form: Form) -> Response:
    """Somebody registers."""
    return steps.form_filled(call, form)


@router.post("/m/{code}")
def scanned(code: str, call: OfPhone, form: Form) -> Response:
    """Whoever holds this phone stands at the kiosk: the code is theirs, and the kiosk shows a number."""
    call.visitor.check(f"/m/{code}", form)
    codes.scanned(call.parts, code, call.visitor.secret)
    return call.on(form)


def _judged(call: Call, form: Mapping[str, str], purpose: PhonePurpose, judge: Judge) -> Response:
    """On, whatever came of it: /m tells. An answer to another question is told at once, and asked again."""
    try:
        judge(call.parts, call.at_task(form, purpose), form)
    except Again:
        return steps.show(call, call.bound(), form)
    except (CodeOver, NotNow, StaleRow):
        return call.on(form)
    return call.on(form)


def _is_bound(call: Call, code: str) -> bool:
    """Whether this very phone went on with this very code before."""
    try:
        return call.bound().link_hash == link_hash(code)
    except NoSuchCode:
        return False


def _end_of(row: PhoneCodeRow) -> str:
    """The word for an end: its reason, or what is meant where none is told."""
    if row.status is PhoneStatus.EXPIRED:
        return "expired"
    return row.reason if row.reason in _REASONS else _UNNAMED[row.status]
