"""The settings of the service: frozen, strict, from one TOML file; secrets appear by name only."""

from __future__ import annotations

import json
import tomllib
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Self

from pydantic import BeforeValidator, Field, SerializeAsAny, ValidationError, model_validator

from kiosk.contract.policy import Partial
from kiosk.contract.profile import VerificationMethod
from kiosk.errors import ConfigurationError
from kiosk.service.accounts.settings import AccountsSettings
from kiosk.service.approvals.settings import SupervisionSettings
from kiosk.service.attestation.settings import AttestationPolicy, Conveyance, MetadataSettings
from kiosk.service.audit.settings import AuditSettings
from kiosk.service.catalog import DIRECTORIES, MESSENGERS, RELYING_PARTIES, problem, settings_of
from kiosk.service.directories.connectors.table import TableSettings
from kiosk.service.directories.directory_settings import DirectorySettings
from kiosk.service.directories.settings import IdentifySettings
from kiosk.service.key_settings import HandOverSettings, KeySettings, PinSettings
from kiosk.service.keys.settings import LifeSettings
from kiosk.service.messages.settings import MailSettings, SmsSettings
from kiosk.service.metrics.settings import MetricsSettings
from kiosk.service.mobile.settings import PhoneSettings
from kiosk.service.projects.settings import ProjectsSettings
from kiosk.service.relying_parties.settings import PartySettings
from kiosk.service.settings_model import LanguageTag, Network, SettingsModel
from kiosk.service.staff.settings import StaffSettings
from kiosk.service.stations.settings import StationsSettings
from kiosk.service.store.settings import DatabaseSettings
from kiosk.service.telemetry.settings import TelemetrySettings
from kiosk.service.verification.settings import VerificationSettings


class ServerSettings(SettingsModel):
    """Where the service listens."""

    host: str = "127.0.0.1"
    """The address to listen on."""
    port: int = Field(default=8443, ge=0, le=65535)
    """The TCP port; 0 lets the system choose one."""
    connections: int = Field(default=8192, ge=16, le=65536)
    """How many connections are held at once; a kiosk has one or two."""
    drain: float = Field(default=0.0, ge=0, le=300)
    """Seconds that requests go on after the service is told to end: behind a load balancer, longer than it takes to see
    that /readyz says no."""
    replica: str = Field(default="", max_length=64, pattern=r"^[A-Za-z0-9.:_-]*$")
    """What this replica is called in logs and figures; the name of the machine, if nothing."""
    proxies: tuple[Network, ...] = ()
    """Addresses or networks of proxies that pass TLS through: each must say first for whom a connection is (the PROXY
    protocol), so that limits count the client and not the proxy. Nobody else is believed."""
    certificate: Path | None = None
    """The certificate chain (PEM). Without it the service makes its own authority in `data_directory`."""
    private_key: Path | None = None
    """The private key of `certificate` (PEM), readable by the service alone."""
    data_directory: Path = Path("/var/lib/keywright")
    """Where the service keeps what it makes: its authority and, by default, its database."""

    @model_validator(mode="after")
    def _both_or_none(self) -> Self:
        if (self.certificate is None) != (self.private_key is None):
            raise ValueError("certificate and private_key belong together")
        return self


class SessionSettings(SettingsModel):
    """Seconds that things last."""

    absolute: int = Field(default=900, ge=60, le=900)
    """One enrollment, from its opening, without the time that it waits for staff."""
    idle: int = Field(default=90, ge=15, le=120)
    """Without a touch of the screen until the station warns."""
    warning: int = Field(default=20, ge=10, le=60)
    """How long the warning counts down."""
    touch: int = Field(default=30, ge=10, le=120)
    """How long the key waits for a touch."""
    ceremony: int = Field(default=300, ge=30, le=600)
    """How long creation options may be answered."""
    token: int = Field(default=3600, ge=60, le=86400)
    """Life of an access token."""

    @property
    def life(self) -> timedelta:
        """`absolute`, to calculate with."""
        return timedelta(seconds=self.absolute)

    @property
    def ceremony_life(self) -> timedelta:
        """`ceremony`, to calculate with."""
        return timedelta(seconds=self.ceremony)

    @property
    def token_life(self) -> timedelta:
        """`token`, to calculate with."""
        return timedelta(seconds=self.token)


class AttestationSettings(SettingsModel):
    """Whose keys are believed."""

    roots: Path | None = None
    """A folder of PEM files with the root certificates of the makers of accepted keys; else those of the program."""
    conveyance: Conveyance = Conveyance.DIRECT
    """`none`, `direct` or `enterprise`."""
    require_trusted: bool = True
    """Refuse keys whose attestation does not end in one of the roots."""
    metadata: MetadataSettings | None = None
    """FIDO metadata; without them nothing is known of a model but its name."""


AnyDirectory = Annotated[SerializeAsAny[DirectorySettings], BeforeValidator(settings_of(DIRECTORIES, "table"))]
"""Settings of any directory: those of the connector that `kind` names."""
AnyParty = Annotated[SerializeAsAny[PartySettings], BeforeValidator(settings_of(RELYING_PARTIES, "embedded"))]
"""Settings of any relying party: those of the connector that `kind` names."""
AnyMail = Annotated[SerializeAsAny[MailSettings] | None, BeforeValidator(settings_of(MESSENGERS, "smtp", MailSettings))]
"""Settings of any messenger that carries mail."""
AnySms = Annotated[SerializeAsAny[SmsSettings] | None, BeforeValidator(settings_of(MESSENGERS, "twilio", SmsSettings))]
"""Settings of any messenger that carries texts."""


