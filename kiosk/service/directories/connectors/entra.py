"""Microsoft Entra ID as a directory: people are found through Microsoft Graph (`GET /users` with `$filter`)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

import phonenumbers
from pydantic import field_validator

from kiosk.service.catalog import Connector
from kiosk.service.directories.connector import Criteria, DirectoryCapabilities, Person
from kiosk.service.directories.directory_settings import RemoteDirectorySettings
from kiosk.service.directories.mapping import PeopleMap, Record, at_path
from kiosk.service.directories.remote import remote_errors
from kiosk.service.vendors.entra import EntraApplication, graph_api, literal, remedy
from kiosk.service.vendors.probing import probing
from kiosk.service.vendors.rest import Malformed, Refused, RestApi, quoted, told
from kiosk.service.wiring import Wiring

_USUAL: Final[Mapping[str, str]] = {
    "upn": "userPrincipalName",
    "email": "mail",
    "employee_id": "employeeId",
    "phone": "mobilePhone",
    "given_name": "givenName",
    "family_name": "surname",
}
_SIMPLE: Final = frozenset(
    {"userPrincipalName", "mail", "employeeId", "givenName", "surname", "displayName", "otherMails"}
)
"""What Graph finds without an advanced query; anything else is asked for as one, which never does harm."""
_LISTS: Final = frozenset({"otherMails", "businessPhones"})
_EXTENSION: Final = re.compile(r"extensionAttribute([1-9]|1[0-5])")
_PROPERTY: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,119}([./][A-Za-z][A-Za-z0-9_]{0,119})?")
_TWO: Final = "2"  # enough to know that it is not exactly one


class EntraDirectorySettings(RemoteDirectorySettings, EntraApplication):
    """People of a Microsoft Entra tenant. Needs the right User.Read.All."""

    kind: Literal["entra"] = "entra"
    """Which connector."""

    @field_validator("fields")
    @classmethod
    def _are_properties(cls, fields: Mapping[str, str]) -> dict[str, str]:
        return {name: _property(name, given) for name, given in fields.items()}


def _property(field: str, given: str) -> str:
    """A property of Graph's user, with a dot where it is within another. Raises ValueError."""
    if _EXTENSION.fullmatch(given):
        return f"onPremisesExtensionAttributes.{given}"
    if not _PROPERTY.fullmatch(given):
        raise ValueError(f"{field}: is no property of Graph's user, such as employeeId or extensionAttribute3")
    return given.replace("/", ".")


@dataclass(frozen=True, slots=True)
class EntraDirectory:
    """A `Directory`."""

    settings: EntraDirectorySettings
    api: RestApi
    people: PeopleMap

    @classmethod
    def make(cls, settings: EntraDirectorySettings, wiring: Wiring) -> EntraDirectory:
        """Raises NoCredential, ConfigurationError."""
        return cls(settings, graph_api(settings, wiring, settings.id), PeopleMap.of(settings, _USUAL, wiring))

    @property
    def id(self) -> str:
        """From the settings."""
        return self.settings.id

    @property
    def capabilities(self) -> DirectoryCapabilities:
        """What has a property."""
        return self.people.capabilities

    def find_people(self, criteria: Criteria) -> tuple[Person, ...]:
        """By one `$filter` for all criteria, compared here again."""
        if not criteria:
            return ()
        names = [self.people.names[name] for name in criteria]
        advanced = any(name not in _SIMPLE for name in names)
        query = {"$filter": self._filter(criteria), "$select": self._select(), "$top": _TWO}
        with remote_errors():
            answer = self.api.call(
                "GET",
                "v1.0/users",
                query={**query, "$count": "true"} if advanced else query,
                headers={"ConsistencyLevel": "eventual"} if advanced else None,
            )
            found = told(answer.document, "value", kind=list)
            return self.people.matching(criteria, list(_active(found)))

    def read(self, directory_id: str) -> Person | None:
        """By Graph's id of them."""
        with remote_errors():
            try:
                route = quoted("v1.0/users/{}", directory_id)
                answer = self.api.call("GET", route, query={"$select": self._select()})
            except Refused as refused:
                if refused.status == 404:
                    return None
                raise
            if told(answer.document, "id", kind=str) != directory_id:
                raise Malformed  # somebody else
            return next((self.people.person(each) for each in _active([answer.document])), None)

    def probe(self) -> str:
        """Signs in and asks for the id of anybody."""
        with probing(remedy("User.Read.All")):
            told(self.api.call("GET", "v1.0/users", query={"$top": "1", "$select": "id"}).document, "value", kind=list)
        return "signed in; may look people up"

    def close(self) -> None:
        """The connections are closed by who opened them."""

    def _filter(self, criteria: Criteria) -> str:
        terms = [self._term(name, value) for name, value in criteria.items()]
        return " and ".join(["accountEnabled eq true", *terms])

    def _term(self, field: str, value: str) -> str:
        name = self.people.names[field].replace(".", "/")
        spellings = dict.fromkeys((*self.people.spellings(field, value), *_as_entra_writes(field, value)))
        if name in _LISTS:
            terms = [f"{name}/any(x:x eq {literal(each)})" for each in spellings]
        else:
            terms = [f"{name} eq {literal(each)}" for each in spellings]
        return terms[0] if len(terms) == 1 else f"({' or '.join(terms)})"

    def _select(self) -> str:
        own = {name.partition(".")[0] for name in self.people.names.values()}
        return ",".join(["id", "accountEnabled", *sorted(own - {"id", "accountEnabled"})])


def _active(found: Iterable[Any]) -> Iterator[Record]:
    """Those who may sign in. Raises Malformed."""
    for each in found:
        native = told(each, "id", kind=str)
        if each.get("accountEnabled") is True:
            yield Record(native, at_path(each))


def _as_entra_writes(field: str, value: str) -> tuple[str, ...]:
    """Entra's own pages write a phone number as `+1 5551234567`."""
    if field != "phone":
        return ()
    try:
        number = phonenumbers.parse(value)
    except phonenumbers.NumberParseException:
        return ()
    return (f"+{number.country_code} {phonenumbers.national_significant_number(number)}",)


CONNECTOR = Connector("entra", EntraDirectorySettings, EntraDirectory.make)
