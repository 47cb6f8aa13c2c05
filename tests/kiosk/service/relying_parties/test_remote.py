"""REST's errors become those of relying parties, each its own."""

from __future__ import annotations

import pytest

from kiosk.service.relying_parties.connector import OutcomeUnknown, RelyingPartyRefused, RelyingPartyUnavailable
from kiosk.service.relying_parties.remote import remote_errors
from kiosk.service.vendors import rest


@pytest.mark.parametrize(
    ("status", "word"), [(401, "not_authorized"), (403, "not_authorized"), (404, "no_account"), (400, "refused")]
)
def test_a_refusal_is_certain(status: int, word: str) -> None:
    with pytest.raises(RelyingPartyRefused, match=word), remote_errors():
        raise rest.Refused(status, {"secret": 1})


def test_a_party_may_read_a_status_in_its_own_way() -> None:
    with pytest.raises(RelyingPartyRefused, match="key_not_allowed"), remote_errors(words={400: "key_not_allowed"}):
        raise rest.Refused(400)
    with pytest.raises(RelyingPartyRefused, match="no_account"), remote_errors(words={400: "key_not_allowed"}):
        raise rest.Refused(404)


def test_how_long_to_wait_is_handed_on() -> None:
    with pytest.raises(RelyingPartyUnavailable) as caught, remote_errors():
        raise rest.Unavailable(17, "throttled")
    assert caught.value.retry_after == 17


def test_an_unknown_outcome_names_the_account() -> None:
    with pytest.raises(OutcomeUnknown) as caught, remote_errors("a1"):
        raise rest.OutcomeUnknown
    assert caught.value.account == "a1"


def test_an_answer_that_is_not_understood_may_have_had_its_effect_if_it_was_to_have_one() -> None:
    with pytest.raises(RelyingPartyUnavailable), remote_errors():
        raise rest.Malformed
    with pytest.raises(OutcomeUnknown), remote_errors("a1", writes=True):
        raise rest.Malformed
