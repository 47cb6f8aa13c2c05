"""The verbs are the contract, all of it, and say so by a version."""

from __future__ import annotations

import hashlib
import inspect
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hardware import errors, fido
from hardware.agent import protocol
from hardware.agent.arguments import Pin, from_wire, to_wire
from hardware.agent.protocol import DESK, KEY, NEVER_REPEATED, VERSION, failed, failure, limits
from hardware.agent.wire import Malformed, hints, pack, unpack
from hardware.authenticator import Authenticator, Watch
from hardware.values import Fingerprint, KeyAddress, KeyInfo, KeySettings, Sample, StoredCredential
from kiosk.secret import Secret

PINNED = (1, "d5333e37db7cf227")
"""Version and digest of all that crosses. When this fails both sides have changed: raise VERSION, and note both."""


def _kinds(root: type[errors.HardwareError]) -> list[type[errors.HardwareError]]:
    return [root, *(kind for each in root.__subclasses__() for kind in _kinds(each))]


ERRORS = _kinds(errors.HardwareError)


def _data(kind: type[errors.HardwareError]) -> dict[str, Any]:
    return hints(kind) if hasattr(kind, "__dataclass_fields__") else {}


FINITE = st.floats(allow_nan=False, allow_infinity=False)


def test_whatever_crosses_changes_only_together_with_the_version() -> None:
    values = (KeyAddress, KeyInfo, KeySettings, StoredCredential, Fingerprint, Sample, protocol.Resumption, Watch)
    shapes = [
        *(f"{verb.name}{verb.parameters}{verb.result}" for verb in (*DESK.values(), *KEY.values())),
        *(f"{kind.__name__}{hints(kind)}" for kind in values),
        *(f"{kind.__name__}{_data(kind)}" for kind in ERRORS),
    ]
    digest = hashlib.sha256("\n".join(sorted(shapes)).encode()).hexdigest()[:16]
    assert (VERSION, digest) == PINNED


def test_every_method_of_the_contract_is_a_verb() -> None:
    methods = {name for name, _ in inspect.getmembers(Authenticator, inspect.isfunction) if not name.startswith("_")}
    assert set(KEY) == methods
    assert set(KEY) >= NEVER_REPEATED
    assert not set(KEY) & set(DESK)


def test_an_agent_waits_as_long_as_the_hardware_does() -> None:
    assert protocol.COMMAND_SECONDS == fido.COMMAND_SECONDS
    assert protocol.LISTING_SECONDS == fido.LISTING_SECONDS
    assert protocol.PERSON_SECONDS == fido.PERSON_SECONDS
    assert limits(KEY["make_credential"], {"watch": 60.0}) == (60.0, protocol.GRACE)
    assert limits(KEY["verify_pin"], {"pin": "1"}) == (10.0, protocol.GRACE)
    assert sum(limits(DESK["attached"], {})) < 1.5


@pytest.mark.parametrize("seconds", [-1, 601, "60", None, True, 1e300])
def test_no_deadline_is_without_bounds(seconds: Any) -> None:
    with pytest.raises(Malformed):
        limits(KEY["prove"], {"watch": seconds})
    with pytest.raises(Malformed):
        limits(DESK["changed"], {"seconds": seconds})


@pytest.mark.parametrize("kind", ERRORS, ids=lambda kind: str(kind.__name__))
@settings(deadline=None)
@given(data=st.data())
def test_every_error_comes_back_with_its_data(kind: type[errors.HardwareError], data: st.DataObject) -> None:
    error = kind(*(data.draw(FINITE if each is float else st.from_type(each)) for each in _data(kind).values()))
    came = failed(unpack(pack(failure(error))))
    assert (type(came), vars(came)) == (kind, vars(error))


@pytest.mark.parametrize(
    "told",
    [
        {},
        {"class": "OSError", "fields": {}},
        {"class": "KeyGone", "fields": {"more": 1}},
        {"class": "WrongPin", "fields": {}},
        {"class": "WrongPin", "fields": {"retries_left": "8"}},
        {"class": "WrongPin", "fields": None},
        {"class": ["KeyGone"], "fields": {}},
    ],
)
def test_an_error_that_is_in_no_contract_is_malformed(told: dict[str, Any]) -> None:
    with pytest.raises(Malformed):
        failed(told)


def test_a_pin_crosses_and_is_printed_nowhere() -> None:
    sent = to_wire(KEY["verify_pin"], {"pin": Secret("mañana-17")}, 10)
    given = from_wire(KEY["verify_pin"], unpack(pack(sent)), lambda *_: None, Watch().cancel)
    pin = given["pin"]
    assert isinstance(pin, Pin)
    assert "17" not in repr(pin)
    assert pin.reveal() == "mañana-17"
    pin.wipe()
    pin.wipe()
    with pytest.raises(ValueError, match="wiped"):
        pin.reveal()


@pytest.mark.parametrize("sent", [{}, {"pin": 7}, {"pin": None}, {"pin": "1", "more": 1}, {"pin": "\ud800"}])
def test_arguments_that_do_not_fit_are_malformed(sent: dict[str, Any]) -> None:
    with pytest.raises(Malformed):
        from_wire(KEY["verify_pin"], sent, lambda *_: None, Watch().cancel)
