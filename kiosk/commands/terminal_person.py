"""Who somebody is, at a terminal: what they are known by or the form and the terms, and how they prove it."""

from __future__ import annotations

from collections.abc import Callable

import click

from kiosk.commands.words import FIELDS, METHODS, tame
from kiosk.contract.enrollments import VerificationOffer
from kiosk.contract.profile import FormField, FormKind, IdentifyField, VerificationMethod
from kiosk.enrollment.events import (
    AlternativeChosen,
    BadgeShown,
    Cancelled,
    CodeRequested,
    CodeTyped,
    CriteriaGiven,
    Event,
    FormFilled,
    MethodChosen,
    PersonConfirmed,
    RegistrationChosen,
    Skipped,
    Started,
    TermsAccepted,
)
from kiosk.enrollment.register import language_of
from kiosk.enrollment.states import (
    AcceptTerms,
    ChooseMethod,
    CodeWork,
    ConfirmPerson,
    EnterCode,
    Identify,
    Register,
    ShowBadge,
    Welcome,
)

Saying = Identify | Register | AcceptTerms
Proving = ChooseMethod | EnterCode | ShowBadge | ConfirmPerson

_LONGEST = 4000
"""Characters of one paragraph of terms that are shown."""


class PersonPrompts:
    """Asks whoever is at the terminal. `tell` says a line, and `out` one that may be the same as before. `user` answers
    the first question for a name, asked by `alternative`; `kind` is the form that they want, if any."""

    def __init__(
        self,
        tell: Callable[[str], None],
        out: Callable[[str], None],
        user: str,
        alternative: str,
        kind: FormKind | None,
    ) -> None:
        self._tell = tell
        self._out = out
        self._user = user
        self._alternative = alternative
        self._kind = kind

    def begin(self, state: Welcome) -> Event:
        """Start, with the form that is wanted, if any; Cancelled where the service has no such form."""
        if self._kind is None:
            return Started()
        if any(form.kind is self._kind for form in state.visit.profile.registrations):
            return RegistrationChosen(self._kind)
        self._tell(f"The service lets nobody register as a {self._kind.value} here.")
        return Cancelled()

    def say(self, state: Saying) -> Event | None:
        """Who it is; None to wait."""
        if state.busy:
            return None
        match state:
            case Identify():
                return self._identify(state)
            case AcceptTerms():
                return self._terms(state)
            case Register():
                typed = state.visit.criteria
                fields = state.form.fields
                return FormFilled({each.field.name: _fill_in(each, typed.get(each.field.name, "")) for each in fields})

    def prove(self, state: Proving) -> Event | None:
        """That they are it; None to wait."""
        match state:
            case ChooseMethod(busy=False):
                return MethodChosen(self._choose(state.offers))
            case EnterCode(work=CodeWork.IDLE):
                return self._code(state)
            case ShowBadge(busy=False):
                return BadgeShown(str(click.prompt("Badge number")))
            case ConfirmPerson(busy=False):
                shown = ", ".join([state.person.name, *(f"{name} {value}" for name, value in state.person.details)])
                return PersonConfirmed() if click.confirm(f"Is this the person: {tame(shown)}?") else Cancelled()
            case _:
                return None

    def _identify(self, state: Identify) -> Event:
        wanted, self._alternative = self._alternative, ""
        if wanted and wanted != state.fields.name and any(other.name == wanted for other in state.others):
            return AlternativeChosen(wanted)
        first, *more = state.fields.fields
        values = {first.name: self._user or _ask(first)}
        self._user = ""
        return CriteriaGiven({**values, **{field.name: _ask(field) for field in more}})

    def _terms(self, state: AcceptTerms) -> Event:
        language = language_of(state.terms, state.visit.locale)
        which = f" ({state.number} of {state.total})" if state.total > 1 else ""
        self._tell(tame(state.terms.titles.get(language, state.terms.id)) + which)
        for paragraph in state.terms.texts.get(language, "").split("\n\n"):
            self._tell(click.wrap_text(tame(" ".join(paragraph.split()), _LONGEST), 78, "  ", "  "))
        if click.confirm("Is this accepted?", default=False):
            return TermsAccepted()
        return Cancelled() if state.terms.required else Skipped()

    def _choose(self, offers: tuple[VerificationOffer, ...]) -> VerificationMethod:
        for number, offer in enumerate(offers, 1):
            self._out(f"  {number}  {METHODS[offer.method]} {tame(offer.hint)}".rstrip())
        number = click.prompt("Check the person by", type=click.IntRange(1, len(offers)), default=1)
        return offers[int(number) - 1].method

    def _code(self, state: EnterCode) -> Event:
        if state.method is VerificationMethod.TOTP:
            return CodeTyped(str(click.prompt("Code that the authenticator app shows, or a recovery code")).strip())
        self._tell(f"A code was sent to {tame(state.hint)}.")
        code = str(click.prompt("Code (empty to send another one)", default="", show_default=False)).strip()
        return CodeTyped(code) if code else CodeRequested()


def _label(field: IdentifyField) -> str:
    return tame(FIELDS.get(field.name) or next(iter(field.labels.values()), field.name))


def _ask(field: IdentifyField) -> str:
    return str(click.prompt(_label(field)))


def _fill_in(asked: FormField, typed: str) -> str:
    """What stood there before is taken by Enter."""
    label = _label(asked.field) + ("" if asked.required else " (may be empty)")
    if asked.required and not typed:
        return str(click.prompt(label))
    return str(click.prompt(label, default=tame(typed), show_default=bool(typed)))
