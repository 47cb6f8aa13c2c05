"""The forms of registration at the kiosk, made of the settings; and a form as it was filled in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any, Final

from kiosk.contract.enrollments import Register
from kiosk.contract.profile import FieldKind, FormField, FormKind, IdentifyField, RegistrationForm, Terms
from kiosk.service.accounts.consents import Accepted, Answer, accepted
from kiosk.service.accounts.guests_rules import longest_stay, may_end_on
from kiosk.service.accounts.people import check_domain
from kiosk.service.accounts.rules import BadAttributes
from kiosk.service.accounts.settings import KioskRegistrationSettings, SiteSettings
from kiosk.service.directories.actions import site as place_of
from kiosk.service.directories.connectors.table import TableSettings
from kiosk.service.directories.rules import BadCriteria, BadValue, normalise, tame
from kiosk.service.settings import ServiceSettings

_ATTRIBUTE: Final = "attribute:"
_NAME: Final = 128
_LINE: Final = 254
_AS_TYPED: Final = frozenset({FieldKind.NAME, FieldKind.TEXT})
"""What is kept as it was typed; everything else as it is compared."""


@dataclass(frozen=True, slots=True)
class Filled:
    """A form that was filled in: what the account will be made of. `known` is for somebody who has one already.

    `sponsor` is the id, name and address of who answers for a guest, empty where there is no such employee.
    """

    form: FormKind
    site: str
    values: Mapping[str, str] = field(repr=False)
    accepted: tuple[Accepted, ...] = ()
    known: bool = False
    sponsor: tuple[str, str, str] = field(default=("", "", ""), repr=False)

    def plain(self) -> Mapping[str, Any]:
        """As JSON."""
        return {**asdict(self), "values": dict(self.values)}

    @classmethod
    def of(cls, plain: Mapping[str, Any]) -> Filled:
        """From JSON."""
        given = {
            "form": FormKind(plain["form"]),
            "accepted": tuple(Accepted(**each) for each in plain["accepted"]),
            "sponsor": tuple(plain["sponsor"]),
        }
        return cls(**{**plain, **given})

    @property
    def ends_on(self) -> date | None:
        """The last day of a guest."""
        told = self.values.get("ends_on", "")
        return date.fromisoformat(told) if told else None

    @property
    def attributes(self) -> Mapping[str, str]:
        """What the site wanted to know."""
        values = self.values.items()
        return {name.removeprefix(_ATTRIBUTE): value for name, value in values if name.startswith(_ATTRIBUTE)}


def forms(settings: ServiceSettings) -> tuple[RegistrationForm, ...]:
    """The ways to register at the kiosk; none where no mail can prove an address, or nobody would find the people."""
    found = _place(settings)
    if found is None or settings.mail is None or table_of(settings, found[1].tenant) is None:
        return ()
    kiosk, site = found
    return tuple(
        RegistrationForm(
            kind, tuple(_fields(kiosk, site, kind)), _terms(settings, kiosk, site, kind), _days(kiosk, kind)
        )
        for kind in kiosk.forms
    )


def table_of(settings: ServiceSettings, tenant: str) -> str | None:
    """The directory in which the people of a tenant are found."""
    tables = (each for each in settings.directories if isinstance(each, TableSettings))
    return next((each.id for each in tables if each.tenant == tenant), None)


def read(settings: ServiceSettings, asked: Register, today: date) -> Filled:
    """A filled-in form, checked: exactly its fields, each normalised; days, domain, terms.

    Raises BadCriteria (also for a form that there is not), BadAttributes, TermsNotAccepted.
    """
    form, found = next((each for each in forms(settings) if each.kind is asked.form), None), _place(settings)
    if form is None or found is None:
        raise BadCriteria(("form",))
    kiosk, site = found
    values = _values(settings, form, asked.values)
    if form.kind is FormKind.MEMBER:
        check_domain(site, values["email"])
    elif not may_end_on(date.fromisoformat(values["ends_on"]), today, form.longest_days):
        raise BadAttributes(("ends_on",))
    answers = [Answer(each.id, each.version, each.language) for each in asked.accepted]
    wanted = [each.id for each in form.terms]
    return Filled(form.kind, kiosk.site, values, accepted(settings.accounts.terms, wanted, answers))


def _place(settings: ServiceSettings) -> tuple[KioskRegistrationSettings, SiteSettings] | None:
    kiosk = settings.accounts.kiosk
    site = None if kiosk is None else settings.accounts.site(kiosk.site)
    return None if kiosk is None or site is None else (kiosk, site)


def _fields(kiosk: KioskRegistrationSettings, site: SiteSettings, kind: FormKind) -> Iterator[FormField]:
    yield FormField(IdentifyField("given_name", FieldKind.NAME, max_length=_NAME))
    yield FormField(IdentifyField("family_name", FieldKind.NAME, max_length=_NAME))
    yield FormField(IdentifyField("email", FieldKind.EMAIL, max_length=_LINE))
    if kind is FormKind.MEMBER:
        if kiosk.phone:
            yield FormField(IdentifyField("phone", FieldKind.PHONE, max_length=32), required=False)
    else:
        company = IdentifyField("company", FieldKind.TEXT, max_length=_NAME)
        yield FormField(company, required=kind is FormKind.CONTRACTOR)
        yield FormField(IdentifyField("sponsor", FieldKind.UPN, max_length=_LINE))
        yield FormField(IdentifyField("ends_on", FieldKind.DATE, max_length=10))
    for name, each in site.attributes.items():
        if each.asked or each.required:
            asked = IdentifyField(_ATTRIBUTE + name, each.kind, each.labels, each.hints, each.max_length, each.pattern)
            yield FormField(asked, each.required)


def _terms(
    settings: ServiceSettings, kiosk: KioskRegistrationSettings, site: SiteSettings, kind: FormKind
) -> tuple[Terms, ...]:
    wanted = site.terms if kind is FormKind.MEMBER else kiosk.terms
    known = {each.id: each for each in settings.accounts.terms}
    found = (known[name] for name in wanted)
    return tuple(Terms(each.id, each.version, each.titles, each.texts, each.required) for each in found)


def _days(kiosk: KioskRegistrationSettings, kind: FormKind) -> int:
    return 0 if kind is FormKind.MEMBER else longest_stay(kiosk, kind)


def _values(settings: ServiceSettings, form: RegistrationForm, typed: Mapping[str, str]) -> Mapping[str, str]:
    """Raises BadCriteria naming what is wrong, or missing, or not asked for."""
    fields = {each.field.name: each for each in form.fields}
    wrong = [name[:_LINE] for name in typed if name not in fields]
    values, place = {}, place_of(settings)
    for name, each in fields.items():
        text = typed.get(name, "")
        if not text.strip() and not each.required:
            continue
        try:
            value = normalise(each.field, text, place)
            values[name] = tame(text) if each.field.kind in _AS_TYPED else value
        except BadValue:
            wrong.append(name)
    if wrong:
        raise BadCriteria(tuple(wrong))
    return values
