"""Sample states of people who are new here, and of an authenticator app, for the tour."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from kiosk import errors as kiosk_errors
from kiosk.contract.profile import (
    FieldKind,
    FormField,
    FormKind,
    IdentifyField,
    RegistrationForm,
    Terms,
    VerificationMethod,
)
from kiosk.contract.totp import TotpSetUp
from kiosk.enrollment import states as s
from kiosk.enrollment.visit import Visit
from ui.tour_keys import Sample

_NAMES = (
    FormField(IdentifyField("given_name", FieldKind.NAME)),
    FormField(IdentifyField("family_name", FieldKind.NAME)),
)
_EMAIL = FormField(IdentifyField("email", FieldKind.EMAIL))
_COMPANY = FormField(IdentifyField("company", FieldKind.TEXT), required=False)
_SPONSOR = FormField(IdentifyField("sponsor", FieldKind.UPN))
_LAST_DAY = FormField(IdentifyField("ends_on", FieldKind.DATE))
_BUILDING = FormField(
    IdentifyField(
        "attribute:building",
        FieldKind.TEXT,
        {"en": "Building", "ar": "المبنى"},
        {"en": "It is on the door, for example B2.", "ar": "تجده على الباب، مثل B2."},
    ),
    required=False,
)
HOUSE = Terms(
    "house",
    "3",
    {"en": "House rules", "ar": "قواعد المكان"},
    {
        "en": "Please wear your badge where it can be seen, and return your key at the desk on your last day.\n\n"
        "In the workshops and laboratories, somebody who works here comes with you. Please do not take pictures of "
        "screens, notice boards or machines.\n\n"
        "If you hear the alarm, leave by the nearest door and wait in front of the main gate until you are counted.\n\n"
        "A key is for one person. Do not lend it, and tell the desk at once if you lose it.",
        "ar": "يرجى وضع البطاقة في مكان ظاهر، وإعادة المفتاح إلى مكتب الاستقبال في آخر يوم لك.\n\n"
        "في الورش والمختبرات يرافقك أحد العاملين هنا. يرجى عدم تصوير الشاشات أو لوحات الإعلانات أو الآلات.\n\n"
        "إذا سمعت الإنذار فاخرج من أقرب باب، وانتظر أمام البوابة الرئيسية حتى يتم عد الحاضرين.\n\n"
        "المفتاح لشخص واحد. لا تعره لأحد، وأخبر مكتب الاستقبال فورًا إذا فقدته.",
    },
)
NEWS = Terms(
    "news",
    "1",
    {"en": "News by mail", "ar": "الأخبار بالبريد"},
    {
        "en": "We may send you a mail when opening hours change. You can stop it at any time.",
        "ar": "قد نرسل إليك رسالة عندما تتغير أوقات العمل. يمكنك إيقاف ذلك في أي وقت.",
    },
    required=False,
)
MEMBER = RegistrationForm(FormKind.MEMBER, (*_NAMES, _EMAIL), (HOUSE,))
VISITOR = RegistrationForm(FormKind.VISITOR, (*_NAMES, _EMAIL, _COMPANY, _SPONSOR, _LAST_DAY), (HOUSE, NEWS), 14)
CONTRACTOR = RegistrationForm(FormKind.CONTRACTOR, (*_NAMES, _EMAIL, _SPONSOR, _BUILDING, _LAST_DAY), (HOUSE,), 180)
FORMS = (MEMBER, VISITOR, CONTRACTOR)
SETUP = TotpSetUp(
    "JBSWY3DPEHPK3PXPKRSXG5DJNZTSA2LT",
    "otpauth://totp/Example:maria.okafor%40example.org?secret=JBSWY3DPEHPK3PXPKRSXG5DJNZTSA2LT&issuer=Example",
)
CODES = (
    "9KXC-4T0W-ZQ3M-7HVA",
    "FK6S-Y954-1SJ3-EQHB",
    "6GD1-GHCA-KJQ5-NRFB",
    "FYH5-K0JK-CTVJ-VWAE",
    "KG25-2XHY-N9C4-TCWH",
    "BPVM-CM63-EHF7-NBJX",
    "12P5-JM1M-JM9T-4JCW",
    "J8GR-AN0Q-2XAQ-QJ6W",
    "DVD7-333A-92ZF-M27J",
    "TCYC-FWTZ-2ETW-FVDZ",
)
_FILLED = {
    "given_name": "Maria",
    "family_name": "Okafor",
    "email": "maria@partner.example",
    "sponsor": "sam.lindqvist",
    "ends_on": "2026-11-27",
}


def new_samples(visit: Visit) -> Iterator[Sample]:
    """Somebody who is not known here: the ways in, the forms, what they accept."""
    one = replace(visit, profile=replace(visit.profile, registrations=(MEMBER,)))
    every = replace(visit, profile=replace(visit.profile, registrations=FORMS))
    yield Sample("welcome-new", s.Welcome(one))
    yield Sample("welcome-news", s.Welcome(every))
    fields, *others = visit.profile.alternatives
    yield Sample("identify-new", s.Identify(every, fields, tuple(others)))
    yield Sample("register", s.Register(one, MEMBER))
    typed = replace(every, criteria=_FILLED)
    visitor = s.Register(typed, VISITOR)
    yield Sample("register-visitor", visitor)
    yield Sample("register-busy", replace(visitor, busy=True))
    wrong = replace(every, criteria=_FILLED | {"email": "maria.partner.example"})
    shape = kiosk_errors.InputRefused("email", "shape")
    yield Sample("register-refused", s.Register(wrong, VISITOR, shape))
    unreachable = kiosk_errors.ServiceUnreachable()
    yield Sample("register-unreachable", s.Register(typed, VISITOR, unreachable))
    no_day = replace(every, criteria=_FILLED | {"ends_on": ""})
    missing = kiosk_errors.InputRefused("ends_on", "empty")
    yield Sample("register-contractor", s.Register(no_day, CONTRACTOR, missing))
    yield from _terms(typed)


def _terms(visit: Visit) -> Iterator[Sample]:
    terms = s.AcceptTerms(visit, VISITOR, HOUSE, 1, 2)
    yield Sample("terms", terms)
    yield Sample("terms-optional", replace(terms, terms=NEWS, number=2))
    yield Sample("terms-busy", replace(terms, terms=NEWS, number=2, busy=True))
    held = replace(terms, problem=kiosk_errors.ServiceUnreachable())
    yield Sample("terms-unreachable", held)


def app_code_samples(visit: Visit) -> Iterator[Sample]:
    """The code of an authenticator app as a way to verify."""
    code = s.EnterCode(visit, VerificationMethod.TOTP, "", others=visit.offers[:1], resend_after=0, expires_in=0)
    yield Sample("code-app-alone", replace(code, others=()))
    yield Sample("code-app-wrong", replace(code, problem=kiosk_errors.WrongCode(tries_left=3)))
    yield Sample("code-app", code)


def app_samples(visit: Visit) -> Iterator[Sample]:
    """Setting up an authenticator app, and its recovery codes."""
    yield Sample("app-preparing", s.SetUpApp(visit))
    yield Sample("app-failed", s.SetUpApp(visit, problem=kiosk_errors.ServiceUnreachable(), optional=True))
    yield Sample("app-over", s.SetUpApp(visit, problem=kiosk_errors.SessionExpired(), optional=True))
    app = s.SetUpApp(visit, SETUP)
    yield Sample("app-optional", replace(app, optional=True))
    yield Sample("app", app)
    yield Sample("app-wrong", replace(app, problem=kiosk_errors.WrongCode(tries_left=4)))
    yield Sample("app-checking", replace(app, busy=True))
    yield Sample("recovery-codes", s.RecoveryCodes(visit, CODES))
