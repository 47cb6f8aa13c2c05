"""Somebody registers on their phone: the form, the code that proves its address, the account made of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.service.tls import Identity
from tests.kiosk.service.accounts.checker import settings_with_checkers
from tests.kiosk.service.enrollments.lobby import AMINA
from tests.kiosk.service.pages.phones import ORIGIN, Page, Phone, matched, shown, station_of
from tests.kiosk.service.running import Running, served

FORM = {
    "field:given_name": "Amina",
    "field:family_name": "<b>Haddad</b>",
    "field:email": AMINA,
    "terms:privacy": "2",
}


@pytest.fixture
def running(tmp_path: Path, tls: tuple[Identity, Identity]) -> Iterator[Running]:
    backend = {"url": f"sqlite:///{tmp_path / 'service.db'}"}
    settings = settings_with_checkers(tmp_path, backend)
    phone = type(settings.phone).model_validate({"url": ORIGIN, "forms": True})
    with served(tmp_path, settings.model_copy(update={"phone": phone}), tls) as running:
        yield running


def test_a_form_is_filled_in_proved_and_becomes_an_account_at_the_kiosk(running: Running) -> None:
    station = station_of(running)
    enrollment = station.open()
    code = shown(running, station, enrollmentId=enrollment, purpose="register", form="member")
    with Phone.of(running) as phone:
        page = matched(phone, code)
        wrong = Page(phone.send(page, "/m/form", **{**FORM, "field:email": "amina"}))
        assert (wrong.status, "trouble" in wrong.elements) == (422, True)
        kept = wrong.form("/m/form")["fields"]
        assert (kept["field:given_name"], kept["field:family_name"]) == ("Amina", "<b>Haddad</b>")
        assert "<b>" not in wrong.answer.text
        page = phone.follow(wrong, "/m/form", **{**FORM, "field:family_name": "Haddad"})
        assert "code" in page.elements
        assert "A••••• H•••••" in page.text
        assert "done" in phone.follow(page, "/m/code", code=running.random.codes[-1]).elements
    answer = {"method": "phone", "answer": code.transaction}
    told = station.post(f"/enrollments/{enrollment}/verify", answer, 200)
    assert (told["phase"], told["display_name"]) == ("key", "Amina Haddad")
    assert running.parts.directories.find_people({"email": AMINA})
    station.session.close()
