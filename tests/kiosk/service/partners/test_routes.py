"""Sealed messages over HTTPS: what is told to whom, and what is not."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from kiosk.contract import paths
from kiosk.contract.paths import Scope
from kiosk.logs import JsonFormatter
from kiosk.service.tls import Identity
from tests.kiosk.service.partners.clinic import Town, post, town
from tests.kiosk.service.partners.partner_side import make_key

REFUSED = {"error": "message_refused", "errorDetails": "The sealed message is not accepted"}


@pytest.fixture
def here(tmp_path: Path, backend: dict[str, str], tls: tuple[Identity, Identity]) -> Iterator[Town]:
    with town(tmp_path, backend, tls, daily=2) as made:
        yield made


def test_a_guest_is_enrolled_in_a_sealed_message_and_the_answer_is_sealed(here: Town) -> None:
    client = here.clinic.client(here.running)
    answer = post(client, here.clinic.message(here.running))
    assert (answer.status_code, list(answer.json())) == (201, ["encryptedData"])
    told = here.clinic.read(answer.json()["encryptedData"])
    assert (told["status"], told["inReplyTo"], told["answer"].keys()) == (
        201,
        "clinic-0",
        {"userId", "status", "screening"},
    )
    again = post(client, here.clinic.message(here.running, here.clinic.guest("bela")), "key")
    once_more = post(client, here.clinic.message(here.running, here.clinic.guest("bela")), "key")
    ids = [here.clinic.read(each.json()["encryptedData"])["answer"]["userId"] for each in (again, once_more)]
    assert ids[0] == ids[1]
    client.session.close()


def test_a_refusal_of_a_signed_message_is_sealed_too(here: Town) -> None:
    client, clinic = here.clinic.client(here.running), here.clinic
    message = clinic.message(here.running)
    assert post(client, message).status_code == 201
    assert post(client, clinic.message(here.running, clinic.guest("bela"))).status_code == 201
    for sent, status, word, wait in (
        (message, 400, "message_refused", None),
        (clinic.message(here.running, clinic.guest("chen")), 429, "quota_exceeded", "43200"),
        (clinic.message(here.running, clinic.guest(email="")), 400, "malformed", None),
        (clinic.message(here.running, aud="others"), 400, "message_refused", None),
        (clinic.agreed.outer("no.seal.at.all.x"), 400, "message_refused", None),
        (clinic.message(here.running, clinic.guest(siteId="abroad")), 403, "site_not_allowed", None),
    ):
        answer = post(client, sent)
        told = clinic.read(answer.json()["encryptedData"])
        assert (answer.status_code, told["status"], told["answer"]["error"]) == (status, status, word)
        assert answer.headers.get("Retry-After") == wait
    client.session.close()


def test_all_that_is_wrong_with_an_unsigned_message_is_told_in_the_same_words(here: Town) -> None:
    client, clinic = here.clinic.client(here.running), here.clinic
    claims = clinic.claims(here.running)
    stranger = replace(clinic.agreed, theirs_sig=make_key("P-256", "clinic-sig", "sig"))
    unknown = replace(clinic.agreed, theirs_sig=make_key("P-256", "unknown", "sig"))
    good = clinic.message(here.running)
    for message in ("", "x" * 40_000, "a.b", good[:-4], stranger.message(claims), unknown.message(claims), good + "="):
        answer = post(client, message)
        assert (answer.status_code, answer.json()) == (400, REFUSED)
    assert len(set(here.whys())) > 3
    client.session.close()


def test_what_is_no_sealed_message_at_all_is_malformed(here: Town) -> None:
    client = here.clinic.client(here.running)
    bodies: tuple[Any, ...] = ({}, {"encryptedData": 1}, {"encryptedData": "x", "more": 1}, [], {"encrypted": ["x"]})
    for body in bodies:
        answer = client.call("POST", paths.EXTERNAL_GUESTS, body)
        assert (answer.status_code, answer.json()["error"]) == (400, "malformed")
    assert client.call("POST", paths.EXTERNAL_GUESTS, {"encryptedData": "x" * 70_000}).status_code == 413
    client.session.close()


def test_without_the_scope_or_an_agreement_nothing_is_opened(here: Town) -> None:
    other = here.works.client(here.running, frozenset({Scope.GUESTS}))
    assert post(other, here.works.message(here.running)).status_code == 403
    station = here.running.station()
    assert post(station, here.clinic.message(here.running)).status_code == 403
    assert here.whys() == []
    other.session.close()
    station.session.close()


def test_one_partner_cannot_send_for_another(here: Town) -> None:
    works = here.works.client(here.running)
    assert post(works, here.clinic.message(here.running)).json() == REFUSED
    stolen = here.works.agreed.outer(here.clinic.agreed.inner(here.clinic.claims(here.running)))
    answer = post(works, stolen)
    assert here.works.read(answer.json()["encryptedData"])["answer"] == REFUSED
    assert here.whys() == ["key", "sender"]
    assert here.guests() == 0
    works.session.close()


def test_no_message_and_nothing_of_one_is_in_the_log(here: Town) -> None:
    client, written = here.clinic.client(here.running), io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(JsonFormatter())
    root, before = logging.getLogger(), logging.getLogger().level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        message = here.clinic.message(here.running)
        for _ in range(2):
            post(client, message)
        post(client, message[:-4])
    finally:
        root.setLevel(before)
        root.removeHandler(handler)
    for typed in ("amina", message[:40], message[-40:], "clinic-0"):
        assert typed not in written.getvalue()
    client.session.close()
