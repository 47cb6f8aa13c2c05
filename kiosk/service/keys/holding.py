"""What a verified person has in their hands already, and what they may be here for then."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from kiosk.contract.keys import HeldKey, Intent
from kiosk.contract.profile import VerificationMethod
from kiosk.service.keys import rules
from kiosk.service.keys.notices import model_name
from kiosk.service.parts import Parts
from kiosk.service.store.credentials import CredentialRow, credentials_of_user
from kiosk.service.store.engine import ReadTx
from kiosk.service.store.enrollments import EnrollmentRow
from kiosk.service.store.keys import KeyRow, KeyState, keys_of_holder

_THEIR_WORD: Final = (VerificationMethod.NONE.value, VerificationMethod.SELF_CONFIRMATION.value)
"""Ways of verification that take somebody's word for it."""


@dataclass(frozen=True, slots=True)
class Holding:
    """The keys of somebody, as they would know them; those of `filling` (ids) fill a place of what policy allows.
    `intents` are what they may be here for."""

    held: tuple[HeldKey, ...] = ()
    filling: frozenset[str] = frozenset()
    intents: tuple[Intent, ...] = (Intent.FIRST,)

    @property
    def ids(self) -> frozenset[str]:
        """Of the keys."""
        return frozenset(each.id for each in self.held)


def holding(tx: ReadTx, parts: Parts, row: EnrollmentRow) -> Holding:
    """What the person of an enrollment has. Nothing where policy does not count keys."""
    life = parts.settings.life
    if life.most is None or row.user_id is None:
        return Holding()
    mine = keys_of_holder(tx, row.user_id)
    on: dict[str, list[CredentialRow]] = {}
    for each in credentials_of_user(tx, row.user_id) if mine else ():
        on.setdefault(each.key_id, []).append(each)
    filling = frozenset(each.id for each in mine if _fills_a_place(parts, each, on.get(each.id, [])))
    held = tuple(_told(parts, each, on.get(each.id, [])) for each in mine)
    intents = rules.intents_of(len(filling), len(held), life.most, trusted=trusted(parts, row))
    return Holding(held, filling, intents)


def trusted(parts: Parts, row: EnrollmentRow) -> bool:
    """Whether somebody else than the person themselves stands for who they are: a code, a badge, or staff."""
    supervision = parts.settings.supervision
    return row.verified_by not in _THEIR_WORD or supervision.verify > 0 or supervision.replace_key > 0


def _fills_a_place(parts: Parts, row: KeyRow, on_it: list[CredentialRow]) -> bool:
    """A key that must be replaced does not, and one that some relying party lacks may be shown again."""
    if row.state is KeyState.RECALLED or (row.expires_at is not None and row.expires_at <= parts.clock.now()):
        return False
    return {each.relying_party for each in on_it if each.proved_at} >= set(parts.relying_parties)


def _told(parts: Parts, row: KeyRow, on_it: list[CredentialRow]) -> HeldKey:
    return HeldKey(
        id=row.id,
        model=model_name(parts, row),
        since=(row.issued_at or row.first_seen_at).date().isoformat(),
        serial_end=rules.serial_end(row.serial),
        name=next((each.name for each in on_it if each.name), ""),
        until="" if row.expires_at is None else row.expires_at.date().isoformat(),
        mark=rules.mark_of(row, parts.clock.now(), timedelta(days=parts.settings.life.warn)),
    )
