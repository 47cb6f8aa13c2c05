"""Somebody whom a real privacyIDEA knows enrolls a key there, in the real window, and logs in with it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.commands.embedded import embedded_service
from tests.end_to_end.conftest import SETTINGS
from tests.end_to_end.person import Person
from tests.end_to_end.stand import Stand
from tests.end_to_end.visitor import Visitor
from tests.privacyidea.server import KIOSK, NADA, ORIGIN, REALM, RP_ID, PrivacyIdea, shared

pytestmark = [pytest.mark.privacyidea, pytest.mark.qt_log_ignore("propagateSizeHints")]


@pytest.fixture
def server() -> Iterator[PrivacyIdea]:
    """Nada has no keys, before and after."""
    server = shared()
    server.clear(NADA)
    yield server
    server.clear(NADA)


def test_a_person_of_privacyidea_enrolls_there_and_logs_in(person: Person, server: PrivacyIdea, tmp_path: Path) -> None:
    common = {
        "id": "privacyidea",
        "kind": "privacyidea",
        "url": server.url,
        "realm": REALM,
        "user": KIOSK[0],
        "password": "privacyidea-password",
        "certificate_authority": str(server.authority),
    }
    settings = SETTINGS | {
        "accounts": {},  # nobody registers who is in no directory of ours
        "directories": [common],
        "relying_parties": [{**common, "name": "VPN and servers", "origin": ORIGIN}],
    }
    folder = tmp_path / "service"
    folder.mkdir()
    with embedded_service(folder, settings, secret={"privacyidea-password": KIOSK[1]}.__getitem__) as embedded:
        visitor, stand = Visitor(person, embedded), Stand.at(embedded, tmp_path / "kiosk")

        def visit() -> None:
            visitor.starts()
            visitor.says_who_she_is(NADA)
            visitor.types_code(visitor.gets_mail())
            visitor.person.reads("InsertKey", "Put your key in the slot")
            stand.key.plug()
            visitor.chooses_pin()
            visitor.touches(stand)
            person.waits(lambda: stand.key.wants_touch, "the key is not asked to log in")
            stand.key.touch()
            visitor.is_done()

        assert stand.live(visit) == 0
    (credential,) = stand.key.credentials
    (token,) = server.tokens(NADA)
    assert credential.rp_id == RP_ID
    assert token["active"] is True
    audit = server.call("GET", f"/audit/?action=*validate/check*&serial={token['serial']}", token=server.admin)
    assert audit["result"]["value"]["auditdata"][0]["authentication"] == "ACCEPT"
