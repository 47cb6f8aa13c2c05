"""Settings of accounts: tenants and their sites, terms, passwords, guests, screening and partners."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Self

from pydantic import BeforeValidator, Field, SerializeAsAny, field_validator, model_validator

from kiosk.contract.policy import Demand
from kiosk.contract.profile import FormKind
from kiosk.service.catalog import SCREENERS, settings_of
from kiosk.service.directories.settings import AttributeSettings
from kiosk.service.outbound import acceptable_address
from kiosk.service.placeholders import names
from kiosk.service.screening.settings import ScreenerSettings
from kiosk.service.settings_model import LanguageTag, Name, SecretName, SettingsModel

DEFAULT_TENANT = "default"
"""The tenant of everybody who is not said to be of another one."""

Domain = Annotated[str, Field(pattern=r"^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$", max_length=253)]
"""A mail domain, in lower case (ASCII form)."""


class SiteAttributeSettings(AttributeSettings):
    """Something that a site wants to know of its people; kept apart for each site."""

    required: bool = False
    """Whether nobody registers without it."""
    asked: bool = True
    """Whether the form at the kiosk asks for it; else only the API sets it."""


class SiteSettings(SettingsModel):
    """A site: a part of a tenant with attributes of its own, and with its own people."""

    id: Name
    """The word for it in paths (`siteId`)."""
    name: str = Field(min_length=1, max_length=64)
    """As people know it."""
    tenant: Name = DEFAULT_TENANT
    """Whose it is; names of people are unique in a tenant."""
    domains: tuple[Domain, ...] = Field(default=(), max_length=200)
    """Mail domains that may register and sign in without a password; empty for any."""
    attributes: dict[Name, SiteAttributeSettings] = Field(default_factory=dict)
    """What it wants to know, by name."""
    terms: tuple[Name, ...] = ()
    """Which terms who registers has to accept (or may)."""


class TermsSettings(SettingsModel):
    """Terms in one version; when the text changes, the version must."""

    id: Name
    """A word for them."""
    version: str = Field(min_length=1, max_length=32)
    """Kept with each consent."""
    titles: dict[LanguageTag, str] = Field(min_length=1)
    """By language."""
    texts: dict[LanguageTag, str] = Field(min_length=1)
    """By language; paragraphs separated by blank lines."""
    required: bool = True
    """False for what may be declined: news, say."""


class PasswordSettings(SettingsModel):
    """Rules for passwords (NIST SP 800-63B-4, 3.1.1): length, and a list of what everybody has; no composition."""

    min_length: int = Field(default=15, ge=8, le=128)
    """Code points; 15 where a password may be all that is asked, 8 where a second factor always is."""
    max_length: int = Field(default=128, ge=64, le=1024)
    """Code points."""
    breached: Path | None = None
    """A sorted file of SHA-1 hashes in hexadecimal, one a line, as breach lists come (`HASH` or `HASH:count`)."""
    memory_mib: int = Field(default=19, ge=8, le=1024)
    """Memory of argon2id (OWASP: 19 MiB with 2 rounds and 1 lane)."""
    rounds: int = Field(default=2, ge=1, le=20)
    """Rounds of argon2id."""


class SignInSettings(SettingsModel):
    """How long sign-ins, and what leads to them, last."""

    session: int = Field(default=3600, ge=60, le=86400)
    """Seconds that a session of a person lasts."""
    activation: int = Field(default=86400, ge=600, le=86400)
    """Seconds that an activation token may be used."""
    passcode: int = Field(default=86400, ge=600, le=86400)
    """Seconds that a passcode for a new password may be used (recovery by mail: at most 24 h)."""
    code: int = Field(default=600, ge=60, le=600)
    """Seconds that a one-time code for signing in may be used."""
    activation_url: str = Field(default="", max_length=140)
    """Where the link in the activation mail leads; `{token}` and `{user_id}` are filled in. Empty: the mail tells the
    token to be typed. The token belongs behind a `#`, where no web server writes it into its log."""

    @field_validator("activation_url")
    @classmethod
    def _leads_somewhere(cls, url: str) -> str:
        if url and (not acceptable_address(url) or names(url) != {"token", "user_id"}):
            raise ValueError("needs https, {token} and {user_id}, and no other braces")
        return url


class TotpSettings(SettingsModel):
    """Codes of authenticator apps (RFC 6238: SHA-1, 6 digits, 30 s, which is what every app can)."""

    offer: Demand | None = None
    """Whether the kiosk sets one up after the key: `require`, `best_effort` (the person may go on without), or not."""
    drift: int = Field(default=1, ge=0, le=2)
    """Periods that a phone's clock may be early or late."""
    recovery_codes: int = Field(default=10, ge=4, le=16)
    """How many recovery codes are made."""

    @field_validator("offer")
    @classmethod
    def _not_offered(cls, offer: Demand | None) -> Demand | None:
        return None if offer is Demand.REFUSE else offer


class KioskRegistrationSettings(SettingsModel):
    """Who may register at the kiosk."""

    site: Name
    """The site that they join."""
    forms: tuple[FormKind, ...] = Field(default=(FormKind.MEMBER,), min_length=1)
    """`member`, `visitor`, `contractor`."""
    longest_days: int = Field(default=30, ge=1, le=366)
    """How many days a guest stays at most; a contractor ten times as long, at most a year."""
    phone: bool = False
    """Whether members are asked for a phone number."""
    terms: tuple[Name, ...] = ()
    """Which terms guests have to accept (members: those of the site)."""


