"""What time and trouble do to keys: hand-over, expiry, and recalls."""

from __future__ import annotations

import json
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from pydantic import ValidationError

from kiosk.service.accounts.credentials import take_away_credentials
from kiosk.service.attestation.keeper import Keeper
from kiosk.service.attestation.metadata import Entry, Metadata, StatusReport
from kiosk.service.enrollments.rules import KeyNotAllowed
from kiosk.service.keys.actions import find, hand_over, restock, return_key
from kiosk.service.keys.chores import announce_ends, take_uncollected
from kiosk.service.keys.recalls import Proposal, first_good, mark_next, recall, recall_proposals, recalls
from kiosk.service.keys.rules import Actor, WrongState
from kiosk.service.keys.settings import Activation, LifeSettings
from kiosk.service.keys.stock import add_stock, of_serials
from kiosk.service.parts import Parts
from kiosk.service.settings import ServiceSettings
from kiosk.service.store.keys import KeyState, Wanted
from kiosk.service.store.recalls import RecallRow, add_recall
from tests.kiosk.service.attestation.blobs import Publisher
from tests.kiosk.service.keys.visits import JEAN, STAFF, Visit, credentials, held, key_like, state, told
from tests.kiosk.service.running import NOON, Running, assembled, settings_for

pytestmark = pytest.mark.databases

ALL = Wanted("default")
ELSEWHERE = {"kind": "fusionauth", "id": "mail", "name": "Mail", "url": "https://mail.example", "api_key": "mail"}


def living(folder: Path, backend: dict[str, str], **life: object) -> AbstractContextManager[Running]:
    return assembled(folder, settings_for(folder, database=backend, life=life))


def test_what_is_on_a_key_begins_to_work_when_it_is_handed_over(tmp_path: Path, backend: dict[str, str]) -> None:
    with living(tmp_path, backend, activation="hand_over", expire=100) as running:
        visit = Visit(running)
        assert visit.told().policy.activated_later
        visit.enrolls(key_like(running), serial="90001234")
        (row,) = held(running)
        (credential,) = credentials(running)
        assert (row.state, row.expires_at, credential.activated_at) == (KeyState.AWAITING, None, None)
        assert credential.proved_at is not None
        running.clock.advance(days=3)
        handed = hand_over(running.parts, STAFF, row.id)
        assert (handed.state, handed.expires_at) == (KeyState.ISSUED, running.clock.now() + timedelta(days=100))
        (credential,) = credentials(running)
        assert credential.activated_at == running.clock.now()
        assert [each.values["change"] for each in told(running)] == [
            "Your security key (… 1234) was handed over to you, and works from now on"
        ]
        with pytest.raises(WrongState):
            hand_over(running.parts, STAFF, row.id)
        running.parts.store.write(lambda tx: take_away_credentials(tx, running.parts, row.user_id or ""))
        assert held(running)[0].contact is None, "who has gone is not written to"


def test_a_key_that_nobody_collects_is_taken_back(tmp_path: Path, backend: dict[str, str]) -> None:
    with living(tmp_path, backend, activation="hand_over", hand_over=14) as running:
        Visit(running).enrolls(key_like(running), serial="1")
        (row,) = held(running)
        running.clock.advance(days=13)
        take_uncollected(running.parts)
        assert state(running, row.id) is KeyState.AWAITING
        running.clock.advance(days=2)
        take_uncollected(running.parts)
        take_uncollected(running.parts)
        (back,) = find(running.parts, STAFF, ALL).keys
        assert (back.state, back.reason, back.user_id) == (KeyState.RETURNED, "not_collected", None)
        assert credentials(running) == ()
        assert len(told(running)) == 1


def test_hand_over_is_refused_where_a_party_is_kept_elsewhere() -> None:
    with pytest.raises(ValueError, match=r"life.activation: hand_over needs .* mail is not one"):
        LifeSettings(activation=Activation.HAND_OVER).check({"staff": "embedded", "mail": "entra"})
    told = settings_for(Path("nowhere")).model_dump(mode="json") | {"life": {"activation": "hand_over"}}
    told["relying_parties"] = [ELSEWHERE]
    with pytest.raises(ValidationError, match=r"life.activation: hand_over needs .* mail is not one"):
        ServiceSettings.model_validate_json(json.dumps(told))


def test_a_key_that_ends_soon_is_announced_once_marked_and_never_locked(
    tmp_path: Path, backend: dict[str, str]
) -> None:
    with living(tmp_path, backend, most=1, expire=100, warn=10) as running:
        Visit(running).enrolls(key_like(running), serial="90001234")
        running.clock.advance(days=89)
        announce_ends(running.parts)
        assert told(running) == []
        running.clock.advance(days=2)
        announce_ends(running.parts)
        announce_ends(running.parts)
        (mail,) = told(running)
        assert "should be replaced before 2026-09-09" in mail.values["change"]
        (mine,) = Visit(running).told().held
        assert (mine.mark, mine.until) == ("expires", "2026-09-09")
        running.clock.advance(days=20)
        over = replace(ALL, ends_by=running.clock.now())
        assert len(find(running.parts, STAFF, over).keys) == 1
        assert find(running.parts, STAFF, replace(ALL, ends_by=NOON)).keys == ()
        late = Visit(running).told()
        assert [each.mark for each in late.held] == ["expired"]
        assert [each.value for each in late.intents] == ["another", "replace"], "it takes no place any more"
        assert len(credentials(running)) == 1
        assert credentials(running)[0].activated_at is not None


