"""Tokens of other systems: sealed, told to who may act for the person, over in time, and apart from sign-in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from kiosk.contract.paths import Scope
from kiosk.service.accounts import external_tokens
from kiosk.service.accounts.external_tokens import MOST_TOKENS, Place
from kiosk.service.accounts.rules import BadAttributes, NoSuchAccount
from kiosk.service.store.engine import WriteTx
from kiosk.service.tls import Identity
from tests.kiosk.service.concierge.world import OURS, THEIRS, World, caller, peopled, settings
from tests.kiosk.service.running import NOON, assembled, served

TOKEN = "tok_4f9d2c8e"


@pytest.fixture
def world(tmp_path: Path, backend: dict[str, str]) -> Iterator[World]:
    with assembled(tmp_path, settings(tmp_path, database=backend)) as running:
        yield peopled(running)


@pytest.fixture
def listening(tmp_path: Path, backend: dict[str, str], tls: tuple[Identity, Identity]) -> Iterator[World]:
    with served(tmp_path, settings(tmp_path, database=backend), tls) as running:
        yield peopled(running)


def place(world: World, name: str = "loyalty", user: str = "maria") -> Place:
    return Place(caller("north"), world.ids.get(user, user), name)


@pytest.mark.databases
def test_a_token_is_kept_told_listed_replaced_and_forgotten(world: World) -> None:
    parts, mine = world.running.parts, place(world)
    external_tokens.keep(parts, mine, TOKEN, None)
    external_tokens.keep(parts, place(world, "another"), "x", NOON + timedelta(days=1))
    assert external_tokens.tell(parts, mine).token == TOKEN
    world.running.clock.advance(hours=1)
    external_tokens.keep(parts, mine, "tok_2", NOON + timedelta(days=2))
    listed = external_tokens.names(parts, place(world, ""))
    assert [(each.name, each.token, each.changed_at, each.expires_at) for each in listed] == [
        ("another", "", NOON, NOON + timedelta(days=1)),
        ("loyalty", "", NOON + timedelta(hours=1), NOON + timedelta(days=2)),
    ]
    assert external_tokens.tell(parts, mine).token == "tok_2"
    external_tokens.forget(parts, mine)
    for gone in (external_tokens.tell, external_tokens.forget):
        with pytest.raises(NoSuchAccount):
            gone(parts, mine)
    assert {(tenant, actor, subject) for _, tenant, actor, subject, _ in world.trail()} == {
        (OURS, "client:desk", mine.user_id)
    }
    assert [event for event, *_ in world.trail()] == [
        "external_token_kept",
        "external_token_kept",
        "external_token_told",
        "external_token_kept",
        "external_tokens_listed",
        "external_token_told",
        "external_token_forgotten",
        "external_token_told",
        "external_token_forgotten",
    ]


@pytest.mark.databases
def test_a_token_is_over_when_its_time_is_and_then_gone(world: World) -> None:
    parts, mine = world.running.parts, place(world)
    with pytest.raises(BadAttributes):
        external_tokens.keep(parts, mine, TOKEN, NOON)
    external_tokens.keep(parts, mine, TOKEN, NOON + timedelta(seconds=1))
    external_tokens.keep(parts, place(world, "lasting"), TOKEN, None)
    world.running.clock.advance(seconds=1)
    with pytest.raises(NoSuchAccount):
        external_tokens.tell(parts, mine)
    assert [each.name for each in external_tokens.names(parts, mine)] == ["lasting"]
    assert external_tokens.forget_expired_tokens(parts) == 1
    assert world.read("SELECT name FROM external_tokens") == [("lasting",)]


def test_at_rest_a_token_is_sealed_for_its_person_and_its_name(world: World, caplog: pytest.LogCaptureFixture) -> None:
    parts, mine, other = world.running.parts, place(world), place(world, user="nils")
    external_tokens.keep(parts, mine, TOKEN, None)
    external_tokens.keep(parts, other, "of nils", None)
    external_tokens.keep(parts, place(world, "second"), "another", None)
    rows = world.read("SELECT sealed FROM external_tokens")
    assert all(TOKEN.encode() not in sealed for (sealed,) in rows)

    def move(tx: WriteTx, statement: str) -> None:
        tx.connection.exec_driver_sql(statement)

    first = f"(SELECT sealed FROM external_tokens WHERE user_id = '{mine.user_id}' AND name = 'loyalty')"
    for user, name in ((other.user_id, "loyalty"), (mine.user_id, "second")):
        where = f"WHERE user_id = '{user}' AND name = '{name}'"
        parts.store.write(lambda tx, where=where: move(tx, f"UPDATE external_tokens SET sealed = {first} {where}"))  # type: ignore[misc]  # mypy cannot infer a default of a lambda
        with pytest.raises(NoSuchAccount):
            external_tokens.tell(parts, replace(mine, user_id=user, name=name))
    assert external_tokens.tell(parts, mine).token == TOKEN
    rekeyed = replace(parts, hmac_key=b"z" * 32)
    with pytest.raises(NoSuchAccount):
        external_tokens.tell(rekeyed, mine)
    assert [record.message for record in caplog.records] == ["external_token_unreadable"] * 3
    assert TOKEN not in caplog.text
    caplog.clear()


def test_people_of_other_sites_and_tenants_have_no_tokens(world: World) -> None:
    parts = world.running.parts
    external_tokens.keep(parts, place(world), TOKEN, None)
    maria, sara = world.ids["maria"], world.ids["sara"]
    for where in (
        Place(caller("south"), maria, "loyalty"),
        Place(caller(), maria, "loyalty"),
        Place(caller("abroad", tenant=THEIRS), maria, "loyalty"),
        Place(caller("north", tenant=THEIRS), maria, "loyalty"),
        Place(caller("north"), sara, "loyalty"),
        Place(caller("north"), "f" * 32, "loyalty"),
    ):
        for ask in (external_tokens.tell, external_tokens.names, external_tokens.forget):
            with pytest.raises(NoSuchAccount):
                ask(parts, where)
        with pytest.raises(NoSuchAccount):
            external_tokens.keep(parts, where, "stolen", None)
    assert {subject for _, _, _, subject, _ in world.trail()[1:]} == {""}
    assert len(world.trail()) == 1 + 6 * 4
    assert external_tokens.tell(parts, place(world)).token == TOKEN


def test_nobody_has_more_tokens_than_anybody_needs(world: World) -> None:
    parts = world.running.parts
    for number in range(MOST_TOKENS):
        external_tokens.keep(parts, place(world, f"n{number}"), TOKEN, None)
    with pytest.raises(BadAttributes):
        external_tokens.keep(parts, place(world, "one-more"), TOKEN, None)
    external_tokens.keep(parts, place(world, "n0"), "changed", None)
    assert external_tokens.tell(parts, place(world, "n0")).token == "changed"


def test_over_https_with_the_scope_alone(listening: World) -> None:
    client = listening.client("north", scopes=frozenset({Scope.USER_ATTRIBUTES_RW}))
    all_of, path = (
        f"/user/{listening.ids['maria']}/external-tokens",
        f"/user/{listening.ids['maria']}/external-tokens/loyalty",
    )
    kept = client.call("PUT", path, {"token": TOKEN, "expiresAt": "2026-06-02T12:00:00Z"})
    dates = {"changedAt": "2026-06-01T12:00:00Z", "expiresAt": "2026-06-02T12:00:00Z"}
    assert (kept.status_code, kept.json()) == (200, {"name": "loyalty", **dates})
    assert client.call("GET", all_of).json() == {"externalTokens": [{"name": "loyalty", **dates}]}
    assert client.call("GET", path).json() == {"name": "loyalty", "token": TOKEN, **dates}
    assert client.call("DELETE", path).status_code == 204
    gone = client.call("GET", path)
    assert (gone.status_code, gone.json()["error"]) == (404, "not_found")
    for body in (
        {},
        {"token": ""},
        {"token": "a b"},
        {"token": "é"},
        {"token": "x" * 2049},
        {"token": "x", "expiresAt": "2026-06-02T12:00:00"},
        {"token": "x", "expiresAt": "2026-06-01T12:00:00Z"},
        {"token": "x", "more": 1},
    ):
        answer = client.call("PUT", path, body)
        assert (answer.status_code, answer.json()["error"]) == (400, "malformed"), body
    assert client.call("PUT", f"{all_of}/no%20name", {"token": "x"}).status_code == 400
    other = listening.client("north", scopes=frozenset(Scope) - {Scope.USER_ATTRIBUTES_RW})
    for method, at in (("GET", all_of), ("GET", path), ("PUT", path), ("DELETE", path)):
        assert other.call(method, at, {"token": TOKEN} if method == "PUT" else None).status_code == 403
    assert TOKEN not in str(listening.read("SELECT * FROM audit"))
    client.session.close()
    other.session.close()


def test_an_account_that_takes_another_over_can_read_its_tokens(world: World) -> None:
    parts, nils = world.running.parts, place(world, user="nils")
    external_tokens.keep(parts, place(world), TOKEN, None)

    def take_over(tx: WriteTx) -> None:
        external_tokens.seal_for(tx, parts, world.ids["maria"], nils.user_id)
        tx.connection.exec_driver_sql(f"UPDATE external_tokens SET user_id = '{nils.user_id}'")

    parts.store.write(take_over)
    assert external_tokens.tell(parts, nils).token == TOKEN


def test_no_sign_in_reads_them() -> None:
    service = Path(external_tokens.__file__).parents[1]
    known = ("store import external_tokens", "store.external_tokens import")
    paths = [path for path in service.rglob("*.py") if any(words in path.read_text("utf-8") for words in known)]
    readers = {path.relative_to(service).as_posix() for path in paths}
    assert readers == {
        "accounts/external_tokens.py",
        "store/accounts.py",
        "store/merging.py",
    }  # these two move and erase
