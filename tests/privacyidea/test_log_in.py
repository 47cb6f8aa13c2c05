"""People log in to a real privacyIDEA with keys that were enrolled there for them, and nobody else does."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest

from kiosk.service.relying_parties.connector import ProofOptions, ProvingParty, RelyingPartyRefused
from tests.kiosk.service.attestation.maker import USER_PRESENT
from tests.kiosk.service.relying_parties.contract.stand_privacyidea import PrivacyIdeaStand
from tests.kiosk.service.relying_parties.contract.stand_privacyidea_webauthn import PrivacyIdeaWebAuthnStand
from tests.kiosk.service.relying_parties.contract.visit import Visit, registered
from tests.kiosk.service.soft_key import Json, SoftKey

pytestmark = pytest.mark.privacyidea


@pytest.fixture(params=[PrivacyIdeaStand, PrivacyIdeaWebAuthnStand], ids=lambda stand: str(stand.TYPE))
def visit(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Visit]:
    """A key that is enrolled, as a token of either type."""
    with request.param.open(tmp_path) as stand:
        yield registered(stand)


def begun(visit: Visit) -> ProofOptions:
    return cast(ProvingParty, visit.stand.party).begin_proof(visit.options.account, visit.key.credential_id)


def answered(visit: Visit, asked: ProofOptions, key: SoftKey | None = None) -> Json:
    return (key or visit.key).prove(asked.public_key, visit.options.origin)


def log_in(visit: Visit, asked: ProofOptions, response: Json) -> None:
    cast(ProvingParty, visit.stand.party).finish_proof(visit.options.account, asked.state, response)


def test_the_key_logs_in(visit: Visit) -> None:
    asked = begun(visit)
    log_in(visit, asked, answered(visit, asked))


def test_a_challenge_is_good_for_one_log_in(visit: Visit) -> None:
    asked = begun(visit)
    response = answered(visit, asked)
    log_in(visit, asked, response)
    with pytest.raises(RelyingPartyRefused):
        log_in(visit, asked, response)


def test_another_key_does_not_log_in(visit: Visit) -> None:
    asked = begun(visit)
    stranger = SoftKey(root=visit.key.root, credential_id=visit.key.credential_id)
    with pytest.raises(RelyingPartyRefused, match="log_in_refused"):
        log_in(visit, asked, answered(visit, asked, stranger))


def test_a_key_whose_pin_was_not_asked_does_not_log_in(visit: Visit) -> None:
    asked = begun(visit)
    visit.key.flags = USER_PRESENT
    with pytest.raises(RelyingPartyRefused, match="log_in_refused"):
        log_in(visit, asked, answered(visit, asked))


def test_a_key_that_was_taken_away_does_not_log_in(visit: Visit) -> None:
    asked = begun(visit)
    visit.stand.party.delete(visit.options.account, visit.options.reference)
    with pytest.raises(RelyingPartyRefused, match="log_in_refused"):
        log_in(visit, asked, answered(visit, asked))


def test_an_answer_to_another_challenge_does_not_log_in(visit: Visit) -> None:
    asked, other = begun(visit), begun(visit)
    with pytest.raises(RelyingPartyRefused, match="log_in_refused"):
        log_in(visit, asked, answered(visit, other))
