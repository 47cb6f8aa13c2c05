"""Turns what another system knows of somebody into a `Person`, and checks again that they are who was asked for.

A connector has one `PeopleMap`, made with the names that its vendor usually keeps things under, and asks it:

    people = PeopleMap.of(settings, {"upn": "userPrincipalName", "phone": "mobilePhone"}, wiring)
    people.capabilities                        # what this directory can be searched for
    people.names["phone"]                      # the vendor's name of a field
    people.spellings("phone", "+4930123456")   # what to put into a filter: each way it may be written over there
    people.matching(criteria, records)         # the people among the records that came back, at most two
    people.person(record)                      # one who was read back by their id

A `Record` is the vendor's own id of somebody, and a function from the vendor's name of a field to the values there:
`Record(document["id"], at_path(document))` for JSON. Leaving out the records of disabled people is up to the connector.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import islice
from typing import Any, Final

import phonenumbers
from phonenumbers import PhoneNumberFormat

from kiosk.contract.profile import FieldKind, IdentifyField
from kiosk.service.directories import rules
from kiosk.service.directories.connector import Criteria, DirectoryCapabilities, Person
from kiosk.service.directories.directory_settings import RemoteDirectorySettings
from kiosk.service.directories.rules import KINDS, MAX_LENGTH, BadValue, Site
from kiosk.service.wiring import Wiring

ATTRIBUTE: Final = "attribute:"
_MOST_VALUES: Final = 20
"""How many values of one field are looked at."""
_LONGEST_NATIVE: Final = 1024
_LONGEST_USER_ID: Final = 128
_LONGEST_NAME: Final = 128
_LONGEST: Final = {"upn": 256, "email": 254, "employee_id": 64}
_FORMATS: Final = (
    PhoneNumberFormat.E164,
    PhoneNumberFormat.INTERNATIONAL,
    PhoneNumberFormat.NATIONAL,
    PhoneNumberFormat.RFC3966,
)

Values = Callable[[str], Iterable[object]]
"""The values that a record has under a name of the vendor's. Texts and whole numbers count, nothing else."""


@dataclass(frozen=True, slots=True)
class Record:
    """Somebody as another system knows them: its id of them, and what it says of them."""

    native: str
    values: Values = field(repr=False)


def at_path(document: object) -> Values:
    """Reads JSON by a name with dots (`name.givenName`); all members of a list are meant."""

    def values(name: str) -> Iterator[object]:
        return _reached([document], name.split("."))

    return values


def _reached(found: Iterable[object], steps: list[str]) -> Iterator[object]:
    for each in found:
        if isinstance(each, list):
            yield from _reached(each[:_MOST_VALUES], steps)
        elif not steps:
            yield each
        elif isinstance(each, dict) and steps[0] in each:
            yield from _reached([each[steps[0]]], steps[1:])


