"""What the doctor says of a vendor that does not answer as it should: each kind of trouble has its own remedy."""

from __future__ import annotations

import pytest

from kiosk.service.probe import ProbeFailed
from kiosk.service.vendors.probing import probing
from kiosk.service.vendors.rest import Malformed, NotSignedIn, OutcomeUnknown, Refused, Unavailable

TROUBLES = [
    NotSignedIn(401, {"error": "invalid_client"}),
    Refused(403),
    Refused(404),
    Refused(400),
    Unavailable(word="untrusted"),
    Unavailable(word="no_connection"),
    Unavailable(9, "throttled"),
    Unavailable(word="http_503"),
    Malformed(),
]


def failed(error: Exception) -> ProbeFailed:
    with pytest.raises(ProbeFailed) as caught, probing():
        raise error
    return caught.value


def test_each_trouble_has_its_own_remedy() -> None:
    found = [failed(each) for each in TROUBLES]
    assert len({each.seen for each in found}) == len({each.remedy for each in found}) == len(TROUBLES)
    assert failed(OutcomeUnknown()).seen == failed(Malformed()).seen


def test_a_vendor_may_know_better() -> None:
    def read(error: Refused) -> ProbeFailed | None:
        return ProbeFailed("the secret has expired", "make a new one") if error.status == 401 else None

    with pytest.raises(ProbeFailed, match="expired"), probing(read):
        raise NotSignedIn(401)
    with pytest.raises(ProbeFailed, match="HTTP 403"), probing(read):
        raise Refused(403)
