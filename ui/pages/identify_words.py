"""The words for identify fields and for the ways to say who one is."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QCoreApplication

from kiosk.contract.profile import FieldKind, FieldSet, IdentifyField
from ui.text import clean


def field_label(field: IdentifyField, locale: str) -> str:
    """What a field is called. Built-in names have our words, additional attributes the administrator's."""
    labels = {
        "upn": QCoreApplication.translate("Identify", "User name"),
        "email": QCoreApplication.translate("Identify", "Work email"),
        "employee_id": QCoreApplication.translate("Identify", "Staff number"),
        "phone": QCoreApplication.translate("Identify", "Phone number"),
        "given_name": QCoreApplication.translate("Identify", "First name"),
        "family_name": QCoreApplication.translate("Identify", "Last name"),
        "badge": QCoreApplication.translate("Identify", "Badge number"),
    }
    return labels.get(field.name) or clean(in_language(field.labels, locale) or _bare(field.name))


def field_hint(field: IdentifyField, locale: str) -> str:
    """An example or explanation for an additional attribute, or nothing."""
    return clean(in_language(field.hints, locale), 96)


def way(fields: FieldSet, locale: str) -> str:
    """What the button that leads to this field set says."""
    match [field.name for field in fields.fields]:
        case ["upn"]:
            return QCoreApplication.translate("Identify", "Use my user name")
        case ["email"]:
            return QCoreApplication.translate("Identify", "Use my work email")
        case ["employee_id"]:
            return QCoreApplication.translate("Identify", "Use my staff number")
        case ["phone"]:
            return QCoreApplication.translate("Identify", "Use my phone number")
        case ["badge"]:
            return QCoreApplication.translate("Identify", "Scan my badge")
        case names if {"given_name", "family_name"} <= set(names):
            return QCoreApplication.translate("Identify", "Use my name")
        case _:
            return _listed(fields, locale)


def sentence(fields: FieldSet, locale: str) -> str:
    """What to do on the screen of this field set."""
    match [field.name for field in fields.fields]:
        case ["upn"]:
            return QCoreApplication.translate("Identify", "Type your user name. It looks like an email address.")
        case ["email"]:
            return QCoreApplication.translate("Identify", "Type your work email.")
        case ["employee_id"]:
            return QCoreApplication.translate("Identify", "Type your staff number. It is on your staff card.")
        case ["phone"]:
            return QCoreApplication.translate("Identify", "Type your phone number.")
        case ["badge"]:
            return QCoreApplication.translate("Identify", "Hold your badge to the reader, or type its number.")
        case [_]:
            return field_hint(fields.fields[0], locale) or QCoreApplication.translate("Identify", "Fill in the field.")
        case _:
            return QCoreApplication.translate("Identify", "Fill in all the fields.")


def sentence_for_camera() -> str:
    """What to do on the screen of the badge, where badges are codes for the camera."""
    return QCoreApplication.translate("Identify", "Show your badge to the camera, or type its number.")


def way_icon(fields: FieldSet) -> str:
    """The icon of the button that leads to this field set."""
    kinds = {field.kind for field in fields.fields}
    if FieldKind.BADGE in kinds:
        return "badge"
    if kinds & {FieldKind.EMAIL, FieldKind.UPN}:
        return "mail"
    if FieldKind.PHONE in kinds:
        return "phone"
    return "people" if FieldKind.NAME in kinds else "keyboard"


def badge_way(ways: tuple[FieldSet, ...]) -> FieldSet | None:
    """The way that a badge alone is enough for, if there is one."""
    return next((each for each in ways if [f.kind for f in each.fields] == [FieldKind.BADGE]), None)


def _listed(fields: FieldSet, locale: str) -> str:
    comma = QCoreApplication.translate("Identify", ", ", "between the names of fields")
    return comma.join(field_label(field, locale) for field in fields.fields)


def _bare(name: str) -> str:
    return name.partition(":")[2] or name


def in_language(texts: Mapping[str, str], locale: str) -> str:
    """The text for the locale, else for its language, else English, else the first there is."""
    wanted = (locale, locale.partition("-")[0], "en", *texts)
    return next((texts[tag] for tag in wanted if texts.get(tag)), "")
