"""Okta as a directory: people are found by the Users API.

A search compares texts without their case, knows every attribute, and may be some seconds behind; a filter is up to
date and knows few. Searches also find those who left: deactivated and suspended people are nobody here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from pydantic import Field, field_validator

from kiosk.service.catalog import Connector
from kiosk.service.directories.connector import Criteria, DirectoryCapabilities, DirectoryUnavailable, Person
from kiosk.service.directories.directory_settings import RemoteDirectorySettings
from kiosk.service.directories.mapping import PeopleMap, Record, at_path
from kiosk.service.directories.remote import remote_errors
from kiosk.service.vendors import okta
from kiosk.service.vendors.okta import OktaOrg, literal, okta_api
from kiosk.service.vendors.probing import probing
from kiosk.service.vendors.rest import Refused, RestApi, quoted, told
from kiosk.service.wiring import Wiring

_PROFILE: Final = "profile."
_USUAL: Final[Mapping[str, str]] = {
    "upn": "profile.login",
    "email": "profile.email",
    "employee_id": "profile.employeeNumber",
    "phone": "profile.mobilePhone",
    "given_name": "profile.firstName",
    "family_name": "profile.lastName",
}
_UP_TO_DATE: Final = frozenset({"profile.login", "profile.email"})
"""What `filter=` takes, and no two people share, or few."""
_GONE: Final = frozenset({"DEPROVISIONED", "SUSPENDED"})
_MOST: Final = 50
"""People of one answer; those who left are among them."""
_SCOPE: Final = "okta.users.read"


class OktaPeople(RemoteDirectorySettings, OktaOrg):
    """People of an Okta org. A service app needs the scope okta.users.read, and reads no more than its role sees.

    In `fields`, names are those of the user profile, with their case: `employee_id = "badgeNumber"`.
    """

    kind: Literal["okta"] = "okta"
    """Which connector."""
    timeout: int = Field(default=10, ge=1, le=60)
    """Seconds for one question, with all its repetitions."""

    @field_validator("fields")
    @classmethod
    def _of_the_profile(cls, fields: dict[str, str]) -> dict[str, str]:
        plain = {field: name.removeprefix(_PROFILE) for field, name in fields.items()}
        for field, name in plain.items():
            if not name.isidentifier() or not name.isascii():
                raise ValueError(f"{field}: is no name of a profile attribute")
        return {field: f"{_PROFILE}{name}" for field, name in plain.items()}


@dataclass(frozen=True, slots=True)
class OktaDirectory:
    """A `Directory`."""

    settings: OktaPeople
    people: PeopleMap
    api: RestApi

    @classmethod
    def make(cls, settings: OktaPeople, wiring: Wiring) -> OktaDirectory:
        """Raises NoCredential, ConfigurationError."""
        api = okta_api(settings, wiring, settings.id, _SCOPE, settings.timeout)
        return cls(settings, PeopleMap.of(settings, _USUAL, wiring), api)

    @property
    def id(self) -> str:
        """From the settings."""
        return self.settings.id

    @property
    def capabilities(self) -> DirectoryCapabilities:
        """Whatever has a name in the profile."""
        return self.people.capabilities

    def find_people(self, criteria: Criteria) -> tuple[Person, ...]:
        """By a filter where it suffices; by a search for all else, and for whom the filter did not find as written."""
        if not criteria:
            return ()
        wanted = self._expression(criteria)
        with remote_errors():
            found = self._asked(criteria, "filter", wanted) if self._filter_suffices(criteria) else ()
            return found or self._asked(criteria, "search", wanted)

    def read(self, directory_id: str) -> Person | None:
        """By their id: always up to date."""
        with remote_errors():
            try:
                route = quoted("api/v1/users/{}", directory_id)
                document = self.api.call("GET", route, query={"fields": self._fields()}).document
            except Refused as refused:
                if refused.status != 404:
                    raise
                return None
            # The address takes logins, too: what is told must be of this id.
            records = [each for each in self._records([document]) if each.native == directory_id]
        return self.people.person(records[0]) if records else None

    def probe(self) -> str:
        """Signs in and asks for one person."""
        with probing(okta.remedy):
            document = self.api.call("GET", "api/v1/users", query={"limit": "1", "fields": self._fields()}).document
            found = told(document, kind=list)
        return "signed in; finds people" if found else "signed in; sees nobody: its role may be limited to other groups"

    def close(self) -> None:
        """The connections are the service's."""

    def _asked(self, criteria: Criteria, way: str, expression: str) -> tuple[Person, ...]:
        """Raises DirectoryUnavailable where so many answer to it that not all were shown, and fewer than two fit."""
        query = {way: expression, "limit": str(_MOST), "fields": self._fields()}
        documents = told(self.api.call("GET", "api/v1/users", query=query).document, kind=list)
        found = self.people.matching(criteria, self._records(documents))
        if len(documents) >= _MOST and len(found) < 2:
            raise DirectoryUnavailable
        return found

    def _records(self, documents: list[Any]) -> Iterator[Record]:
        for each in documents:
            if told(each, "status", kind=str) not in _GONE:
                yield Record(told(each, "id", kind=str), at_path(each))

    def _filter_suffices(self, criteria: Criteria) -> bool:
        return all(
            self.people.names[field] in _UP_TO_DATE and len(self.people.spellings(field, value)) == 1
            for field, value in criteria.items()
        )

    def _expression(self, criteria: Criteria) -> str:
        """All of the criteria, each in any of its spellings."""
        return " and ".join(self._clause(field, value) for field, value in criteria.items())

    def _clause(self, field: str, value: str) -> str:
        name = self.people.names[field]
        written = [f"{name} eq {literal(each)}" for each in self.people.spellings(field, value)]
        return written[0] if len(written) == 1 else f"({' or '.join(written)})"

    def _fields(self) -> str:
        """What the answer is trimmed to."""
        names = sorted({name.removeprefix(_PROFILE) for name in self.people.names.values()})
        return f"id,status,profile:({','.join(names)})"


CONNECTOR = Connector("okta", OktaPeople, OktaDirectory.make)
