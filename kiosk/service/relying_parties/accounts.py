"""What a relying party calls a person: a template of the settings, filled with what the directory told."""

from __future__ import annotations

from collections.abc import Mapping

from kiosk.service.directories.connector import Person
from kiosk.service.placeholders import fill, names
from kiosk.service.relying_parties.connector import RelyingPartyRefused


def account_of(template: str, person: Person) -> str:
    """The name of the person's account. Raises RelyingPartyRefused("no_account") where the directory does not tell
    what the template asks for."""
    values = values_of(person)
    if any(not values.get(name) for name in names(template)):
        raise RelyingPartyRefused("no_account")
    return fill(template, values)


def values_of(person: Person) -> Mapping[str, str]:
    """What a template may name."""
    return {
        "upn": person.upn,
        "upn_local": person.upn.partition("@")[0],
        "email": person.email,
        "employee_id": person.employee_id,
        "phone": person.phone,
        "directory_id": person.directory_id,
        **{f"attribute.{name}": value for name, value in person.attributes.items()},
    }
