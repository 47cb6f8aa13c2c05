"""Several keys: how many policy allows, what somebody is here for, and a lost key that another one stands in for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from kiosk.contract import enrollments as wire
from kiosk.contract.enrollments import AbandonReason, Phase
from kiosk.contract.keys import Intent
from kiosk.contract.profile import VerificationMethod
from kiosk.contract.staff import ApprovalAction, ApprovalState, OpenApproval
from kiosk.service.approvals import actions as approvals
from kiosk.service.approvals.rules import ApprovalRequired
from kiosk.service.directories.rules import BadCriteria
from kiosk.service.enrollments import actions, ceremonies, finish
from kiosk.service.enrollments.next_key import next_key
from kiosk.service.enrollments.reconciliation import expire
from kiosk.service.enrollments.removal import remove_next
from kiosk.service.enrollments.rules import (
    CeremonyExpired,
    Expired,
    KeyNotAllowed,
    KeysEnough,
    ProofRejected,
    WrongPhase,
)
from kiosk.service.keys.actions import show
from kiosk.service.relying_parties.connector import RelyingParty
from kiosk.service.store.approvals import approval
from kiosk.service.store.engine import WriteTx
from kiosk.service.store.enrollments import enrollment
from kiosk.service.store.keys import KeyState
from kiosk.service.tokens.rules import Caller
from kiosk.service.verification.rules import NotVerified
from tests.kiosk.service.enrollments.elsewhere import Elsewhere, Fault
from tests.kiosk.service.enrollments.test_races_and_kills import at_once
from tests.kiosk.service.keys.visits import STAFF, Visit, credentials, held, key_like, state, told
from tests.kiosk.service.running import Running, assembled, settings_for

pytestmark = pytest.mark.databases


@contextmanager
def counting(folder: Path, backend: dict[str, str], most: int, least: int = 1, **changes: Any) -> Iterator[Running]:
    """A service whose policy counts keys."""
    life = {"most": most, "least": least, **changes.pop("life", {})}
    with assembled(folder, settings_for(folder, database=backend, life=life, **changes)) as running:
        yield running


def two_parties(running: Running) -> dict[str, RelyingParty]:
    """Our own, and one elsewhere."""
    return {"staff": running.parts.relying_parties["staff"], "mail": Elsewhere(running.clock)}


def phase(visit: Visit) -> Phase:
    with visit.made.store.read() as tx:
        row = enrollment(tx, visit.enrollment, visit.caller.client_id)
    assert row is not None
    return row.phase


def test_who_has_a_key_is_asked_what_they_are_here_for(tmp_path: Path, backend: dict[str, str]) -> None:
    with counting(tmp_path, backend, 2) as running:
        first = Visit(running)
        assert (first.told().held, first.told().intents) == ((), (Intent.FIRST,))
        first.enrolls(key_like(running), serial="90001234")
        again = Visit(running)
        (mine,) = again.told().held
        assert (mine.serial_end, mine.name, mine.since, mine.mark) == ("1234", "Mine", "2026-06-01", "")
        assert again.told().intents == (Intent.ANOTHER, Intent.REPLACE)
        again.enrolls(key_like(running), serial="90005678")
        enough = Visit(running)
        assert enough.told().intents == (Intent.REPLACE,)
        with pytest.raises(KeysEnough):
            enough.begun(key_like(running))
        with pytest.raises(KeysEnough):
            enough.intends(Intent.ANOTHER)
        for wrong in ((Intent.REPLACE,), (Intent.REPLACE, "0" * 32), (Intent.FIRST, mine.id)):
            with pytest.raises(BadCriteria):
                enough.intends(*wrong)


def test_where_keys_are_not_counted_everything_is_as_before(local: Running) -> None:
    Visit(local).enrolls(key_like(local), serial="1")
    visit = Visit(local)
    assert (visit.told().held, visit.told().intents) == ((), (Intent.FIRST,))
    visit.enrolls(key_like(local), serial="2")
    assert len(held(local)) == 2


def test_a_persons_word_is_not_enough_to_take_a_key_away(tmp_path: Path, backend: dict[str, str]) -> None:
    verification = {"methods": ["none"], "allow_none": True}
    with counting(tmp_path, backend, 1, verification=verification) as running:
        Visit(running, method=VerificationMethod.NONE).enrolls(key_like(running))
        visit = Visit(running, method=VerificationMethod.NONE)
        assert visit.told().intents == ()
        with pytest.raises(NotVerified):
            visit.intends(Intent.REPLACE, held(running)[0].id)


def test_two_kiosks_at_once_give_nobody_more_than_policy_allows(tmp_path: Path, backend: dict[str, str]) -> None:
    with counting(tmp_path, backend, 1) as running:
        visits = [Visit(running), Visit(running, caller=Caller("hall", frozenset()))]
        keys = [key_like(running), key_like(running)]
        begun = [visit.begun(key) for visit, key in zip(visits, keys, strict=True)]
        made = [visit.completed(key, each) for visit, key, each in zip(visits, keys, begun, strict=True)]
        outcomes = at_once(
            lambda: visits[0].proved(keys[0], begun[0], made[0]), lambda: visits[1].proved(keys[1], begun[1], made[1])
        )
        assert len(held(running)) == 1
        assert len([each for each in outcomes if isinstance(each, wire.ProvedCeremony)]) == 1


def test_a_key_takes_its_place_before_it_works_everywhere(tmp_path: Path, backend: dict[str, str]) -> None:
    with counting(tmp_path, backend, 1) as running:
        parts = replace(running.parts, relying_parties=two_parties(running))
        here, there = Visit(running, parts=parts), Visit(running, caller=Caller("hall", frozenset()), parts=parts)
        one, other = key_like(running), key_like(running)
        here.registered(one, "staff")
        with pytest.raises(ProofRejected, match="keys_enough"):
            there.registered(other, "staff")
        assert here.registered(one, "mail").phase is Phase.DONE
        actions.cancel(parts, there.caller, there.enrollment)
        (mine,) = held(running)
        assert {each.key_id for each in credentials(running)} == {mine.id}


@pytest.mark.parametrize("second", ["staff", "mail"])
def test_of_two_keys_that_are_proved_at_once_at_the_first_of_two_parties_one_takes_the_place(
    tmp_path: Path, backend: dict[str, str], second: str
) -> None:
    with counting(tmp_path, backend, 1) as running:
        parts = replace(running.parts, relying_parties=two_parties(running))
        visits = [Visit(running, parts=parts), Visit(running, caller=Caller("hall", frozenset()), parts=parts)]
        keys = [key_like(running), key_like(running)]
        begun = [visit.begun(key, at) for visit, key, at in zip(visits, keys, ("staff", second), strict=True)]
        made = [visit.completed(key, each) for visit, key, each in zip(visits, keys, begun, strict=True)]
        outcomes = at_once(
            lambda: visits[0].proved(keys[0], begun[0], made[0]), lambda: visits[1].proved(keys[1], begun[1], made[1])
        )
        (won,) = (number for number, each in enumerate(outcomes) if isinstance(each, wire.ProvedCeremony))
        assert isinstance(outcomes[1 - won], ProofRejected | CeremonyExpired)  # refused, or given up by who was faster
        rest = {"staff", "mail"} - {("staff", second)[won]}
        assert visits[won].registered(keys[won], *rest).phase is Phase.DONE
        assert len(held(running)) == 1


def test_whoever_goes_to_another_kiosk_takes_their_key_and_its_place_along(
    tmp_path: Path, backend: dict[str, str]
) -> None:
    with counting(tmp_path, backend, 1) as running:
        parts = replace(running.parts, relying_parties=two_parties(running))
        here, there = Visit(running, parts=parts), Visit(running, caller=Caller("hall", frozenset()), parts=parts)
        mine = key_like(running)
        here.registered(mine, "staff", serial="90001234")
        assert there.registered(mine, "mail", serial="90001234").phase is Phase.KEY
        (only,) = held(running)
        assert {each.key_id for each in credentials(running)} == {only.id}


def test_a_place_in_a_visit_that_is_over_is_free(tmp_path: Path, backend: dict[str, str]) -> None:
    with counting(tmp_path, backend, 1) as running:
        parts = replace(running.parts, relying_parties=two_parties(running))
        Visit(running, parts=parts).registered(key_like(running), "staff")
        running.clock.advance(seconds=3600)
        Visit(running, parts=parts).enrolls(key_like(running), ("staff", "mail"))


def test_a_lost_key_stops_once_the_new_one_works_everywhere_and_not_before(
    tmp_path: Path, backend: dict[str, str]
) -> None:
    with counting(tmp_path, backend, 1) as running:
        elsewhere = Elsewhere(running.clock)
        parties = {"staff": running.parts.relying_parties["staff"], "mail": elsewhere}
        parts = replace(running.parts, relying_parties=parties)
        Visit(running, parts=parts).enrolls(key_like(running), ("staff", "mail"), serial="11110001")
        (old,) = held(running)
        assert len(elsewhere.held) == 1
        visit = Visit(running, parts=parts)
        visit.intends(Intent.REPLACE, old.id)
        visit.intends(Intent.REPLACE, old.id)
        lost = key_like(running)
        with pytest.raises(KeyNotAllowed, match="key_lost"):
            visit.begun(lost, serial="11110001")
        new = key_like(running)
        begun = visit.begun(new, "staff", serial="22220002")
        assert len(begun.public_key["excludeCredentials"]) == 1, "until then the old one counts"
        visit.proved(new, begun, visit.completed(new, begun))
        assert state(running, old.id) is KeyState.ISSUED
        assert len(credentials(running)) == 3
        begun = visit.begun(new, "mail", serial="22220002")
        done = visit.proved(new, begun, visit.completed(new, begun))
        assert done.phase is Phase.DONE
        assert state(running, old.id) is KeyState.LOST
        assert {each.key_id for each in credentials(running)} == {held(running)[0].id}
        assert len(elsewhere.held) == 2, "the worker has not come by yet"
        elsewhere.faults["delete"] = [Fault.DOWN]
        for _ in range(3):
            remove_next(parts)
            running.clock.advance(seconds=10)
        assert len(elsewhere.held) == 1
        (mail,) = told(running)
        assert mail.values["reference"] == done.receipt
        assert "2222" not in mail.values["change"].replace("0002", "")
        assert "(… 0002) was set up" in mail.values["change"]
        assert "(… 0001) was taken out of use" in mail.values["change"]


@pytest.mark.parametrize("how", ["cancelled", "expired", "finished"])
def test_a_visit_that_is_given_up_takes_nothing_away(tmp_path: Path, backend: dict[str, str], how: str) -> None:
    parties = [
        {"id": "staff", "name": "Staff", "rp_id": "a.example", "origin": "https://a.example"},
        {"id": "mail", "name": "Mail", "rp_id": "b.example", "origin": "https://b.example"},
    ]
    with counting(tmp_path, backend, 1, relying_parties=parties) as running:
        Visit(running).enrolls(key_like(running), ("staff", "mail"), serial="1")
        (old,) = held(running)
        visit = Visit(running)
        visit.intends(Intent.REPLACE, old.id)
        visit.enrolls(key_like(running), ("staff",), serial="2")
        if how == "cancelled":
            actions.cancel(visit.made, visit.caller, visit.enrollment)
        elif how == "finished":
            assert finish.finish(visit.made, visit.caller, visit.enrollment).phase is Phase.DONE
        else:
            running.clock.advance(hours=1)
            expire(running.parts)
        assert state(running, old.id) is KeyState.ISSUED
        assert sum(each.key_id == old.id for each in credentials(running)) == 2
        assert told(running) == []


def test_a_visit_goes_on_with_a_backup_key_and_what_was_done_stays_done(
    tmp_path: Path, backend: dict[str, str]
) -> None:
    with counting(tmp_path, backend, 3, 2) as running:
        visit = Visit(running)
        assert (visit.told().policy.count.least, visit.told().policy.count.most) == (2, 3)
        with pytest.raises(WrongPhase):
            next_key(visit.made, visit.caller, visit.enrollment)
        first = visit.enrolls(key_like(running), serial="1")
        opened = next_key(visit.made, visit.caller, visit.enrollment)
        assert (opened.number, opened.least, opened.most) == (2, 2, 3)
        assert next_key(visit.made, visit.caller, visit.enrollment) == opened, "the same again"
        second = key_like(running)
        begun = visit.begun(second, serial="2")
        assert len(begun.public_key["excludeCredentials"]) == 1, "not the first key once more"
        with pytest.raises(WrongPhase):
            next_key(visit.made, visit.caller, visit.enrollment)
        done = visit.proved(second, begun, visit.completed(second, begun))
        assert (done.phase, done.receipt) == (Phase.DONE, first.receipt)
        assert next_key(visit.made, visit.caller, visit.enrollment).number == 3
        ceremony = visit.begun(key_like(running), serial="3")
        ceremonies.abandon(visit.made, visit.place(begun), AbandonReason.ANOTHER_KEY)
        assert len(held(running)) == 2, "of a key that is done nothing is given up"
        ceremonies.abandon(visit.made, visit.place(ceremony), AbandonReason.ANOTHER_KEY)
        actions.cancel(visit.made, visit.caller, visit.enrollment)
        assert phase(visit) is Phase.DONE
        assert sorted(each.serial for each in held(running)) == ["1", "2"]
        with pytest.raises(WrongPhase):
            next_key(visit.made, visit.caller, visit.enrollment)


def test_no_visit_goes_beyond_what_policy_allows_or_its_own_time(tmp_path: Path, backend: dict[str, str]) -> None:
    with counting(tmp_path, backend, 2) as running:
        visit = Visit(running)
        visit.enrolls(key_like(running), serial="1")
        running.clock.advance(hours=1)
        with pytest.raises(Expired):
            next_key(visit.made, visit.caller, visit.enrollment)
        visit = Visit(running)
        visit.enrolls(key_like(running), serial="2")
        with pytest.raises(KeysEnough):
            next_key(visit.made, visit.caller, visit.enrollment)


@pytest.mark.parametrize("partial", ["keep", "roll_back"])
def test_time_that_runs_out_over_the_second_key_leaves_the_first(
    tmp_path: Path, backend: dict[str, str], partial: str
) -> None:
    parties = [
        {"id": "staff", "name": "Staff", "rp_id": "a.example", "origin": "https://a.example"},
        {"id": "mail", "name": "Mail", "rp_id": "b.example", "origin": "https://b.example"},
    ]
    with counting(tmp_path, backend, 2, relying_parties=parties, partial=partial) as running:
        visit = Visit(running)
        visit.enrolls(key_like(running), ("staff", "mail"), serial="1")
        next_key(visit.made, visit.caller, visit.enrollment)
        visit.enrolls(key_like(running), ("staff",), serial="2")
        running.clock.advance(hours=1)
        expire(running.parts)
        assert phase(visit) is Phase.DONE
        kept = ["1", "2"] if partial == "keep" else ["1"]
        assert sorted(each.serial for each in held(running)) == kept
        assert len(credentials(running)) == len(kept) + 1


def test_a_key_of_which_a_party_lacks_something_takes_no_place(tmp_path: Path, backend: dict[str, str]) -> None:
    parties = [
        {"id": "staff", "name": "Staff", "rp_id": "a.example", "origin": "https://a.example"},
        {"id": "mail", "name": "Mail", "rp_id": "b.example", "origin": "https://b.example"},
    ]
    with counting(tmp_path, backend, 1, relying_parties=parties) as running:
        visit, key = Visit(running), key_like(running)
        visit.enrolls(key, ("staff",), serial="1")
        finish.finish(visit.made, visit.caller, visit.enrollment)
        again = Visit(running)
        assert again.told().intents == (Intent.ANOTHER, Intent.REPLACE)
        again_key = key_like(running)  # the same number, and another credential
        assert again.enrolls(again_key, ("staff", "mail"), serial="1").phase is Phase.DONE
        (row,) = held(running)
        assert [each.event for each in show(running.parts, STAFF, row.id).history] == ["key_issued"]
        assert Visit(running).told().intents == (Intent.REPLACE,)


def approved(visit: Visit, action: ApprovalAction) -> None:
    """Staff are asked, and say yes."""
    asked = approvals.request(visit.made, visit.caller, visit.enrollment, OpenApproval(action))

    def work(tx: WriteTx) -> None:
        row = approval(tx, asked.approval_id)
        assert row is not None
        approvals.move(tx, visit.made, row, ApprovalState.APPROVED)

    visit.made.store.write(work)


def test_staff_are_asked_for_one_more_key_and_for_one_in_place_of_another(
    tmp_path: Path, backend: dict[str, str]
) -> None:
    changes: Any = {
        "supervision": {"another_key": 1, "replace_key": 1},
        "staff": {"url": "https://keys.example.org", "rp_id": "keys.example.org"},
        "verification": {"methods": ["none"], "allow_none": True},
    }
    with counting(tmp_path, backend, 3, **changes) as running:
        first = Visit(running, method=VerificationMethod.NONE)
        first.enrolls(key_like(running), serial="1")
        with pytest.raises(ApprovalRequired, match="another_key"):
            next_key(first.made, first.caller, first.enrollment)
        approved(first, ApprovalAction.ANOTHER_KEY)
        assert next_key(first.made, first.caller, first.enrollment).number == 2
        first.enrolls(key_like(running), serial="2")
        with pytest.raises(ApprovalRequired):
            next_key(first.made, first.caller, first.enrollment)
        visit = Visit(running, method=VerificationMethod.NONE)
        assert visit.told().intents == (Intent.ANOTHER, Intent.REPLACE), "staff see who it is"
        (old, _) = held(running)
        with pytest.raises(ApprovalRequired, match="another_key"):
            visit.begun(key_like(running))
        with pytest.raises(ApprovalRequired, match="replace_key"):
            visit.intends(Intent.REPLACE, old.id)
        approved(visit, ApprovalAction.REPLACE_KEY)
        visit.intends(Intent.REPLACE, old.id)
        visit.enrolls(key_like(running), serial="3")
        assert state(running, old.id) is KeyState.LOST
        assert len(held(running)) == 2
