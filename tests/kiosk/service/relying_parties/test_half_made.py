"""What cannot be gone on with is taken back, or remembered."""

from __future__ import annotations

import pytest

from kiosk.service.relying_parties.connector import OutcomeUnknown, RelyingPartyRefused, RelyingPartyUnavailable
from kiosk.service.relying_parties.half_made import taken_back


def test_a_good_beginning_is_kept() -> None:
    taken: list[str] = []
    with taken_back("nada", lambda: taken.append("back")):
        pass
    assert taken == []


def test_a_bad_one_is_taken_back_and_refused_as_it_was() -> None:
    taken: list[str] = []
    with pytest.raises(RelyingPartyRefused) as caught, taken_back("nada", lambda: taken.append("back")):
        raise RelyingPartyRefused("bad_options")
    assert (caught.value.word, taken) == ("bad_options", ["back"])


@pytest.mark.parametrize("error", [RelyingPartyRefused("refused"), RelyingPartyUnavailable(), OutcomeUnknown("nada")])
def test_what_could_not_be_taken_back_is_not_forgotten(error: Exception) -> None:
    def fail() -> None:
        raise error

    with pytest.raises(OutcomeUnknown) as caught, taken_back("nada", fail):
        raise RelyingPartyRefused("bad_options")
    assert caught.value.account == "nada"
