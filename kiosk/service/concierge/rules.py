"""What of somebody staff may see, pure: masked, and of keys what is written on them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from kiosk.service.concierge.bodies import CardholderDetails, KeyOfHolder, PartyOfKey, SiteOfUser, UserDetails
from kiosk.service.masking import DOTS, graphemes, mask_mail, mask_name, mask_number, mask_phone
from kiosk.service.store.credentials import CredentialRow
from kiosk.service.store.desk import DeskPerson
from kiosk.service.tokens.rules import Caller

_SHORTEST_SERIAL = 6


@dataclass(frozen=True, slots=True)
class StaffCaller(Caller):
    """A member of staff in the console, under their id in place of a client's. No site means all of the tenant."""

    @property
    def actor(self) -> str:
        """As the trail names them."""
        return f"staff:{self.client_id}"

    @property
    def everywhere(self) -> bool:
        """Whether they see people of all sites, and of none."""
        return not self.sites


def user_details(person: DeskPerson, sites: Iterable[tuple[str, datetime]]) -> UserDetails:
    """Somebody, masked; what there is not is empty."""
    return UserDetails(
        user_id=person.user_id,
        name=masked_name(person),
        primary_user_identifier=mask_mail(person.upn) if "@" in person.upn else mask_name(person.upn),
        email=_if_any(mask_mail, person.email),
        phone=_if_any(mask_phone, person.phone),
        employee_id=_if_any(mask_number, person.employee_id),
        state=person.status,
        origin=person.origin,
        locale=person.locale,
        registered_at=person.created_at,
        sites=tuple(SiteOfUser(site_id=site, since=since) for site, since in sites),
    )


def cardholder_details(
    person: DeskPerson,
    credentials: Iterable[CredentialRow],
    model_of: Callable[[str], str],
    party_names: Mapping[str, str],
) -> CardholderDetails:
    """The keys of somebody. Credentials that say the same model and serial number are on one key; without a serial
    number nobody knows, and each counts as a key."""
    keys: dict[tuple[str, str], list[CredentialRow]] = {}
    for row in credentials:
        keys.setdefault((row.aaguid, row.key_serial or f"credential {row.id}"), []).append(row)
    return CardholderDetails(
        user_id=person.user_id,
        name=masked_name(person),
        state=person.status,
        keys=tuple(_key(rows, model_of, party_names) for rows in keys.values()),
    )


def masked_name(person: DeskPerson) -> str:
    """The name of somebody, masked; of who has none, what they sign in with."""
    full = f"{person.given_name} {person.family_name}".strip()
    return mask_name(full) if full else mask_name(person.upn.partition("@")[0])


def last_four(serial: str) -> str:
    """`12344711` → `••••• 4711`: what is enough to compare with a key in the hand. Of a short one nothing is told."""
    seen = list(graphemes(serial))
    if not seen:
        return ""
    return f"{DOTS} {''.join(seen[-4:])}" if len(seen) >= _SHORTEST_SERIAL else DOTS


def _key(rows: list[CredentialRow], model_of: Callable[[str], str], party_names: Mapping[str, str]) -> KeyOfHolder:
    parties = tuple(
        PartyOfKey(
            relying_party=party_names.get(row.relying_party, row.relying_party),
            registered_at=row.registered_at,
            proved=row.proved_at is not None,
            activated=row.activated_at is not None,
        )
        for row in rows
    )
    return KeyOfHolder(model=model_of(rows[0].aaguid), serial=last_four(rows[0].key_serial), parties=parties)


def _if_any(mask: Callable[[str], str], text: str) -> str:
    return mask(text) if text else ""
