"""Keycloak as a directory: people of a realm are found through its admin interface, by exact values.

Keycloak compares without regard to case. Attributes are searched by their exact names (`q=name:"value"`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice, product
from typing import Any, Final, Literal

from pydantic import field_validator

from kiosk.service.catalog import Connector
from kiosk.service.directories.connector import Criteria, DirectoryCapabilities, Person
from kiosk.service.directories.directory_settings import RemoteDirectorySettings
from kiosk.service.directories.mapping import PeopleMap, Record, at_path
from kiosk.service.directories.remote import remote_errors
from kiosk.service.vendors.keycloak import NOBODY, KeycloakRealm, Realm
from kiosk.service.vendors.probing import probing
from kiosk.service.vendors.rest import Refused, told
from kiosk.service.wiring import Wiring

_ATTRIBUTES: Final = "attributes."
_USUAL: Final[Mapping[str, str]] = {
    "upn": "username",
    "email": "email",
    "given_name": "firstName",
    "family_name": "lastName",
    "employee_id": f"{_ATTRIBUTES}employeeId",
    "phone": f"{_ATTRIBUTES}phoneNumber",
}
_OWN: Final = frozenset({"username", "email", "firstName", "lastName"})
_ATTRIBUTE: Final = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,99}")
_MOST_QUESTIONS: Final = 12
"""How many combinations of spellings are asked for."""
_MOST: Final = "20"
"""People of one answer; exact values name few."""


class KeycloakPeople(RemoteDirectorySettings, KeycloakRealm):
    """People of a Keycloak realm. Its service account needs the roles `query-users` and `view-users` of the client
    `realm-management`.

    In `fields`, a name is that of an attribute of the realm's users (`employee_id = "staffNumber"`), or one of
    `username`, `email`, `firstName` and `lastName`.
    """

    kind: Literal["keycloak"] = "keycloak"
    """Which connector."""

    @field_validator("fields")
    @classmethod
    def _are_attributes(cls, fields: Mapping[str, str]) -> dict[str, str]:
        return {field: _name(field, given) for field, given in fields.items()}


def _name(field: str, given: str) -> str:
    """Where Keycloak's document has it. Raises ValueError."""
    plain = given.removeprefix(_ATTRIBUTES)
    if not _ATTRIBUTE.fullmatch(plain) or "." in plain:
        raise ValueError(f"{field}: is no name of an attribute, such as staffNumber")
    return plain if plain in _OWN else f"{_ATTRIBUTES}{plain}"


@dataclass(frozen=True, slots=True)
class KeycloakDirectory:
    """A `Directory`."""

    settings: KeycloakPeople
    realm: Realm
    people: PeopleMap

    @classmethod
    def make(cls, settings: KeycloakPeople, wiring: Wiring) -> KeycloakDirectory:
        """Raises NoCredential, ConfigurationError."""
        return cls(settings, Realm(settings, wiring, settings.id), PeopleMap.of(settings, _USUAL, wiring))

    @property
    def id(self) -> str:
        """From the settings."""
        return self.settings.id

    @property
    def capabilities(self) -> DirectoryCapabilities:
        """What has a name."""
        return self.people.capabilities

    def find_people(self, criteria: Criteria) -> tuple[Person, ...]:
        """By all criteria at once, in each way that their values may be written, compared here again."""
        found: dict[str, Person] = {}
        for query in islice(self._questions(criteria), _MOST_QUESTIONS):
            with remote_errors():
                records = list(_active(self.realm.users(**query, enabled="true", max=_MOST)))
            found |= {person.user_id: person for person in self.people.matching(criteria, records)}
            if len(found) > 1:
                break
        return tuple(islice(found.values(), 2))

    def read(self, directory_id: str) -> Person | None:
        """By Keycloak's id of them."""
        with remote_errors():
            try:
                user = self.realm.user(directory_id)
            except Refused as refused:
                if refused.status == 404:
                    return None
                raise
            return next((self.people.person(each) for each in _active([user])), None)

    def probe(self) -> str:
        """Signs in, and asks for somebody who is not there."""
        with probing():
            self.realm.users(username=NOBODY, max="1")
            self.realm.api.call("GET", self.realm.route("/users/{}", NOBODY), good={200, 404})
        return "signed in; may look people up"

    def close(self) -> None:
        """The connections are closed by who opened them."""

    def _questions(self, criteria: Criteria) -> Iterator[dict[str, str]]:
        """One query for each combination of spellings; none for a value that Keycloak cannot be asked for."""
        names = [self.people.names[field] for field in criteria]
        spellings = [self.people.spellings(field, value) for field, value in criteria.items()]
        for values in product(*spellings) if criteria else ():
            asked = dict(zip(names, values, strict=True))
            own = {name: value for name, value in asked.items() if name in _OWN}
            terms = [_term(name.removeprefix(_ATTRIBUTES), value) for name, value in asked.items() if name not in _OWN]
            if all(terms):
                yield own | ({"q": " ".join(terms)} if terms else {})


def _term(name: str, value: str) -> str:
    """`name:"value"`; empty for a value with a backslash, which Keycloak has no way to write."""
    return "" if "\\" in value else '{}:"{}"'.format(name, value.replace('"', '\\"'))


def _active(found: Iterable[Any]) -> Iterator[Record]:
    """Those who may sign in. Raises Malformed."""
    for each in found:
        native = told(each, "id", kind=str)
        if each.get("enabled") is True:
            yield Record(native, at_path(each))


CONNECTOR = Connector("keycloak", KeycloakPeople, KeycloakDirectory.make)
