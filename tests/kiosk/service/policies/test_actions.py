"""Drafts and publications of policies, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from kiosk.contract.policy import Partial
from kiosk.service.parts import Parts
from kiosk.service.policies.actions import (
    NoDraft,
    NothingChanges,
    Owner,
    discard,
    history,
    in_force,
    proposal,
    publish,
    write_draft,
)
from kiosk.service.policies.book import PolicyBook
from kiosk.service.policies.rules import BadPolicy, Change
from kiosk.service.settings import ServiceSettings
from kiosk.service.store.audit import events_about
from tests.kiosk.service.running import assembled, settings_for
from tests.kiosk.service.soft_key import Json

pytestmark = pytest.mark.databases
ACTOR, TENANT = "staff:0123", Owner("default")
PROJECT = Owner("default", "0" * 32)


@pytest.fixture
def parts(tmp_path: Path, backend: Json) -> Iterator[Parts]:
    """A service on each of the databases."""
    with assembled(tmp_path, settings_for(tmp_path, database=backend)) as service:
        yield service.parts


def now(parts: Parts, owner: Owner = TENANT) -> ServiceSettings:
    with parts.store.read() as tx:
        return in_force(tx, parts, owner)


def published(parts: Parts, owner: Owner, document: Json) -> None:
    publish(parts, ACTOR, owner, write_draft(parts, ACTOR, owner, document).draft.edition)


def test_a_draft_changes_nothing_until_it_is_published(parts: Parts) -> None:
    drafted = write_draft(parts, ACTOR, TENANT, {"pin": {"min_length": 8}, "partial": "keep"}, "longer PINs")
    assert drafted.changes == (Change("pin.min_length", 6, 8),)
    assert drafted.draft.document == {"pin": {"min_length": 8}}
    assert now(parts).pin.min_length == 6
    publish(parts, ACTOR, TENANT, drafted.draft.edition)
    assert now(parts).pin.min_length == 8
    assert proposal(parts, TENANT) is None
    assert [(row.version, row.note) for row in history(parts, TENANT)] == [(1, "longer PINs")]


def test_the_policy_of_a_project_stands_over_that_of_its_tenant_and_over_no_other(parts: Parts) -> None:
    published(parts, TENANT, {"pin": {"min_length": 8}, "partial": "roll_back"})
    published(parts, PROJECT, {"pin": {"min_length": 10}})
    assert (now(parts, PROJECT).pin.min_length, now(parts, PROJECT).partial) == (10, Partial.ROLL_BACK)
    assert now(parts).pin.min_length == 8
    assert now(parts, Owner("another")).pin.min_length == 6


def test_what_holds_already_is_not_published(parts: Parts) -> None:
    drafted = write_draft(parts, ACTOR, TENANT, {"pin": {"min_length": 6}})
    with pytest.raises(NothingChanges):
        publish(parts, ACTOR, TENANT, drafted.draft.edition)


def test_a_policy_that_makes_no_sense_is_not_even_drafted(parts: Parts) -> None:
    with pytest.raises(BadPolicy):
        write_draft(parts, ACTOR, TENANT, {"pin": {"min_length": 3}})
    assert proposal(parts, TENANT) is None


def test_only_the_edition_that_was_looked_at_is_published_or_given_up(parts: Parts) -> None:
    looked_at = write_draft(parts, ACTOR, TENANT, {"pin": {"min_length": 8}}).draft.edition
    write_draft(parts, "staff:4567", TENANT, {"pin": {"min_length": 4}})
    for do in (publish, lambda parts, _, owner, edition: discard(parts, owner, edition)):
        with pytest.raises(NoDraft):
            do(parts, ACTOR, TENANT, looked_at)
    discard(parts, TENANT, looked_at + 1)
    assert proposal(parts, TENANT) is None


def test_of_many_who_publish_at_once_one_does(parts: Parts) -> None:
    edition = write_draft(parts, ACTOR, TENANT, {"pin": {"min_length": 8}}).draft.edition

    def attempt(_: int) -> bool:
        try:
            publish(parts, ACTOR, TENANT, edition)
        except NoDraft:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(attempt, range(8))) == [False] * 7 + [True]
    assert len(history(parts, TENANT)) == 1


def test_an_earlier_policy_comes_back_by_publishing_it_anew(parts: Parts) -> None:
    for length in (8, 9):
        published(parts, TENANT, {"pin": {"min_length": length}})
    published(parts, TENANT, dict(history(parts, TENANT)[-1].document))
    assert now(parts).pin.min_length == 8
    assert [row.version for row in history(parts, TENANT)] == [3, 2, 1]


def test_a_publication_is_in_the_trail_with_what_it_changed(parts: Parts) -> None:
    published(parts, PROJECT, {"pin": {"min_length": 10}, "supervision": {"verify": 2}})
    with parts.store.read() as tx:
        (event,) = events_about(tx, PROJECT.project_id)
    assert (event.event, event.actor) == ("policy.published", ACTOR)
    assert event.details == {"version": 1, "changes": 2, "paths": "pin.min_length supervision.verify"}


def test_half_a_policy_enrolls_nobody(parts: Parts) -> None:
    published(parts, TENANT, {"pin": {"min_length": 20}})
    changed = ServiceSettings.model_validate(
        {**dict(parts.settings), "pin": parts.settings.pin.model_copy(update={"max_length": 10})}
    )
    with parts.store.read() as tx, pytest.raises(BadPolicy):
        in_force(tx, replace(parts, settings=changed, policy_book=PolicyBook()), TENANT)
