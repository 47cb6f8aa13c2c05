"""libfido2's tools and we agree on the same key, whoever wrote what is on it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from hardware.authenticator import Authenticator, KeyAddress, KeySettings, PinState, Watch
from hardware.errors import WrongPin
from hardware.transport.usb import UsbSource
from kiosk.secret import Secret
from tests.hardware.ways import PIN, RP_ID, prove, raw_id, register
from tests.system.drawer import PORTS, Drawer
from tests.system.libfido2 import Token, ToolFailed, listed, verified_credential, verify_assertion
from tests.system.patience import until
from tests.system.speed import NEVER_ALONE, one_round

TRAITS = {"credential_management_preview": True}
"""As the keys of the field are: these tools know credential management by its preview command only."""
NEW_PIN = "27-Äpfel-31"
Rows = dict[str, tuple[Any, Any]]
"""What was read, ours and theirs."""
OTHER_RP = "login.example.com"


@pytest.fixture
def address(drawer: Drawer) -> KeyAddress:
    """Where the one key is."""
    drawer.put_in("key", traits=TRAITS)
    (found,) = until(UsbSource().attached)
    return found


@pytest.fixture
def key(address: KeyAddress) -> Iterator[Authenticator]:
    """The one key, opened by us."""
    with closing(UsbSource().open(address)) as opened:
        yield opened


@pytest.fixture
def token(address: KeyAddress) -> Token:
    """The one key, as the tools see it."""
    return Token(address.path)


def test_two_keys_have_the_same_names_for_both(drawer: Drawer) -> None:
    drawer.put_in("A", PORTS[0])
    drawer.put_in("B", PORTS[1], {"product_id": 0x0002, "product": "Another Key"})
    addresses = until(lambda: len(found := UsbSource().attached()) == 2 and found)
    assert addresses
    assert listed() == {each.path: _as_listed(each) for each in addresses}


def _as_listed(key: KeyAddress) -> str:
    return f"vendor=0x{key.vendor_id:04x}, product=0x{key.product_id:04x} ({key.manufacturer} {key.product})"


def test_what_the_key_says_of_itself_is_the_same_for_both(key: Authenticator, token: Token) -> None:
    ours, theirs = key.inspect(), token.info()
    assert theirs["version strings"] == ", ".join(ours.versions)
    assert theirs["extension strings"] == ", ".join(ours.extensions)
    assert theirs["aaguid"] == ours.aaguid.hex()
    assert theirs["fwversion"] == f"{ours.firmware:#x}"
    assert set(theirs["options"].split(", ")) == {name if on else f"no{name}" for name, on in ours.options.items()}


def test_we_read_what_the_tools_wrote(key: Authenticator, token: Token, tmp_path: Path) -> None:
    assert key.inspect().pin is PinState.NOT_SET
    token.set_pin(PIN)
    assert key.inspect().pin is PinState.SET
    key.verify_pin(Secret(PIN))

    token.make_credential(tmp_path, RP_ID, b"handle-1", PIN)
    credential_id = verified_credential(tmp_path)
    (stored,) = key.stored_credentials()
    assert (stored.rp_id, stored.credential_id, stored.user_id) == (RP_ID, credential_id, b"handle-1")
    assert raw_id(prove(key)) == credential_id

    token.prove(tmp_path, RP_ID, PIN, credential_id)
    verify_assertion(tmp_path)

    token.change_pin(PIN, NEW_PIN)
    with pytest.raises(WrongPin):
        key.verify_pin(Secret(PIN))
    key.verify_pin(Secret(NEW_PIN))

    token.delete(credential_id, NEW_PIN)
    assert key.stored_credentials() == ()


def test_the_tools_read_what_we_wrote(key: Authenticator, token: Token) -> None:
    key.set_pin(Secret(PIN))
    made = [raw_id(register(key)), raw_id(register(key, rp={"id": OTHER_RP, "name": "Other"}))]
    assert token.credentials(PIN) == {RP_ID: made[:1], OTHER_RP: made[1:]}
    key.change_pin(Secret(PIN), Secret(NEW_PIN))
    with pytest.raises(ToolFailed):
        token.credentials(PIN)
    key.delete_credential(made[0])
    assert token.credentials(NEW_PIN) == {OTHER_RP: made[1:]}


def test_a_key_that_the_tools_have_reset_is_new_to_us_and_the_other_way_round(drawer: Drawer) -> None:
    drawer.put_in("key", traits=TRAITS)
    for reset in (_reset_by_tools, _reset_by_us):
        (address,) = until(UsbSource().attached)
        with closing(UsbSource().open(address)) as key:
            key.set_pin(Secret(PIN))
            register(key)
        drawer.unplug("key")
        until(lambda: not UsbSource().attached())
        drawer.plug("key")  # a key allows it in its first seconds only
        (address,) = until(UsbSource().attached)
        reset(address)
        assert "noclientPin" in Token(address.path).options()
        with closing(UsbSource().open(address)) as key:
            assert key.inspect().pin is PinState.NOT_SET
        assert drawer.credentials("key") == []


def _reset_by_tools(address: KeyAddress) -> None:
    Token(address.path).reset()


def _reset_by_us(address: KeyAddress) -> None:
    with closing(UsbSource().open(address)) as key:
        key.reset(Watch())


def test_both_read_the_same_from_a_provisioned_key(key: Authenticator, token: Token) -> None:
    key.set_pin(Secret(PIN))
    register(key)
    register(key, rp={"id": OTHER_RP, "name": "Other"})
    key.configure(KeySettings(min_pin_length=6))
    rows: Rows = {
        "credentials": (
            {each.credential_id.hex() for each in key.stored_credentials()},
            {each.hex() for ids in token.credentials(PIN).values() for each in ids},
        )
    }
    with pytest.raises(ToolFailed):
        token.credentials("7777")  # which spends a try
    rows |= _compared(token)
    key.configure(KeySettings(force_pin_change=True))
    rows |= {f"{name}, change forced": pair for name, pair in _compared(token).items()}
    sys.stdout.write("\n" + table(rows))
    assert {name: pair for name, pair in rows.items() if pair[0] != pair[1]} == {}
    assert rows["PIN tries left"] == (7, 7)
    assert rows["minimum PIN length"] == (6, 6)
    assert rows["PIN must be changed, change forced"] == (True, True)


def _compared(token: Token) -> Rows:
    """What we read from the key, not having its PIN, and what libfido2 reads."""
    (address,) = UsbSource().attached()
    with closing(UsbSource().open(address)) as key:
        ours = key.inspect()
    theirs = token.info()
    return {
        "PIN set": (ours.pin in (PinState.SET, PinState.CHANGE_FORCED), "clientPin" in theirs["options"].split(", ")),
        "PIN tries left": (ours.pin_retries, int(theirs["pin retries"])),
        "minimum PIN length": (ours.min_pin_length, int(theirs["minpinlen"])),
        "PIN must be changed": (ours.pin is PinState.CHANGE_FORCED, theirs["pin change required"] == "true"),
        "free slots": (ours.remaining_credentials, int(theirs["remaining rk(s)"])),
    }


def table(rows: Rows) -> str:
    """Side by side."""
    lines = [f"{'on a provisioned key':<36}{'we read':<20}{'libfido2 reads':<20}"]
    for name, (ours, theirs) in rows.items():
        lines.append(f"{name:<36}{_short(ours):<20}{_short(theirs):<20}{'' if ours == theirs else 'DIFFERS'}".rstrip())
    return "\n".join([*lines, ""])


def _short(value: Any) -> str:
    return ", ".join(sorted(each[:8] for each in value)) if isinstance(value, set) else str(value)


def test_no_operation_takes_more_commands_than_theirs(drawer: Drawer) -> None:
    drawer.put_in("key", traits=TRAITS)
    ours = {name: commands for name, commands, _ in one_round(drawer, "ours")}
    theirs = {name: commands for name, commands, _ in one_round(drawer, "theirs")}
    lines = [f"{name:<20}{ours[name]:>8}{theirs[name]:>12}" for name in ours]
    sys.stdout.write("\n".join(["", f"{'CTAP commands':<20}{'ours':>8}{'libfido2':>12}", *lines, ""]))
    assert {name: ours[name] for name in ours if ours[name] > theirs[name] and name != NEVER_ALONE} == {}
