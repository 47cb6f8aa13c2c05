"""Staff open their desk over somebody's visit, with keys that really sign; then the visit goes on where it stood."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt

from hardware.simulated.key import SimulatedKey
from kiosk.commands.embedded import Embedded, embedded_service
from kiosk.service.store.audit import audit
from tests.end_to_end.colleague import STAFF, Colleague
from tests.end_to_end.conftest import SETTINGS
from tests.end_to_end.person import Person
from tests.end_to_end.stand import PIN, Stand, new_key
from tests.end_to_end.test_policy import OLD, locked, with_pin
from tests.end_to_end.visitor import Visitor

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")

SUPERVISED: dict[str, Any] = {
    "staff": STAFF,
    "key": {"reset": "staff"},
    "supervision": {"override": 1, "reset": 2, "another_key": 1},
    "life": {"least": 1, "most": 2},
}
OVERRIDE, WIPE = "Verify the person by an identity document", "Wipe this key"
ONE_MORE = "One more key for this person"
SOMEBODY_ELSE = "j.dubois@example.org"
HELD = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier


@pytest.fixture(scope="module")
def supervised(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Embedded]:
    """A service that wants staff to approve."""
    with embedded_service(tmp_path_factory.mktemp("supervised"), SETTINGS | SUPERVISED) as service:
        yield service


def told(embedded: Embedded, name: str) -> list[Any]:
    """Entries of the trail."""
    with embedded.service.parts.store.read() as tx:
        found = tx.connection.execute(audit.select().order_by(audit.c.number)).all()
    return [each for each in found if each.event == name]


def nobody_signs_in_with_a_key_of_somebody_else(ada: Colleague, stranger: SimulatedKey) -> None:
    ada.person.presses("Desk", "I am staff")
    ada.person.reads("Desk", "Put your own staff key in")
    stranger.plug()
    ada.types_pin(OLD)
    ada.person.reads("Desk", "This was not accepted. Is it your staff key, or your own code?")
    stranger.unplug()
    ada.person.presses("Desk", "Continue")


def signs_in_at_the_second_try(ada: Colleague) -> None:
    ada.person.reads("Desk", "Put your own staff key in")
    ada.key.plug()
    ada.types_pin("not-the-pin")
    ada.person.reads("Messages", "%n try(s) left.", 7)
    ada.types_pin()
    ada.touches()


def approves(who: Colleague, number: str, action: str) -> None:
    who.picks(number, action)
    who.person.presses("Desk", "Approve")
    who.signs()


def looks_at_the_names(ada: Colleague, key: SimulatedKey) -> None:
    """With the owner, whose PIN it takes."""
    person = ada.person
    person.presses_keys(Qt.Key.Key_S, HELD)
    person.reads("Desk", "Take the key out")
    key.unplug()
    ada.signs()
    person.presses("Desk", "Look at a key")
    person.reads("Desk", "Put in the key to look at")
    key.plug()
    person.presses("Desk", "Show what is on it")
    person.goes_to("Desk", "PIN of this key")
    person.types(PIN)
    person.presses_key(Qt.Key.Key_Return)
    person.reads("Desk", "Sign-ins on this key")
    assert person.sees("\u2068example.org\u2069  \u2068m.okafor@example.org\u2069")
    key.unplug()
    person.reads("Desk", "Put in the key to look at")
    assert not person.sees("m.okafor@example.org")
    ada.closes()


def test_staff_let_in_whom_no_code_did_and_see_the_names_on_a_key_with_its_owner(
    person: Person, supervised: Embedded, tmp_path: Path
) -> None:
    ada, visitor = Colleague(person, supervised, "ada"), Visitor(person, supervised)
    stand = Stand.at(supervised, tmp_path, new_key(), ada.key, stranger := with_pin())

    def visit() -> None:
        visitor.starts()
        visitor.says_who_she_is()
        visitor.types_code("000000" if visitor.gets_mail() != "000000" else "111111")
        person.presses("Staff", "Ask staff")
        number = ada.reads_number()
        nobody_signs_in_with_a_key_of_somebody_else(ada, stranger)
        signs_in_at_the_second_try(ada)
        ada.picks(number, OVERRIDE)
        person.presses("Desk", "Approve")
        person.reads("Desk", "Please say why.")
        person.goes_to("Desk", "Reason")
        person.types("passport seen")
        person.presses("Desk", "Approve")
        ada.signs()
        person.reads("Desk", "Nobody waits here.")
        ada.closes()
        person.reads("InsertKey", "Put your key in the slot")
        stand.key.plug()
        visitor.chooses_pin()
        visitor.touches(stand)
        person.presses("Backup", "Not now")
        visitor.is_done()
        looks_at_the_names(ada, stand.key)
        person.presses("Done", "Finish")

    assert stand.live(visit) == 0
    assert "override" in [each.details["action"] for each in told(supervised, "staff_said_approve")]
    assert len(stand.key.credentials) == 1


def wipes_with_two_of_staff(visitor: Visitor, mine: SimulatedKey, ada: Colleague, grace: Colleague) -> None:
    """Ada signs over the key in the reader; Grace has no key at hand when she comes."""
    person = visitor.person
    mine.plug()
    person.presses("Stopped", "Wipe this key and begin anew")
    person.presses("Reset", "Wipe it")
    person.presses("Reset", "Yes, wipe it")
    number = ada.reads_number()
    person.presses_keys(Qt.Key.Key_S, HELD)
    person.reads("Desk", "Take the key out")
    mine.unplug()
    ada.signs()
    approves(ada, number, WIPE)
    person.waits(lambda: person.sees("a colleague is needed"))
    ada.closes()
    person.waits(lambda: person.sees("1 of 2 said yes"))
    person.presses("Desk", "I am staff")
    grace.says_code(grace.sealed_code())
    approves(grace, number, WIPE)
    grace.closes()
    person.reads("Reset", "Put the same key back")
    mine.plug()
    person.waits(lambda: mine.wants_touch, "the key does not blink")
    mine.touch()


def test_two_of_staff_let_a_key_be_wiped_and_one_of_them_approves_a_second_key(
    person: Person, supervised: Embedded, tmp_path: Path
) -> None:
    ada, grace = Colleague(person, supervised, "agnes"), Colleague(person, supervised, "grace")
    visitor, mine, second = Visitor(person, supervised), locked(), new_key()
    stand = Stand.at(supervised, tmp_path, mine, second, ada.key, grace.key)

    def visit() -> None:
        visitor.starts()
        visitor.says_who_she_is(SOMEBODY_ELSE)
        visitor.types_code(visitor.gets_mail())
        wipes_with_two_of_staff(visitor, mine, ada, grace)
        visitor.chooses_pin()
        visitor.touches(stand)
        person.presses("Backup", "Set up a backup key")
        number = ada.reads_number()
        person.presses("Desk", "I am staff")
        mine.unplug()
        ada.signs()
        approves(ada, number, ONE_MORE)
        ada.closes()
        person.reads("InsertKey", "Put your key in the slot")
        second.plug()
        visitor.chooses_pin()
        person.waits(lambda: second.wants_touch, "the key does not blink")
        second.touch()
        person.reads("Done", "Your keys are ready")

    assert stand.live(visit) == 0
    assert [len(each.credentials) for each in (mine, second)] == [1, 1]
