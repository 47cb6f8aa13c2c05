"""Whatever a directory's interface does wrong, it never looks as if nobody were found."""

from __future__ import annotations

import pytest

from kiosk.service.directories.connector import DirectoryUnavailable
from kiosk.service.directories.remote import remote_errors
from kiosk.service.vendors.rest import Malformed, NotSignedIn, OutcomeUnknown, Refused, Unavailable


@pytest.mark.parametrize("error", [Refused(404), NotSignedIn(401), Unavailable(), OutcomeUnknown(), Malformed()])
def test_trouble_is_not_an_empty_answer(error: Exception) -> None:
    with pytest.raises(DirectoryUnavailable), remote_errors():
        raise error
