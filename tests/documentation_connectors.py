"""Writes an example and the reference of each connector from its settings: part of `python -m tests.documentation`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel

from kiosk.service.catalog import DIRECTORIES, MESSENGERS, PHONES, RELYING_PARTIES, SCREENERS, Connector, connectors
from tests.documentation_tables import Setting, comment, means, models, setting, shown, toml

ROOT: Final = Path(__file__).resolve().parents[1]
GUIDE: Final = ROOT / "resources/docs/connectors.md"
FOLDER: Final = ROOT / "resources/config/connectors"

FOLDERS: Final[Mapping[str, str]] = {
    "directories": DIRECTORIES,
    "relying_parties": RELYING_PARTIES,
    "messengers": MESSENGERS,
    "screening": SCREENERS,
    "phones": PHONES,
}
HEADERS: Final[Mapping[str, str]] = {
    "directories": "[[directories]]",
    "relying_parties": "[[relying_parties]]",
    "screening": "[[accounts.screening]]",
    "phones": "[phone.enroller]",
}
TEXTS: Final = frozenset({"http", "twilio"})
"""The messengers that send texts; the others send mail."""

_OKTA: Final = {"url": "https://example.okta.com", "api_token": "okta-token"}
_ENTRA: Final = {
    "tenant": "example.org",
    "client_id": "00000000-0000-0000-0000-000000000000",
    "client_secret": "entra-secret",
}
_KEYCLOAK: Final = {
    "url": "https://login.example.org",
    "realm": "staff",
    "client_id": "keywright",
    "client_secret": "keycloak-secret",
}
_PRIVACYIDEA: Final = {
    "url": "https://privacyidea.example.org",
    "realm": "staff",
    "user": "keywright",
    "password": "privacyidea-password",
}
WRITTEN: Final[Mapping[str, Mapping[str, Any]]] = {
    "directories.table": {},
    "directories.csv": {"id": "people", "path": "/var/lib/keywright/people.csv"},
    "directories.entra": {"id": "entra", **_ENTRA},
    "directories.okta": {"id": "okta", **_OKTA},
    "directories.keycloak": {"id": "keycloak", **_KEYCLOAK},
    "directories.privacyidea": {
        "id": "privacyidea",
        **_PRIVACYIDEA,
        "fields": {"employee_id": "employeenumber"},
    },
    "directories.scim": {"id": "scim", "url": "https://people.example.org/scim/v2", "token": "scim-token"},
    "directories.ldap": {
        "id": "ldap",
        "servers": ["ldaps://ldap1.example.org", "ldaps://ldap2.example.org"],
        "bind_dn": "cn=keywright,ou=services,dc=example,dc=org",
        "password": "ldap-password",
        "base": "ou=people,dc=example,dc=org",
    },
    "relying_parties.embedded": {
        "id": "staff",
        "name": "Staff sign-in",
        "rp_id": "example.org",
        "origin": "https://login.example.org",
    },
    "relying_parties.entra": {"id": "entra", "name": "Microsoft account", **_ENTRA},
    "relying_parties.okta": {"id": "okta", "name": "Okta", **_OKTA},
    "relying_parties.keycloak": {"id": "keycloak", "name": "Staff sign-in", **_KEYCLOAK},
    "relying_parties.privacyidea": {
        "id": "privacyidea",
        "name": "VPN and servers",
        **_PRIVACYIDEA,
        "origin": "https://login.example.org",
    },
    "relying_parties.pingone": {
        "id": "pingone",
        "name": "Staff sign-in",
        "environment_id": "00000000-0000-0000-0000-000000000000",
        "region": "eu",
        "client_id": "00000000-0000-0000-0000-000000000000",
        "client_secret": "pingone-secret",
        "rp_id": "example.org",
        "origin": "https://login.example.org",
    },
    "relying_parties.zitadel": {
        "id": "zitadel",
        "name": "Staff sign-in",
        "url": "https://example.zitadel.cloud",
        "token": "zitadel-token",
        "domain": "login.example.org",
    },
    "relying_parties.fusionauth": {
        "id": "fusionauth",
        "name": "Staff sign-in",
        "url": "https://auth.example.org",
        "api_key": "fusionauth-key",
    },
    "messengers.smtp": {"host": "mail.example.org", "sender": "security-keys@example.org"},
    "messengers.graph": {"sender": "security-keys@example.org", **_ENTRA},
    "messengers.twilio": {"user": "AC0123456789", "password": "sms-token", "sender": "+4930123456"},
    "messengers.http": {
        "url": "https://sms.example.org/cgi-bin/sendsms?username=keywright&password={secret}&from={from}&to={to}"
        "&text={text}&charset=UTF-8&coding=2",
        "method": "GET",
        "password": "sms-password",
        "sender": "4711",
    },
    "screening.list": {"id": "sanctions", "path": "/var/lib/keywright/names.csv"},
    "screening.http": {"id": "office", "url": "https://checks.example.org/screen", "secret": "checks-token"},
    "phones.onewelcome": {
        "url": "https://example.onewelcome.io",
        "token_url": "https://example.onewelcome.io/oauth/token",
        "client_id": "keywright",
        "client_secret": "onewelcome-secret",
    },
}
"""What is not a comment in the example of a connector: what must be given, and what nobody would leave as it is."""

SHOWN: Final[Mapping[str, Any]] = {
    "algorithm": "PS256",
    "api": "https://api.pingone.example",
    "auth": "https://auth.pingone.example",
    "api_key": "api-key",
    "certificate": "/etc/keywright/client.pem",
    "certificate_authority": "/etc/keywright/ca.pem",
    "client_secret": "client-secret",
    "disabled_attribute": "pwdAccountLockedTime",
    "id_attribute": "entryUUID",
    "origin": "https://login.example.org",
    "password": "a-secret",
    "policy_id": "00000000-0000-0000-0000-000000000000",
    "private_key": "private-key",
    "rp_id": "example.org",
    "token": "a-token",
}
"""What a commented line shows where there is no default that could be written."""


def kinds() -> Iterator[tuple[str, Connector[Any, Any]]]:
    """Each connector, by its name in `WRITTEN`."""
    for folder, package in FOLDERS.items():
        for kind, connector in connectors(package).items():
            yield f"{folder}.{kind}", connector


def header(name: str) -> str:
    """The table of the settings file that it belongs to."""
    folder, _, kind = name.partition(".")
    return HEADERS.get(folder) or ("[sms]" if kind in TEXTS else "[mail]")


def own_settings(model: type[BaseModel]) -> tuple[Setting, ...]:
    """Those that are no tables, `kind` first."""
    plain = [setting(name, field) for name, field in model.model_fields.items() if not models(field.annotation)]
    return tuple(sorted(plain, key=lambda each: (each.path != "kind", not each.needed)))


def inner_tables(model: type[BaseModel]) -> Iterator[tuple[str, str, type[BaseModel]]]:
    """The tables within: name, what it is, model."""
    for name, field in model.model_fields.items():
        if found := models(field.annotation):
            yield name, field.description or "", found[0]


def example(name: str, connector: Connector[Any, Any]) -> str:
    """The example of one connector: what must be given, and all else as a comment."""
    kind, written = name.partition(".")[2], {"kind": connector.kind, **WRITTEN[name]}
    lines = [*comment((connector.settings.__doc__ or "").strip()), header(name)]
    for each in own_settings(connector.settings):
        given = each.path in written
        value = written.get(each.path, SHOWN.get(each.path) if each.standard is None else each.standard)
        line = f"{each.path} = {toml(value)}"
        lines += ["", *comment(means(each)), line if given else f"#{line}"]
    for table, about, model in inner_tables(connector.settings):
        path = f"{header(name).strip('[]')}.{table}"
        lines += ["", *comment(about), f"#[{path}]"]
        for each in own_settings(model):
            value = SHOWN.get(each.path, kind) if each.standard is None else each.standard
            lines += ["", *comment(means(each)), f"#{each.path} = {toml(value)}"]
    return "\n".join(lines) + "\n"


def reference() -> str:
    """A heading and a table of settings for each connector."""
    parts = []
    for name, connector in kinds():
        folder, _, kind = name.partition(".")
        file = f"../config/connectors/{folder}/{kind}.toml"
        about = " ".join((connector.settings.__doc__ or "").split())
        rows = [*own_settings(connector.settings)]
        tables = [f"### `{header(name)}` kind `{kind}`\n\n{about} ([example]({file}))\n\n{_table(rows)}"]
        for table, inside, model in inner_tables(connector.settings):
            rows = [*own_settings(model)]
            tables.append(f"`{table}`: {inside}\n\n{_table(rows)}")
        parts.append("\n".join(tables))
    return "\n".join(parts)


def _table(rows: list[Setting]) -> str:
    lines = "\n".join(f"| `{each.path}` | {shown(each)} | {means(each)} |" for each in rows)
    return f"| setting | standard | means |\n|---|---|---|\n{lines}\n"


def write() -> None:
    """All examples, and the reference in the guide."""
    for name, connector in kinds():
        folder, _, kind = name.partition(".")
        file = FOLDER / folder / f"{kind}.toml"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(example(name, connector), encoding="utf-8")
