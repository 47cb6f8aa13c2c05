"""The journal: what it keeps, what it forbids, and what it does when the disk does not play along."""

from __future__ import annotations

import base64
import resource
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.errors import ConfigurationError, JournalCorrupt, OutOfStep, StorageFull
from kiosk.station.journal import Journal
from kiosk.station.journal_file import look
from kiosk.station.journal_row import KeyMark, OwedPin, Row, Step, credential_id_of

KEY = KeyMark(b"a" * 16, "4711")
RESPONSE = {"id": "Y3JlZA", "rawId": "Y3JlZA", "response": {"attestationObject": "AA"}, "type": "public-key"}
ASSERTION = {"id": "Y3JlZA", "response": {"signature": "AA"}}


def row(ceremony_id: str = "c1", key: KeyMark = KEY, user_handle: str = "dXNlcg", *, discoverable: bool = True) -> Row:
    return Row(ceremony_id, "e1", "mail", "mail.example", user_handle, discoverable, key)


def reach(journal: Journal, step: Step, ceremony_id: str = "c1") -> None:
    """Bring a ceremony to the step by the way that it takes."""
    journal.intend(row(ceremony_id))
    forward: dict[Step, Callable[[], None]] = {
        Step.MADE: lambda: journal.made(ceremony_id, RESPONSE),
        Step.COMPLETING: lambda: journal.completing(ceremony_id),
        Step.COMPLETED: lambda: journal.completed(ceremony_id),
        Step.PROVING: lambda: journal.proving(ceremony_id, ASSERTION),
        Step.PROVED: lambda: journal.proved(ceremony_id),
    }
    if step in (Step.HELD, Step.REVOKING):
        _hold(journal, ceremony_id)
        assert step is Step.HELD or journal.revoke(ceremony_id)
        return
    if step in forward:
        for passed, action in forward.items():
            action()
            if passed is step:
                return
    elif step is not Step.INTENT:
        journal.made(ceremony_id, RESPONSE)
        journal.clean(ceremony_id)
        if step is Step.CLOSED:
            journal.off_key(ceremony_id)
        if step is not Step.CLEANING:
            journal.forgotten(ceremony_id)


def _hold(journal: Journal, ceremony_id: str) -> None:
    journal.made(ceremony_id, RESPONSE)
    journal.completing(ceremony_id)
    journal.proving(ceremony_id, ASSERTION)
    journal.held(ceremony_id)


def found(journal: Journal, ceremony_id: str = "c1") -> Row:
    row = journal.find(ceremony_id)
    assert row is not None
    return row


@pytest.mark.parametrize("step", list(Step))
def test_every_step_is_there_after_a_restart(journal: Journal, step: Step) -> None:
    reach(journal, step)
    journal.close()
    assert found(journal).step is step


def test_a_ceremony_comes_back_as_it_was_written(journal: Journal) -> None:
    reach(journal, Step.PROVING)
    kept = found(journal)
    assert (kept.key, kept.user_handle, kept.rp_id, kept.discoverable) == (KEY, "dXNlcg", "mail.example", True)
    assert (kept.response, kept.assertion, kept.credential_id) == (RESPONSE, ASSERTION, b"cred")


@pytest.mark.parametrize("step", [Step.PROVED, Step.LEFT_ON_KEY, Step.CLOSED])
def test_the_keys_answers_are_wiped_when_nobody_needs_them_any_more(journal: Journal, step: Step) -> None:
    reach(journal, step)
    assert (found(journal).response, found(journal).assertion) == (None, None)


def test_what_is_being_proved_is_not_taken_back(journal: Journal) -> None:
    reach(journal, Step.PROVING)
    assert not journal.clean("c1")
    assert found(journal).step is Step.PROVING


def test_what_was_proved_is_never_forgotten(journal: Journal) -> None:
    reach(journal, Step.PROVED)
    assert not journal.clean("c1")
    journal.forgotten("c1")
    assert found(journal).step is Step.PROVED


@pytest.mark.parametrize("step", [Step.CLEANING, Step.LEFT_ON_KEY, Step.CLOSED])
def test_what_is_being_taken_back_is_neither_registered_nor_proved(journal: Journal, step: Step) -> None:
    reach(journal, step)
    with pytest.raises(OutOfStep):
        journal.completing("c1")
    with pytest.raises(OutOfStep):
        journal.proving("c1", ASSERTION)


def test_a_credential_made_while_its_ceremony_was_given_up_is_taken_back(journal: Journal) -> None:
    journal.intend(row())
    journal.clean("c1")
    journal.forgotten("c1")
    journal.made("c1", RESPONSE)
    assert [one.step for one in journal.unsettled()] == [Step.CLEANING]
    assert found(journal).credential_id == b"cred"


