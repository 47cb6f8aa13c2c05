"""What is LDAP's own: escaping, several servers, kept connections, and what an administrator is told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.errors import ConfigurationError
from kiosk.service import catalog
from kiosk.service.directories.connector import DirectoryUnavailable
from kiosk.service.directories.connectors.ldap import LdapDirectory
from kiosk.service.outbound import Outbound
from kiosk.service.probe import ProbeFailed
from kiosk.service.tls import Identity, make_authority
from kiosk.service.vendors.ldap_filter import escaped, is_filter
from tests.kiosk.service.directories.contract.stand import ANNA, BERTS, made
from tests.kiosk.service.directories.contract.stand_ldap import OpenLdapStand
from tests.kiosk.service.directories.slapd import PASSWORD

GOOD: Mapping[str, Any] = {
    "kind": "ldap",
    "id": "staff",
    "servers": ["ldaps://dc.example.test"],
    "bind_dn": "cn=reader",
    "password": "ldap",
    "base": "dc=test",
}


@pytest.fixture
def stand(tmp_path: Path, tls: tuple[Identity, Identity]) -> Iterator[OpenLdapStand]:
    with OpenLdapStand.open(tmp_path, tls) as opened:
        yield opened


def settings(stand: OpenLdapStand, **changes: Any) -> dict[str, Any]:
    assert isinstance(stand.directory, LdapDirectory)
    return stand.directory.settings.model_dump(mode="json") | changes


@given(st.text())
def test_an_escaped_value_is_one_value(value: str) -> None:
    assert set(escaped(value)).isdisjoint('*()&|!=<>~ \0"')
    assert not value or is_filter(f"(uid={escaped(value)})")


@pytest.mark.ldap
def test_one_connection_serves_many_visits_and_a_restart_costs_nobody_a_visit(stand: OpenLdapStand) -> None:
    for _ in range(10):
        assert stand.directory.find_people({"upn": ANNA.upn.lower()})
    assert stand.way.entered == 1
    stand.way.put_out()
    assert stand.directory.find_people({"upn": ANNA.upn.lower()})
    assert stand.way.entered == 2


@pytest.mark.ldap
def test_the_next_server_is_asked_when_the_first_is_down(stand: OpenLdapStand) -> None:
    (there,) = settings(stand)["servers"]
    both = made(settings(stand, servers=["ldaps://localhost:1", there]), Outbound(), PASSWORD)
    assert both.find_people({"upn": ANNA.upn.lower()})
    both.close()


@pytest.mark.ldap
@pytest.mark.parametrize(
    ("changes", "seen"),
    [
        ({"base": "ou=nowhere,dc=example,dc=test"}, "the base is not there"),
        ({"filter": "(objectClass=device)"}, "nobody can be seen"),
        ({"id_attribute": "employeeType"}, "no readable employeeType"),
        ({"certificate_authority": "another"}, "cannot be verified"),
        ({"bind_dn": "cn=nobody,dc=example,dc=test"}, "signing in is refused"),
        ({"servers": ["ldaps://localhost:1"]}, "no connection"),
    ],
)
def test_what_is_wrong_is_told_with_its_remedy(
    stand: OpenLdapStand, tmp_path: Path, changes: dict[str, Any], seen: str
) -> None:
    if "certificate_authority" in changes:
        (tmp_path / "other").mkdir()
        other = make_authority(tmp_path / "other", datetime.now(UTC))
        changes = {"certificate_authority": str(other.certificate)}
    directory = made(settings(stand, **changes), Outbound(), PASSWORD)
    with pytest.raises(ProbeFailed, match=seen):
        directory.probe()
    if "id_attribute" not in changes and "filter" not in changes:
        with pytest.raises(DirectoryUnavailable):
            directory.find_people({"upn": ANNA.upn.lower()})
    directory.close()


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"servers": ["http://dc"]}, "servers"),
        ({"servers": ["ldaps://dc:99999"]}, "servers: "),
        ({"servers": ["ldap://dc.example.test"], "plaintext": True}, "plaintext: "),
        ({"filter": "(uid=a"}, "filter: "),
        ({"servers": []}, "servers"),
        ({"bind_dn": ""}, "bind_dn"),
    ],
)
def test_wrong_settings_are_named(changes: dict[str, Any], path: str) -> None:
    read = catalog.settings_of(catalog.DIRECTORIES, "table")
    with pytest.raises(ValueError, match=path):
        read({**GOOD, **changes})


def test_an_empty_password_is_refused_since_it_would_sign_in_as_nobody() -> None:
    with pytest.raises(ConfigurationError):
        made(GOOD, Outbound(), "")


@pytest.mark.ldap
def test_a_server_that_tells_of_two_at_most_still_tells_of_many(tmp_path: Path, tls: tuple[Identity, Identity]) -> None:
    with Frugal.open(tmp_path, tls) as stand:
        assert len(stand.directory.find_people({"given_name": "bert", "family_name": "meier"})) == 2
        assert len(stand.directory.find_people({"employee_id": BERTS[0].employee_id.lower()})) == 1


class Frugal(OpenLdapStand):
    """A server that gives the reader two entries at most."""

    SIZE = 2
