"""A phone opens the activation code of a project: it is told whose it is, gets a number, shows it, and what comes next.

The phone is a plain HTTP client with a jar of cookies: no scripting runs, and none is needed.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path

import pytest
import requests
import zxingcpp

from kiosk.service.projects import actions, codes
from kiosk.service.projects.bodies_ids import ClaimId
from kiosk.service.store import projects
from kiosk.service.tls import Identity
from tests.kiosk.service.projects.campaign import FIRST, MANAGER, PAGES, a_project, code_of, events
from tests.kiosk.service.running import Running, served, settings_for

COOKIE = "__Host-keywright-phone"
_TOKEN = re.compile(r'name="token" value="([^"]+)"')
_SVG = re.compile(r'<div class="qr">(<svg.*?</svg>)', re.DOTALL)


@dataclass
class Phone:
    """A browser without scripting. Its cookies live on the host of the service."""

    url: str
    authority: str
    language: str = "en"
    cookie: str = ""
    session: requests.Session = field(default_factory=requests.Session)

    def ask(self, method: str, path: str, form: dict[str, str] | None = None, **headers: str) -> requests.Response:
        sent = {"Accept-Language": self.language, **headers}
        if self.cookie:
            sent["Cookie"] = f"{COOKIE}={self.cookie}"
        self.session.trust_env = False
        answer = self.session.request(
            method, self.url + path, data=form, headers=sent, timeout=20, allow_redirects=False, verify=self.authority
        )
        if COOKIE in answer.cookies:
            self.cookie = str(answer.cookies[COOKIE])
        self.session.cookies.clear()
        return answer

    def press(self, path: str, shown: requests.Response, **more: str) -> requests.Response:
        """Send the form of a page."""
        (token,) = set(_TOKEN.findall(shown.text))
        return self.ask("POST", path, {"token": token, **more})

    def activate(self, code: str) -> str:
        """Scan, press the button, and read what is shown then."""
        path = f"/a/{code}"
        landing = self.ask("GET", path)
        assert landing.status_code == 200, landing.text
        pressed = self.press(path, landing)
        assert (pressed.status_code, pressed.headers.get("Location")) == (303, "/a"), pressed.text
        return self.ask("GET", "/a").text


def number_on(page: str) -> int:
    """What the page shows large."""
    (number,) = re.findall(r'<p class="number"><bdi>(\d+)</bdi></p>', page)
    return int(number)


def scanned(page: str) -> str:
    """What the QR code on the page says, drawn as a browser draws it and read as a scanner reads it."""
    root = ET.fromstring(_SVG.findall(page)[0])
    size = int(root.attrib["viewBox"].split()[2])
    dots = bytearray(b"\xff" * (size * size * 16))
    for x, y, width in re.findall(r"M(\d+) (\d+)h(\d+)v1h-\d+z", root[1].attrib["d"]):
        for row in range(int(y) * 4, int(y) * 4 + 4):
            start = row * size * 4 + int(x) * 4
            dots[start : start + int(width) * 4] = bytes(int(width) * 4)
    (found,) = zxingcpp.read_barcodes(memoryview(bytes(dots)).cast("B", [size * 4, size * 4]))
    return str(found.text)


def text_of(page: str) -> str:
    """What a person reads."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page.partition("<main>")[2])).split())


@pytest.fixture
def running(tmp_path: Path, backend: dict[str, str], tls: tuple[Identity, Identity]) -> Iterator[Running]:
    """A service with pages for phones, that listens."""
    with served(tmp_path, settings_for(tmp_path, database=backend, projects=PAGES), tls) as running:
        yield running


@pytest.fixture
def phones(running: Running) -> Iterator[list[Phone]]:
    """Two phones."""
    made = [Phone(running.url, str(running.authority)) for _ in range(2)]
    yield made
    for each in made:
        each.session.close()


@pytest.mark.databases
def test_a_phone_gets_a_number_and_shows_it(running: Running, phones: list[Phone]) -> None:
    project = a_project(running)
    code = code_of(running, project)
    landing = phones[0].ask("GET", f"/a/{code}")
    assert "Spring" in text_of(landing.text)
    assert "Example Organization" in text_of(landing.text)
    assert landing.text.count("<button") == 1
    assert "<script" not in landing.text
    page = phones[0].activate(code)
    assert number_on(page) == FIRST
    assert scanned(page) == codes.id_text(running.parts.hmac_key, project, FIRST)
    assert "It is not registered yet." in text_of(page)
    assert number_on(phones[1].activate(code)) == FIRST + 1
    assert [name for name, _ in events(running)].count("mobile_id_assigned") == 2


