"""The settings of the service: frozen, strict, from one TOML file; secrets appear by name only."""

from __future__ import annotations

import json
import tomllib
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Self

from pydantic import BeforeValidator, Field, SerializeAsAny, ValidationError, model_validator

from kiosk.contract.policy import Demand, Partial, PinMode, PinOrigin, ResetMode
from kiosk.contract.profile import VerificationMethod
from kiosk.errors import ConfigurationError
from kiosk.service.accounts.settings import AccountsSettings
from kiosk.service.attestation.settings import AttestationPolicy, Conveyance, MetadataSettings
from kiosk.service.catalog import DIRECTORIES, MESSENGERS, RELYING_PARTIES, problem, settings_of
from kiosk.service.directories.connectors.table import TableSettings
from kiosk.service.directories.directory_settings import DirectorySettings
from kiosk.service.directories.settings import IdentifySettings
from kiosk.service.messages.settings import MailSettings, SmsSettings
from kiosk.service.relying_parties.settings import PartySettings
from kiosk.service.settings_model import LanguageTag, RpId, SettingsModel
from kiosk.service.store.settings import DatabaseSettings
from kiosk.service.verification.settings import VerificationSettings

Certification = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9.-]{0,31}$")]
Aaguid = Annotated[str, Field(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")]
AnyAaguid = Annotated[str, Field(pattern=r"^([0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})?$")]


class ServerSettings(SettingsModel):
    """Where the service listens."""

    host: str = "127.0.0.1"
    """The address to listen on."""
    port: int = Field(default=8443, ge=0, le=65535)
    """The TCP port; 0 lets the system choose one."""
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
    """One enrollment, from its opening; at most 15 minutes."""
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


class PinSettings(SettingsModel):
    """The rules for a new PIN (NIST SP 800-63B-4, 3.2.10: at least 4, better 6)."""

    mode: PinMode = PinMode.REQUIRED
    """`required`, `if_absent` or `never`."""
    min_length: int = Field(default=6, ge=4, le=63)
    """Code points."""
    max_length: int = Field(default=63, ge=4, le=63)
    """Code points; the key also counts bytes."""
    no_sequences: bool = True
    """Refuse 123456 and the like."""
    no_repeats: bool = True
    """Refuse 111111 and the like."""
    deny: tuple[str, ...] = Field(default=(), max_length=200)
    """PINs that are refused as they stand."""
    no_own_numbers: bool = True
    """Refuse the person's own staff and phone numbers."""
    origin: PinOrigin = PinOrigin.CHOSEN
    """`chosen` by the person, or `random`: made up by the kiosk and shown once."""
    random_length: int = Field(default=8, ge=4, le=63)
    """Digits of a random PIN; more where the key or `min_length` ask for more."""
    built_in_uv: bool = False
    """Whether a key that checks its owner's finger by itself needs no PIN from the person."""
    enroll_fingerprint: Demand | None = None
    """Enroll a finger after the PIN: `require`, `best_effort` or, without it, not at all."""

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.min_length > self.max_length:
            raise ValueError("min_length is above max_length")
        if self.random_length > self.max_length:
            raise ValueError("random_length is above max_length")
        if self.enroll_fingerprint is Demand.REFUSE:
            raise ValueError("enroll_fingerprint is require or best_effort; leave it out to enroll none")
        return self


class KeySettings(SettingsModel):
    """Which keys are welcome."""

    aaguids_allowed: tuple[Aaguid, ...] = ()
    """Models that are welcome; empty for any."""
    aaguids_denied: tuple[Aaguid, ...] = ()
    """Models that are refused."""
    accept_existing_pin: bool = True
    """Whether a key that already has a PIN is welcome."""
    min_free_slots: int = Field(default=1, ge=1, le=100)
    """Free places for discoverable credentials that a key must have."""
    min_firmware: dict[AnyAaguid, Annotated[int, Field(ge=0)]] = Field(default_factory=dict)
    """The oldest firmware (getInfo firmwareVersion) that is welcome, by AAGUID; under "" for all other models."""
    certification: dict[Certification, Annotated[int, Field(ge=1, le=255)]] = Field(default_factory=dict)
    """Certifications that a key must claim (getInfo certifications), with the least level."""
    only_deletable: bool = False
    """Refuse keys from which a single sign-in cannot be taken back (no credential management)."""
    reset: ResetMode = ResetMode.NEVER
    """Who may have a locked or full key wiped: `never`, `staff` with approval, or the person by themselves (`self`)."""


class HandOverSettings(SettingsModel):
    """What a key shall be when the person leaves with it: `require`, `best_effort`, `refuse`, or left as it is."""

    min_pin_length: int = Field(default=0, ge=0, le=63)
    """The least length of its PIN from then on, in code points; 0 leaves it. It can never be lowered but by a reset."""
    raise_min_pin: Demand | None = None
    """Whether `min_pin_length` is written to the key."""
    tell_min_pin_to: tuple[RpId, ...] = Field(default=(), max_length=8)
    """Relying parties (RP IDs) that may read the least length (minPinLength extension)."""
    force_pin_change: Demand | None = None
    """Whether the PIN must be changed at the first use."""
    always_uv: Demand | None = None
    """Whether the key checks its owner at every use."""
    enterprise_attestation: Demand | None = None
    """Whether the key may name itself to the organization (enterprise attestation)."""

    @model_validator(mode="after")
    def _some_length(self) -> Self:
        wanted = self.raise_min_pin in (Demand.REQUIRE, Demand.BEST_EFFORT)
        if wanted != bool(self.min_pin_length):
            raise ValueError("min_pin_length and raise_min_pin belong together")
        return self


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
