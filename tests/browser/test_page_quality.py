"""Every page that a phone may open: accessible, small, strict, alone with our service, and whole on a small screen."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import pytest

from tests.browser.chromium import Phone
from tests.browser.walking import (
    CEREMONY,
    Booth,
    makes_passkey,
    pairs,
    scans,
    types_number,
    uses_passkey,
    wrong,
)

pytestmark = pytest.mark.browser

LIMIT = 100_000
"""Bytes of a page with all that it loads, headers included."""
SIZES = ((390, 844), (320, 568))


Walk = Iterator[str]
"""Goes from page to page; the name of each that is open now."""


def passkey(phone: Phone, booth: Booth, language: str) -> Walk:
    code = booth.code()
    phone.opens(f"{code['link']}?lang={language}")
    phone.waits("#go")
    yield "landing"
    phone.presses("#go")
    phone.waits('[name="number"]')
    yield "number"
    number = booth.number(code)
    types_number(phone, wrong(number))
    phone.waits("#wrong")
    yield "number-wrong"
    types_number(phone, number)
    phone.waits('form[data-ceremony="create"]')
    yield "passkey"
    phone.is_itself(recognized=False)
    uses_passkey(phone)
    phone.waits('[data-told="cancelled"]')
    yield "passkey-cancelled"
    phone.is_itself(recognized=True)
    uses_passkey(phone)
    phone.waits('form[data-ceremony="get"]')
    yield "prove"
    uses_passkey(phone)
    phone.waits("#done")
    yield "done"


def confirmation(phone: Phone, booth: Booth, language: str) -> Walk:
    code = booth.code(enrollmentId=booth.known(), purpose="confirm")
    pairs(phone, booth, code | {"link": f"{code['link']}?lang={language}"})
    phone.waits(CEREMONY)
    yield "confirm"
    phone.presses("#decline button")
    phone.waits("#over")
    yield "declined"
    phone.opens(f"{code['link'].rpartition('/')[0]}/AAAAAAAAAAAAAAAAAAAAAA?lang={language}")
    phone.waits("#refused")
    yield "no-code"


def typed_code(phone: Phone, booth: Booth, language: str) -> Walk:
    code = booth.code(enrollmentId=booth.known(), purpose="code")
    pairs(phone, booth, code | {"link": f"{code['link']}?lang={language}"})
    phone.waits("#send-email")
    yield "code-send"
    phone.presses("#send-email")
    phone.types("code", "000000")
    yield "code-sent"
    phone.presses("#next")
    phone.waits("#wrong")
    yield "code-wrong"


def form(phone: Phone, booth: Booth, language: str) -> Walk:
    code = booth.code(enrollmentId=booth.station.open(), purpose="register", form="visitor")
    pairs(phone, booth, code | {"link": f"{code['link']}?lang={language}"})
    phone.waits("#form")
    yield "form"
    phone.presses("#form #next")
    phone.waits(".wrong")
    yield "form-wrong"


WALKS: tuple[Callable[[Phone, Booth, str], Walk], ...] = (passkey, confirmation, typed_code, form)


@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize("walk", WALKS, ids=lambda each: each.__name__)
def test_pages_are_accessible_small_strict_and_alone(
    phone: Phone, booth: Booth, walk: Callable[[Phone, Booth, str], Walk], language: str
) -> None:
    own = {f"localhost:{urlsplit(booth.station.url).port}"}
    for name in walk(phone, booth, language):
        load = phone.loaded()
        assert load.hosts <= own, name
        assert load.size < LIMIT, name
        assert phone.run("return document.documentElement.lang") == language, name
        assert phone.violations() == [], name
        phone.holds(*SIZES[1], dark=True)
        assert phone.violations("color-contrast") == [], f"{name} in the dark"
        assert phone.run("return document.documentElement.scrollWidth") <= SIZES[1][0], f"{name} is too wide"
        phone.holds(*SIZES[0])
        assert [each for each in phone.faults() if "responded with a status of 4" not in each] == [], name


def test_a_phone_that_was_never_here_loads_little(phone: Phone, booth: Booth) -> None:
    phone.driver.execute_cdp_cmd("Network.clearBrowserCache", {})
    phone.opens(booth.code()["link"])
    phone.waits("#go")
    cold = phone.loaded()
    assert 0 < cold.size < LIMIT * 0.6  # three faces are 40 kB of it, and hold nothing up
    phone.opens(booth.code()["link"])
    phone.waits("#go")
    assert phone.loaded().size < cold.size


def test_everything_can_be_done_with_the_keyboard_alone(phone: Phone, booth: Booth) -> None:
    code = booth.code()
    phone.opens(code["link"])
    phone.waits("#go").send_keys("\ue007")
    phone.waits('[name="number"]')
    assert phone.run("return document.activeElement.id") == "number"
    phone.driver.switch_to.active_element.send_keys(booth.number(code), "\ue007")
    phone.waits(CEREMONY).send_keys("\ue00d")
    phone.waits('form[data-ceremony="get"] button').send_keys("\ue00d")
    phone.waits("#done")
    assert booth.standing(code)[0] == "COMPLETED"


def test_no_page_is_kept_by_the_browser(phone: Phone, booth: Booth) -> None:
    code = booth.code()
    scans(phone, code["link"])
    types_number(phone, booth.number(code))
    makes_passkey(phone)
    phone.driver.back()
    phone.waits("#done")
