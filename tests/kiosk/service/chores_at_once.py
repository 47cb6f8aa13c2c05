"""Every chore of a service: work that is due, done by two at the same moment, and what must have become of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Final

from kiosk.contract.enrollments import Phase
from kiosk.contract.phone import PhonePurpose, PhoneStatus
from kiosk.contract.staff import ApprovalAction, ApprovalState
from kiosk.service.audit.actions import Event, record_all
from kiosk.service.audit.anchors import public_key, read_anchors
from kiosk.service.enrollments.removal import remove_next
from kiosk.service.screening.connector import CallType
from kiosk.service.store.approvals import approvals
from kiosk.service.store.audit import audit
from kiosk.service.store.enrollments import enrollments
from kiosk.service.store.guests import guests
from kiosk.service.store.keys import KeyState, keys
from kiosk.service.store.listed import (
    current_list,
    listed_people,
)
from kiosk.service.store.members import PENDING, members
from kiosk.service.store.messages import messages
from kiosk.service.store.phone_codes import phone_codes
from kiosk.service.store.project_lists import sync_of
from kiosk.service.store.recalls import recalls
from kiosk.service.store.removals import DONE, WAITING, removals
from kiosk.service.store.screenings import DUE, screenings
from kiosk.service.store.users import users
from tests.kiosk.service.bulk_import.people import Migration, as_json
from tests.kiosk.service.enrollments.elsewhere import Elsewhere
from tests.kiosk.service.keys.visits import user_of
from tests.kiosk.service.pair import MANY, Pair, together
from tests.kiosk.service.projects.campaign import a_project
from tests.kiosk.service.projects.host import join, person
from tests.kiosk.service.soft_key import Json
from tests.kiosk.service.table_rows import LONG_AGO

SOON: Final = timedelta(days=5)
AAGUID: Final = "11111111-2222-3333-4444-555555555555"


def ends_visits(pair: Pair) -> None:
    told = {"kind": "visitor", "ended_at": None, "sponsor_email": "m.okafor@example.org", "sponsor_id": "maria"}
    for number in range(12):
        pair.add(users, 1, id=f"guest-{number}", status="active", tenant="default", email=f"guest{number}@example.net")
        pair.add(guests, 1, user_id=f"guest-{number}", **told)
    before = pair.count(messages)
    for _ in range(12):  # whoever comes second leaves the rest to the next minute
        pair.both("end_visits")
    assert pair.count(guests, guests.c.ended_at.is_(None), guests.c.ends_on.is_not(None)) == 0
    assert pair.trail("visit_ended") == 12
    assert pair.count(messages) - before == 24, "the guest and who answers for them, each once"


def announces_ends(pair: Pair) -> None:
    ends = pair.services[0].clock.now() + SOON
    pair.add(keys, user_id=user_of(pair.services[0]), state=KeyState.ISSUED, expires_at=ends, warned_at=None)
    before = pair.count(messages)
    pair.both("announce_ends")
    assert pair.count(keys, keys.c.warned_at.is_(None), keys.c.state == KeyState.ISSUED) == 0
    assert pair.count(messages) - before == MANY
    assert pair.trail("key_end_announced") == 2 * MANY, "of the key, and of its holder"


def takes_uncollected(pair: Pair) -> None:
    pair.add(keys, user_id=user_of(pair.services[0]), state=KeyState.AWAITING, expires_at=None)
    before = pair.count(messages)
    pair.both("take_uncollected")
    assert pair.count(keys, keys.c.state == KeyState.AWAITING) == 0
    assert pair.count(messages) - before == MANY
    assert pair.trail("key_returned") == 2 * MANY


def marks_recalled(pair: Pair) -> None:
    told: Json = {"tenant": "default", "aaguid": AAGUID}
    pair.add(keys, user_id=user_of(pair.services[0]), state=KeyState.ISSUED, expires_at=None, **told)
    pair.add(recalls, 1, firmware_below=None, done_at=None, **told)
    before = pair.count(messages)
    pair.both("mark_recalled")
    assert pair.count(keys, keys.c.aaguid == AAGUID, keys.c.state == KeyState.RECALLED) == MANY
    assert pair.count(recalls, recalls.c.done_at.is_(None)) == 0
    assert pair.count(messages) - before == MANY
    assert pair.trail("key_recalled") == 2 * MANY


def deletes_members(pair: Pair) -> None:
    project = a_project(pair.services[0], "Left", self_service=False)
    pair.add(members, 20, project_id=project, status=PENDING, wanted_id=None)
    pair.both("delete_members")
    assert pair.count(members, members.c.project_id == project) == 0
    assert pair.trail("member_deleted") == 20


def expires_phone_codes(pair: Pair) -> None:
    told: Json = {"status": PhoneStatus.PENDING, "purpose": PhonePurpose.PASSKEY, "work": None, "connector": ""}
    pair.add(phone_codes, **told)
    pair.both("expire_phone_codes")
    assert pair.count(phone_codes, phone_codes.c.status == PhoneStatus.PENDING) == 0
    assert pair.trail("phone_code_expired") == MANY


def expires_approvals(pair: Pair) -> None:
    pair.add(approvals, 60, state=ApprovalState.PENDING, action=ApprovalAction.VERIFY)
    pair.both("expire_approvals")
    assert pair.count(approvals, approvals.c.state == ApprovalState.PENDING) == 0
    assert pair.trail("approval_expired") == 60


def expires(pair: Pair) -> None:
    pair.add(enrollments, phase=Phase.IDENTIFY, person=None, registration=None, intent=None, user_id=None)
    pair.both("expire")
    assert pair.count(enrollments, enrollments.c.phase == Phase.IDENTIFY) == 0


def pseudonymises(pair: Pair) -> None:
    clock, now = pair.services[0].clock, pair.services[0].clock.now()
    events = [Event("somebody_was_here", "default", "staff:ines", f"person-{number}") for number in range(MANY)]
    clock.time = LONG_AGO
    pair.parts.store.write(lambda tx: record_all(tx, pair.parts, events))
    clock.time = now
    before = pair.trail("audit_erased")
    pair.both("pseudonymise")
    assert pair.count(audit, audit.c.event == "somebody_was_here", audit.c.subject != "") == 0
    assert pair.trail("audit_erased") - before == 1, "one entry tells of all"


def removes(pair: Pair) -> None:
    party = Elsewhere(pair.services[0].clock)
    for number in range(20):
        credential = number.to_bytes(16, "big")
        party.held[f"factor-{number}"] = credential
        pair.add(
            removals,
            1,
            relying_party="mail",
            state=WAITING,
            account="maria",
            credential_id=credential,
            attempt=0,
            leased_until=None,
            settled_at=None,
        )
    reached = [replace(each.parts, relying_parties={"mail": party}) for each in pair.services]
    together([lambda parts=parts: remove_next(parts) for parts in reached])  # type: ignore[misc]  # each its own
    assert party.held == {}
    assert pair.count(removals, removals.c.state == DONE, removals.c.attempt == 1) == 20


def screens(pair: Pair) -> None:
    told = {"status": "pending", "tenant": "default"}
    for number in range(12):
        pair.add(users, 1, id=f"screened-{number}", family_name=f"Screened {number}", **told)
        pair.add(guests, 1, user_id=f"screened-{number}", kind="visitor", ends_on=None, ended_at=None, assets=None)
        pair.add(
            screenings,
            1,
            user_id=f"screened-{number}",
            state=DUE,
            call_type=CallType.SCREENING,
            tries=0,
            settled_at=None,
        )
    pair.both("screen")
    assert len(pair.checker.asked) == 12
    assert pair.count(screenings, screenings.c.state == DUE) == 0
    assert pair.trail("guest_screened") == 12


def migrates(pair: Pair) -> None:
    migration = Migration(pair.services[0])
    people = [{"upn": f"moved{number}@example.org"} for number in range(300)]
    accepted = [migration.accept(as_json(people[at : at + 100])) for at in range(0, 300, 100)]
    pair.both("migrate")
    told = [migration.told(each).batch for each in accepted]
    assert [(each.created, each.failed) for each in told] == [(100, 0)] * 3
    assert pair.trail("migration_ended") == 3


def takes_lists(pair: Pair) -> None:
    project = a_project(pair.services[0], "Synced", self_service=False, details={"settings": "synced"})
    people = [f"Ann,Archer {number},ann{number}@example.org," for number in range(20)]
    (pair.folder / "members.csv").write_text("\n".join(people) + "\n")
    before = pair.count(messages)
    for _ in range(2):  # it must be at rest
        pair.both("sync_lists")
    assert pair.count(members, members.c.project_id == project) == 20
    assert pair.count(messages) - before == 20
    assert pair.trail("member_list_taken") == 1
    with pair.parts.store.read() as tx:
        told = sync_of(tx, project)
    assert told is not None
    assert told.result["added"] == 20, "staff see what was done, not that the other found nothing to do"


def writes_lists(pair: Pair) -> None:
    project = a_project(pair.services[0], "Gate", details={"settings": "gate"})
    join(pair.services[0], project, *map(person, range(30)))
    pair.both("write_list")
    assert (pair.folder / "gate.csv").read_bytes().count(b"\r\n") == 31
    assert list(pair.folder.glob(".gate.csv.*")) == []


def loads_lists(pair: Pair) -> None:
    for people in (1200, 1100):
        told = "\n".join(["upn", *(f"p{number}@example.test" for number in range(people))])
        fresh = pair.folder / "list.new"
        fresh.write_text(told)
        fresh.rename(pair.folder / "list.csv")
        pair.both("load_list")
        pair.both("load_list")  # what the other one loaded in vain goes
        with pair.parts.store.read() as tx:
            current = current_list(tx, "list")
        assert current is not None
        assert current.people == people
        assert pair.count(listed_people, listed_people.c.part == current.part) == people, "all of what counts is there"
        assert pair.count(listed_people, listed_people.c.directory == "list") == people
        for each in pair.services:
            (directory,) = (one for one in each.parts.directories.all if one.id == "list")
            assert directory.probe() == f"{people} active people"


def anchors(pair: Pair) -> None:
    folder = pair.folder / "anchors"
    for _ in range(20):
        event = Event("something_new", "default", "service")
        pair.parts.store.write(lambda tx, event=event: record_all(tx, pair.parts, [event]))  # type: ignore[misc]
        pair.both("anchor")
    assert len(read_anchors(folder, public_key(pair.parts))) == 20
    assert len(list(folder.iterdir())) == 20, "nothing is left beside them"


def takes_metadata(pair: Pair) -> None:
    for number in range(2, 6):
        (pair.folder / "blob.jwt").write_bytes(pair.publisher.publish(number=number))
        pair.both("metadata")
        for each in pair.services:
            known = each.parts.trust.metadata
            assert known is not None
            assert known.look() is not None
    assert len(list((pair.folder / "metadata").iterdir())) == 1


def reads_policies(pair: Pair) -> None:
    before = pair.count(audit)
    pair.both("read_policies")
    assert pair.count(audit) == before, "it only looks"


ACTING: Final[dict[str, Callable[[Pair], None]]] = {
    "expire": expires,
    "end_visits": ends_visits,
    "announce_ends": announces_ends,
    "take_uncollected": takes_uncollected,
    "mark_recalled": marks_recalled,
    "delete_members": deletes_members,
    "expire_phone_codes": expires_phone_codes,
    "expire_approvals": expires_approvals,
    "pseudonymise": pseudonymises,
    "remove": removes,
    "screen": screens,
    "migrate": migrates,
    "sync_lists": takes_lists,
    "write_list": writes_lists,
    "load_list": loads_lists,
    "anchor": anchors,
    "metadata": takes_metadata,
    "read_policies": reads_policies,
}
"""Chores that do something for somebody to see."""
