"""LDAP and Active Directory as a directory: one search a person, escaped, limited, and checked again here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Final, Literal, Self
from urllib.parse import urlsplit
from uuid import UUID

from pydantic import Field, model_validator

from kiosk.errors import ConfigurationError
from kiosk.secret import Secret
from kiosk.service.catalog import Connector
from kiosk.service.directories.connector import Criteria, DirectoryCapabilities, DirectoryUnavailable, Person
from kiosk.service.directories.directory_settings import RemoteDirectorySettings
from kiosk.service.directories.mapping import PeopleMap, Record
from kiosk.service.outbound import is_loopback
from kiosk.service.probe import ProbeFailed
from kiosk.service.settings_model import SecretName
from kiosk.service.vendors.ldap import Entry, Found, LdapClient, LdapFailed, LdapServer, Login
from kiosk.service.vendors.ldap_filter import escaped, is_filter
from kiosk.service.wiring import Wiring

_MOST: Final = 10
"""Entries that are asked for: two are enough to know, but a server that compares loosely puts others before them."""

_PORTS: Final = {"ldaps": 636, "ldap": 389}
_DISABLED_BIT: Final = 2
"""ADS_UF_ACCOUNTDISABLE in userAccountControl."""

_BY_BIT: Final = "1.2.840.113556.1.4.803"
"""LDAP_MATCHING_RULE_BIT_AND."""

_CONTROL: Final = "userAccountControl"

Attribute = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9-]*$", max_length=100)]
Address = Annotated[str, Field(pattern=r"^ldaps?://[^/@?\s]+$", max_length=300)]


@dataclass(frozen=True, slots=True)
class Preset:
    """How a kind of server usually keeps people."""

    people: str
    """The filter that only people pass."""
    id: str
    names: Mapping[str, str]


PRESETS: Final = {
    "active_directory": Preset(
        "(&(objectCategory=person)(objectClass=user))",
        "objectGUID",
        {
            "upn": "userPrincipalName",
            "email": "mail",
            "employee_id": "employeeID",
            "phone": "mobile",
            "given_name": "givenName",
            "family_name": "sn",
        },
    ),
    "openldap": Preset(
        "(objectClass=inetOrgPerson)",
        "entryUUID",
        {
            "upn": "uid",
            "email": "mail",
            "employee_id": "employeeNumber",
            "phone": "mobile",
            "given_name": "givenName",
            "family_name": "sn",
        },
    ),
}


class LdapSettings(RemoteDirectorySettings):
    """People in an LDAP directory, read with an account that may only read."""

    kind: Literal["ldap"] = "ldap"
    """Which connector."""
    servers: tuple[Address, ...] = Field(min_length=1, max_length=8)
    """`ldaps://host` (port 636), or `ldap://host` (port 389), which is turned into TLS before anything is sent
    (StartTLS). The first that answers is asked."""
    plaintext: bool = False
    """Whether `ldap://` goes without TLS; for servers on this machine only."""
    bind_dn: str = Field(min_length=1, max_length=500)
    """As whom the service signs in; Active Directory also takes `name@domain`."""
    password: SecretName
    """Name of the secret that is the password."""
    base: str = Field(min_length=1, max_length=500)
    """Where people are looked for, and below: `ou=people,dc=example,dc=org`."""
    preset: Literal["active_directory", "openldap"] = "active_directory"
    """How people are usually kept: their filter, their id, the names of their fields, how an account is disabled."""
    filter: str = Field(default="", max_length=2000)
    """Only entries that pass this filter are people; empty for that of the preset."""
    id_attribute: Attribute | None = None
    """What never changes about an entry: `objectGUID` or `entryUUID`, by the preset."""
    disabled_attribute: Attribute | None = None
    """An attribute that tells who is disabled, besides what the preset knows."""
    disabled_value: str = Field(default="disabled", min_length=1, max_length=200)
    """The value of `disabled_attribute` that means it."""
    certificate_authority: Path | None = None
    """PEM file with the authority of the servers, if it is none that the system knows."""
    timeout: int = Field(default=5, ge=1, le=30)
    """Seconds for each of connecting, signing in and searching."""

    @model_validator(mode="after")
    def _plain_only_here(self) -> Self:
        if self.plaintext and not all(is_loopback(urlsplit(each).hostname or "") for each in self.servers):
            raise ValueError("plaintext: only a server on this machine may be asked without TLS")
        return self

    @model_validator(mode="after")
    def _readable(self) -> Self:
        if not all(map(_is_address, self.servers)):
            raise ValueError("servers: one has no host, or no port that exists")
        if self.filter and not is_filter(self.filter):
            raise ValueError("filter: is no LDAP filter")
        return self


@dataclass(frozen=True, slots=True)
class LdapDirectory:
    """A `Directory` over an LDAP server."""

    settings: LdapSettings
    people: PeopleMap
    client: LdapClient = field(repr=False)

    @classmethod
    def make(cls, settings: LdapSettings, wiring: Wiring) -> LdapDirectory:
        """Raises NoCredential, ConfigurationError."""
        password = wiring.secret(settings.password)
        if not password:
            raise ConfigurationError("directories.password", "the secret is empty, which would sign in as nobody")
        client = LdapClient(
            [_server(each, plain=settings.plaintext) for each in settings.servers],
            Login(settings.bind_dn, Secret(password)),
            authority=settings.certificate_authority,
            timeout=settings.timeout,
        )
        return cls(settings, PeopleMap.of(settings, PRESETS[settings.preset].names, wiring), client)

    @property
    def id(self) -> str:
        """From the settings."""
        return self.settings.id

    @property
    def capabilities(self) -> DirectoryCapabilities:
        """Whatever has an attribute."""
        return self.people.capabilities

    def find_people(self, criteria: Criteria) -> tuple[Person, ...]:
        """One search by all criteria. Raises DirectoryUnavailable, also if there is more than was let through and it
        cannot be told who of them was meant."""
        if not criteria:
            return ()
        found = self._search([self._asked(name, value) for name, value in criteria.items()])
        people = self.people.matching(criteria, self._records(found.entries))
        if not found.complete and len(people) < 2:
            raise DirectoryUnavailable
        return people

    def read(self, directory_id: str) -> Person | None:
        """The entry of this id, wherever it was moved to below the base. Raises DirectoryUnavailable."""
        try:
            wanted = self._id_value(directory_id)
        except ValueError:
            return None
        found = self._search([f"({self._id}={escaped(wanted)})"])
        if not found.complete:
            raise DirectoryUnavailable
        people = (self.people.person(record) for record in self._records(found.entries))
        return next((person for person in people if person is not None), None)

    def probe(self) -> str:
        """Signs in, looks at the base, and at whether anybody can be seen. Raises ProbeFailed."""
        try:
            self.client.search(self.settings.base, "(objectClass=*)", (), 1, "BASE")
            found = self.client.search(self.settings.base, self._filter([]), self._attributes, 1)
        except LdapFailed as error:
            raise _seen(error.word) from None
        if not found.entries:
            raise ProbeFailed(
                "signed in, but nobody can be seen", f"check base, filter and preset, and what {_WHO} may read"
            )
        if not list(self._records(found.entries)):
            raise ProbeFailed(f"people have no readable {self._id}", f"let {_WHO} read it, or set id_attribute")
        return "signed in; people can be seen"

    def close(self) -> None:
        """Unbind."""
        self.client.close()

    @property
    def _id(self) -> str:
        return self.settings.id_attribute or PRESETS[self.settings.preset].id

    @property
    def _attributes(self) -> tuple[str, ...]:
        disabled = (self.settings.disabled_attribute,) if self.settings.disabled_attribute else ()
        return tuple(dict.fromkeys((*self.people.names.values(), self._id, _CONTROL, *disabled)))

    def _search(self, conditions: Sequence[str]) -> Found:
        try:
            return self.client.search(self.settings.base, self._filter(conditions), self._attributes, _MOST)
        except LdapFailed as error:
            raise DirectoryUnavailable from error

    def _filter(self, conditions: Sequence[str]) -> str:
        people = self.settings.filter or PRESETS[self.settings.preset].people
        return f"(&{people}{''.join((*self._enabled(), *conditions))})"

    def _enabled(self) -> Iterable[str]:
        if self.settings.preset == "active_directory":
            yield f"(!({_CONTROL}:{_BY_BIT}:={_DISABLED_BIT}))"
        if self.settings.disabled_attribute:
            yield f"(!({self.settings.disabled_attribute}={escaped(self.settings.disabled_value)}))"

    def _asked(self, name: str, value: str) -> str:
        attribute = self.people.names[name]
        either = [f"({attribute}={escaped(each)})" for each in self.people.spellings(name, value)]
        return either[0] if len(either) == 1 else f"(|{''.join(either)})"

    def _records(self, entries: Iterable[Entry]) -> Iterable[Record]:
        for entry in entries:
            native = self._native(entry)
            if native and not self._is_disabled(entry):
                yield Record(native, entry.texts)

    def _native(self, entry: Entry) -> str:
        """The id as text. GUIDs of Active Directory are 16 bytes, the first three groups little-endian."""
        raw = next(iter(entry.values.get(self._id.lower(), ())), b"")
        if self._id.lower() == "objectguid":
            return str(UUID(bytes_le=raw)) if len(raw) == 16 else ""
        return next(entry.texts(self._id), "")

    def _id_value(self, native: str) -> str | bytes:
        return UUID(native).bytes_le if self._id.lower() == "objectguid" else native

    def _is_disabled(self, entry: Entry) -> bool:
        """Checked again here, for servers that do not know the filter's rule."""
        attribute, value = self.settings.disabled_attribute, self.settings.disabled_value.casefold()
        if attribute and any(each.casefold() == value for each in entry.texts(attribute)):
            return True
        flags = next(entry.texts(_CONTROL), "")
        return self.settings.preset == "active_directory" and flags.isdecimal() and bool(int(flags) & _DISABLED_BIT)


