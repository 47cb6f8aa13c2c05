"""Settings from TOML: strict, and each error named by its path."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import BaseModel

from kiosk.contract.profile import VerificationMethod
from kiosk.errors import ConfigurationError
from kiosk.service.settings import ServiceSettings, load, parse

MAIL = "[mail]\nhost = 'mail.example.org'\nsender = 'keys@example.org'\n"


def test_the_defaults_and_a_mail_server_are_settings() -> None:
    settings = parse(MAIL)
    assert settings.verification.methods == (VerificationMethod.EMAIL,)
    assert settings.session.life.total_seconds() == 900
    assert settings.sms is None


@pytest.mark.parametrize(
    "section", ["server", "database", "session", "identify", "verification", "pin", "key", "attestation"]
)
def test_a_section_may_be_left_empty(section: str) -> None:
    assert parse(f"{MAIL}[{section}]") == parse(MAIL)


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("organisation = 'x'", "organisation"),
        ("organization = ''", "organization"),
        ("organization = 5", "organization"),
        ("[server]\nport = 'https'", "server.port"),
        ("[server]\nport = 70000", "server.port"),
        ("[server]\ncertificate = 'x.pem'", "server"),
        ("[server]\nproxies = ['10.0.0.1/8']", "server.proxies.0"),
        ("[session]\nabsolute = 901", "session.absolute"),
        ("[pin]\nmin_length = 3", "pin.min_length"),
        ("[pin]\nmin_length = 9\nmax_length = 8", "pin"),
        ("[pin]\nmode = 'sometimes'", "pin.mode"),
        ("[pin]\nrandom_length = 9\nmax_length = 8", "pin"),
        ("[pin]\nenroll_fingerprint = 'refuse'", "pin"),
        ("[pin]\ndelivery = 'letter'", "pin"),
        ("[pin]\norigin = 'random'\ndelivery = 'mail'", "pin.delivery"),
        ("[key]\nmin_firmware = {'5.7' = 1}", "key.min_firmware.5.7.[key]"),
        ("[key]\ncertification = {FIPS = 0}", "key.certification.FIPS"),
        ("[hand_over]\nmin_pin_length = 8", "hand_over"),
        ("[hand_over]\nraise_min_pin = 'require'", "hand_over"),
        ("[hand_over]\nalways_uv = 'perhaps'", "hand_over.always_uv"),
        ("[key]\naaguids_denied = ['x']", "key.aaguids_denied.0"),
        ("[verification]\nmethods = ['none']", "verification.methods"),
        ("", "verification.methods"),
        (MAIL + "[verification]\nmethods = ['email', 'sms']", "verification.methods"),
        (MAIL + "security = 'plain'", "mail.security"),
        ("[verification]\nmethods = ['self_confirmation']", "verification.methods"),
        (
            "public = true\n[verification]\nmethods = ['self_confirmation']\nallow_self_confirmation = true",
            "verification.methods",
        ),
        (MAIL + "[[identify.alternatives]]\nname = 'a'\nfields = ['shoe_size']", "identify.alternatives"),
        ("[[identify.alternatives]]\nname = 'a'\nfields = []", "identify.alternatives.0.fields"),
        ("[identify.attributes.site]\nlabels = {}", "identify.attributes.site.labels"),
        ("[identify.attributes.site]\nlabels = {en = 'Site'}\npattern = '('", "identify.attributes.site.pattern"),
        ("[[relying_parties]]\nid = 'a'\nname = 'A'\nrp_id = 'x.org'\norigin = 'https://y.org'", "relying_parties.0"),
        (
            "[[relying_parties]]\nid = 'a'\nname = 'A'\nrp_id = 'x.org'\norigin = 'http://x.org'",
            "relying_parties.0.origin",
        ),
        ("[mail]\nhost = 'm.example.org'\nsender = 'k@example.org'\npassword = 'hunter two'", "mail.password"),
        (MAIL + "[attestation]\nrequire_trusted = true\nconveyance = 'none'", "attestation"),
        ("not toml", ""),
    ],
)
def test_a_wrong_setting_is_named_by_its_path(text: str, path: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        parse(text)
    assert caught.value.path == path
    assert "Value error" not in caught.value.problem
    assert "\n" not in caught.value.problem.removeprefix("is not TOML")
    assert caught.value.problem


def test_a_file_is_read_and_a_missing_one_is_named(tmp_path: Path) -> None:
    path = tmp_path / "service.toml"
    path.write_text("organization = 'Clinic'\nlanguages = ['ar', 'en']\n" + MAIL, encoding="utf-8")
    assert load(path).languages == ("ar", "en")
    path.write_bytes(b"organization = '\xff'")
    with pytest.raises(ConfigurationError, match="UTF-8"):
        load(path)
    with pytest.raises(ConfigurationError) as caught:
        load(tmp_path / "none.toml")
    assert caught.value.path == str(tmp_path / "none.toml")


@pytest.mark.parametrize(("method", "section"), [("email", "[mail]"), ("sms", "[sms]")])
def test_a_way_without_its_server_is_refused_with_what_to_do(method: str, section: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        parse(f"[verification]\nmethods = ['{method}']")
    assert caught.value.path == "verification.methods"
    assert section in caught.value.problem


def models(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    yield model
    for field in model.model_fields.values():
        for part in (field.annotation, *getattr(field.annotation, "__args__", ())):
            if isinstance(part, type) and issubclass(part, BaseModel):
                yield from models(part)


def test_every_setting_says_what_it_is() -> None:
    for model in models(ServiceSettings):
        assert model.model_config.get("frozen")
        assert model.model_config.get("extra") == "forbid"
        for name, field in model.model_fields.items():
            sections = [part for part in (field.annotation,) if isinstance(part, type) and issubclass(part, BaseModel)]
            assert field.description or sections, f"{model.__name__}.{name} has no docstring"


SITE = "[accounts.kiosk]\nsite = 'main'\n[[accounts.sites]]\nid = 'main'\nname = 'Head office'\ntenant = 'north'\n"


def test_who_registers_at_the_kiosk_must_be_found_there_and_be_mailed() -> None:
    table = "[[directories]]\nkind = 'table'\nid = 'people'\ntenant = 'north'\n"
    assert parse(MAIL + SITE + table).accounts.kiosk is not None
    for text in (MAIL + SITE, "[verification]\nmethods = ['automatic']\n" + SITE + table):
        with pytest.raises(ConfigurationError) as caught:
            parse(text)
        assert caught.value.args[0] == "accounts.kiosk"
