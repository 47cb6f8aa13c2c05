"""The words of a registration form: its fields, what belongs into them, and what is not right with it."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from kiosk.contract.profile import FieldKind, FormField, FormKind, IdentifyField, RegistrationForm
from ui.pages.identify_words import field_hint, field_label

LAST_DAY, SPONSOR, COMPANY = "ends_on", "sponsor", "company"
"""Fields that only registration asks for."""
GIVEN_NAME, FAMILY_NAME = "given_name", "family_name"
"""Fields that stand side by side: together they are one name."""


def label(entry: FormField, kind: FormKind, locale: str) -> str:
    """What a field is called; one that may stay empty says so."""
    say = QCoreApplication.translate
    own = {
        "email": say("Register", "Your email"),
        SPONSOR: say("Register", "Who are you visiting?"),
        COMPANY: say("Register", "Company"),
        LAST_DAY: say("Register", "Your last day here"),
    }
    if kind is FormKind.CONTRACTOR:
        own[SPONSOR] = say("Register", "Who do you work with here?")
    if kind is FormKind.MEMBER:
        own["email"] = field_label(entry.field, locale)
    name = own.get(entry.field.name) or field_label(entry.field, locale)
    return name if entry.required else say("Register", "{field} (optional)").format(field=name)


def hint(field: IdentifyField, locale: str) -> str:
    """What to type, where the label alone does not say it."""
    if field.name == SPONSOR:
        return QCoreApplication.translate("Register", "Their email or user name.")
    if field.name == "email":
        return QCoreApplication.translate("Register", "We send a code there.")
    return field_hint(field, locale)


def title(kind: FormKind) -> str:
    """What the page asks."""
    say = QCoreApplication.translate
    match kind:
        case FormKind.MEMBER:
            return say("Register", "Tell us about yourself")
        case FormKind.VISITOR:
            return say("Register", "Tell us about your visit")
        case FormKind.CONTRACTOR:
            return say("Register", "Tell us about your work here")


def sentence(form: RegistrationForm) -> str:
    """What has to be filled in."""
    if all(entry.required for entry in form.fields):
        return QCoreApplication.translate("Register", "Please fill in all the fields.")
    return QCoreApplication.translate("Register", "Please fill in all the fields that are not optional.")


def refused(field: IdentifyField, reason: str) -> str:
    """What is not right with one field, and what to do."""
    say = QCoreApplication.translate
    if reason == "empty" and field.name == LAST_DAY:
        return say("Register", "Please choose a day.")
    if reason == "shape":
        return _shape(field)
    words = {
        "empty": say("Register", "Please fill this in."),
        "too_long": say("Register", "This is too long."),
        "characters": say("Register", "One of the characters cannot be used here."),
        "too_late": say("Register", "That is too far away. Please choose an earlier day."),
        "past": say("Register", "That day is over. Please choose a later one."),
    }
    return words.get(reason) or say("Register", "Please check this.")


def _shape(field: IdentifyField) -> str:
    say = QCoreApplication.translate
    match field.kind:
        case FieldKind.EMAIL:
            return say("Register", "An email looks like name@example.org.")
        case FieldKind.PHONE:
            return say("Register", "Please type the number with its area code.")
        case FieldKind.DIGITS:
            return say("Register", "Please type digits only.")
        case FieldKind.DATE:
            return say("Register", "Please type year, month and day, like 2027-01-31.")
        case _:
            return say("Register", "Please check this.")
