"""Who is staff, and what they may do, pure; and why they are refused.

StaffRefused     not staff, not this key, disabled, not at this site, too late, or signed already: all look alike
├── NotConfirmed the key has to be touched once more before this
StaffTrouble
├── NoSuchStaff  there is no such member, or key of one
├── NameTaken    a member of the tenant has this name already
├── CannotVouch  who could have made a key, or owns it, cannot say whose it is
├── NoSuchCode   a code that joins nobody: unknown, used, or too old
├── BadKey       what a browser registered does not hold
└── NoConsole    the settings say not where staff keys are good (`staff.url`, `staff.rp_id`)
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from kiosk.contract.staff import Role
from kiosk.service.relying_parties.staff_keys import StaffParty
from kiosk.service.settings import ServiceSettings
from kiosk.service.store.staff import StaffRow
from kiosk.signing import canonical

STATION: Final = "client:"
"""How the holder of a challenge begins who is a station; a browser's begins with `browser:`."""
BROWSER: Final = "browser:"

_TO_CROCKFORD: Final = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", "0123456789ABCDEFGHJKMNPQRSTVWXYZ")
_MISREAD: Final = str.maketrans("OIL", "011")
_GROUP: Final = 4
_LONGEST_CODE: Final = 64
_EMAIL: Final = re.compile(r"[^@\s]{1,64}@[^@\s]{1,189}")
_SITE: Final = re.compile(r"[a-z][a-z0-9_]{0,39}")
_LONGEST_SITES: Final = 512


class StaffRefused(Exception):
    """Refused, for a reason that nobody is told."""


class NotConfirmed(StaffRefused):
    """Signed in, and the last touch of the key is too long ago for this."""


class StaffTrouble(Exception):
    """What somebody who administers staff, or joins them, may know."""


class NoSuchStaff(StaffTrouble):
    """There is nobody of this name or id in the tenant, or no such key."""


class NameTaken(StaffTrouble):
    """Somebody has this name already."""


class CannotVouch(StaffTrouble):
    """Whoever could have made the key, or owns it, cannot say whose it is."""


class NoSuchCode(StaffTrouble):
    """It joins nobody."""


class BadKey(StaffTrouble):
    """It was not made as it was asked for."""


class NoConsole(StaffTrouble):
    """Staff keys have no place."""


class BadMember(StaffTrouble):
    """A name, an address, a role or a site that is none; `reasons` are the names of what is wrong."""

    def __init__(self, *reasons: str) -> None:
        super().__init__(*reasons)
        self.reasons = reasons


@dataclass(frozen=True, slots=True)
class StaffSession:
    """A sign-in of somebody who is staff right now, and in whose `hands` it may be. No site means all of the tenant."""

    staff: StaffRow
    roles: frozenset[Role]
    sites: frozenset[str]
    kind: str
    holder: str
    made_at: datetime
    confirmed_at: datetime
    expires_at: datetime
    token_hash: str = field(repr=False)
    hands: frozenset[str] = frozenset()

    @property
    def tenant(self) -> str:
        """Whose staff."""
        return self.staff.tenant

    @property
    def actor(self) -> str:
        """As the trail names them."""
        return actor_of(self.staff)

    def may(self, role: Role, site: str | None = None) -> bool:
        """Whether they have the role at the site; None asks for any site."""
        return may(self.staff, role, site)


def may(staff: StaffRow, role: Role, site: str | None = None) -> bool:
    """Whether a member has the role at the site; None asks for any site. What is at no site (an empty one) is for those
    who are at all of them."""
    if staff.disabled_at is not None or role not in roles_of(staff):
        return False
    sites = sites_of(staff)
    return site is None or not sites or site in sites


def roles_of(staff: StaffRow) -> frozenset[Role]:
    """What they may do."""
    return frozenset(map(Role, staff.roles.split()))


def sites_of(staff: StaffRow) -> frozenset[str]:
    """Where; none means everywhere."""
    return frozenset(staff.sites.split())


def actor_of(staff: StaffRow) -> str:
    """As the trail names them."""
    return f"staff:{staff.id}"


def checked_member(email: str, roles: Iterable[Role], sites: Iterable[str]) -> tuple[str, str]:
    """Roles and sites as they are stored; at least one role. Raises BadMember."""
    held, asked = " ".join(sorted(set(roles))), sorted(set(sites))
    checks = (
        ("email", bool(email) and not _EMAIL.fullmatch(email)),
        ("roles", not held),
        ("sites", not all(map(_SITE.fullmatch, asked)) or len(" ".join(asked)) > _LONGEST_SITES),
    )
    if wrong := [name for name, holds in checks if holds]:
        raise BadMember(*wrong)
    return held, " ".join(asked)


def party_of(settings: ServiceSettings, holder: str) -> StaffParty:
    """Where staff keys are good, as a browser or as a kiosk asks them. Raises NoConsole."""
    url, rp_id = settings.staff.url, settings.staff.rp_id
    if rp_id is None or url is None:
        raise NoConsole
    origin = f"https://{rp_id}" if holder.startswith(STATION) else origin_of(url)
    return StaffParty(rp_id, origin, settings.organization)


def origin_of(url: str) -> str:
    """The web origin of an https address (RFC 6454)."""
    host = url.removeprefix("https://").partition("/")[0].lower()
    return f"https://{host.removesuffix(':443')}"


def challenge_of(statement: Any) -> bytes:
    """What a key signs for a statement."""
    return hashlib.sha256(canonical(statement)).digest()


def code_text(random: bytes) -> str:
    """A code to be typed: Crockford's base 32, in groups of four."""
    plain = base64.b32encode(random).rstrip(b"=").decode().translate(_TO_CROCKFORD)
    return "-".join(plain[at : at + _GROUP] for at in range(0, len(plain), _GROUP))


def code_as_made(typed: str) -> str:
    """What was typed, without what people add and mistake; far too long becomes empty."""
    plain = "".join(each for each in typed if each.isascii() and each.isalnum()).upper().translate(_MISREAD)
    if len(plain) > _LONGEST_CODE:
        return ""
    return "-".join(plain[at : at + _GROUP] for at in range(0, len(plain), _GROUP))
