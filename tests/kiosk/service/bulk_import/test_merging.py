"""Two accounts of one person become one: told first, then done, each pair for itself."""

from __future__ import annotations

import pytest

from kiosk.service.accounts.rules import TotpState
from kiosk.service.accounts.second_factor import judge_code, second_factor
from kiosk.service.accounts.totp import code_of, step_at
from kiosk.service.bulk_import import merging
from kiosk.service.bulk_import.bodies import MergeRequest
from kiosk.service.bulk_import.rules import NoSuchBatch
from kiosk.service.store.aliases import aliases_of
from kiosk.service.store.audit import events_about
from kiosk.service.store.credentials import keep_handle, stored_handle
from kiosk.service.store.sites import put_site, sites_of
from kiosk.service.store.totp import TotpRow, put_totp, totp_of
from kiosk.service.store.users import badge_holder, user_id_of_upn
from kiosk.service.tokens.rules import Caller
from tests.kiosk.service.bulk_import.people import MAIN, OTHER, Migration, as_json, kept

pytestmark = pytest.mark.databases

BOTH = Caller("migration", frozenset(), "default", frozenset({"main", "second"}))
OLD = [
    {"upn": "old.ann@x.org", "employee_id": "7", "given_name": "Ann", "family_name": "Ode"},
    {"upn": "old.bob@x.org", "email": "bob@x.org", "given_name": "Bob", "family_name": "Oak", "badge": "B1"},
    {"upn": "old.cem@x.org", "email": "team@x.org", "given_name": "Cem", "family_name": "Kaya"},
    {"upn": "old.dee@x.org", "email": "team@x.org", "given_name": "", "family_name": ""},
]
NEW = [
    {"upn": "New.Ann@x.org", "employee_id": "7", "given_name": "Anna", "badge": "A1"},
    {"upn": "new.bob@x.org", "email": "BOB@x.org", "given_name": "bob", "family_name": "OAK"},
    {"upn": "new.dee@x.org", "email": "team@x.org", "given_name": "", "family_name": ""},
]


@pytest.fixture
def batch_id(migration: Migration) -> str:
    """Two people who are there twice, and two who are not."""
    migration.run(as_json(OLD))
    migration.running.clock.advance(days=1)
    batch_id = migration.accept(as_json(NEW))
    migration.work()
    return batch_id


def id_of(migration: Migration, name: str) -> str:
    with migration.parts.store.read() as tx:
        found = user_id_of_upn(tx, name)
    assert found is not None
    return found


def test_a_dry_run_tells_the_pairs_and_changes_nothing(migration: Migration, batch_id: str) -> None:
    before = kept(migration.parts)
    told = merging.merge(migration.parts, MAIN, batch_id, MergeRequest())
    assert [(each.because, each.kept_name, each.merged_name, each.badges) for each in told.pairs] == [
        ("employeeId", "o•••••@x.org", "N•••••@x.org", 1),
        ("emailAndNames", "o•••••@x.org", "n•••••@x.org", 0),
    ]
    assert (told.dry_run, told.next) == (True, "")
    assert kept(migration.parts) == before


def test_the_older_account_gets_what_the_younger_has(migration: Migration, batch_id: str) -> None:
    older, younger = id_of(migration, "old.ann@x.org"), id_of(migration, "new.ann@x.org")
    store, now = migration.parts.store, migration.running.clock.now()

    def more(tx: object) -> None:
        put_site(tx, younger, "second", {"desk": "4"}, now)  # type: ignore[arg-type]  # a WriteTx
        keep_handle(tx, "staff", younger, b"handle")  # type: ignore[arg-type]  # a WriteTx

    store.write(more)
    done = merging.merge(migration.parts, BOTH, batch_id, MergeRequest(dry_run=False))
    assert len(done.pairs) == 2
    with store.read() as tx:
        assert [(each.alias, each.alias_key) for each in aliases_of(tx, older)] == [("New.Ann@x.org", "new.ann@x.org")]
        assert user_id_of_upn(tx, "new.ann@x.org") is None
        assert sites_of(tx, older) == {"main", "second"}
        assert badge_holder(tx, "a1") == older
        assert stored_handle(tx, "staff", older) == b"handle"
        (event,) = [each for each in events_about(tx, older) if each.event == "accounts_merged"]
    assert event.details == {"merged": younger, "because": "employeeId"}
    assert migration.told(batch_id).batch.merged == 2
    assert merging.merge(migration.parts, BOTH, batch_id, MergeRequest(dry_run=False)).pairs == ()
    again = migration.accept(as_json(NEW[:1]))
    migration.work()
    assert [each.reason for each in migration.told(again).failures] == ["name_taken"]


def test_people_of_sites_of_others_stay_as_they_are(migration: Migration, batch_id: str) -> None:
    younger, now = id_of(migration, "new.ann@x.org"), migration.running.clock.now()
    migration.parts.store.write(lambda tx: put_site(tx, younger, "second", {}, now))
    told = merging.merge(migration.parts, MAIN, batch_id, MergeRequest())
    assert [each.because for each in told.pairs] == ["emailAndNames"]
    with pytest.raises(NoSuchBatch):
        merging.merge(migration.parts, OTHER, batch_id, MergeRequest())


def test_many_pairs_are_merged_some_at_a_time(migration: Migration, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(merging, "MOST", 4)
    migration.run(as_json({"upn": f"a{n}@x.org", "employee_id": str(n)} for n in range(10)))
    batch_id = migration.accept(as_json({"upn": f"b{n}@x.org", "employee_id": str(n)} for n in range(10)))
    migration.work()
    seen, after, calls = 0, "", 0
    while not calls or after:
        page = merging.merge(migration.parts, MAIN, batch_id, MergeRequest(dry_run=False, after=after))
        seen, after, calls = seen + len(page.pairs), page.next, calls + 1
    assert (seen, calls) == (10, 3)
    assert len(kept(migration.parts)) == 10


def test_the_app_of_the_younger_goes_on_to_work_for_the_older(migration: Migration, batch_id: str) -> None:
    parts, secret, now = migration.parts, bytes(range(20)), migration.running.clock.now()
    older, younger = id_of(migration, "old.ann@x.org"), id_of(migration, "new.ann@x.org")
    sealed = second_factor(parts).seal(parts.random, younger, secret)
    row = TotpRow(younger, TotpState.ENROLLED, sealed, -1, now)
    parts.store.write(lambda tx: put_totp(tx, row))
    merging.merge(parts, MAIN, batch_id, MergeRequest(dry_run=False))
    code = code_of(secret, step_at(now))
    assert [parts.store.write(lambda tx: judge_code(tx, parts, older, code)) for _ in range(2)] == [True, False]
    with parts.store.read() as tx:
        assert totp_of(tx, younger) is None
