"""SCIM 2.0 (RFC 7643, 7644) as a directory, also where the server knows few filters."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal, Self

from pydantic import Field, model_validator

from kiosk.errors import ConfigurationError
from kiosk.secret import Secret
from kiosk.service.catalog import Connector
from kiosk.service.directories.connector import Criteria, DirectoryCapabilities, DirectoryUnavailable, Person
from kiosk.service.directories.directory_settings import RemoteDirectorySettings
from kiosk.service.directories.mapping import PeopleMap, Record, Values, at_path
from kiosk.service.directories.remote import remote_errors
from kiosk.service.probe import ProbeFailed
from kiosk.service.settings_model import HttpsUrl, SecretName
from kiosk.service.vendors.oauth import ClientCredentials, OAuthSettings, credential_of
from kiosk.service.vendors.probing import probing
from kiosk.service.vendors.rest import Refused, RestApi, quoted, told
from kiosk.service.wiring import Wiring

_ENTERPRISE: Final = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
_SEARCH: Final = "urn:ietf:params:scim:api:messages:2.0:SearchRequest"
_MEDIA_TYPE: Final = "application/scim+json"

_NAMES: Final = {
    "upn": "userName",
    "email": "emails.value",
    "employee_id": f"{_ENTERPRISE}:employeeNumber",
    "phone": "phoneNumbers.value",
    "given_name": "name.givenName",
    "family_name": "name.familyName",
}

_FEW_FIRST: Final = ("upn", "employee_id", "email", "phone", "badge", "attribute", "family_name", "given_name")
"""Which criterion fits the fewest people, where only one can be asked for."""

_PAGE: Final = 100
_PAGES: Final = 5
_NO_SUCH_FILTER: Final = (400, 501)


class ScimOAuth(OAuthSettings):
    """Access tokens in place of a fixed one."""

    token_url: HttpsUrl
    """Where they are given out."""
    scope: str = Field(default="", max_length=500)
    """What is asked for there."""


class ScimSettings(RemoteDirectorySettings):
    """People of a SCIM 2.0 server."""

    kind: Literal["scim"] = "scim"
    """Which connector."""
    url: HttpsUrl
    """Where its `/Users` is: `https://idp.example.org/scim/v2`."""
    token: SecretName | None = None
    """Name of the secret that is the bearer token, in place of `oauth`."""
    oauth: ScimOAuth | None = None
    """How tokens are fetched."""
    search_by_post: bool = False
    """Whether searches are sent to `/Users/.search`, so that what people typed is in no address and no log of it."""
    certificate_authority: Path | None = None
    """PEM file with the authority of the server, if it is none that the system knows."""
    timeout: int = Field(default=10, ge=1, le=60)
    """Seconds for a call, its repetitions included."""

    @model_validator(mode="after")
    def _signs_in_in_one_way(self) -> Self:
        if (self.token is None) == (self.oauth is None):
            raise ValueError("token: either it or oauth is needed, not both")
        return self


@dataclass(slots=True)
class _Learnt:
    """What the server turned out not to know. Right answers never depend on it: it only saves calls."""

    combined: bool = True
    refused: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class ScimDirectory:
    """A `Directory` over `/Users`."""

    settings: ScimSettings
    people: PeopleMap
    api: RestApi = field(repr=False)
    _learnt: _Learnt = field(default_factory=_Learnt, repr=False)

    @classmethod
    def make(cls, settings: ScimSettings, wiring: Wiring) -> ScimDirectory:
        """Raises NoCredential, ConfigurationError."""
        api = RestApi(
            wiring.outbound,
            settings.url,
            _authorize(settings, wiring),
            name=settings.id,
            clock=wiring.clock,
            authority=settings.certificate_authority,
            timeout=settings.timeout,
            request_ids=("x-request-id",),
            sleep=wiring.sleep,
        )
        return cls(settings, PeopleMap.of(settings, _NAMES, wiring), api)

    @property
    def id(self) -> str:
        """From the settings."""
        return self.settings.id

    @property
    def capabilities(self) -> DirectoryCapabilities:
        """Whatever has an attribute; a server that knows few filters is asked for one, and the rest compared here."""
        return self.people.capabilities

    def find_people(self, criteria: Criteria) -> tuple[Person, ...]:
        """One search by all criteria, or by the one that fits fewest. Raises DirectoryUnavailable, also if no criterion
        can be asked for, or if too many people fit the one that can."""
        if not criteria:
            return ()
        with remote_errors():
            if len(criteria) == 1 or self._learnt.combined:
                either = [self._either(name, value) for name, value in criteria.items()]
                try:
                    return self._matching(criteria, [" and ".join(either)])
                except Refused as error:
                    if error.status not in _NO_SUCH_FILTER:
                        raise
            return self._by_one(criteria)

    def read(self, directory_id: str) -> Person | None:
        """The resource of this id. Raises DirectoryUnavailable."""
        with remote_errors():
            try:
                route = quoted("Users/{}", directory_id)
            except Refused:
                return None
            answer = self.api.call("GET", route, headers={"Accept": _MEDIA_TYPE}, good=(200, 404))
            if answer.status == 404:
                return None
            records = [each for each in _records([answer.document]) if each.native == directory_id]
            return self.people.person(records[0]) if records else None

    def probe(self) -> str:
        """Asks what the server can do, and for nobody's data. Raises ProbeFailed."""
        with probing():
            accept = {"Accept": _MEDIA_TYPE}
            about = self.api.call("GET", "ServiceProviderConfig", headers=accept, good=(200, 403, 404)).document
            total = told(
                self.api.call("GET", "Users", query={"count": "1", "attributes": "id"}, headers=accept).document,
                "totalResults",
                kind=int,
            )
        if total == 0:
            raise ProbeFailed("it answers, but nobody can be seen", "let this client read users")
        filters = about.get("filter") if isinstance(about, dict) else None
        if isinstance(filters, dict) and filters.get("supported") is False:
            raise ProbeFailed("it says that it knows no filters", "use another directory: people cannot be searched")
        return f"{total} users"

    def close(self) -> None:
        """Connections belong to all."""

    def _by_one(self, criteria: Criteria) -> tuple[Person, ...]:
        """Ask for one criterion, one spelling at a time, and compare the others here. Raises Refused."""
        refused = Refused(501)
        for name in sorted(criteria, key=self._rank):
            spellings = self.people.spellings(name, criteria[name])
            try:
                found = self._matching(criteria, [self._equals(name, each) for each in spellings])
            except Refused as error:
                if error.status not in _NO_SUCH_FILTER:
                    raise
                refused = error
                self._learnt.refused.add(name)
                continue
            self._learnt.combined = self._learnt.combined and len(criteria) == 1
            self._learnt.refused.discard(name)
            return found
        raise refused

    def _rank(self, name: str) -> tuple[bool, int]:
        return name in self._learnt.refused, _FEW_FIRST.index(name.partition(":")[0])

    def _matching(self, criteria: Criteria, filters: Sequence[str]) -> tuple[Person, ...]:
        """Raises DirectoryUnavailable if more people are told of than we read, and two of those do not fit yet."""
        documents: list[Any] = []
        complete = True
        for each in filters:
            complete &= self._listed(each, documents)
        people = self.people.matching(criteria, _records(documents))
        if not complete and len(people) < 2:
            raise DirectoryUnavailable
        return people

    def _listed(self, wanted: str, documents: list[Any]) -> bool:
        """Read the pages of a search; whether there are no more."""
        start = 1
        for _ in range(_PAGES):
            page = self._search(wanted, start)
            total = told(page, "totalResults", kind=int)
            resources = told(page, "Resources", kind=list) if "Resources" in page else []
            documents.extend(resources)
            start += len(resources)
            if start > total:
                return True
            if not resources:
                return False
        return False

    def _search(self, wanted: str, start: int) -> Any:
        asked: dict[str, Any] = {"filter": wanted, "startIndex": start, "count": _PAGE}
        attributes = list(dict.fromkeys(map(_root, ("id", "active", *self.people.names.values()))))
        headers = {"Accept": _MEDIA_TYPE}
        if self.settings.search_by_post:
            body = {"schemas": [_SEARCH], "attributes": attributes, **asked}
            return self.api.call(
                "POST", "Users/.search", body=body, headers=headers, media_type=_MEDIA_TYPE, repeatable=True
            ).document
        query = {name: str(value) for name, value in asked.items()} | {"attributes": ",".join(attributes)}
        return self.api.call("GET", "Users", query=query, headers=headers).document

    def _either(self, name: str, value: str) -> str:
        any_of = [self._equals(name, each) for each in self.people.spellings(name, value)]
        return any_of[0] if len(any_of) == 1 else f"({' or '.join(any_of)})"

    def _equals(self, name: str, value: str) -> str:
        """Values are strings of JSON (RFC 7644, 3.4.2.2)."""
        return f"{self.people.names[name]} eq {json.dumps(value, ensure_ascii=False)}"


