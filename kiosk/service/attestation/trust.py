"""What the service believes of keys: the one judge, before a key is touched and after it has answered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from kiosk.contract.enrollments import KeyReport
from kiosk.service.attestation.anchors import TrustAnchors
from kiosk.service.attestation.keeper import Keeper
from kiosk.service.attestation.metadata import Metadata
from kiosk.service.attestation.objections import doubts, objections
from kiosk.service.attestation.rules import judge
from kiosk.service.attestation.settings import AttestationPolicy
from kiosk.service.attestation.standing import standing
from kiosk.service.attestation.verdict import AttestationVerdict


@dataclass(frozen=True, slots=True)
class Model:
    """A model of key as its maker calls it; `picture` is a data URL (PNG), or empty."""

    name: str
    picture: str = ""


@dataclass(frozen=True, slots=True)
class Trust:
    """Policy, anchors and metadata together; `metadata` is None where nobody asked for any."""

    policy: AttestationPolicy
    anchors: TrustAnchors
    metadata: Keeper | None = None

    def refusals(self, key: KeyReport, now: datetime) -> tuple[str, ...]:
        """Why a key that says this of itself would not be believed later: words, most fundamental first."""
        found = objections(self.policy, self._known(), key.aaguid.lower(), key.firmware, now.date())
        return tuple(each.value for each in found)

    def doubts(self, key: KeyReport, now: datetime) -> tuple[str, ...]:
        """What staff should know of a key that is let in: words."""
        if self.metadata is None:
            return ()
        found = doubts(self._known(), key.aaguid.lower(), key.firmware, now.date())
        return tuple(each.value for each in found)

    def judge(self, attestation_object: bytes, client_data_hash: bytes, now: datetime) -> AttestationVerdict:
        """Judge a registration (see `rules.judge`). Raises AttestationRejected."""
        return judge(attestation_object, client_data_hash, self.policy, self.anchors, now, self._known())

    def model(self, aaguid: str) -> Model | None:
        """What the maker calls keys with this AAGUID, where it is known."""
        known = self._known()
        entry = None if known is None else known.models.get(aaguid.lower())
        return None if entry is None or not entry.name else Model(entry.name, entry.picture)

    def accused(self, aaguid: str, firmware: int | None, now: datetime) -> str:
        """Why keys of the model with this firmware must not be trusted (a word), by what is reported of it; empty where
        nothing is."""
        known = self._known()
        entry = None if known is None else known.models.get(aaguid.lower())
        found = None if entry is None else standing(entry, firmware, now.date()).accused
        return "" if found is None else found.value

    def _known(self) -> Metadata | None:
        return None if self.metadata is None else self.metadata.current()