def test_looking_changes_nothing(running: Running, phones: list[Phone]) -> None:
    project = a_project(running)
    for _ in range(3):
        phones[0].ask("GET", f"/a/{code_of(running, project)}")
    assert actions.show(running.parts, MANAGER, project).ids.assigned == 0


def test_the_same_phone_gets_the_same_number_and_sees_how_far_it_is(running: Running, phones: list[Phone]) -> None:
    project = a_project(running)
    code = code_of(running, project)
    assert [number_on(phones[0].activate(code)) for _ in range(2)] == [FIRST, FIRST]
    actions.claim(running.parts, MANAGER, ClaimId(user_id="mona", assigned_id=FIRST))
    assert "has not confirmed it yet" in text_of(phones[0].ask("GET", "/a").text)
    actions.confirm_registered(running.parts, MANAGER, project, (FIRST,))
    assert "You are done" in text_of(phones[0].ask("GET", "/a").text)


def test_a_phone_without_a_number_is_told_how_to_get_one(phones: list[Phone]) -> None:
    page = phones[0].ask("GET", "/a")
    assert "Scan the activation code" in text_of(page.text)
    assert not phones[0].cookie


def test_people_are_told_to_register_themselves(running: Running, phones: list[Phone]) -> None:
    """The app does not tell people to register, so somebody has to."""
    page = text_of(phones[0].activate(code_of(running, a_project(running))))
    assert "What to do now" in page
    assert "Go to the kiosk and say who you are." in page
    assert "your number works only after you have registered it" in page


def test_a_project_says_in_its_own_words_what_comes_next(running: Running, phones: list[Phone]) -> None:
    details = {
        "instructions": {"en": "Go to gate 3.\nShow <b>this</b>.", "ar-EG": "اذهب إلى البوابة."},
        "contact": "badges@example.org",
        "app_store": "https://apps.example.org/x?a=1&b=2",
    }
    code = code_of(running, a_project(running, details=details))
    landing = phones[0].ask("GET", f"/a/{code}").text
    assert 'href="https://apps.example.org/x?a=1&amp;b=2"' in landing
    page = phones[0].activate(code)
    assert "<li>Go to gate 3.</li><li>Show &lt;b&gt;this&lt;/b&gt;.</li>" in page
    assert "Ask badges@example.org." in text_of(page)
    phones[0].language = "ar"
    page = phones[0].ask("GET", "/a").text
    assert 'lang="ar" dir="rtl"' in page
    assert "اذهب إلى البوابة." in page


def test_the_language_that_was_chosen_stays(running: Running, phones: list[Phone]) -> None:
    path = f"/a/{code_of(running, a_project(running))}"
    landing = phones[0].ask("GET", f"{path}?lang=ar")
    assert 'name="lang" value="ar"' in landing.text
    assert phones[0].press(path, landing, lang="ar").headers["Location"] == "/a?lang=ar"


@pytest.mark.parametrize(
    ("end", "status", "word"),
    [
        ("renewed", 410, "activation_renewed"),
        ("closed", 410, "activation_closed"),
        ("end", 409, "activation_exhausted"),
    ],
)
def test_what_is_over_is_told_in_plain_words(
    running: Running, phones: list[Phone], end: str, status: int, word: str
) -> None:
    project = a_project(running, last_id=FIRST)
    code = code_of(running, project)
    path = f"/a/{code}"
    landing = phones[1].ask("GET", path)
    phones[0].activate(code)
    if end == "renewed":
        actions.renew_code(running.parts, MANAGER, project)
    elif end == "closed":
        actions.close(running.parts, MANAGER, project)
    else:
        assert number_on(phones[0].activate(code)) == FIRST
    answer = phones[1].press(path, landing)
    assert (answer.status_code, answer.headers["Content-Type"]) == (status, "text/html; charset=utf-8")
    assert f'data-reason="{word}"' in answer.text
    assert number_on(phones[0].ask("GET", "/a").text) == FIRST


@pytest.mark.parametrize("code", ["x", "A" * 22, "%00", "..", "a" * 60, "%F0%9F%98%80", "-" * 22])
def test_a_code_that_is_none_is_told_in_plain_words(phones: list[Phone], code: str) -> None:
    answer = phones[0].ask("GET", f"/a/{code}")
    assert answer.status_code == 404
    assert answer.headers["Content-Type"].startswith("text/html") or code == ".."


