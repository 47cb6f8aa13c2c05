"""`keywright keys …`: what staff do to one key, on a simulated one."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

import pytest
from click.testing import CliRunner, Result

from hardware.authenticator import KeyAddress
from hardware.simulated.key import SimulatedKey
from hardware.simulated.source import SimulatedSource
from hardware.simulated.traits import CTAP21
from kiosk.commands import keys
from kiosk.secret import Secret
from tests.hardware.ways import register
from tests.untouched import untouched_process

PIN, OTHER_PIN = "704913", "815024"
Call = Callable[..., Result]


class Drawer(SimulatedSource):
    """Keys that are taken out and put back while somebody waits for it, as often as asked."""

    def __init__(self, *held: SimulatedKey, back: SimulatedKey | None = None) -> None:
        super().__init__(held)
        self._held, self._back = held, back or held[0]

    def changed(self, seconds: float) -> bool:
        """Each wait moves the key once."""
        if any(key.plugged for key in self._held):
            for key in self._held:
                key.unplug()
        else:
            self._back.plug()
        return True


def fresh(**traits: object) -> SimulatedKey:
    key = SimulatedKey(replace(CTAP21, **traits))  # type: ignore[arg-type]  # traits of a test
    key.touch_automatically = True
    key.plug()
    return key


def provisioned(key: SimulatedKey, *names: str) -> SimulatedKey:
    """With a PIN, and a sign-in for each name."""
    source = SimulatedSource([key])
    opened = source.open(source.attached()[0])
    opened.set_pin(Secret(PIN))
    for number, name in enumerate(names):
        register(opened, user={"id": f"dXNlci0{number}", "name": name, "displayName": name.title()})
    opened.close()
    return key


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch) -> Call:
    """Call `keys` with these keys plugged in and these lines typed."""

    def run(source: SimulatedSource, *arguments: str, typed: str = "") -> Result:
        monkeypatch.setattr(keys, "key_source", lambda _: source)
        with untouched_process():
            return CliRunner().invoke(keys.command, arguments, input=typed)

    return run


def test_the_sign_ins_on_a_key_are_listed_with_their_owners(call: Call) -> None:
    key = provisioned(fresh(), "ann", "\x1b[2Jbob\u202e")
    told = call(SimulatedSource([key]), "credentials", typed=f"{PIN}\n")
    assert told.exit_code == 0
    assert "Ann" in told.stdout
    assert "2 on the key, room for 98 more" in told.stdout
    assert all(line.isprintable() for line in told.stdout.splitlines())
    assert PIN not in told.output


def test_the_sign_ins_are_told_as_json(call: Call) -> None:
    told = call(SimulatedSource([provisioned(fresh(), "ann")]), "credentials", "--json", typed=f"{PIN}\n")
    (credential,) = json.loads(told.stdout)["credentials"]
    assert (credential["rp_id"], credential["user_name"]) == ("example.com", "ann")


def test_a_wrong_pin_is_told_with_the_tries_left_and_changes_nothing(call: Call) -> None:
    key = provisioned(fresh(), "ann")
    told = call(SimulatedSource([key]), "credentials", typed="000000\n")
    assert (told.exit_code, "Tries left: 7" in told.output) == (1, True)
    assert len(key.credentials) == 1


def test_one_sign_in_is_taken_off_after_a_yes(call: Call) -> None:
    key = provisioned(fresh(), "ann", "bob")
    doomed = key.credentials[0].credential_id.hex()
    assert call(SimulatedSource([key]), "delete", doomed[:20], typed=f"{PIN}\nn\n").exit_code == 1
    assert len(key.credentials) == 2
    told = call(SimulatedSource([key]), "delete", doomed[:20], typed=f"{PIN}\ny\n")
    assert told.stdout == "Deleted example.com, ann.\n"
    assert [each.credential_id.hex() for each in key.credentials] != [doomed]
    assert len(key.credentials) == 1


def test_an_id_that_names_none_or_several_deletes_nothing(call: Call) -> None:
    key = provisioned(fresh(), "ann", "bob")
    for wanted in ("", "zz"):
        told = call(SimulatedSource([key]), "delete", wanted, "--yes", typed=f"{PIN}\n")
        assert told.exit_code == 1
    assert len(key.credentials) == 2


def test_a_first_pin_is_set_and_then_changed(call: Call) -> None:
    key = fresh()
    source = SimulatedSource([key])
    assert call(source, "pin", typed=f"{PIN}\n{PIN}\n").exit_code == 0
    assert key.has_pin
    told = call(source, "pin", typed=f"{PIN}\n{OTHER_PIN}\n{OTHER_PIN}\n")
    assert told.stdout == "The PIN is set.\n"
    assert call(source, "credentials", typed=f"{OTHER_PIN}\n").exit_code == 0


def test_what_only_a_reset_takes_back_is_asked_before(call: Call) -> None:
    key = provisioned(fresh())
    source = SimulatedSource([key])
    assert call(source, "configure", "--min-pin-length", "8", typed="n\n").exit_code == 1
    told = call(source, "configure", "--min-pin-length", "8", "--always-uv", typed=f"y\n{PIN}\n")
    assert told.stdout == "The key is configured.\n"
    (found,) = keys.inspect_all(source)
    assert found.info is not None
    assert (found.info.min_pin_length, found.info.always_uv) == (8, True)


def test_configuring_nothing_is_a_wrong_call(call: Call) -> None:
    assert call(SimulatedSource([provisioned(fresh())]), "configure").exit_code == 2


def test_a_feature_that_a_key_lacks_is_named(call: Call) -> None:
    key = provisioned(fresh(enterprise=None))
    told = call(SimulatedSource([key]), "configure", "--enterprise", "--yes", typed=f"{PIN}\n")
    assert (told.exit_code, "(ep)" in told.output) == (1, True)


def test_a_key_is_wiped_when_the_same_one_is_put_back(call: Call) -> None:
    key = provisioned(fresh(), "ann")
    told = call(Drawer(key), "reset", typed="y\n")
    assert told.exit_code == 0, told.output
    assert told.stdout == "The key is as new.\n"
    assert (key.has_pin, key.credentials) == (False, ())


def test_another_key_is_never_wiped(call: Call) -> None:
    mine, other = provisioned(fresh(), "ann"), provisioned(fresh(serial="SIM-0002"), "bob")
    other.unplug()
    told = call(Drawer(mine, other, back=other), "reset", typed="y\n")
    assert told.exit_code == 1
    assert "another key" in told.output
    assert (len(mine.credentials), len(other.credentials)) == (1, 1)


def test_a_key_is_not_wiped_without_a_yes(call: Call) -> None:
    key = provisioned(fresh(), "ann")
    assert call(Drawer(key), "reset", typed="n\n").exit_code == 1
    assert len(key.credentials) == 1


def test_several_keys_need_a_path(call: Call) -> None:
    pair = fresh(), fresh(serial="SIM-0002")
    told = call(SimulatedSource(pair), "credentials", typed=f"{PIN}\n")
    assert (told.exit_code, "simulated:2" in told.output) == (1, True)
    told = call(SimulatedSource(pair), "--path", "simulated:2", "pin", typed=f"{PIN}\n{PIN}\n")
    assert told.exit_code == 0
    assert [key.has_pin for key in pair] == [False, True]


def test_no_key_is_said_plainly(call: Call) -> None:
    assert call(SimulatedSource([]), "pin").exit_code == 1


def test_the_source_of_the_test_moves_keys() -> None:
    key = fresh()
    drawer = Drawer(key)
    addresses: list[tuple[KeyAddress, ...]] = []
    for _ in range(2):
        drawer.changed(0)
        addresses.append(drawer.attached())
    assert [len(each) for each in addresses] == [0, 1]
