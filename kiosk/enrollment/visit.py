"""The facts of one visit, frozen: whose it is, which key it is about, and how far it came."""

from __future__ import annotations

from dataclasses import dataclass, field

from hardware.authenticator import KeyAddress, KeyInfo, WebAuthnJson
from hardware.errors import HardwareError, NoAccess
from kiosk.contract.enrollments import Ceremony, CompletedCeremony, MaskedPerson, VerificationOffer
from kiosk.contract.policy import EnrollmentPolicy
from kiosk.contract.profile import Profile, RelyingPartyName
from kiosk.errors import KioskError

Trouble = HardwareError | KioskError
"""What a page tells as a notice; `ui.messages` has the words for every class."""


@dataclass(frozen=True, slots=True)
class KeyModel:
    """What people call this kind of key, by its AAGUID; `picture` is a file of resources/art/models, or empty.

    Where the catalogue has no entry, `name` is what the key says of itself (untrusted), and `known` is False.
    """

    name: str = ""
    maker: str = ""
    picture: str = ""
    known: bool = False


@dataclass(frozen=True, slots=True)
class KeyIdentity:
    """What makes a key this very key. Bound once something was done with it."""

    transport: str
    aaguid: bytes
    serial: str
    product: str
    path: str
    bus: str = ""

    @classmethod
    def of(cls, info: KeyInfo) -> KeyIdentity:
        """The identity that a reading tells."""
        a = info.address
        return cls(a.transport.value, info.aaguid, a.serial, a.product, a.path)

    def admits(self, other: KeyIdentity) -> bool:
        """Whether `other` can be this key: a serial number decides; without one, the model and the port do."""
        same_model = (self.transport, self.aaguid, self.product) == (other.transport, other.aaguid, other.product)
        if not same_model or self.serial != other.serial:
            return False
        return bool(self.serial) or self.path == other.path


@dataclass(frozen=True, slots=True)
class Port:
    """The keys plugged in now, and why one that is there may not be opened (`refused`)."""

    keys: tuple[KeyAddress, ...] = ()
    refused: NoAccess | None = None

    def with_key(self, address: KeyAddress) -> Port:
        """One more key; at a place that was taken, it replaces the one there."""
        return Port((*(key for key in self.keys if key.path != address.path), address))

    def without_key(self, address: KeyAddress) -> Port:
        """One key less."""
        return Port(tuple(key for key in self.keys if key != address))


@dataclass(frozen=True, slots=True)
class Visit:
    """The facts of one visit. `attempt` numbers the work under way: answers to older work are dropped.

    `port` is what is plugged in now, as the watcher told. `key` is the last reading of the session's key, `model` its
    kind, `bound` its identity once a PIN was set or entered, `unlocked` whether the device layer holds it open with its
    PIN. `ceremony`, `response` and `completed` are the relying party in hand: options, the key's answer, the
    service's answer. `finished` are the parties proved so far, with the receipt of the last.
    """

    profile: Profile
    locale: str
    attempt: int = 0
    simulator_allowed: bool = False
    enrollment_id: str = ""
    alternative: str = ""
    criteria: dict[str, str] = field(default_factory=dict)
    offers: tuple[VerificationOffer, ...] = ()
    masked: MaskedPerson | None = None
    person: str = ""
    policy: EnrollmentPolicy = field(default_factory=EnrollmentPolicy)
    parties: tuple[RelyingPartyName, ...] = ()
    port: Port = Port()
    key: KeyInfo | None = None
    model: KeyModel = KeyModel()
    bound: KeyIdentity | None = None
    unlocked: bool = False
    ceremony: Ceremony | None = None
    response: WebAuthnJson | None = None
    completed: CompletedCeremony | None = None
    assertion: WebAuthnJson | None = None
    finished: tuple[RelyingPartyName, ...] = ()
    receipt: str = ""
