"""privacyIDEA as a directory: people of a realm are found by its user interface, in whatever resolvers it has.

A `*` in a value stands for anything over there, so whoever is found is compared again with what was asked for; a value
of nothing else is not asked at all. A name that a resolver does not know makes it skip that resolver without a word of
refusal; here that is no answer, instead of nobody.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from pydantic import Field

from kiosk.service.catalog import Connector
from kiosk.service.directories.connector import Criteria, DirectoryCapabilities, DirectoryUnavailable, Person
from kiosk.service.directories.directory_settings import RemoteDirectorySettings
from kiosk.service.directories.mapping import PeopleMap, Record, at_path
from kiosk.service.directories.remote import remote_errors
from kiosk.service.probe import ProbeFailed
from kiosk.service.vendors import privacyidea
from kiosk.service.vendors.privacyidea import PrivacyIdeaServer, admin_api, value
from kiosk.service.vendors.probing import probing
from kiosk.service.vendors.rest import RestApi, told
from kiosk.service.wiring import Wiring

_USUAL: Final[Mapping[str, str]] = {
    "upn": "username",
    "email": "email",
    "phone": "mobile",
    "given_name": "givenname",
    "family_name": "surname",
}


class PrivacyIdeaPeople(RemoteDirectorySettings, PrivacyIdeaServer):
    """People of a privacyIDEA realm. The administrator needs the right userlist, limited to the realm.

    In `fields`, names are those of the resolver's mapping: `employee_id = "employeenumber"`. Without one, people are
    not found by their staff number: a name that a resolver does not know finds nobody.
    """

    kind: Literal["privacyidea"] = "privacyidea"
    """Which connector."""
    timeout: int = Field(default=10, ge=1, le=60)
    """Seconds for one question, with all its repetitions."""


@dataclass(frozen=True, slots=True)
class PrivacyIdeaDirectory:
    """A `Directory`."""

    settings: PrivacyIdeaPeople
    people: PeopleMap
    api: RestApi

    @classmethod
    def make(cls, settings: PrivacyIdeaPeople, wiring: Wiring) -> PrivacyIdeaDirectory:
        """Raises NoCredential."""
        api = admin_api(settings, wiring, settings.id, settings.timeout)
        return cls(settings, PeopleMap.of(settings, _USUAL, wiring), api)

    @property
    def id(self) -> str:
        """From the settings."""
        return self.settings.id

    @property
    def capabilities(self) -> DirectoryCapabilities:
        """Whatever has a name in the mapping."""
        return self.people.capabilities

    def find_people(self, criteria: Criteria) -> tuple[Person, ...]:
        """By one question for each way that the values may be written over there, until one finds somebody."""
        if not criteria or not all(map(_tells, criteria.values())):
            return ()
        with remote_errors():
            for field, spelling in self._ways(criteria):
                asked = {self.people.names[name]: each for name, each in criteria.items()}
                found = self._asked({**asked, **({self.people.names[field]: spelling} if field else {})})
                if people := self.people.matching(criteria, found):
                    return people
        return ()

    def read(self, directory_id: str) -> Person | None:
        """By their id in the resolver, among all who have their login: the interface finds nobody by id."""
        login = directory_id.partition("/")[2]
        if not _tells(login):
            return None
        with remote_errors():
            found = [each for each in self._asked({"username": login}) if each.native == directory_id]
        return self.people.person(found[0]) if found else None

    def probe(self) -> str:
        """Signs in and asks for nobody, by every name in the mapping: a resolver that does not know one says so."""
        with probing(privacyidea.remedy):
            query = {"realm": self.settings.realm, **dict.fromkeys(self.people.names.values(), "\u2013")}
            document = self.api.call("GET", "user/", query=query).document
        if skipped := _skipped(document):
            raise ProbeFailed(
                f"the resolver {skipped} does not know all of the names in `fields`",
                "map them in the resolver, or take them out of `fields`",
            )
        return "signed in; may list people"

    def close(self) -> None:
        """The connections are the service's."""

    def _ways(self, criteria: Criteria) -> list[tuple[str, str]]:
        """As it stands, then each field with more than one spelling in each other one of its spellings."""
        ways = [("", "")]
        for field, wanted in criteria.items():
            ways += [(field, each) for each in self.people.spellings(field, wanted) if each != wanted]
        return ways

    def _asked(self, query: Mapping[str, str]) -> list[Record]:
        """Raises DirectoryUnavailable where a resolver was passed over."""
        answer = self.api.call("GET", "user/", query={"realm": self.settings.realm, **query})
        if _skipped(answer.document):
            raise DirectoryUnavailable
        value(answer)
        return [_record(each) for each in told(answer.document, "result", "value", kind=list)]


def _tells(text: str) -> bool:
    """Whether it is more than a question for anybody."""
    return bool(text.strip(privacyidea.WILDCARD))


def _skipped(document: Any) -> str:
    """The first resolver that was passed over, for the doctor."""
    detail = document.get("detail") if isinstance(document, dict) else None
    skipped = detail.get("skipped_resolvers") if isinstance(detail, dict) else None
    return str(skipped[0])[:64] if isinstance(skipped, list) and skipped else ""


def _record(document: Any) -> Record:
    """Named by resolver, id and login: a login may be given to somebody else. Raises Malformed."""
    resolver, login = told(document, "resolver", kind=str), told(document, "username", kind=str)
    return Record(f"{resolver}:{document.get('userid')}/{login}", at_path(document))


CONNECTOR = Connector("privacyidea", PrivacyIdeaPeople, PrivacyIdeaDirectory.make)