def test_a_recall_marks_what_people_have_tells_them_once_and_lets_nobody_have_another(
    tmp_path: Path, backend: dict[str, str]
) -> None:
    with living(tmp_path, backend, most=1) as running:
        key = key_like(running)
        make = str(key.aaguid)
        Visit(running).enrolls(key, serial="90000001", firmware=50401)
        Visit(running, JEAN).enrolls(key_like(running), serial="90000002", firmware=50700)
        add_stock(running.parts, STAFF, of_serials(["90000003"], make))
        made = recall(running.parts, STAFF, make.upper(), 50600, "weak_rsa")
        assert recall(running.parts, STAFF, make, 50600, "weak_rsa").id == made.id
        assert [each.firmware_below for each in recalls(running.parts, STAFF)] == [50600]
        assert recalls(running.parts, Actor("staff:eve", tenant="acme")) == ()
        (mine,), (jeans,) = held(running), held(running, JEAN)
        assert (mine.state, jeans.state) == (KeyState.RECALLED, KeyState.ISSUED)
        assert find(running.parts, STAFF, Wanted("default", serial="90000003")).keys[0].state is KeyState.RECALLED
        (mail,) = told(running)
        assert mail.to == "m.okafor@example.org"
        assert credentials(running)[0].activated_at is not None, "nobody is locked out by it"
        visit = Visit(running)
        assert [each.mark for each in visit.told().held] == ["recalled"]
        for old in (50401, None):
            with pytest.raises(KeyNotAllowed, match="key_recalled"):
                visit.begun(key_like(running), serial="90000009", firmware=old)
        visit.enrolls(key_like(running), serial="90000010", firmware=50600)
        assert return_key(running.parts, STAFF, mine.id).state is KeyState.RETIRED, "never given out again"
        back = return_key(running.parts, STAFF, jeans.id)
        recall(running.parts, STAFF, make, None, "all")
        with pytest.raises(WrongState):
            restock(running.parts, STAFF, back.id)


def test_a_recall_that_was_cut_short_is_followed_by_the_worker(local: Running) -> None:
    Visit(local).enrolls(key_like(local), serial="1")
    cut = RecallRow("0" * 32, "default", str(key_like(local).aaguid), None, "cut", "staff:ines", NOON)
    local.parts.store.write(lambda tx: add_recall(tx, cut))
    assert mark_next(local.parts)
    assert mark_next(local.parts)
    assert not mark_next(local.parts)
    assert held(local)[0].state is KeyState.RECALLED
    assert recalls(local.parts, STAFF)[0].done_at == local.clock.now()


def test_what_has_no_aaguid_is_not_recalled(local: Running) -> None:
    with pytest.raises(ValueError, match="badly formed"):
        recall(local.parts, STAFF, "yubikeys", None, "")


def knowing(running: Running, *reports: StatusReport) -> Parts:
    """The service, with metadata that report this of the keys' model."""
    make = str(key_like(running).aaguid)
    known = Metadata(1, date(2030, 1, 1), {make: Entry(make, "Solid Key", version=50700, reports=reports)})
    keeper = Keeper(Path("nowhere"), Publisher().authority, known)
    return replace(running.parts, trust=replace(running.parts.trust, metadata=keeper))


def test_metadata_propose_recalls_and_make_none(local: Running) -> None:
    make = str(key_like(local).aaguid)
    Visit(local).enrolls(key_like(local), serial="1", firmware=50401)
    Visit(local, JEAN).enrolls(key_like(local), serial="2", firmware=50700)
    assert recall_proposals(local.parts, STAFF) == ()
    bypass = StatusReport("USER_VERIFICATION_BYPASS", date(2026, 1, 1))
    update = StatusReport("UPDATE_AVAILABLE", date(2026, 2, 1), 50700)
    parts = knowing(local, bypass, update)
    assert recall_proposals(parts, STAFF) == (Proposal(make, "Solid Key", "model_compromised", 50700, 1),)
    (proposal,) = recall_proposals(knowing(local, StatusReport("REVOKED")), STAFF)
    assert (proposal.reason, proposal.firmware_below, proposal.number) == ("model_revoked", None, 2)
    assert [each.state for each in (*held(local), *held(local, JEAN))] == [KeyState.ISSUED] * 2
    recall(parts, STAFF, make, 50700, proposal.reason)
    assert recall_proposals(parts, STAFF) == ()


@pytest.mark.parametrize(
    ("bad", "good", "first"),
    [
        ([5], [9, 7], 7),
        ([5, None], [7], 7),
        ([5], [3, 7], None),
        ([5], [], None),
        ([None], [7], 7),
        ([5], [None], None),
    ],
)
def test_a_proposal_names_the_first_firmware_that_is_not_accused(
    bad: list[int | None], good: list[int | None], first: int | None
) -> None:
    assert first_good(bad, good) == first