def test_a_refused_proof_may_be_taken_back(journal: Journal) -> None:
    reach(journal, Step.PROVING)
    journal.disproved("c1")
    assert journal.clean("c1")


def test_an_unknown_ceremony_may_be_taken_back(journal: Journal) -> None:
    assert journal.clean("never heard of")


def test_orphans_are_those_of_this_very_key(journal: Journal) -> None:
    other = KeyMark(KEY.aaguid, "4712")
    for ceremony_id, key in (("mine", KEY), ("others", other)):
        journal.intend(row(ceremony_id, key))
        journal.clean(ceremony_id)
        journal.forgotten(ceremony_id)
    assert [one.ceremony_id for one in journal.orphans(KEY)] == ["mine"]


def test_a_new_credential_of_the_same_person_overwrites_what_was_left(journal: Journal) -> None:
    reach(journal, Step.LEFT_ON_KEY, "old")
    journal.intend(row("somebody else's", user_handle="b3RoZXI"))
    journal.clean("somebody else's")
    journal.forgotten("somebody else's")
    reach(journal, Step.MADE, "new")
    journal.overwritten("new")
    assert found(journal, "old").step is Step.CLOSED
    assert found(journal, "somebody else's").step is Step.LEFT_ON_KEY


def test_a_credential_that_is_not_discoverable_overwrites_nothing(journal: Journal) -> None:
    reach(journal, Step.LEFT_ON_KEY, "old")
    journal.intend(row("new", discoverable=False))
    journal.made("new", RESPONSE)
    journal.overwritten("new")
    assert found(journal, "old").step is Step.LEFT_ON_KEY


def test_settled_ceremonies_go_after_a_week_and_the_others_stay(tmp_path: Path) -> None:
    now = datetime(2026, 3, 1, tzinfo=UTC)
    journal = Journal(tmp_path / "journal.db", lambda: now)
    for step in sorted(Step, key=lambda each: each is Step.HELD):  # a proof that ends the enrollment settles the held
        reach(journal, step, step.value)
    journal.close()
    now += timedelta(days=8)
    assert {step for step in Step if journal.find(step.value) is None} == {Step.PROVED, Step.CLOSED}
    journal.close()


PINS = st.sampled_from([(KeyMark(b"a" * 16, serial), one) for serial in ("", "1", "2") for one in ("e1", "e2")])
"""PINs of keys with a serial number and without, of two enrollments."""


@settings(max_examples=30)
@given(st.lists(st.tuples(st.sampled_from(["owed", "settled", "wiped", "restart"]), PINS), max_size=12))
def test_a_pin_is_owed_until_its_owner_has_it_or_its_key_is_wiped(
    tmp_path_factory: pytest.TempPathFactory, happened: list[tuple[str, tuple[KeyMark, str]]]
) -> None:
    now = datetime(2026, 3, 1, tzinfo=UTC)
    journal = Journal(tmp_path_factory.mktemp("journal") / "journal.db", lambda: now)
    owed: dict[tuple[KeyMark, str], datetime] = {}
    for what, (key, enrollment_id) in happened:
        now += timedelta(minutes=1)
        if what == "restart":
            journal.close()
        elif what == "owed":
            journal.pin_owed(key, enrollment_id)
            owed.pop((key, enrollment_id), None)
            owed[key, enrollment_id] = now
        elif what == "settled":
            journal.pin_settled(key, enrollment_id)
            owed.pop((key, enrollment_id), None)
        else:
            journal.pin_wiped(key)
            of_key = [each for each in owed if each[0] == key]  # the longest owed first
            for each in of_key if key.serial else of_key[:1]:
                del owed[each]
    assert journal.pins_owed() == tuple(OwedPin(one, key, since) for (key, one), since in owed.items())
    now += timedelta(days=90)
    assert journal.pins_owed() == ()
    journal.close()


@pytest.mark.parametrize("version", [1, 2, 3])
def test_a_journal_of_an_older_version_goes_on_with_all_that_it_holds(
    journal: Journal, tmp_path: Path, version: int
) -> None:
    reach(journal, Step.COMPLETING)
    reach(journal, Step.LEFT_ON_KEY, "c2")
    before = [found(journal), found(journal, "c2")]
    journal.close()
    file = tmp_path / "state" / "journal.db"
    with closing(sqlite3.connect(file)) as older:
        older.execute("ALTER TABLE owed_pin RENAME TO letter" if version == 3 else "DROP TABLE owed_pin")
        if version == 1:
            older.execute("ALTER TABLE ceremony DROP COLUMN rolls_back")
        older.execute(f"PRAGMA user_version = {version}")
        older.commit()
    health = look(file)
    assert (health.sound, health.unsettled, health.left_on_key, health.pins_owed) == (True, 1, 1, 0)
    assert [found(journal), found(journal, "c2")] == before
    journal.pin_owed(KEY, "e1")
    journal.close()
    assert look(file).pins_owed == 1
    assert not list(file.parent.glob("*.broken-*"))