def test_a_project_with_a_list_has_no_activation_page(running: Running, phones: list[Phone]) -> None:
    project = a_project(running, self_service=False)
    with running.parts.store.read() as tx:
        row = next(iter(projects.open_projects(tx, "default")))
    assert row.id == project
    answer = phones[0].ask("GET", f"/a/{codes.activation_code(running.parts.hmac_key, row)}")
    assert 'data-reason="activation_unknown"' in answer.text


def test_a_form_that_was_made_for_another_phone_is_refused(running: Running, phones: list[Phone]) -> None:
    project = a_project(running)
    path = f"/a/{code_of(running, project)}"
    foreign = phones[0].ask("GET", path)
    phones[1].ask("GET", path)
    assert phones[1].press(path, foreign).status_code == 403
    assert phones[1].ask("POST", path, {}).status_code == 403
    phones[1].cookie = ""
    assert phones[1].press(path, foreign).status_code == 403
    assert actions.show(running.parts, MANAGER, project).ids.assigned == 0


def test_a_phone_that_comes_from_another_site_keeps_its_number(running: Running, phones: list[Phone]) -> None:
    code = code_of(running, a_project(running))
    phone = phones[0]
    phone.activate(code)
    kept, phone.cookie = phone.cookie, ""  # a link in a mail that a browser shows: the cookie is strict
    away = phone.ask("GET", f"/a/{code}", None, **{"Sec-Fetch-Site": "cross-site"})
    assert not phone.cookie
    assert "<form" not in away.text
    assert f'href="/a/{code}"' in away.text
    phone.cookie = kept
    assert number_on(phone.activate(code)) == FIRST


def test_too_many_phones_in_a_minute_are_asked_to_wait(
    tmp_path: Path, tls: tuple[Identity, Identity], backend: dict[str, str]
) -> None:
    changes = {"database": backend, "projects": PAGES | {"activations_per_minute": 1}}
    with served(tmp_path, settings_for(tmp_path, **changes), tls) as running, ExitStack() as stack:
        phones = [Phone(running.url, str(running.authority)) for _ in range(2)]
        for each in phones:
            stack.callback(each.session.close)
        path = f"/a/{code_of(running, a_project(running))}"
        phones[0].activate(path[3:])
        landing = phones[1].ask("GET", path)
        answer = phones[1].press(path, landing)
        assert (answer.status_code, answer.headers["Retry-After"]) == (429, "60")
        assert 'data-reason="activation_busy"' in answer.text
        running.clock.advance(minutes=1)
        assert phones[1].press(path, landing).status_code == 303


def test_pages_keep_to_themselves(running: Running, phones: list[Phone]) -> None:
    code = code_of(running, a_project(running))
    landing = phones[0].ask("GET", f"/a/{code}")
    pressed = phones[0].press(f"/a/{code}", landing)
    for answer in (landing, pressed, phones[0].ask("GET", "/a"), phones[0].ask("GET", "/a/x")):
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["Cache-Control"] == "no-store"
        assert "style=" not in answer.text
        assert len(answer.content) < 20_000
    cookie = landing.headers["Set-Cookie"]
    for part in ("Secure", "HttpOnly", "SameSite=strict", "Path=/"):
        assert part in cookie
    with running.parts.store.read() as tx:
        (kept,) = tx.connection.exec_driver_sql("SELECT phone_hash FROM mobile_ids").scalars()
    assert phones[0].cookie.encode() not in bytes(kept)


@pytest.mark.databases
def test_sixty_phones_press_the_button_at_once(running: Running) -> None:
    code = code_of(running, a_project(running))
    path = f"/a/{code}"

    def activate(few: int) -> list[int]:
        """Some phones, one after another over one connection: what they get is decided by their cookies."""
        found = []
        with requests.Session() as session:
            for _ in range(few):
                phone = Phone(running.url, str(running.authority), session=session)
                pressed = phone.press(path, phone.ask("GET", path))
                assert pressed.status_code == 303, pressed.text
                found.append(number_on(phone.ask("GET", "/a").text))
        return found

    with ThreadPoolExecutor(20) as pool:
        told = [number for found in pool.map(activate, [3] * 20) for number in found]
    assert sorted(told) == list(range(FIRST, FIRST + 60))
