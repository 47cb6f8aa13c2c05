"""What the desk asks of its lane; each effect with an `attempt` is answered once, by an event with the same."""

from __future__ import annotations

from dataclasses import dataclass, field

from hardware.authenticator import KeyAddress, KeyInfo, WebAuthnJson
from kiosk.contract.staff import AskStaff, StaffChallenge
from kiosk.secret import Secret


@dataclass(frozen=True, slots=True)
class ReadKey:
    """Open the key and read it. Answer: KeyRead."""

    attempt: int
    address: KeyAddress


@dataclass(frozen=True, slots=True)
class UnlockKey:
    """Type the PIN into the open key; the secret is wiped whatever happens. Answer: KeyUnlocked."""

    attempt: int
    pin: Secret


@dataclass(frozen=True, slots=True)
class FetchChallenge:
    """Ask the service what is to be signed. Answer: ChallengeFetched."""

    attempt: int
    asked: AskStaff


@dataclass(frozen=True, slots=True)
class Sign:
    """Let the open key sign the challenge, within `seconds`. Answers: TouchAwaited, Signed."""

    attempt: int
    challenge: StaffChallenge
    seconds: int


@dataclass(frozen=True, slots=True)
class SendSignature:
    """Hand over what was signed. Answer: StaffKnown."""

    attempt: int
    challenge_id: str
    credential: WebAuthnJson


@dataclass(frozen=True, slots=True)
class SendCode:
    """Fetch a challenge, and answer it with a name and a sealed code instead of a key; the code is wiped whatever
    happens. Answer: StaffKnown."""

    attempt: int
    asked: AskStaff
    name: str
    code: Secret


@dataclass(frozen=True, slots=True)
class FetchRequests:
    """What this station waits for. Answer: RequestsFetched."""

    attempt: int
    token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class FetchKey:
    """What the service knows of a key that was read. Answer: KeyTold."""

    attempt: int
    token: str = field(repr=False)
    info: KeyInfo


@dataclass(frozen=True, slots=True)
class ListNames:
    """Open the key, unlock it with the PIN of its owner, read the names on it, and close it; the secret is wiped
    whatever happens. Answer: NamesListed."""

    attempt: int
    address: KeyAddress
    pin: Secret


@dataclass(frozen=True, slots=True)
class FetchReference:
    """What happened under a reference. Answer: ReferenceTold."""

    attempt: int
    token: str = field(repr=False)
    reference: str


@dataclass(frozen=True, slots=True)
class CloseKey:
    """Close the open key, and forget what its PIN unlocked. No answer."""


@dataclass(frozen=True, slots=True)
class SignOut:
    """The member of staff has gone: the service forgets the token. No answer."""

    token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class CancelWork:
    """What the lane does is not wanted any more. No answer."""


@dataclass(frozen=True, slots=True)
class EndVisit:
    """The person's visit ends, when the desk is closed. No answer."""


Effect = (
    ReadKey
    | UnlockKey
    | FetchChallenge
    | Sign
    | SendSignature
    | SendCode
    | FetchRequests
    | FetchKey
    | ListNames
    | FetchReference
    | CloseKey
    | SignOut
    | CancelWork
    | EndVisit
)
