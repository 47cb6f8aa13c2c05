"""What is asked about guests, and what is answered."""

from __future__ import annotations

import json
from datetime import date
from typing import Annotated, Any, Final

from pydantic import AfterValidator, ConfigDict, Field, field_validator, model_validator

from kiosk.service.accounts.guests_assets import LONGEST
from kiosk.service.screening.connector import CallType
from kiosk.service.screening.names import words
from kiosk.service.seed_shape import SeedModel

_DEEPEST: Final = 8
_NESTING: Final = (dict, list, tuple)
_EXAMPLE_GUEST: Final[dict[str, Any]] = {
    "primaryUserIdentifier": "amina.haddad@example.com",
    "email": "amina.haddad@example.com",
    "givenName": "Amina",
    "familyName": "Haddad",
    "siteId": "main",
    "locale": "en",
    "marketingOptIns": ["news"],
    "consents": [{"id": "privacy", "version": "2026-01", "language": "en", "accepted": True}],
    "callType": "ENROLL_PROGRAM_AND_MOE",
}

Id = Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]
Tag = Annotated[str, Field(pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$", max_length=35)]


def _shallow(value: Any) -> Any:
    """Raises ValueError for what is nested too deeply."""
    level, deeper = [value], 0
    while level:
        deeper += 1
        if deeper > _DEEPEST:
            raise ValueError("is nested too deeply")
        inside = (each.values() if isinstance(each, dict) else each for each in level if isinstance(each, _NESTING))
        level = [one for each in inside for one in each]
    return value


class GuestConsent(SeedModel):
    """What somebody said to some terms of the site, in the version and language (BCP 47) that they were shown."""

    id: str = Field(min_length=1, max_length=40)
    version: str = Field(min_length=1, max_length=32)
    language: Tag
    accepted: bool


class GuestEnrollment(SeedModel):
    """Somebody to be a guest."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE_GUEST]})

    primary_user_identifier: str = Field(min_length=1, max_length=256, repr=False)
    """What they will sign in with; unique in the tenant."""
    email: str = Field(min_length=3, max_length=254, repr=False)
    given_name: str = Field(default="", max_length=128, repr=False)
    family_name: str = Field(default="", max_length=128, repr=False)
    """Nobody is screened without a name, so one of them is needed."""
    site_id: str = Field(min_length=1, max_length=40)
    locale: Tag = "en"
    marketing_opt_ins: tuple[Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,31}$")], ...] = Field(
        default=(), max_length=20
    )
    """Words for what they want to hear of; the client has shown them what that is."""
    consents: tuple[GuestConsent, ...] = Field(default=(), max_length=50)
    attributes: dict[str, str] = Field(default_factory=dict, max_length=50, repr=False)
    """What the site wants to know."""
    user_assets: Annotated[tuple[dict[str, Any], ...], AfterValidator(_shallow)] = Field(
        default=(), max_length=10, repr=False
    )
    """What is theirs, for the system of enrollments: opaque, at most 16 KiB of JSON, sealed until it was told."""
    call_type: CallType = CallType.BOTH

    @field_validator("user_assets")
    @classmethod
    def _bounded(cls, assets: tuple[dict[str, Any], ...]) -> tuple[dict[str, Any], ...]:
        if len(json.dumps(assets, ensure_ascii=False).encode(errors="replace")) > LONGEST:
            raise ValueError("is too large")
        return assets

    @model_validator(mode="after")
    def _named(self) -> GuestEnrollment:
        if not words(f"{self.given_name} {self.family_name}"):
            raise ValueError("a name is needed")
        return self


class GuestEnrolled(SeedModel):
    """Where the guest stands. `status` is `ACTIVE`, or `PENDING` until they are let in. `screening` is `PASSED`, `HELD`
    for somebody to look at, or `DUE`: a checker did not answer, and is asked again."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"userId": "8c1f0e6f4f6e4c0f9a3b5d7e9f1a2b3c", "status": "ACTIVE", "screening": "PASSED"}]
        }
    )

    user_id: Id
    status: str
    screening: str


class Revalidation(SeedModel):
    """Whose screening is to be done again: some ids, or all from one id to another (both included)."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"callType": "OFAC", "userIds": ["8c1f0e6f4f6e4c0f9a3b5d7e9f1a2b3c"]},
                {"callType": "OFAC", "idFrom": "0" * 32, "idTo": "f" * 32},
            ]
        }
    )

    call_type: str = Field(max_length=64)
    """`OFAC`, `MOE`, or `ENROLL_PROGRAM_AND_MOE`."""
    user_ids: tuple[Id, ...] = Field(default=(), max_length=1000)
    id_from: Id | None = None
    id_to: Id | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Revalidation:
        ranged = (self.id_from is not None, self.id_to is not None)
        if any(ranged) != all(ranged) or any(ranged) == bool(self.user_ids):
            raise ValueError("either userIds, or idFrom and idTo")
        return self


class Revalidated(SeedModel):
    """How many are screened again, soon."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"callType": "OFAC", "count": 1}]})

    call_type: str
    count: int


class Visit(SeedModel):
    """The last day of a visit (UTC)."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"endsOn": "2026-12-31"}]})

    ends_on: date


class VisitTold(SeedModel):
    """A visit, as it stands."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"userId": "8c1f0e6f4f6e4c0f9a3b5d7e9f1a2b3c", "endsOn": "2026-12-31"}]}
    )

    user_id: Id
    ends_on: date
