"""SCIM servers that know few filters are asked for one thing, and the rest is compared here."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from kiosk.errors import ConfigurationError
from kiosk.service import catalog
from kiosk.service.directories.connector import Directory, DirectoryUnavailable
from kiosk.service.outbound import Outbound
from kiosk.service.probe import ProbeFailed
from kiosk.service.tls import Identity, server_context
from tests.kiosk.service.directories.contract.stand import BERTS, PEOPLE, SECRET, made
from tests.kiosk.service.directories.contract.stand_scim import resource
from tests.kiosk.service.directories.scim_server import ENTERPRISE, Poor, scim
from tests.kiosk.service.faces import Web

BERT = BERTS[1]
JSON = {"Content-Type": "application/scim+json"}
WHOLE = {
    "given_name": "bert",
    "family_name": "meier",
    "phone": BERT.phone.replace(" ", ""),
    "employee_id": BERT.employee_id.lower(),
}


@contextmanager
def poor(tls: tuple[Identity, Identity], status: int = 400) -> Iterator[tuple[Poor, Web, Directory]]:
    server, outbound = Poor(SECRET, status), Outbound()
    server.users = {f"id-{n}": {**resource(each), "id": f"id-{n}"} for n, each in enumerate(PEOPLE)}
    with scim(server_context(tls[1]), server) as web:
        settings = {
            "kind": "scim",
            "id": "staff",
            "url": f"{web.url}/v2",
            "token": "scim",
            "certificate_authority": str(tls[0].certificate),
        }
        try:
            yield server, web, made(settings, outbound)
        finally:
            outbound.close()


@pytest.mark.parametrize("status", [400, 501])
def test_a_server_that_knows_one_filter_is_asked_for_what_fits_fewest(
    tls: tuple[Identity, Identity], status: int
) -> None:
    with poor(tls, status) as (server, _, directory):
        for _ in range(2):
            (bert,) = directory.find_people(WHOLE)
            assert bert.upn == BERT.upn
        by_number = f'{ENTERPRISE}:employeeNumber eq "{BERT.employee_id.lower()}"'
        assert " and " in server.filters[0]
        assert server.filters[1:] == [by_number, by_number]  # the second time it is known
        assert directory.find_people({**WHOLE, "given_name": "berta"}) == ()


def test_what_a_server_cannot_be_asked_for_is_not_nobody(tls: tuple[Identity, Identity]) -> None:
    with poor(tls) as (_, _, directory), pytest.raises(DirectoryUnavailable):
        directory.find_people({"given_name": "bert", "family_name": "meier"})


def test_all_pages_are_read_and_too_many_are_not_nobody(tls: tuple[Identity, Identity]) -> None:
    with poor(tls) as (server, _, directory):
        twins = {f"id-{n}": {**resource(BERT), "id": f"id-{n}", "active": n == 4} for n in range(5)}
        server.users = dict(twins)
        (bert,) = directory.find_people({"employee_id": BERT.employee_id.lower()})
        assert bert.directory_id == "id-4"
        server.users = {f"id-{n}": {**twins["id-0"], "id": f"id-{n}"} for n in range(7)}
        with pytest.raises(DirectoryUnavailable):
            directory.find_people({"employee_id": BERT.employee_id.lower()})


@pytest.mark.parametrize(
    "document",
    [
        b"[]",
        b"{}",
        b'{"totalResults": "1"}',
        b'{"totalResults": 1, "Resources": {}}',
        b'{"totalResults": 3}',
        b"<html>",
    ],
)
def test_an_answer_that_is_none_is_not_nobody(tls: tuple[Identity, Identity], document: bytes) -> None:
    with poor(tls) as (_, web, directory):
        web.answer = lambda _: (200, JSON, document)
        with pytest.raises(DirectoryUnavailable):
            directory.find_people({"upn": "bert@example.test"})


def test_somebody_else_than_was_asked_for_is_nobody(tls: tuple[Identity, Identity]) -> None:
    with poor(tls) as (server, _web, directory):
        (bert,) = directory.find_people({"upn": BERT.upn})
        server.users[bert.directory_id]["id"] = "id-9"
        assert directory.read(bert.directory_id) is None


def test_the_probe_names_a_server_without_filters_or_people(tls: tuple[Identity, Identity]) -> None:
    with poor(tls) as (server, web, directory):
        assert directory.probe() == "6 users"
        server.users.clear()
        with pytest.raises(ProbeFailed, match="nobody can be seen"):
            directory.probe()
        web.answer = lambda _: (200, JSON, b'{"filter": {"supported": false}, "totalResults": 1}')
        with pytest.raises(ProbeFailed, match="no filters"):
            directory.probe()


@pytest.mark.parametrize(
    ("settings", "path"),
    [
        ({"token": "a", "oauth": {"client_id": "a", "client_secret": "b", "token_url": "https://a/t"}}, "token: "),
        ({}, "token: "),
        ({"token": "a", "url": "http://example.org"}, "url: "),
        ({"token": "a", "fields": {"shoe_size": "x"}}, "fields"),
    ],
)
def test_wrong_settings_are_named(settings: dict[str, Any], path: str) -> None:
    read = catalog.settings_of(catalog.DIRECTORIES, "table")
    with pytest.raises(ValueError, match=path):
        read({"kind": "scim", "id": "staff", "url": "https://example.org/scim", **settings})


def test_a_token_that_is_none_is_refused() -> None:
    settings = {"kind": "scim", "id": "staff", "url": "https://example.org", "token": "scim"}
    for token in ("", " ", "line\nbreak", "ü"):
        with pytest.raises(ConfigurationError):
            made(settings, Outbound(), token)
