"""Whether a relying party's own policy takes a key, judged by what the key says of itself."""

from __future__ import annotations

from typing import Final

from kiosk.contract.enrollments import KeyReport
from kiosk.service.relying_parties.connector import PartyPolicy

ES256: Final = -7
"""What every FIDO2 key can do (RFC 9053): assumed of keys that name no algorithms (CTAP 2.0)."""
NAMELESS: Final = "00000000-0000-0000-0000-000000000000"


def refusals(policy: PartyPolicy, key: KeyReport) -> tuple[str, ...]:
    """Words, most fundamental first; none where the party takes the key."""
    model, algorithms = key.aaguid.lower(), key.algorithms or (ES256,)
    checks = (
        ("algorithm", bool(policy.algorithms) and not set(policy.algorithms) & set(algorithms)),
        ("extension", not policy.extensions <= set(key.extensions)),
        ("attestation_needed", policy.attested and model == NAMELESS),
        ("model_not_allowed", bool(policy.aaguids_allowed) and model not in policy.aaguids_allowed),
        ("model_denied", model in policy.aaguids_denied),
    )
    return tuple(word for word, refused in checks if refused)
