"""What the service believes of keys: the one judge, before a key is touched and after it has answered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from kiosk.contract.enrollments import KeyReport
from kiosk.service.attestation.anchors import TrustAnchors
from kiosk.service.attestation.rules import judge
from kiosk.service.attestation.settings import AttestationPolicy
from kiosk.service.attestation.verdict import AttestationVerdict


@dataclass(frozen=True, slots=True)
class Model:
    """A model of key as its maker calls it; `picture` is a data URL (PNG or SVG), or empty."""

    name: str
    picture: str = ""


@dataclass(frozen=True, slots=True)
class Trust:
    """Policy, anchors and metadata together."""

    policy: AttestationPolicy
    anchors: TrustAnchors

    def refusals(self, key: KeyReport, now: datetime) -> tuple[str, ...]:  # noqa: ARG002
        """Why a key that says this of itself would not be believed later: words, most fundamental first."""
        return ()

    def doubts(self, key: KeyReport, now: datetime) -> tuple[str, ...]:  # noqa: ARG002
        """What staff should know of a key that is let in: words."""
        return ()

    def judge(self, attestation_object: bytes, client_data_hash: bytes, now: datetime) -> AttestationVerdict:
        """Judge a registration (see `rules.judge`). Raises AttestationRejected."""
        return judge(attestation_object, client_data_hash, self.policy, self.anchors, now)

    def model(self, aaguid: str) -> Model | None:  # noqa: ARG002
        """What the maker calls keys with this AAGUID, where it is known."""
        return None