@pytest.mark.parametrize(
    "content", [b"not a database at all, but long enough to be one" * 100, b"\0" * 8192, b"SQLite"]
)
def test_a_broken_file_is_set_aside_and_a_new_one_begun(
    tmp_path: Path, clock: Callable[[], datetime], content: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    file = tmp_path / "journal.db"
    file.write_bytes(content)
    journal = Journal(file, clock)
    journal.intend(row())
    assert found(journal).step is Step.INTENT
    (aside,) = tmp_path.glob("journal.db.broken-*")
    assert aside.read_bytes() == content
    assert [record.getMessage() for record in caplog.records] == ["journal_corrupt"]
    caplog.clear()
    journal.close()


def test_a_database_of_another_program_is_set_aside(
    tmp_path: Path, clock: Callable[[], datetime], caplog: pytest.LogCaptureFixture
) -> None:
    file = tmp_path / "journal.db"
    with sqlite3.connect(file) as other:
        other.execute("CREATE TABLE something_else (x)")
    other.close()
    journal = Journal(file, clock)
    assert journal.unsettled() == ()
    assert len(list(tmp_path.glob("journal.db.broken-*"))) == 1
    assert [record.getMessage() for record in caplog.records] == ["journal_corrupt"]
    caplog.clear()
    journal.close()


def test_a_file_that_breaks_while_it_is_open_is_set_aside_and_told(
    tmp_path: Path, clock: Callable[[], datetime]
) -> None:
    file = tmp_path / "journal.db"
    journal = Journal(file, clock)
    for number in range(40):  # more than the page cache holds
        journal.intend(row(f"c{number}"))
        journal.made(f"c{number}", {**RESPONSE, "padding": "x" * 200_000})
    journal.close()
    assert found(journal, "c1").step is Step.MADE  # open and sound
    with file.open("r+b") as damaged:
        damaged.seek(4096)
        damaged.write(b"\xff" * (file.stat().st_size - 4096))
    with pytest.raises(JournalCorrupt) as told:
        journal.unsettled()
    assert Path(told.value.moved_to).exists()
    assert journal.unsettled() == ()
    journal.close()


def test_two_stations_do_not_share_a_journal(journal: Journal, tmp_path: Path, clock: Callable[[], datetime]) -> None:
    journal.intend(row())
    second = Journal(tmp_path / "state" / "journal.db", clock)
    with pytest.raises(ConfigurationError) as told:
        second.unsettled()
    assert "another station" in told.value.problem
    assert look(tmp_path / "state" / "journal.db").in_use


def test_a_folder_that_cannot_be_made_is_a_setting_to_correct(tmp_path: Path, clock: Callable[[], datetime]) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigurationError):
        Journal(tmp_path / "file" / "journal.db", clock).unsettled()


def test_a_full_disk_is_told_and_loses_nothing_that_was_written(journal: Journal, tmp_path: Path) -> None:
    journal.intend(row("first"))
    wal = tmp_path / "state" / "journal.db-wal"
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (wal.stat().st_size + 100, limits[1]))
    try:
        with pytest.raises(StorageFull):
            journal.made("first", {**RESPONSE, "padding": "x" * 500_000})
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    journal.close()
    assert found(journal, "first").step in (Step.INTENT, Step.MADE)


def test_looking_changes_nothing(journal: Journal, tmp_path: Path) -> None:
    file = tmp_path / "state" / "journal.db"
    assert not look(file).present
    reach(journal, Step.COMPLETING)
    reach(journal, Step.LEFT_ON_KEY, "c2")
    reach(journal, Step.PROVED, "c3")
    journal.close()
    health = look(file)
    assert (health.sound, health.unsettled, health.left_on_key) == (True, 1, 1)
    file.write_bytes(b"x" * 5000)
    assert not look(file).sound
    assert file.read_bytes() == b"x" * 5000


def test_no_file_is_readable_for_others(journal: Journal, tmp_path: Path) -> None:
    journal.intend(row())
    modes = {path.name: path.stat().st_mode & 0o077 for path in (tmp_path / "state").iterdir()}
    assert set(modes.values()) == {0}


@given(st.binary(min_size=1, max_size=200))
def test_a_credential_id_is_read_from_any_response(credential_id: bytes) -> None:
    text = base64.urlsafe_b64encode(credential_id).rstrip(b"=").decode()
    assert credential_id_of({"rawId": text, "id": text}) == credential_id


@pytest.mark.parametrize("response", [{}, {"id": ""}, {"id": 7}])
def test_a_response_without_an_id_is_refused(response: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="without an id"):
        credential_id_of(response)