class ServiceSettings(SettingsModel):
    """All settings of one service."""

    organization: str = Field(default="Example Organization", min_length=1, max_length=64)
    """As people know it; shown on the welcome screen and in messages."""
    languages: tuple[LanguageTag, ...] = Field(default=("en", "ar"), min_length=1)
    """Offered on the welcome screen, in this order; the first is the default."""
    public: bool = False
    """True where strangers reach the kiosk: nothing of a person is shown before they are verified."""
    server: ServerSettings = ServerSettings()
    database: DatabaseSettings = DatabaseSettings()
    session: SessionSettings = SessionSettings()
    identify: IdentifySettings = IdentifySettings()
    verification: VerificationSettings = VerificationSettings()
    mail: AnyMail = None
    """Who carries mail; without it nothing is mailed."""
    sms: AnySms = None
    """Who carries texts; without it nothing is texted."""
    pin: PinSettings = PinSettings()
    key: KeySettings = KeySettings()
    hand_over: HandOverSettings = HandOverSettings()
    attestation: AttestationSettings = AttestationSettings()
    accounts: AccountsSettings = AccountsSettings()
    """Accounts of people: sites, registration, guests, second factor."""
    phone: PhoneSettings = PhoneSettings()
    """Phones of people: codes to scan, passkeys, forms."""
    projects: ProjectsSettings = ProjectsSettings()
    """Campaigns that hand out mobile IDs."""
    supervision: SupervisionSettings = SupervisionSettings()
    """What staff must approve."""
    staff: StaffSettings = StaffSettings()
    """Staff, at the kiosk and in the console."""
    stations: StationsSettings = StationsSettings()
    """The stations of this service."""
    life: LifeSettings = LifeSettings()
    """The life of keys: how many, how long."""
    audit: AuditSettings = AuditSettings()
    """The trail: anchors, syslog, how long it names people."""
    metrics: MetricsSettings = MetricsSettings()
    """Figures for Prometheus."""
    telemetry: TelemetrySettings = TelemetrySettings()
    """Traces of requests, of calls to other systems and of chores, for OpenTelemetry (the extra `otel`)."""
    directories: tuple[AnyDirectory, ...] = Field(default=({"kind": "table"},), min_length=1, validate_default=True)
    """Where people are looked up, in this order: the first that knows somebody tells of them."""
    relying_parties: tuple[AnyParty, ...] = Field(
        default=(
            {
                "id": "staff",
                "name": "Staff sign-in",
                "rp_id": "keywright.example",
                "origin": "https://keywright.example",
            },
        ),
        min_length=1,
        validate_default=True,
    )
    """Where keys are registered; each enrollment registers at all of them, in this order."""
    partial: Partial = Partial.KEEP
    """When a relying party certainly does not take the key: `keep` what others took, or `roll_back` all of it."""

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        methods = self.verification.methods
        if self.public and VerificationMethod.SELF_CONFIRMATION in methods:
            raise ValueError(
                "verification.methods: self_confirmation shows the person and is refused on a public kiosk"
            )
        if VerificationMethod.EMAIL in methods and self.mail is None:
            raise ValueError("verification.methods: email needs a mail server: add [mail], or take email out")
        if VerificationMethod.SMS in methods and self.sms is None:
            raise ValueError("verification.methods: sms needs a gateway: add [sms], or take sms out")
        if methods == (VerificationMethod.TOTP,) and not self.accounts.sites:
            raise ValueError("verification.methods: totp alone lets in nobody who has no app yet: add another way")
        tables = {each.tenant for each in self.directories if isinstance(each, TableSettings)}
        self.accounts.check_kiosk(tables, mailed=self.mail is not None)
        self.life.check({party.id: party.kind for party in self.relying_parties})
        self._believes_something()
        self._unique("directories", [each.id for each in self.directories])
        self._unique("relying_parties", [party.id for party in self.relying_parties])
        self._unique("identify.alternatives", [each.name for each in self.identify.alternatives])
        return self

    def attestation_policy(self) -> AttestationPolicy:
        """What attestation must show, from `attestation` and `key` together."""
        known = self.attestation.metadata or MetadataSettings()
        return AttestationPolicy(
            conveyance=self.attestation.conveyance,
            require_trusted=self.attestation.require_trusted,
            aaguids_allowed=frozenset(self.key.aaguids_allowed),
            aaguids_denied=frozenset(self.key.aaguids_denied),
            metadata_required=known.required,
            min_level=known.min_level,
            status_floor=known.status_floor,
        )

    def _believes_something(self) -> None:
        try:
            self.attestation_policy()
        except ValidationError as error:
            raise ValueError(f"attestation: {problem(error)[1]}") from error

    @staticmethod
    def _unique(path: str, names: list[str]) -> None:
        if not names or len(set(names)) != len(names):
            raise ValueError(f"{path}: needs at least one, and each name once")


def load(path: Path) -> ServiceSettings:
    """Read a TOML file. Raises ConfigurationError naming the path of the first wrong setting."""
    try:
        return parse(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigurationError(str(path), error.strerror or "cannot be read") from error
    except UnicodeDecodeError as error:
        raise ConfigurationError(str(path), "is not UTF-8") from error


def parse(text: str) -> ServiceSettings:
    """As `load`, from the text itself."""
    try:
        return ServiceSettings.model_validate_json(json.dumps(tomllib.loads(text), default=str), strict=True)
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError("", f"is not TOML: {error}") from error
    except ValidationError as error:
        raise ConfigurationError(*problem(error)) from error
