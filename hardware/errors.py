"""What can go wrong with a security key: the class is the meaning, the fields are the data.

HardwareError
├── NoAccess              a key is there, the operating system does not let us open it
├── KeyGone               the key left (pulled, or its transport closed) during an operation
├── KeySwapped            the key at this place is not the one the session began with
├── KeyBusy               another program holds the key
├── KeySilent             the key did not answer within the deadline
├── KeyFault              the key answered something that its specification does not allow
├── AgentLost             the process that holds the key ended or hung during the operation; it is there again
├── KeyUnusable           this key cannot do what is asked of it
│   ├── TooOld            U2F only: it has no CTAP2
│   ├── NoPinSupport      it has no PIN and no built-in user verification
│   ├── NoDiscoverableCredentials
│   ├── NoSuitableAlgorithm
│   ├── MissingExtension  an extension that the creation options ask for was not honoured
│   ├── Unsupported       it lacks a feature that was to be used; `feature` names it
│   ├── KeyFull           no room for another discoverable credential
│   └── FingerprintsFull  no room for another finger
├── AlreadyRegistered     the exclude list names a credential of this key
├── PinError
│   ├── WrongPin          retries_left says how many tries remain
│   ├── PinAuthBlocked    three wrong in a row: take the key out and put it back (not the same as PinBlocked)
│   ├── PinBlocked        no tries left: only a reset helps
│   ├── PinRefused        the key's own rules refuse the new PIN
│   ├── PinAlreadySet     set_pin on a key that has one
│   ├── PinRequired       the key wants its PIN and has not been given it
│   ├── PinChangeForced   the key wants its PIN changed before anything else
│   └── UvBlocked         its own user verification failed too often: the PIN helps
├── ResetError
│   ├── ResetTooLate      too long after it was plugged in: take it out, put it back, at once
│   └── ResetRefused      not over this transport (`transports` names those allowed)
├── TouchTimeout          nobody touched the key in time
├── Cancelled             we cancelled
├── OptionsRefused        the options are malformed or not for this origin: nothing was sent to the key
└── CannotDelete          the key has no credential management, so a credential on it cannot be taken back
"""

from __future__ import annotations

from dataclasses import dataclass


class HardwareError(Exception):
    """Root of all that can go wrong with a key. Carries data, never a sentence for a person."""


@dataclass(eq=False)
class NoAccess(HardwareError):
    """A FIDO interface is attached but may not be opened (udev rule or administrator rights missing)."""

    path: str
    remedy: str


class KeyGone(HardwareError):
    """The key was removed while it was in use, or is no longer at its address."""


class KeySwapped(HardwareError):
    """Another key answers at the address of the session's key (other AAGUID, serial or attach event)."""


@dataclass(eq=False)
class KeyBusy(HardwareError):
    """Another program holds the channel to the key (CTAPHID ERR_CHANNEL_BUSY, or an exclusive open).

    `holder` is the name of that program where the system tells, for staff.
    """

    holder: str = ""


@dataclass(eq=False)
class KeySilent(HardwareError):
    """The key is attached but gave no answer within the deadline."""

    seconds: float


@dataclass(eq=False)
class KeyFault(HardwareError):
    """An answer that CTAP does not allow, or a status we have no meaning for; `status` is the CTAP code."""

    status: int | None = None


class AgentLost(HardwareError):
    """The key agent ended or was ended during the operation, whose outcome is not known; an agent is there again."""


class KeyUnusable(HardwareError):
    """The key cannot do what policy or the relying party asks; another key may."""


class TooOld(KeyUnusable):
    """The key speaks U2F (CTAP1) only."""


class NoPinSupport(KeyUnusable):
    """Policy asks for user verification and the key has no means of it."""


class NoDiscoverableCredentials(KeyUnusable):
    """The key cannot keep discoverable credentials (`options.rk` is not true)."""


class NoSuitableAlgorithm(KeyUnusable):
    """None of the relying party's algorithms is one of the key's."""


@dataclass(eq=False)
class MissingExtension(KeyUnusable):
    """The relying party asked for an extension that the key did not honour."""

    extension: str


@dataclass(eq=False)
class Unsupported(KeyUnusable):
    """The key lacks `feature`, in the words of getInfo: `credMgmt`, `setMinPINLength`, `alwaysUv`, `ep`, `uv` …"""

    feature: str


class FingerprintsFull(KeyUnusable):
    """No room for another finger (CTAP2_ERR_FP_DATABASE_FULL)."""


class KeyFull(KeyUnusable):
    """No room for another discoverable credential (CTAP2_ERR_KEY_STORE_FULL)."""


class AlreadyRegistered(HardwareError):
    """A credential in the exclude list lives on this key (CTAP2_ERR_CREDENTIAL_EXCLUDED)."""


class PinError(HardwareError):
    """Anything about the PIN of the key."""


@dataclass(eq=False)
class WrongPin(PinError):
    """The PIN was not right; `retries_left` counts down to PinBlocked, None when the key did not say."""

    retries_left: int | None


class PinAuthBlocked(PinError):
    """Three wrong PINs since power-up; the key listens again after it was taken out and put back."""


class PinBlocked(PinError):
    """The retry counter is at zero: only a reset, which wipes the key, helps."""


class PinRefused(PinError):
    """The key refuses the new PIN by its own rules (CTAP2_ERR_PIN_POLICY_VIOLATION)."""


class PinAlreadySet(PinError):
    """A PIN was to be set on a key that has one."""


class PinRequired(PinError):
    """The key wants its PIN for this operation and the session has not verified one."""


class PinChangeForced(PinError):
    """The key reports forcePINChange: the PIN must be changed first."""


class UvBlocked(PinError):
    """Built-in user verification failed too often (CTAP2_ERR_UV_BLOCKED); a right PIN opens it again."""


class ResetError(HardwareError):
    """The key did not let itself be reset."""


class ResetTooLate(ResetError):
    """The time after power-up in which a reset is allowed is over (CTAP2_ERR_NOT_ALLOWED)."""


@dataclass(eq=False)
class ResetRefused(ResetError):
    """The key is not reset over this transport; `transports` are those that it names (transportsForReset)."""

    transports: tuple[str, ...] = ()


class TouchTimeout(HardwareError):
    """Nobody touched the key in time."""


class Cancelled(HardwareError):
    """The operation ended because its cancel event was set."""


class OptionsRefused(HardwareError):
    """The WebAuthn options are malformed, or their RP ID does not suit the origin; nothing was sent to the key."""


class CannotDelete(HardwareError):
    """The key has no credential management (`options.credMgmt`), so the credential stays on it."""
