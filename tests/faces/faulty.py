"""What must be true of a face after a fault, whatever its vendor: done is done, and not done can be done again."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import requests

from tests.faces.faults import NOT_DONE, Fault
from tests.faces.frame import NADA, REGISTER, Face

Send = Callable[[], requests.Response]


def check_registration_under(fault: Fault, face: Face, send: Send) -> None:
    """`send` hands over one registration. Under the fault it is done or not as the fault says, and once only."""
    face.faults.add(REGISTER, fault)
    if fault in (Fault.LOST_BEFORE, Fault.LOST_AFTER, Fault.SLOW_BEFORE, Fault.SLOW_AFTER, Fault.HALF):
        with pytest.raises(requests.RequestException):
            send()
    else:
        send()
    assert not face.faults.waiting
    assert len(face.credentials(NADA)) == (0 if fault in NOT_DONE else 1)
    if fault in NOT_DONE:
        assert send().ok
    assert len(face.credentials(NADA)) == 1
    assert face.half_made(NADA) == []
