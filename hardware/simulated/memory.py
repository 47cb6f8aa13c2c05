"""What a simulated key keeps without power, and its form in a file."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from types import MappingProxyType
from typing import Any, Final, TypeVar, get_origin, get_type_hints

from hardware.simulated.signing import Random, public_cose
from hardware.simulated.traits import KeyTraits

T = TypeVar("T")

PIN_TRIES: Final = 8  # section 6.5.1
EMPTY_LARGE_BLOBS: Final = b"\x80" + hashlib.sha256(b"\x80").digest()[:16]
"""The serialized large-blob array of a new key: no blob, and the digest of that (section 6.10)."""


def rp_id_hash(rp_id: str) -> bytes:
    """How authenticator data and credential management name a relying party."""
    return hashlib.sha256(rp_id.encode()).digest()


@dataclass(frozen=True, slots=True)
class Credential:
    """One credential with its private key (`seed`); `order` rises with each one that is made.

    `rp_id` is empty for one that U2F registered, which knows its application by the hash alone.
    """

    id: bytes
    rp_id: str
    user_id: bytes
    user_name: str | None
    user_display_name: str | None
    algorithm: int
    seed: bytes
    protection: int
    hmac_secret: bool
    order: int
    discoverable: bool = True
    blob: bytes = b""
    large_blob_key: bytes | None = None
    payment: bool = False

    @property
    def rp_id_hash(self) -> bytes:
        """SHA-256 of the relying party's id."""
        return rp_id_hash(self.rp_id)

    @property
    def public_key(self) -> Mapping[int, int | bytes]:
        """COSE_Key."""
        return public_cose(self.seed, self.algorithm)

    @property
    def descriptor(self) -> dict[str, object]:
        """PublicKeyCredentialDescriptor."""
        return {"id": self.id, "type": "public-key"}

    def user(self, *, named: bool) -> dict[str, object]:
        """PublicKeyCredentialUserEntity; the names only where they may be told."""
        user: dict[str, object] = {"id": self.user_id}
        if named and self.user_name is not None:
            user["name"] = self.user_name
        if named and self.user_display_name is not None:
            user["displayName"] = self.user_display_name
        return user


@dataclass(frozen=True, slots=True)
class Template:
    """One enrolled finger."""

    id: bytes
    name: str = ""


@dataclass(slots=True)
class Memory:
    """The key's flash. `master` wraps non-discoverable credentials and derives hmac-secrets; a reset makes another.

    Everything in it is immutable, so that a shallow copy is a snapshot. `wrong_in_row` matters without power only for
    keys that remember it. `uv_count` counts user verifications by finger since the last right PIN.
    """

    master: bytes
    min_pin_length: int
    always_uv: bool
    enterprise: bool
    pin_complexity: bool
    pin_hash: bytes | None = None
    pin_length: int = 0
    pin_retries: int = PIN_TRIES
    force_pin_change: bool = False
    min_pin_rp_ids: tuple[str, ...] = ()
    counter: int = 0
    order: int = 0
    credentials: tuple[Credential, ...] = ()
    wrong_in_row: int = 0
    uv_retries: int = 5
    uv_count: int = 0
    templates: tuple[Template, ...] = ()
    large_blobs: bytes = EMPTY_LARGE_BLOBS
    persistent_token: bytes | None = None

    @classmethod
    def fresh(cls, traits: KeyTraits, random: Random) -> Memory:
        """As it leaves the factory, or after authenticatorReset."""
        return cls(
            master=random(32),
            min_pin_length=traits.min_pin_length,
            always_uv=bool(traits.always_uv),
            enterprise=bool(traits.enterprise),
            pin_complexity=bool(traits.pin_complexity),
            uv_retries=traits.max_uv_retries,
        )

    @property
    def identifier(self) -> bytes:
        """What this key is known by until its next reset (encIdentifier, CTAP 2.2)."""
        return hmac.digest(self.master, b"identifier", "sha256")[:16]

    @property
    def credential_store_state(self) -> bytes:
        """Changes whenever a discoverable credential does (encCredStoreState, CTAP 2.2)."""
        told = repr([(each.id, each.user_name, each.user_display_name) for each in self.credentials])
        return hmac.digest(self.master, told.encode(), "sha256")[:16]

    def next_count(self) -> int:
        """The signature counter, raised by one (one counter for the whole key)."""
        self.counter += 1
        return self.counter

    def find(self, credential_id: bytes) -> Credential | None:
        """The discoverable credential with this id."""
        return next((kept for kept in self.credentials if kept.id == credential_id), None)

    def keep(self, credential: Credential) -> None:
        """Store the newest; the same relying party and user has one credential only."""
        others = (
            kept
            for kept in self.credentials
            if (kept.rp_id, kept.user_id) != (credential.rp_id, credential.user_id) and kept.id != credential.id
        )
        self.credentials = (*others, credential)
        self.order = credential.order

    def holds_for(self, rp_id: str, user_id: bytes) -> bool:
        """Whether a new credential for this user would take an old one's place."""
        return any((kept.rp_id, kept.user_id) == (rp_id, user_id) for kept in self.credentials)

    def forget(self, credential: Credential) -> None:
        """Delete one credential."""
        self.credentials = tuple(kept for kept in self.credentials if kept is not credential)

    def rename(self, credential: Credential, name: str | None, display_name: str | None) -> None:
        """Change the user's names in place."""
        changed = replace(credential, user_name=name, user_display_name=display_name)
        self.credentials = tuple(changed if kept is credential else kept for kept in self.credentials)

    def to_json(self) -> str:
        """All of it, private keys included: worth nothing outside tests."""
        return json.dumps(self, default=_plain, sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> Memory:
        """What `to_json` wrote. Raises ValueError for anything else."""
        try:
            values = _unhex(json.loads(text))
            values["credentials"] = tuple(_made(Credential, row) for row in values["credentials"])
            values["templates"] = tuple(_made(Template, row) for row in values["templates"])
            values["min_pin_rp_ids"] = tuple(str(rp_id) for rp_id in values["min_pin_rp_ids"])
            return _made(cls, values)
        except (TypeError, KeyError, AttributeError, RecursionError) as problem:
            raise ValueError("not the memory of a simulated key") from problem


def _made(kind: type[T], values: dict[str, Any]) -> T:
    """Make one from all of its members. Raises ValueError, TypeError."""
    hints = _HINTS[kind]
    if set(values) != set(hints):
        raise ValueError("not the members of a key's memory")
    for name, hint in hints.items():
        if not isinstance(values[name], tuple if get_origin(hint) is tuple else hint):
            raise TypeError(f"not what {name} can be")
    return kind(**values)


def _plain(value: Any) -> dict[str, Any]:
    """The JSON form of what JSON does not know: bytes, and our dataclasses."""
    if isinstance(value, bytes):
        return {"hex": value.hex()}
    return {each.name: getattr(value, each.name) for each in fields(value)}


def _unhex(value: Any) -> Any:
    if isinstance(value, list):
        return [_unhex(each) for each in value]
    if isinstance(value, dict):
        if set(value) == {"hex"}:
            return bytes.fromhex(value["hex"])
        return {key: _unhex(each) for key, each in value.items()}
    return value


_HINTS: Final[Mapping[type, Mapping[str, Any]]] = MappingProxyType(
    {kind: get_type_hints(kind) for kind in (Memory, Credential, Template)}
)
