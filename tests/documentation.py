"""Writes what guides say of the code's own data, so that they cannot disagree: `python -m tests.documentation`.

The parts between `<!-- begin NAME -->` and `<!-- end NAME -->` in `resources/docs/service.md` and `connectors.md`, and
the whole of `resources/config/service.toml` and of the examples in `resources/config/connectors/`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from kiosk.contract.problems import Word
from kiosk.service.catalog import DIRECTORIES, MESSENGERS, PHONES, RELYING_PARTIES, SCREENERS, connectors
from kiosk.service.errors import TABLE
from kiosk.service.settings import ServiceSettings
from kiosk.service.titles import TITLES
from tests import documentation_connectors
from tests.documentation_tables import Setting, comment, means, models, setting, shown, toml

ROOT: Final = Path(__file__).resolve().parents[1]
GUIDE: Final = ROOT / "resources/docs/service.md"
EXAMPLE: Final = ROOT / "resources/config/service.toml"

GIVEN: Final[Mapping[str, Any]] = {
    "server.certificate": "/etc/keywright/server.pem",
    "server.private_key": "/run/credentials/keywright-service.service/server.key",
    "identify.alternatives.name": "cost_center",
    "identify.alternatives.fields": ["family_name", "attribute:cost_center"],
    "identify.attributes.labels": {"en": "Cost center", "ar": "مركز التكلفة"},
    "database.password": "database-password",
    "database.certificate_authority": "/etc/keywright/database-ca.pem",
    "verification.lookup.url": "https://badges.example.org/cards/{code}?person={user.employeeId}",
    "verification.lookup.auth.secret": "lookup-secret",
    "verification.lookup.auth.certificate": "/etc/keywright/lookup.pem",
    "verification.lookup.certificate_authority": "/etc/keywright/ca.pem",
    "mail.host": "mail.example.org",
    "mail.sender": "security-keys@example.org",
    "mail.user": "keywright",
    "mail.password": "mail-password",
    "mail.certificate_authority": "/etc/keywright/ca.pem",
    "sms.user": "AC0123456789",
    "sms.password": "sms-token",
    "sms.sender": "+4930123456",
    "sms.certificate_authority": "/etc/keywright/ca.pem",
    "pin.enroll_fingerprint": "best_effort",
    "hand_over.min_pin_length": 8,
    "hand_over.raise_min_pin": "best_effort",
    "hand_over.tell_min_pin_to": ["login.example.org"],
    "hand_over.force_pin_change": "best_effort",
    "hand_over.always_uv": "best_effort",
    "hand_over.enterprise_attestation": "best_effort",
    "attestation.roots": "/etc/keywright/roots",
    "attestation.metadata.file": "/var/lib/keywright/metadata.jwt",
    "attestation.metadata.certificate_authority": "/etc/keywright/ca.pem",
    "attestation.metadata.root": "/etc/keywright/metadata-root.pem",
    "accounts.sites.id": "main",
    "accounts.sites.name": "Head office",
    "accounts.sites.domains": ["example.org"],
    "accounts.sites.terms": ["privacy"],
    "accounts.sites.attributes.labels": {"en": "Department", "ar": "القسم"},
    "accounts.terms.id": "privacy",
    "accounts.terms.version": "2026-11",
    "accounts.terms.titles": {"en": "Privacy", "ar": "الخصوصية"},
    "accounts.terms.texts": {"en": "We keep your name and mail address.", "ar": "نحتفظ باسمك وبريدك."},
    "accounts.passwords.breached": "/var/lib/keywright/breached.txt",
    "accounts.totp.offer": "best_effort",
    "accounts.kiosk.site": "main",
    "accounts.kiosk.terms": ["privacy"],
    "accounts.screening.id": "sanctions",
    "accounts.screening.path": "/var/lib/keywright/sanctions.csv",
    "accounts.partners.id": "acme",
    "accounts.partners.name": "Acme Logistics",
    "accounts.partners.client_id": "client-0123456789ab",
    "accounts.partners.site": "main",
    "accounts.partners.decryption_keys": ["partner-acme-1"],
    "accounts.partners.signing_key": "partner-acme-sign-1",
    "accounts.partners.keys": ["/etc/keywright/acme.jwk"],
    "phone.url": "https://enroll.example.org",
    "phone.place": "after",
    "phone.enroller.url": "https://example.onewelcome.io",
    "phone.enroller.token_url": "https://example.onewelcome.io/oauth/token",
    "phone.enroller.client_id": "keywright",
    "phone.enroller.client_secret": "onewelcome-secret",
    "phone.enroller.certificate_authority": "/etc/keywright/ca.pem",
    "projects.url": "https://enroll.example.org",
    "projects.ask_at_kiosk": "best_effort",
    "projects.logo": "/etc/keywright/logo.svg",
    "projects.named.list": "/var/lib/keywright/spring.csv",
    "projects.named.feed.file": "/var/lib/keywright/host.csv",
    "projects.named.feed.webhook.url": "https://host.example.org/mobile-ids",
    "projects.named.feed.webhook.secret": "host-secret",
    "projects.named.feed.webhook.certificate_authority": "/etc/keywright/ca.pem",
    "staff.url": "https://enroll.example.org",
    "staff.rp_id": "enroll.example.org",
    "stations.program": "0.1.0",
    "life.most": 2,
    "life.expire": 1095,
    "audit.anchors": "/srv/anchors",
    "audit.syslog": "tls://siem.example.org:6514",
    "audit.syslog_authority": "/etc/keywright/ca.pem",
    "metrics.token": "monitoring-token",
    "telemetry.endpoint": "https://traces.example.org:4318/v1/traces",
    "telemetry.certificate_authority": "/etc/keywright/ca.pem",
    "audit.pseudonymise": 730,
    "relying_parties.id": "staff",
    "relying_parties.name": "Staff sign-in",
    "relying_parties.rp_id": "example.org",
    "relying_parties.origin": "https://login.example.org",
}
"""What the example says where there is no default that could be written."""
KINDS: Final = {
    "directories": (DIRECTORIES, "table"),
    "relying_parties": (RELYING_PARTIES, "embedded"),
    "mail": (MESSENGERS, "smtp"),
    "sms": (MESSENGERS, "twilio"),
    "accounts.screening": (SCREENERS, "list"),
    "phone.enroller": (PHONES, "onewelcome"),
}
"""The tables whose settings depend on their `kind`, and the kind that the example shows."""
NAMED: Final = {
    "identify.attributes": "cost_center",
    "accounts.sites.attributes": "department",
    "projects.named": "spring",
}
"""The tables whose names the administrator makes up, and the name in the example."""
ACTIVE: Final = ("mail.host", "mail.sender")
"""What every service needs and nobody can guess."""
_INTRODUCTION: Final = """\
# The settings of a Keywright service. Every setting is here once, as a comment with its default or, where it has none,
# with an example; resources/docs/service.md explains them. Secrets are never here, only their names.
"""


@dataclass(frozen=True, slots=True)
class Section:
    """A table of settings. `optional` when it is not there by default; `many` for an array of tables."""

    path: str
    about: str
    settings: tuple[Setting, ...]
    optional: bool
    many: bool


def sections(
    model: type[BaseModel] = ServiceSettings,
    path: str = "",
    about: str = "",
    *,
    optional: bool = False,
    many: bool = False,
) -> Iterator[Section]:
    """The tables of a model, outermost first."""
    own: list[Setting] = []
    inner: list[tuple[type[BaseModel], str, FieldInfo]] = []
    for name, field in model.model_fields.items():
        here = f"{path}.{name}".lstrip(".")
        nested = models(field.annotation)
        if nested:
            chosen = connectors(KINDS[here][0])[KINDS[here][1]].settings if here in KINDS else nested[0]
            inner.append((chosen, here, field))
        else:
            own.append(setting(here, field))
    yield Section(path, about or (model.__doc__ or "").partition("\n")[0], tuple(own), optional, many)
    for each, here, field in inner:
        standard = field.get_default(call_default_factory=True)
        absent = optional or not isinstance(standard, BaseModel)
        yield from sections(each, here, field.description or "", optional=absent, many=isinstance(standard, tuple))


def settings_table() -> str:
    """The reference of settings: a heading and a table for each section."""
    parts = []
    for section in sections():
        named = f"`{_header(section, dict.fromkeys(NAMED, 'NAME'))}`"
        heading = f"### {named if section.path else 'At the top'}\n\n"
        about = f"{section.about}{_by_default(section)}\n\n" if section.path else ""
        rows = "\n".join(f"| `{each.path}` | {shown(each)} | {means(each)} |" for each in section.settings)
        parts.append(f"{heading}{about}| setting | standard | means |\n|---|---|---|\n{rows}\n")
    return "\n".join(parts)


def words_table() -> str:
    """The problem words with their status, the usual one first."""
    status: dict[Word, list[str]] = {Word.INTERNAL: ["500"]}
    for code, word in TABLE.values():
        known = status.setdefault(word, [])
        known += [str(code)] if str(code) not in known else []
    rows = "\n".join(f"| `{word}` | {', '.join(status.get(word, ['later']))} | {TITLES[word]} |" for word in Word)
    return f"| word | status | means |\n|---|---|---|\n{rows}\n"


def example() -> str:
    """The example of a settings file."""
    parts = [_INTRODUCTION]
    for section in sections():
        lines = []
        if section.path:
            header = _header(section, NAMED)
            hidden = section.optional and not any(each.path in ACTIVE for each in section.settings)
            lines += ["", *comment(section.about), f"#{header}" if hidden else header]
        for each in section.settings:
            value = GIVEN.get(each.path, each.standard)
            line = f"{each.path.rpartition('.')[2]} = {toml(value)}"
            lines += ["", *comment(means(each)), line if each.path in ACTIVE else f"#{line}"]
        parts.append("\n".join(lines) + "\n")
    return "".join(parts)


def guide(text: str) -> str:
    """The guide with its generated parts as they must be."""
    return filled(text, {"settings": settings_table(), "words": words_table()})


def connectors_guide(text: str) -> str:
    """The guide of connectors with its generated part as it must be."""
    return filled(text, {"connectors": documentation_connectors.reference()})


def filled(text: str, parts: Mapping[str, str]) -> str:
    """The text with its generated parts."""
    for name, content in parts.items():
        begin, end = f"<!-- begin {name} -->", f"<!-- end {name} -->"
        before, found, rest = text.partition(begin)
        _, also_found, after = rest.partition(end)
        assert found, f"{begin} is missing"
        assert also_found, f"{end} is missing"
        text = f"{before}{begin}\n\n{content}\n{end}{after}"
    return text


def _by_default(section: Section) -> str:
    """The names of the tables that there are when the settings have none."""
    owner: Any = ServiceSettings.model_construct()
    for part in section.path.split(".") if section.many else ():
        owner = getattr(owner, part)
    names = [getattr(each, "id", getattr(each, "name", "")) for each in (owner if section.many else ())]
    return f" Without any: {', '.join(f'`{name}`' for name in names)}." if names else ""


def _header(section: Section, names: Mapping[str, str]) -> str:
    """The header of the table; `names` are those of tables that the administrator names."""
    path, told = "", []
    for part in section.path.split("."):
        path = f"{path}.{part}".lstrip(".")
        told += [part, *([names[path]] if path in names else [])]
    return f"[[{'.'.join(told)}]]" if section.many else f"[{'.'.join(told)}]"


def main() -> None:
    """Write all of them anew."""
    GUIDE.write_text(guide(GUIDE.read_text(encoding="utf-8")), encoding="utf-8")
    text = documentation_connectors.GUIDE.read_text(encoding="utf-8")
    documentation_connectors.GUIDE.write_text(connectors_guide(text), encoding="utf-8")
    documentation_connectors.write()
    EXAMPLE.write_text(example(), encoding="utf-8")


if __name__ == "__main__":
    main()
