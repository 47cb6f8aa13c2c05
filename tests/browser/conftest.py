"""One phone for the tests of a module: a real browser, which forgets everything between them."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from kiosk.commands.embedded import Embedded
from tests.browser.chromium import Phone, chromium, need_chromium, pin_of
from tests.browser.kiosk import service_with_phones
from tests.browser.walking import PHONE, SETTINGS, Booth
from tests.end_to_end.conftest import given_back

__all__ = ["given_back"]


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Embedded, ...]]:
    """One service, where phones may do all that they can; modules may have others."""
    with service_with_phones(tmp_path_factory.mktemp("service"), PHONE, **SETTINGS) as embedded:
        yield (embedded,)


@pytest.fixture
def booth(services: tuple[Embedded, ...]) -> Iterator[Booth]:
    """A kiosk without a window at that service."""
    made = Booth.at(services[0])
    yield made
    made.close()


@pytest.fixture(scope="module")
def unboxed(tmp_path_factory: pytest.TempPathFactory, services: tuple[Embedded, ...]) -> Iterator[Phone]:
    """A phone that trusts the services of the module (its fixture `services`)."""
    need_chromium()
    with chromium(tmp_path_factory.mktemp("phone"), pins_of(services)) as phone:
        yield phone


@pytest.fixture
def phone(unboxed: Phone) -> Phone:
    """A phone that has never been here."""
    unboxed.forget()
    return unboxed


@pytest.fixture
def another(tmp_path_factory: pytest.TempPathFactory, services: tuple[Embedded, ...]) -> Iterator[Phone]:
    """Somebody else's phone."""
    need_chromium()
    with chromium(tmp_path_factory.mktemp("another"), pins_of(services)) as phone:
        yield phone


def pins_of(services: tuple[Embedded, ...]) -> list[str]:
    """The keys that they prove themselves with."""
    ports = (urlsplit(each.station.service.url).port for each in services)
    return [pin_of("localhost", port) for port in ports if port is not None]