AnyScreener = Annotated[SerializeAsAny[ScreenerSettings], BeforeValidator(settings_of(SCREENERS, "list"))]
"""Settings of any checker: those of the connector that `kind` names."""


class PartnerSettings(SettingsModel):
    """An outside organization that may enroll guests in sealed messages, by agreement."""

    id: Name
    """A word for it."""
    name: str = Field(min_length=1, max_length=64)
    """As people know it."""
    client_id: str = Field(min_length=1, max_length=64)
    """The client of the service that it signs in as."""
    site: Name
    """The site that its guests join."""
    keys: tuple[Path, ...] = Field(min_length=1, max_length=8)
    """Files with its public keys (JWK or JWK set, RFC 7517), each with its `kid`: those that it signs with, and those
    that answers are sealed for. During a rotation, the old and the new."""
    decryption_keys: tuple[SecretName, ...] = Field(min_length=1, max_length=8)
    """Names of our private keys (JWK as JSON) that it may seal for; the first one is told to it."""
    signing_key: SecretName
    """Name of our private key (JWK as JSON) that answers are signed with."""
    audience: str = Field(default="keywright", min_length=1, max_length=200)
    """What its messages must name as whom they are for (`aud`), and answers as who wrote them (`iss`)."""
    key_management: tuple[str, ...] = ("ECDH-ES+A256KW",)
    """Allowed JWE `alg` (RFC 7518, 4)."""
    encryption: tuple[str, ...] = ("A256GCM",)
    """Allowed JWE `enc` (RFC 7518, 5)."""
    signature: tuple[str, ...] = ("ES256", "EdDSA")
    """Allowed JWS `alg` (RFC 7518, 3)."""
    window: int = Field(default=300, ge=30, le=3600)
    """Seconds that a message may be old (`iat`), and that its `jti` is remembered."""
    daily: int = Field(default=1000, ge=1, le=1_000_000)
    """Guests that it may enroll in a day (UTC)."""
    from_day: str = Field(default="", pattern=r"^([0-9]{4}-[0-9]{2}-[0-9]{2})?$")
    """The first day of the agreement; empty for none."""
    until_day: str = Field(default="", pattern=r"^([0-9]{4}-[0-9]{2}-[0-9]{2})?$")
    """The last day of the agreement; empty for none."""


class AccountsSettings(SettingsModel):
    """Accounts of people, and who may make them. Without sites there are none, and the routes say so."""

    sites: tuple[SiteSettings, ...] = ()
    """All sites of all tenants."""
    terms: tuple[TermsSettings, ...] = ()
    """What there is to accept."""
    passwords: PasswordSettings = PasswordSettings()
    sign_in: SignInSettings = SignInSettings()
    totp: TotpSettings = TotpSettings()
    kiosk: KioskRegistrationSettings | None = None
    """Registration at the kiosk; without it nobody registers there."""
    screening: tuple[AnyScreener, ...] = ()
    """Who is asked about guests, all of them; without any, guests are held until staff let them in."""
    partners: tuple[PartnerSettings, ...] = ()
    """Who may enroll guests from outside."""
    requests_per_minute: int = Field(default=600, ge=1, le=1_000_000)
    """How often a client may call each route of accounts."""

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        sites = self._once("sites", [each.id for each in self.sites])
        terms = self._once("terms", [each.id for each in self.terms])
        self._once("partners", [each.id for each in self.partners])
        self._once("screening", [each.id for each in self.screening])
        wanted = [("sites", each.terms) for each in self.sites]
        if self.kiosk is not None:
            wanted.append(("kiosk", self.kiosk.terms))
            if self.kiosk.site not in sites:
                raise ValueError(f"kiosk.site: there is no site {self.kiosk.site!r}")
        for where, asked in wanted:
            if unknown := set(asked) - terms:
                raise ValueError(f"{where}.terms: there are no terms {min(unknown)!r}")
        if missing := [each.site for each in self.partners if each.site not in sites]:
            raise ValueError(f"partners.site: there is no site {missing[0]!r}")
        return self

    def check_kiosk(self, tables: set[str], *, mailed: bool) -> None:
        """That who registers at the kiosk can prove their address, and is found afterwards, given the tenants of the
        built-in directories. Raises ValueError."""
        site = None if self.kiosk is None else self.site(self.kiosk.site)
        if site is not None and not mailed:
            raise ValueError("accounts.kiosk: a mail proves who registers: add [mail], or take [accounts.kiosk] out")
        if site is not None and site.tenant not in tables:
            raise ValueError(f"accounts.kiosk: no directory of the kind table has the people of {site.tenant!r}")

    def site(self, site_id: str) -> SiteSettings | None:
        """The site of this id."""
        return next((each for each in self.sites if each.id == site_id), None)

    @staticmethod
    def _once(path: str, names: list[str]) -> set[str]:
        if len(set(names)) != len(names):
            raise ValueError(f"{path}: each name once")
        return set(names)
