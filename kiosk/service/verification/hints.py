"""Where codes go, as it may be shown before anybody is verified; made once, when a person is identified.

What was typed is what an onlooker can compare a hint with. A typed address is therefore masked as itself where nobody
is matched, which is what a person with that address would see; where no address was typed, one is invented, always the
same for the same values.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Mapping
from typing import Final

from kiosk.service.directories.connector import Criteria, Person
from kiosk.service.parts import Parts
from kiosk.service.settings import ServiceSettings
from kiosk.service.verification.connector import CodeVerifier

_EXAMPLE_DOMAIN: Final = "example.org"


def hints(parts: Parts, criteria: Criteria, person: Person | None) -> Mapping[str, str]:
    """The masked address of each way that sends codes; none on a public kiosk, and where the settings hide them."""
    if parts.settings.public or not parts.settings.verification.show_hints:
        return {}
    senders = [each for each in parts.verifiers.values() if isinstance(each, CodeVerifier)]
    return {str(each.method): _hint(parts, each, criteria, person) for each in senders}


def decoy_domain(settings: ServiceSettings) -> str:
    """Where the people of this place have their mail, as far as the settings tell."""
    sender = "" if settings.mail is None else settings.mail.sender.rpartition("@")[2]
    return settings.identify.email_domain or sender or _EXAMPLE_DOMAIN


def _hint(parts: Parts, verifier: CodeVerifier, criteria: Criteria, person: Person | None) -> str:
    """All three addresses are made, whichever is shown: it takes as long for everybody."""
    domain = decoy_domain(parts.settings)
    known = "" if person is None else verifier.address(person)
    typed, invented = verifier.typed(criteria, domain), verifier.decoy(_seed(parts, criteria), domain)
    return verifier.hint(known or typed or invented)


def _seed(parts: Parts, criteria: Criteria) -> bytes:
    """Of the values alone: somebody is found by one value in two fields, and then sees the same twice."""
    values = json.dumps(sorted(criteria.values())).encode()
    return hmac.digest(parts.hmac_key, b"hint\0" + values, "sha256")
