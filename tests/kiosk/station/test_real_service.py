from __future__ import annotations

import json
from pathlib import Path

import pytest

from kiosk.service.stations import actions
from kiosk.station.configuration import last_good
from kiosk.station.enlisted import fetch
from kiosk.station_errors import ActivationRefused, StationSwitchedOff
from tests.kiosk.service.running import Running
from tests.kiosk.station.own_service import ACTOR, Kiosk, code_for, made


def test_a_code_makes_a_station_that_signs_in_with_its_own_key(running: Running, kiosk: Kiosk) -> None:
    station = made(running)
    code, _ = code_for(running, station)
    identity = kiosk.activate(code)
    assert (identity.station_id, identity.name, identity.site) == (station.id, "Lobby", "north")
    assert kiosk.identity == identity
    with kiosk.speaking() as client:
        assert client.may_tell()
        assert client.configuration(known=1) == ""


def test_a_code_works_once(running: Running, kiosk: Kiosk, tmp_path: Path) -> None:
    code, _ = code_for(running, made(running))
    kiosk.activate(code)
    with pytest.raises(ActivationRefused):
        Kiosk(running, tmp_path / "other").activate(code)


def test_a_revoked_station_is_told_that_it_is_switched_off(running: Running, kiosk: Kiosk) -> None:
    station = made(running)
    kiosk.activate(code_for(running, station)[0])
    actions.revoke(running.parts, ACTOR, station.id)
    with kiosk.speaking() as client, pytest.raises(StationSwitchedOff) as caught:
        client.may_tell()
    assert caught.value.reference


def test_the_answer_was_lost_and_the_same_code_helps(running: Running, kiosk: Kiosk) -> None:
    code, _ = code_for(running, made(running))
    first = kiosk.activate(code)
    (kiosk.folder / "identity.json").unlink()  # a crash before it was written
    assert kiosk.activate(code) == first
    with kiosk.speaking() as client:
        assert client.may_tell()


def test_a_kiosk_that_forgot_who_it_is_needs_a_new_code(running: Running, kiosk: Kiosk) -> None:
    first, other = made(running), made(running, "Hall")
    kiosk.activate(code_for(running, first)[0])
    (kiosk.folder / "identity.json").write_text("torn")
    assert kiosk.activate(code_for(running, other)[0]).station_id == other.id  # the key of the first one is not taken
    with kiosk.speaking() as client:
        assert client.may_tell()


def test_a_wrong_code_leaves_the_station_who_it_was(running: Running, kiosk: Kiosk) -> None:
    identity = kiosk.activate(code_for(running, made(running))[0])
    with pytest.raises(ActivationRefused):
        kiosk.activate("0000-0000-0000-0000")
    assert kiosk.identity == identity
    with kiosk.speaking() as client:
        assert client.may_tell()


def test_a_station_that_was_switched_off_is_connected_again(running: Running, kiosk: Kiosk) -> None:
    station = made(running)
    kiosk.activate(code_for(running, station)[0])
    actions.revoke(running.parts, ACTOR, station.id)
    again = kiosk.activate(code_for(running, made(running, "Hall"))[0])
    assert (again.name, again.key) == ("Hall", "station-key-b")
    with kiosk.speaking() as client:
        assert client.may_tell()


def test_a_clock_that_is_hours_wrong_does_not_keep_a_kiosk_out(
    running: Running, kiosk: Kiosk, caplog: pytest.LogCaptureFixture
) -> None:
    kiosk.ahead = 7200.0
    kiosk.activate(code_for(running, made(running))[0])
    with kiosk.speaking() as client:
        assert client.may_tell()
    assert caplog.text.count("clock_wrong") == 2
    caplog.clear()


def test_no_code_and_no_key_is_in_what_is_kept_or_shown(running: Running, kiosk: Kiosk) -> None:
    code, _ = code_for(running, made(running))
    kiosk.activate(code)
    kept = "".join(each.read_text() for each in kiosk.folder.iterdir())
    (private,) = (json.loads(text)["d"] for text in kiosk.shelf.kept.values())
    assert private not in kept
    assert code not in kept
    assert private not in repr(kiosk.credential())


def test_a_new_configuration_is_fetched_and_survives_a_restart(running: Running, kiosk: Kiosk) -> None:
    station = made(running)
    kiosk.activate(code_for(running, station)[0])
    identity = kiosk.identity
    assert identity is not None
    actions.rename(running.parts, ACTOR, station.id, "Hall")
    with kiosk.speaking() as client:
        told = fetch(client, kiosk.settings, identity)
        assert fetch(client, kiosk.settings, identity) == told
    assert (told.name, told.version) == ("Hall", 2)
    assert last_good(kiosk.folder, identity) == told
