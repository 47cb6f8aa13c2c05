"""An invitation as people get it: mailed over SMTP with STARTTLS, and its link opened on a phone over TLS."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

import pytest
import requests

from kiosk.commands.mailbox import Mailbox
from kiosk.service.projects.whole_list import Wanted, take_list
from kiosk.service.tls import Identity, server_context
from tests.kiosk.service.projects.campaign import MANAGER, PAGES, a_project
from tests.kiosk.service.running import served, settings_for

LIST = "First name,Last name,E-mail address,ID\nMona,Okafor,m.okafor@example.org,1042\n"
_LINK = re.compile(r"https://enroll\.example\.org(/i/[A-Za-z0-9_-]{22})(?![A-Za-z0-9_-])")


@pytest.mark.parametrize(("language", "direction"), [("en", "ltr"), ("ar", "rtl")])
def test_a_mailed_invitation_gives_its_number_to_the_phone_that_opens_it(
    tmp_path: Path, tls: tuple[Identity, Identity], language: str, direction: str
) -> None:
    with Mailbox(server_context(tls[1])) as box:
        authority = str(tls[0].certificate)
        mail = {"host": "localhost", "port": box.port, "sender": "keys@example.org", "certificate_authority": authority}
        with served(tmp_path, settings_for(tmp_path, mail=mail, projects=PAGES), tls) as running:
            project = a_project(running, self_service=False, languages=[language])
            take_list(running.parts, MANAGER, project, LIST.encode(), Wanted())
            running.service.worker.run_due()
            (got,) = box.wait_for(1, 20)
            assert got.to == "m.okafor@example.org"
            assert ("\u0627" in got.subject + got.text) == (language == "ar")
            (path,) = set(_LINK.findall(got.text))
            with requests.Session() as phone:
                phone.verify, phone.trust_env = authority, False
                phone.headers["Accept-Language"] = language
                opened = phone.get(running.url + path, timeout=20)
                hidden = dict(re.findall(r'name="([a-z]+)" value="([^"]*)"', opened.text))
                shown = phone.post(running.url + path, data=hidden, timeout=20)
            assert (opened.status_code, shown.status_code) == (200, 200)
            assert f'dir="{direction}"' in shown.text
            assert re.findall(r'<p class="number"><bdi>(\d+)</bdi></p>', unescape(shown.text)) == ["1042"]