def scim_values(document: Mapping[str, Any]) -> Values:
    """Reads a resource by the names that filters have, an extension's with its URN before the last colon."""

    def values(name: str) -> Iterator[object]:
        schema, _, path = name.rpartition(":")
        yield from at_path(document.get(schema) if schema else document)(path)

    return values


def _records(documents: Sequence[Any]) -> Iterator[Record]:
    """Those who are active: who is not told to be otherwise is."""
    for each in documents:
        if isinstance(each, dict) and isinstance(each.get("id"), str) and each.get("active", True) is True:
            yield Record(each["id"], scim_values(each))


def _root(name: str) -> str:
    return name if ":" in name else name.partition(".")[0]


def _authorize(settings: ScimSettings, wiring: Wiring) -> Callable[[bool], Mapping[str, str]]:
    if settings.oauth is not None:
        return ClientCredentials(
            wiring.outbound,
            settings.oauth.token_url,
            settings.oauth.client_id,
            credential_of(settings.oauth, wiring, "directories.oauth"),
            settings.oauth.scope,
            wiring.clock,
            wiring.random,
            auth_method=settings.oauth.auth_method,
            name=f"{settings.id}_token",
            authority=settings.certificate_authority,
            timeout=settings.timeout,
            sleep=wiring.sleep,
        )
    assert settings.token is not None
    token = Secret(wiring.secret(settings.token))
    if not (token.reveal().isascii() and token.reveal().isprintable() and token.reveal().strip()):
        raise ConfigurationError("directories.token", "the secret is no bearer token")
    return lambda _fresh: {"Authorization": f"Bearer {token.reveal()}"}


CONNECTOR = Connector("scim", ScimSettings, ScimDirectory.make)
