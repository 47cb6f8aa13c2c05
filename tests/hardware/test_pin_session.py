"""What a session keeps of a PIN, and for how long."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from hashlib import sha256

import pytest

from hardware.client_pin import PERMISSION, encoded_pin
from hardware.ctap2 import Ctap2
from hardware.errors import PinRefused, PinRequired, WrongPin
from hardware.pin_session import PinSession
from hardware.simulated.device import connect
from hardware.simulated.key import SimulatedKey
from hardware.simulated.traits import CTAP20, CTAP21, KeyTraits
from kiosk.secret import Secret
from tests.hardware.ways import PIN, RP_ID

HASH = sha256(PIN.encode()).digest()[:16]


@pytest.fixture(params=[CTAP21, CTAP20], ids=["CTAP 2.1", "CTAP 2.0"])
def session(request: pytest.FixtureRequest) -> Iterator[PinSession]:
    """A session with a key that has the PIN, still locked."""
    traits: KeyTraits = request.param
    key = SimulatedKey(traits)
    key.plug()
    device = connect(key)
    setting = PinSession(Ctap2(device))
    with encoded_pin(Secret(PIN), 4) as pin:
        setting.set_pin(pin)
    setting.lock()
    yield PinSession(Ctap2(device))
    device.close()


def kept(secret: bytes) -> int:
    """How many byte arrays of this process hold the secret."""
    gc.collect()
    return sum(isinstance(each, bytearray) and secret in each for each in _byte_arrays())


def _byte_arrays() -> Iterator[object]:
    for owner in gc.get_objects():
        if isinstance(owner, PinSession):
            yield from vars(owner).values()


def test_only_half_a_hash_of_the_pin_stays_and_leaves_on_closing(session: PinSession) -> None:
    with encoded_pin(Secret(PIN), 4) as pin:
        session.verify(pin)
        assert bytes(pin) == PIN.encode()
    assert bytes(pin) == bytes(len(PIN.encode()))
    assert session.unlocked
    assert (kept(HASH), kept(PIN.encode())) == (1, 0)
    assert session.granted(PERMISSION.GET_ASSERTION, RP_ID, lambda grant: grant.proof(b"message"))[0]
    session.lock()
    assert (session.unlocked, kept(HASH)) == (False, 0)
    with pytest.raises(PinRequired):
        session.granted(PERMISSION.GET_ASSERTION, RP_ID, lambda grant: grant)


def test_a_wrong_pin_leaves_nothing(session: PinSession) -> None:
    with encoded_pin(Secret("wrong-pin"), 4) as pin, pytest.raises(WrongPin):
        session.verify(pin)
    assert not session.unlocked
    assert kept(sha256(b"wrong-pin").digest()[:16]) == 0


def test_a_refused_pin_is_wiped_and_not_quoted() -> None:
    with pytest.raises(PinRefused) as caught, encoded_pin(Secret("123"), 4):
        pytest.fail("too short")
    assert "123" not in repr(caught.value)


class Unencodable:
    """A text that is no Unicode, which `Secret` would not have taken."""

    def reveal(self) -> str:
        return "12345\ud800"

    def wipe(self) -> None:
        raise AssertionError("not ours to wipe here")


def test_a_pin_that_is_no_unicode_is_refused() -> None:
    with pytest.raises(PinRefused), encoded_pin(Unencodable(), 4):
        pytest.fail("not encodable")
