"""The facts of one visit, frozen: whose it is, which key it is about, and how far it came."""

from __future__ import annotations

from dataclasses import dataclass, field

from hardware.authenticator import KeyAddress, KeyInfo, PinState, WebAuthnJson
from hardware.errors import HardwareError, NoAccess
from kiosk.contract.enrollments import Ceremony, CompletedCeremony, MaskedPerson, PartyOutcome, VerificationOffer
from kiosk.contract.policy import EnrollmentPolicy, PhonePlace
from kiosk.contract.profile import Profile, RegistrationForm, RelyingPartyName
from kiosk.errors import KioskError
from kiosk.secret import Secret

Trouble = HardwareError | KioskError
"""What a page tells as a notice; `ui.messages` has the words for every class."""


@dataclass(frozen=True, slots=True)
class KeyModel:
    """What people call this kind of key, by its AAGUID; `picture` is a file of resources/art/models, a data URL that
    the service gave, or empty.

    Where the catalogue has no entry, `name` is what the key says of itself (untrusted), and `known` is False.
    """

    name: str = ""
    maker: str = ""
    picture: str = ""
    known: bool = False


@dataclass(frozen=True, slots=True)
class KeyIdentity:
    """What makes a key this very key; see `enrollment.identity`. Bound once something was done with it.

    `attach_id` is that of its last insertion, `bus` the socket it sat in then; `has_pin`: it certainly has a PIN.
    """

    transport: str
    aaguid: bytes
    serial: str
    product: str
    path: str
    bus: str = ""
    attach_id: int = 0
    has_pin: bool = False

    @classmethod
    def of(cls, info: KeyInfo) -> KeyIdentity:
        """The identity that a reading tells."""
        a = info.address
        has_pin = info.pin not in (PinState.UNSUPPORTED, PinState.NOT_SET)
        return cls(a.transport.value, info.aaguid, a.serial, a.product, a.path, a.bus, a.attach_id, has_pin)


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
class TemporaryPass:
    """A pass for the first days at a relying party, shown once; `expires_in` in seconds."""

    relying_party: RelyingPartyName
    value: Secret
    expires_in: int


@dataclass(frozen=True, slots=True)
class KeyDone:
    """A key of this visit that is done, while the next one is set up: nothing of it is ever taken back."""

    identity: KeyIdentity
    key: KeyInfo
    model: KeyModel
    finished: tuple[RelyingPartyName, ...]
    proved: tuple[tuple[str, bytes], ...]
    receipt: str
    outcomes: tuple[PartyOutcome, ...] = ()
    issued: tuple[TemporaryPass, ...] = ()
    random_pin: bool = False
    left_on_key: bool = False
    replaced: bool = False


@dataclass(frozen=True, slots=True)
class Kiosk:
    """What is true of this kiosk, whoever stands before it: its `name`, as staff know it; whether it can be activated
    by a code (`activates`); and its own `chance` from 0 up to 1, so that many kiosks do not all ask at the same
    moment."""

    name: str = ""
    activates: bool = False
    chance: float = 0.0


UNNAMED = Kiosk()
"""One that nothing is known of."""


@dataclass(frozen=True, slots=True)
class Visit:
    """The facts of one visit. `attempt` numbers the work under way: answers to older work are dropped.

    `approvals`: there is a way to ask staff for an approval. `port` is what is plugged in now, as the watcher told.
    `key` is the last reading of the session's key, `model` its kind, `bound` its identity once a PIN was set or entered
    (or once it may be wiped), `unlocked` whether the device layer holds it open with its PIN or will let it verify its
    owner. `random_pin`: its PIN was made up here. `no_finger`: the person went on without a fingerprint. `configured`:
    it was made what policy asks for at hand-over. `stored` is how many credentials are on it, where that was counted.
    `losses` counts how often in a row the key agent was lost. `paused`: it wanted to be powered anew, and has
    listened to no PIN since.

    `criteria` is what was typed last, by field name, and `form` the one that it was typed into by somebody who is not
    known here; both are forgotten once the person is verified.

    `ceremony`, `response`, `completed` and `assertion` are the relying party in hand: options, the key's answer, the
    service's answer, the proof. `finished` are the parties proved so far, with the receipt of the last, and `proved`
    their credentials (RP ID, id), by which the key is known again; `made` is what takes them back. `outcomes` are the
    parties that did not take the key, and `refusal` the first trouble that was the reason. `ended`: the service knows
    that the person goes with what is finished. `issued` are passes for the first days.

    `allowed` is the key that the service would take, and `doubts` are its words about it, for staff. `replaced`: an
    earlier key of this visit had been proved somewhere, and another one took its place. `left_on_key`: something that
    was begun could not be taken off this one. `phone_ready`: their phone registered a passkey in this visit.
    `done` are the keys of this visit before the one in hand.
    """

    profile: Profile
    locale: str
    attempt: int = 0
    simulator_allowed: bool = False
    approvals: bool = False
    enrollment_id: str = ""
    alternative: str = ""
    criteria: dict[str, str] = field(default_factory=dict, repr=False)
    form: RegistrationForm | None = None
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
    random_pin: bool = False
    no_finger: bool = False
    configured: bool = False
    stored: int | None = None
    losses: int = 0
    paused: bool = False
    ceremony: Ceremony | None = None
    response: WebAuthnJson | None = None
    completed: CompletedCeremony | None = None
    assertion: WebAuthnJson | None = None
    finished: tuple[RelyingPartyName, ...] = ()
    proved: tuple[tuple[str, bytes], ...] = ()
    receipt: str = ""
    made: tuple[tuple[Ceremony, WebAuthnJson], ...] = ()
    outcomes: tuple[PartyOutcome, ...] = ()
    refusal: Trouble | None = None
    ended: bool = False
    issued: tuple[TemporaryPass, ...] = ()
    allowed: KeyIdentity | None = None
    doubts: tuple[str, ...] = ()
    replaced: bool = False
    left_on_key: bool = False
    phone_ready: bool = False
    done: tuple[KeyDone, ...] = ()

    @property
    def phone_alone(self) -> bool:
        """Whether the phone stands instead of a key: nothing was done with any."""
        phone = self.policy.phone
        return self.phone_ready and phone is not None and phone.place is PhonePlace.INSTEAD
