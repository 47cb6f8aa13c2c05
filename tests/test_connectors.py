"""Every connector has an example that loads, a place in the guide, and settings whose mistakes are named by path."""

from __future__ import annotations

import re
from typing import Any

import pytest

from kiosk.errors import ConfigurationError
from kiosk.service.settings import ServiceSettings, parse
from tests import documentation, documentation_connectors
from tests.documentation_connectors import FOLDER, GUIDE, HEADERS, kinds

ALL = dict(kinds())
BASE = 'verification.methods = ["none"]\nverification.allow_none = true\n'
"""A service that needs no messenger."""


def text(name: str) -> str:
    folder, _, kind = name.partition(".")
    return (FOLDER / folder / f"{kind}.toml").read_text(encoding="utf-8")


def found(settings: ServiceSettings, name: str) -> Any:
    """What the example set up."""
    folder = name.partition(".")[0]
    if folder == "screening":
        return settings.accounts.screening[0]
    if folder == "phones":
        return settings.phone.enroller
    if folder in HEADERS:
        return getattr(settings, folder)[0]
    return settings.mail or settings.sms


@pytest.mark.parametrize("name", ALL)
def test_the_example_of_a_connector_is_what_its_settings_are(name: str) -> None:
    assert documentation_connectors.example(name, ALL[name]) == text(name), "run: python -m tests.documentation"


@pytest.mark.parametrize("name", ALL)
def test_the_example_of_a_connector_loads_as_it_stands(name: str) -> None:
    made = found(parse(BASE + text(name)), name)
    assert type(made) is ALL[name].settings


@pytest.mark.parametrize("name", ALL)
def test_a_wrong_setting_of_a_connector_is_named_by_its_path(name: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        parse(BASE + text(name) + "no_such_setting = 1\n")
    assert caught.value.path.endswith("no_such_setting")
    table = documentation_connectors.header(name).strip("[]")
    assert caught.value.path.startswith(table)


@pytest.mark.parametrize("name", ALL)
def test_a_connector_is_in_the_tables_of_the_guide(name: str) -> None:
    kind = name.partition(".")[2]
    assert re.search(rf"(?m)^\| `{kind}` \|", GUIDE.read_text(encoding="utf-8"))


def test_the_guide_of_connectors_is_what_their_settings_are() -> None:
    guide = GUIDE.read_text(encoding="utf-8")
    assert documentation.connectors_guide(guide) == guide, "run: python -m tests.documentation"


def test_there_is_no_example_of_a_connector_that_is_not_there() -> None:
    assert {f"{file.parent.name}.{file.stem}" for file in FOLDER.glob("*/*.toml")} == set(ALL)


def test_an_unknown_kind_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(ConfigurationError, match=r"none of .*entra.*okta"):
        parse(BASE + '[[relying_parties]]\nkind = "acme"\nid = "a"\nname = "A"\n')
