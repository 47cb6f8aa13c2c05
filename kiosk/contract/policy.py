"""What policy asks of a PIN and of a key; given to the station once the person is verified."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class PinMode(StrEnum):
    """Whether the PIN step is part of the enrollment.

    `required`: the key must have a PIN (set it, or enter the one it has) and must be able to have one.
    `if_absent`: set a PIN where the key can have one and has none; a key without PIN support is accepted.
    `never`: no PIN is set here; a key that already has one is asked for it, because the key insists.
    """

    REQUIRED = "required"
    IF_ABSENT = "if_absent"
    NEVER = "never"


class PinOrigin(StrEnum):
    """Who makes up a new PIN: the person, or the kiosk by chance (to be changed where the key can)."""

    CHOSEN = "chosen"
    RANDOM = "random"


class PinDelivery(StrEnum):
    """How a random PIN comes to the person: on the screen, once, or in a sealed letter that the station prints and
    nobody sees."""

    SCREEN = "screen"
    LETTER = "letter"


class Demand(StrEnum):
    """How much policy wants a feature of a key. Without a demand it is left as it is.

    `require`: a key that cannot is not admitted. `best_effort`: done where the key can. `refuse`: never done, and a key
    on which it is so already is not admitted.
    """

    REQUIRE = "require"
    BEST_EFFORT = "best_effort"
    REFUSE = "refuse"


class ResetMode(StrEnum):
    """Who may have a key wiped: nobody, somebody with the approval of staff, or the person alone."""

    NEVER = "never"
    STAFF = "staff"
    SELF = "self"


class Partial(StrEnum):
    """When one of several relying parties certainly does not take the key: keep what the others took, or take all of it
    back, here and there."""

    KEEP = "keep"
    ROLL_BACK = "roll_back"


@dataclass(frozen=True, slots=True)
class PinPolicy:
    """Rules for a new PIN, in code points; the key's own rules apply as well. `own_numbers` are the person's
    digits (staff number, phone) that may not be part of the PIN; they are never stored by the station.
    `random_length` is that of a random PIN, raised to what key and policy ask for at least. `built_in_uv`: a key whose
    owner is verified by its own means (a fingerprint) needs no PIN from the person. `enroll_fingerprint`: enroll one
    finger after the PIN. `delivery` is that of a random PIN."""

    mode: PinMode = PinMode.REQUIRED
    min_length: int = 6
    max_length: int = 63
    no_sequences: bool = True
    no_repeats: bool = True
    deny: tuple[str, ...] = ()
    own_numbers: tuple[str, ...] = ()
    origin: PinOrigin = PinOrigin.CHOSEN
    random_length: int = 8
    built_in_uv: bool = False
    enroll_fingerprint: Demand | None = None
    delivery: PinDelivery = PinDelivery.SCREEN


@dataclass(frozen=True, slots=True)
class KeyPolicy:
    """Which keys are welcome. AAGUIDs in their lower-case UUID form; empty `aaguids_allowed` means any.

    `accept_existing_pin` false refuses keys that already carry a PIN (fresh keys only). `min_firmware` is in the key's
    own counting (getInfo firmwareVersion), by AAGUID or for all under "". `certification` names what getInfo must
    claim, with the least level ("FIPS-CMVP-3": 1). `only_deletable` refuses keys from which a single credential cannot
    be taken back.
    """

    aaguids_allowed: tuple[str, ...] = ()
    aaguids_denied: tuple[str, ...] = ()
    accept_existing_pin: bool = True
    min_free_slots: int = 1
    min_firmware: dict[str, int] = field(default_factory=dict)
    certification: dict[str, int] = field(default_factory=dict)
    reset: ResetMode = ResetMode.NEVER
    only_deletable: bool = False


@dataclass(frozen=True, slots=True)
class HandOverPolicy:
    """What a key shall be when the person leaves with it; done after everything was proved, read back before Done.

    `min_pin_length` in code points (0: as it is), under the demand `raise_min_pin`; `tell_min_pin_to` are RP IDs that
    may read it. A forced change makes the person choose a PIN of their own at the first use.
    """

    min_pin_length: int = 0
    raise_min_pin: Demand | None = None
    tell_min_pin_to: tuple[str, ...] = ()
    force_pin_change: Demand | None = None
    always_uv: Demand | None = None
    enterprise_attestation: Demand | None = None


@dataclass(frozen=True, slots=True)
class KeyCount:
    """How many keys a person should have at least, and may have at most. A visit goes on with the next key until there
    are `least`, and offers one more until there are `most`."""

    least: int = 1
    most: int = 1


class PhonePlace(StrEnum):
    """Where the phone's own passkey stands in a visit: before the key, after it, or instead of it."""

    BEFORE = "before"
    AFTER = "after"
    INSTEAD = "instead"


@dataclass(frozen=True, slots=True)
class PhonePolicy:
    """The phone registers a passkey of its own. With `best_effort` the person may go on without a phone; where it
    stands instead of the key, with a key."""

    place: PhonePlace
    demand: Demand = Demand.BEST_EFFORT


@dataclass(frozen=True, slots=True)
class EnrollmentPolicy:
    """What the station must obey in the key step. `totp`: after the key, an authenticator app is set up as a fallback;
    `best_effort` lets the person go on without. `phone`: the phone gets a passkey. `mobile_id`: before the key, the
    person shows the mobile ID of a project, or its activation code. `count`: a backup key in the same visit.
    `activated_later`: the sign-ins begin to work when the key is handed over."""

    pin: PinPolicy = PinPolicy()
    key: KeyPolicy = field(default_factory=KeyPolicy)
    hand_over: HandOverPolicy = HandOverPolicy()
    partial: Partial = Partial.KEEP
    totp: Demand | None = None
    phone: PhonePolicy | None = None
    mobile_id: Demand | None = None
    count: KeyCount = KeyCount()
    activated_later: bool = False