_WHO: Final = "the account of bind_dn"
_REMEDIES: Final = {
    "no_connection": ("no connection", "check servers, the name server and the firewall"),
    "untrusted": (
        "its certificate cannot be verified",
        "name the PEM file of its authority in certificate_authority, and the server as its certificate does",
    ),
    "bind_refused": ("signing in is refused", "check bind_dn and the secret; the account may be locked or expired"),
    "no_such_base": ("the base is not there", f"check base, and whether {_WHO} may see it"),
    "no_rights": ("we may not look", f"let {_WHO} read people below the base"),
}


def _seen(word: str) -> ProbeFailed:
    return ProbeFailed(
        *_REMEDIES.get(word, (f"no usable answer ({word})", "see whether the server is up, and its log"))
    )


def _is_address(address: str) -> bool:
    try:
        return bool(urlsplit(address).hostname) and urlsplit(address).port != 0
    except ValueError:
        return False


def _server(address: str, *, plain: bool) -> LdapServer:
    parts = urlsplit(address)
    security: Literal["ldaps", "starttls", "plain"] = "plain" if plain else "starttls"
    return LdapServer(
        parts.hostname or "", parts.port or _PORTS[parts.scheme], "ldaps" if parts.scheme == "ldaps" else security
    )


CONNECTOR = Connector("ldap", LdapSettings, LdapDirectory.make)
