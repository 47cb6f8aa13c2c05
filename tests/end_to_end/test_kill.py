"""kill -9 at every write of the station's journal and of the service's database: nothing is lost, nothing is twice."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from tests.end_to_end.mortal import Doom
from tests.end_to_end.world import SOMEBODY_ELSE, STAFF, VPN, Found, Template, World, make_template, world

pytestmark = [pytest.mark.kill, pytest.mark.timeout(400)]  # a mail whose service was killed may come after its lease
CHUNKS = 4
ENROLLED = ("Done", "AlreadyRegistered")
"""How a person knows that their key works."""
WAY = ("intend", "made", "overwritten", "completing", "completed", "proving", "proved")
"""What the journal writes on the way of one ceremony."""
FORWARD = [
    Doom("intend 1", after=True),
    Doom("made 1", after=False),
    Doom("made 1", after=True),
    Doom("completing 1", after=True),
    Doom("completed 1", after=True),
    Doom("proving 1", after=True),
    Doom("proved 1", after=False),
]
"""The deaths of a station that leave it something to settle."""
UNKNOWN_ID = FORWARD[:2]
"""After these nobody knows what credential is on the key, if any."""
CEREMONY = tuple(f"enrollments.{module}." for module in ("ceremonies", "completion", "proof"))
"""The writes of the service that move a ceremony."""
TAKING_BACK = ("clean", "off_key", "forgotten", "complete", "abandon")
"""The writes that take back what the relying party refused."""


@pytest.fixture(autouse=True)
def quiet_mail_server(caplog: pytest.LogCaptureFixture) -> None:
    """The mail server of the tests tells of clients that die in the middle of a sentence, as they do here."""
    caplog.set_level(logging.CRITICAL, logger="mail.log")


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Template:
    return make_template(tmp_path_factory.mktemp("template"))


@pytest.fixture(scope="module")
def steps(template: Template, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """The writes of an enrollment in which nobody dies, and in which nobody was late: two in a row must agree, or a
    second code that a busy machine asked for would be a step that other enrollments never come to."""
    before: dict[str, list[str]] = {}
    while (found := _counted(tmp_path_factory.mktemp("counted"), template)) != before:
        before = found
    return found


def _counted(folder: Path, template: Template) -> dict[str, list[str]]:
    with world(folder, template) as there:
        there.start_service()
        assert there.visit() == "Done"
        _agreed(there)
        return {victim: sorted(there.writes(victim)) for victim in ("station", "service")}


@pytest.fixture(params=range(CHUNKS))
def chunk(request: pytest.FixtureRequest) -> slice:
    """One part of a list of dooms."""
    return slice(request.param, None, CHUNKS)


@pytest.mark.parametrize("together", [False, True], ids=["alone", "with_the_service"])
def test_a_station_that_dies_at_any_step_leaves_nothing_behind(
    steps: dict[str, list[str]], template: Template, tmp_path: Path, chunk: slice, *, together: bool
) -> None:
    writes = [each for each in steps["station"] if not (together and each.startswith("unsettled"))]
    for number, doom in enumerate(_dooms(writes)[chunk]):
        with world(tmp_path / str(number), template) as there:
            there.start_service()
            there.die(doom)
            if together:
                there.kill_service()
            assert there.enroll() in ENROLLED, doom
            _agreed(there, doom)


def test_a_service_that_dies_at_any_step_leaves_nothing_behind(
    steps: dict[str, list[str]], template: Template, tmp_path: Path, chunk: slice
) -> None:
    writes = [each for each in steps["service"] if not _forgets(each)]
    for number, doom in enumerate(_dooms(writes)[chunk]):
        with world(tmp_path / str(number), template) as there:
            there.start_service(doom)
            assert there.enroll() in ENROLLED, doom
            there.wait_for_death()
            _agreed(there, doom)


def test_a_service_that_dies_whenever_it_forgets_what_is_past_does_so_and_enrolls_in_the_end(
    steps: dict[str, list[str]], template: Template, tmp_path: Path
) -> None:
    dooms = _dooms([each for each in steps["service"] if _forgets(each)])
    assert dooms
    with world(tmp_path, template) as there:
        for doom in dooms:
            there.start_service(doom)
            there.see_it_die()
        there.start_service()
        assert there.enroll() == "Done"
        _agreed(there)


@pytest.mark.parametrize("doom", FORWARD, ids=str)
def test_what_was_interrupted_is_settled_although_nobody_comes_back(
    template: Template, tmp_path: Path, doom: Doom
) -> None:
    with world(tmp_path, template) as there:
        there.start_service()
        there.die(doom)
        there.recover()
        assert there.unproved() == 0
        assert there.enroll(SOMEBODY_ELSE) == "Done"
        if doom in UNKNOWN_ID:  # nobody can tell it from a good one, but its owner overwrites it
            assert there.enroll() == "Done"
        found = there.look()
        assert sorted(found.on_key) == sorted(found.proved)
        assert not found.left_on_keys


@pytest.mark.parametrize("doom", FORWARD, ids=str)
def test_a_recovery_that_is_interrupted_goes_on(template: Template, tmp_path: Path, doom: Doom) -> None:
    with world(tmp_path / "counted", template) as there:
        there.start_service()
        there.die(doom)
        there.kill_service()
        before = {victim: len(there.writes(victim)) for victim in ("station", "service")}
        there.start_service()
        there.recover()
        station, service = (there.writes(victim)[before[victim] :] for victim in ("station", "service"))
    again: list[tuple[Doom, Doom | None, Doom | None]] = [
        *((fate, fate, None) for fate in _dooms(station) if not fate.write.startswith("unsettled")),
        *((fate, None, fate) for fate in _dooms(service) if fate.write.startswith(CEREMONY)),
    ]
    assert again
    for number, (fate, of_station, of_service) in enumerate(again):
        with world(tmp_path / str(number), template) as there:
            there.start_service()
            there.die(doom)
            there.kill_service()
            there.start_service(of_service)
            came = there.visit("", of_station)
            if of_service:
                there.wait_for_death()
            assert came == "Killed" or of_service, fate
            there.recover()
            assert there.unproved() == 0, fate
            assert there.enroll() in ENROLLED, fate
            _agreed(there, fate)


@pytest.mark.parametrize("half", [0, 1])
def test_with_two_relying_parties_the_second_is_reached_in_the_end(
    template: Template, tmp_path: Path, half: int
) -> None:
    writes = [*(f"{write} 2" for write in WAY if write != "proved"), "held 1", "proved 1"]
    for number, doom in enumerate(_dooms(writes)[half::2]):
        with world(tmp_path / str(number), template, STAFF, VPN) as there:
            there.start_service()
            there.die(doom)
            assert there.enroll() in ENROLLED, doom
            _agreed(there, doom, parties=2)


@pytest.mark.parametrize("victim", ["station", "service"])
def test_a_credential_that_the_relying_party_refuses_is_taken_back_whoever_dies(
    template: Template, tmp_path: Path, victim: str
) -> None:
    with world(tmp_path / "counted", template) as there:
        there.believe(believing=False)
        there.start_service()
        assert there.visit() == "RegistrationRefused"
        found = there.look()
        assert (found.on_key, found.proved, found.unproved, found.unsettled) == ((), (), (), ())
        assert (found.left_on_keys, found.notice_messages) == (0, 0)
        writes = [each for each in there.writes(victim) if each.split()[0].rpartition(".")[2] in TAKING_BACK]
    assert writes
    for number, doom in enumerate(_dooms(writes)):
        with world(tmp_path / str(number), template) as there:
            there.believe(believing=False)
            there.start_service(doom if victim == "service" else None)
            came = there.visit(doom=doom if victim == "station" else None)
            if victim == "service":
                there.wait_for_death()
            assert came == "Killed" or victim == "service", doom
            there.kill_service()
            there.believe(believing=True)
            assert there.enroll() == "Done", doom
            _agreed(there, doom)


def _dooms(writes: list[str]) -> list[Doom]:
    return [Doom(write, after) for write in writes for after in (False, True)]


def _forgets(write: str) -> bool:
    """Whether it removes what is past and touches nobody's visit."""
    return write.split(maxsplit=1)[0].rpartition(".")[2].startswith("forget_")


def _agreed(there: World, doom: Doom | None = None, *, parties: int = 1) -> None:
    """Both sides hold the same credential (for each party), nothing is half made, and no mail came twice."""
    found = there.look()
    assert len(found.proved) == parties, (doom, found)
    assert sorted(found.on_key) == sorted(found.proved), (doom, found)
    assert not found.unproved, (doom, found)
    assert not found.unfinished, (doom, found)
    assert not found.unsettled, (doom, found)
    assert not found.left_on_keys, (doom, found)
    _told_once(there, found, doom)


def _told_once(there: World, found: Found, doom: Doom | None) -> None:
    """Every message was sent once, or, where the service died with it in hand, at most once."""
    assert len({*found.codes, *found.notices}) == len(found.codes + found.notices), (doom, found)
    perhaps = {each for each, state in found.messages.items() if state == "unknown"}
    delivered = {each for each, state in found.messages.items() if state == "delivered"}
    assert delivered | perhaps == set(found.messages), (doom, found)
    assert delivered <= {*found.codes, *found.notices} <= delivered | perhaps, (doom, found)
    assert len(perhaps) < there.starts, (doom, found)
    assert found.code_messages <= there.asked, (doom, found)
    assert found.notice_messages == len(found.proved), (doom, found)