@dataclass(frozen=True, slots=True)
class PeopleMap:
    """Which of a vendor's fields are ours. `names` is the vendor's name by our field."""

    directory: str
    names: Mapping[str, str]
    site: Site
    kinds: Mapping[str, FieldKind]

    @classmethod
    def of(cls, settings: RemoteDirectorySettings, usual: Mapping[str, str], wiring: Wiring) -> PeopleMap:
        """The usual names, with those in their place that the settings give."""
        kinds = {**KINDS, **{f"{ATTRIBUTE}{name}": kind for name, kind in wiring.attributes.items()}}
        return cls(settings.id, {**usual, **settings.fields}, wiring.site, kinds)

    @property
    def capabilities(self) -> DirectoryCapabilities:
        """Whatever has a name over there can be searched for."""
        return DirectoryCapabilities(frozenset(self.names), attributes=False)

    def spellings(self, name: str, value: str) -> tuple[str, ...]:
        """How a normalised value may be written over there, likeliest first: for systems that compare texts as they
        are. Case does not matter to any that we know."""
        kind = self._kind(name)
        if kind is FieldKind.PHONE:
            return tuple(dict.fromkeys(_phone_spellings(value)))
        if kind is FieldKind.UPN:
            local, _, domain = value.rpartition("@")
            ours = self.site.email_domain
            return (value, local) if local and ours and domain == rules.fold(ours) else (value,)
        if kind in (FieldKind.TEXT, FieldKind.NAME) and "ss" in value:
            return (value, value.replace("ss", "ß"))
        return (value,)

    def matching(self, criteria: Criteria, records: Iterable[Record]) -> tuple[Person, ...]:
        """The people who have all that was asked for, compared here and normalised: at most two, each once.

        A system that folds, widens or overlooks a filter never makes us take somebody for somebody else.
        """
        if not criteria:
            return ()
        fitting = (record for record in records if self._has_all(record, criteria))
        found = {person.user_id: person for record in fitting if (person := self.person(record)) is not None}
        return tuple(islice(found.values(), 2))

    def person(self, record: Record) -> Person | None:
        """The person of a record; None if it is nobody's: no usable id, or no user name."""
        upn = self._exact(record, "upn")
        if not upn or not _is_usable(record.native):
            return None
        return Person(
            user_id=user_id(self.directory, record.native),
            upn=upn,
            given_name=self._name(record, "given_name"),
            family_name=self._name(record, "family_name"),
            email=self._exact(record, "email"),
            phone=next(self._normalised(record, "phone"), ""),
            employee_id=self._exact(record, "employee_id"),
            attributes=self._attributes(record),
            directory=self.directory,
            directory_id=record.native,
        )

    def _attributes(self, record: Record) -> dict[str, str]:
        named = (name for name in self.names if name.startswith(ATTRIBUTE))
        found = {name.removeprefix(ATTRIBUTE): self._exact(record, name) for name in named}
        return {name: value for name, value in found.items() if value}

    def _has_all(self, record: Record, criteria: Criteria) -> bool:
        return all(value in self._normalised(record, name) for name, value in criteria.items())

    def _normalised(self, record: Record, name: str) -> Iterator[str]:
        asked = IdentifyField(name, self._kind(name), max_length=MAX_LENGTH)
        for text in self._texts(record, name):
            try:
                yield rules.normalise(asked, text, self.site)
            except BadValue:
                continue

    def _exact(self, record: Record, name: str) -> str:
        """The first text that needs no cutting: an account may be named by it, and half a name is another's."""
        for text in self._texts(record, name):
            try:
                tamed = rules.tame(text[: MAX_LENGTH + 1])
            except BadValue:
                continue
            if 0 < len(tamed) <= _LONGEST.get(name, MAX_LENGTH):
                return tamed
        return ""

    def _name(self, record: Record, name: str) -> str:
        """The first text, without what no name has; it is only ever shown."""
        first = next(self._texts(record, name), "")[: 4 * _LONGEST_NAME]
        printable = "".join(" " if unicodedata.category(each) == "Cc" else each for each in first)
        return _without_tricks(printable)[:_LONGEST_NAME].strip()

    def _texts(self, record: Record, name: str) -> Iterator[str]:
        if name in self.names:
            for value in islice(record.values(self.names[name]), _MOST_VALUES):
                if isinstance(value, str) or (isinstance(value, int) and not isinstance(value, bool)):
                    yield str(value)

    def _kind(self, name: str) -> FieldKind:
        return self.kinds.get(name, FieldKind.TEXT)


def user_id(directory: str, native: str) -> str:
    """Unique over all directories and at most 128 characters: a longer id is named by its hash."""
    plain = f"{directory}:{native}"
    return plain if len(plain) <= _LONGEST_USER_ID else f"{directory}:sha256:{sha256(native.encode()).hexdigest()}"


def text_at(document: Any, *path: str) -> str:
    """A text in JSON, or an empty one where there is none."""
    for step in path:
        document = document.get(step) if isinstance(document, dict) else None
    return document if isinstance(document, str) else ""


def _phone_spellings(value: str) -> Iterator[str]:
    yield value
    try:
        number = phonenumbers.parse(value)
    except phonenumbers.NumberParseException:
        return
    for each in _FORMATS:
        yield phonenumbers.format_number(number, each)


def _is_usable(native: str) -> bool:
    return 0 < len(native) <= _LONGEST_NATIVE and native.isprintable() and native.strip() == native


def _without_tricks(text: str) -> str:
    try:
        return rules.tame(text)
    except BadValue:
        return rules.tame("".join(each for each in text if unicodedata.category(each)[0] != "C"))
