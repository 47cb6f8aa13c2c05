"""What station and agent say to each other: a closed list of verbs, each a method of the contract with its types.

One connection, one conversation. The station says hello with the version and hears the agent's; then it calls one verb
at a time, and may cancel it. The agent tells what happens meanwhile (`event`), sends a `beat` while it works, and ends
the call with one `reply` or `error`. A connection holds at most one key, which is closed when it ends.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

from hardware.agent.wire import Malformed, Message, decode, encode, hints
from hardware.authenticator import Authenticator, KeyAddress, KeySource
from hardware.errors import HardwareError

VERSION = 1
"""To be raised with every change of a verb or of a value that it carries."""

BEAT = 0.2
"""Seconds between two beats of an agent that works on a call."""

SILENCE = 0.8
"""Seconds without a word during a call after which an agent hangs."""

COMMAND_SECONDS = 10.0
"""The deadline of a call that waits for nobody."""

LISTING_SECONDS = 60.0
"""The deadline of a walk through all credentials of a key."""

PERSON_SECONDS = 30.0
"""The deadline of a call without a `Watch` during which the key may verify its owner by itself."""

WITH_A_PERSON = frozenset({"delete_credential", "configure", "fingerprints", "delete_fingerprint", "use_built_in_uv"})

LOOK_SECONDS = 1.0
"""The deadline of a look at what is attached: no key is spoken to."""

LONGEST_SECONDS = 600.0
"""The longest deadline that a call may have."""

GRACE = 1.0
"""Seconds after its deadline in which a call must have ended; the hardware layer ends it by then."""

LOOK_GRACE = 0.4
"""The same for a look, where there is nothing to cancel."""


@dataclass(frozen=True, slots=True)
class Resumption:
    """What takes a session up again where a lost agent left it.

    `aaguid` as the key told it then, None when it was not asked; `pin_hash` is LEFT(SHA-256(PIN), 16), None for a
    session that the PIN has not unlocked.
    """

    aaguid: bytes | None = None
    pin_hash: bytes | None = field(default=None, repr=False)
    built_in_uv: bool = False


class Opening(Protocol):
    """How a connection gets its key; the methods of `KeySource` besides are verbs as they are."""

    def open(self, address: KeyAddress) -> KeyAddress:
        """Open a key for this connection, as `KeySource.open`; its address with the channel it is spoken with on."""
        ...

    def resume(self, address: KeyAddress, was: Resumption) -> KeyAddress:
        """The same for a key that was open before, without its PIN. Raises KeySwapped."""
        ...


@dataclass(frozen=True, slots=True)
class Verb:
    """One thing that can be asked: a method with the declared types of its parameters and of its result."""

    name: str
    parameters: dict[str, Any]
    result: Any

    @classmethod
    def of(cls, method: Callable[..., Any]) -> Verb:
        """The verb that means this method."""
        declared = dict(hints(method))
        result = declared.pop("return")
        return cls(method.__name__, declared, result)


def _verbs(*methods: Callable[..., Any]) -> dict[str, Verb]:
    return {method.__name__: Verb.of(method) for method in methods}


DESK = _verbs(KeySource.attached, KeySource.changed, Opening.open, Opening.resume)
"""What can be asked before a key is open."""

KEY = _verbs(
    Authenticator.inspect,
    Authenticator.set_pin,
    Authenticator.verify_pin,
    Authenticator.change_pin,
    Authenticator.use_built_in_uv,
    Authenticator.make_credential,
    Authenticator.prove,
    Authenticator.has_credential,
    Authenticator.delete_credential,
    Authenticator.stored_credentials,
    Authenticator.configure,
    Authenticator.fingerprints,
    Authenticator.enroll_fingerprint,
    Authenticator.delete_fingerprint,
    Authenticator.select,
    Authenticator.wink,
    Authenticator.reset,
    Authenticator.close,
)
"""What can be asked of the open key."""

NEVER_REPEATED = frozenset({"set_pin", "verify_pin", "change_pin", "reset", "enroll_fingerprint"})
"""What is not asked twice when its answer was lost: a try of the PIN, a key, or a finger may have been spent on it."""


def limits(verb: Verb, arguments: Message) -> tuple[float, float]:
    """The deadline of a call with these arguments (as sent) in seconds, and the grace after it. Raises Malformed."""
    if verb.name == "attached":
        return LOOK_SECONDS, LOOK_GRACE
    if verb.name == "changed":
        return _bounded(arguments.get("seconds")) + LOOK_SECONDS, LOOK_GRACE
    if "watch" in verb.parameters:
        return _bounded(arguments.get("watch")), GRACE
    if verb.name == "stored_credentials":
        return LISTING_SECONDS, GRACE
    return PERSON_SECONDS if verb.name in WITH_A_PERSON else COMMAND_SECONDS, GRACE


def _bounded(seconds: object) -> float:
    wanted: float = decode(float, seconds)
    if not 0 <= wanted <= LONGEST_SECONDS:
        raise Malformed
    return wanted


def failure(error: HardwareError) -> Message:
    """An error of the hardware as it crosses."""
    return {
        "class": type(error).__name__,
        "fields": {name: encode(getattr(error, name)) for name in _data(type(error))},
    }


def failed(told: Message) -> HardwareError:
    """The error that was told. Raises Malformed for one that is in no contract."""
    for kind in _kinds(HardwareError):
        if kind.__name__ == told.get("class"):
            declared = _data(kind)
            values: dict[str, Any] = decode(dict[str, Any], told.get("fields"))
            if values.keys() != declared.keys():
                raise Malformed
            return kind(**{name: decode(each, values[name]) for name, each in declared.items()})
    raise Malformed


def _data(kind: type[HardwareError]) -> dict[str, Any]:
    """The fields of an error with their types."""
    return {
        name: declared for name, declared in hints(kind).items() if name in getattr(kind, "__dataclass_fields__", ())
    }


def _kinds(root: type[HardwareError]) -> list[type[HardwareError]]:
    return [root, *(kind for each in root.__subclasses__() for kind in _kinds(each))]
