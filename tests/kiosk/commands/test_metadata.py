"""`keywright metadata` brings what an offline site needs, and doctor tells how it stands."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from kiosk.commands.checks import Level
from kiosk.commands.checks_trust import examine_trust
from kiosk.commands.metadata import FAULTS
from kiosk.service.attestation.blob import BlobFault
from kiosk.service.settings import ServiceSettings, load
from tests.kiosk.commands.conftest import Keywright
from tests.kiosk.service.attestation.blobs import HOST, Publisher, entry
from tests.kiosk.service.attestation.maker import AAGUID, ca, certify, name
from tests.kiosk.service.attestation.test_pictures import SMALL

NOW = datetime.now(UTC)
TOMORROW = (NOW + timedelta(days=1)).date().isoformat()
YESTERDAY = (NOW - timedelta(days=1)).date().isoformat()
MAKER = certify(None, name("Root", "Roots"), ca())


@pytest.fixture
def publisher() -> Publisher:
    return Publisher(until=NOW + timedelta(days=30))


@pytest.fixture
def config(config: Path, publisher: Publisher) -> Path:
    """A service without a way out, which believes a publisher of its own."""
    root = config.with_name("root.pem")
    root.write_bytes(publisher.root.certificate.public_bytes(Encoding.PEM))
    section = f'[attestation.metadata]\nfetch = false\nroot = "{root}"\nhosts = ["{HOST}"]\n'
    config.write_text(config.read_text(encoding="utf-8") + section, encoding="utf-8")
    return config


@pytest.fixture
def brought(tmp_path: Path, publisher: Publisher) -> Path:
    file = tmp_path / "blob.jwt"
    file.write_bytes(publisher.publish(entry(AAGUID, MAKER, icon=SMALL), number=9, next_update=TOMORROW))
    return file


def test_a_file_is_taken_and_known_from_then_on(keywright: Keywright, config: Path, brought: Path) -> None:
    first = keywright("metadata", brought, "--config", config)
    assert first.exit_code == 0
    assert first.output.startswith("Taken.\nnumber         9\n")
    assert keywright("metadata", brought, "--config", config).output.startswith("Known already.\n")
    told = json.loads(keywright("metadata", "--config", config, "--json").output)
    assert told == {"number": 9, "next_update": TOMORROW, "old": False, "models": 1, "skipped": 0}


def test_a_model_has_a_card(keywright: Keywright, config: Path, brought: Path) -> None:
    result = keywright("metadata", brought, "--config", config, "--json", "--aaguid", str(AAGUID).upper())
    assert json.loads(result.output) == {
        "aaguid": str(AAGUID),
        "name": "Test Key 5",
        "firmware": 5,
        "certification": "l1",
        "refused": None,
        "retired": False,
        "attested": True,
        "roots": [MAKER.certificate.subject.rfc4514_string()],
        "picture": True,
        "reports": ["FIDO_CERTIFIED_L1 since 2020-01-01"],
    }
    assert "certification  l1" in keywright("metadata", "--config", config, "--aaguid", AAGUID).output
    unknown = keywright("metadata", "--config", config, "--aaguid", UUID(int=7))
    assert (unknown.exit_code, unknown.stderr) == (2, "The metadata do not know this model.\n")


def test_where_nothing_is_known_that_is_said(keywright: Keywright, config: Path) -> None:
    result = keywright("metadata", "--config", config)
    assert (result.exit_code, result.stderr) == (2, "No metadata are known.\n")


def test_a_file_that_does_not_hold_is_not_taken(
    keywright: Keywright, config: Path, brought: Path, publisher: Publisher, plain: Callable[[str], None]
) -> None:
    keywright("metadata", brought, "--config", config)
    for blob, fault in (
        (brought.read_bytes()[:-8], BlobFault.BAD_SIGNATURE),
        (Publisher(until=NOW + timedelta(days=1)).publish(), BlobFault.UNTRUSTED),
        (publisher.publish(number=8), BlobFault.OLDER),
        (b"<html>", BlobFault.MALFORMED),
    ):
        brought.write_bytes(blob)
        result = keywright("metadata", brought, "--config", config)
        assert (result.exit_code, result.stderr) == (1, f"Not taken. {FAULTS[fault]}\n")
        plain(result.stderr)


def test_every_fault_has_words() -> None:
    assert set(FAULTS) == set(BlobFault)


def test_a_service_that_does_not_look_at_metadata_says_so(keywright: Keywright, config: Path) -> None:
    text = config.read_text(encoding="utf-8")
    config.write_text(text[: text.index("[attestation.metadata]")], encoding="utf-8")
    result = keywright("metadata", "--config", config)
    assert result.exit_code == 3
    assert "attestation.metadata" in result.stderr


def levels(settings: ServiceSettings, now: datetime = NOW) -> dict[str, Level]:
    return {each.name: each.level for each in examine_trust(settings, now)}


def test_doctor_tells_how_old_metadata_are(
    keywright: Keywright, config: Path, brought: Path, publisher: Publisher
) -> None:
    settings = load(config)
    assert levels(settings) == {"makers of keys": Level.OK, "metadata": Level.WARN}
    required = config.read_text(encoding="utf-8") + "required = true\n"
    config.write_text(required, encoding="utf-8")
    assert levels(load(config))["metadata"] is Level.FAIL
    keywright("metadata", brought, "--config", config)
    assert levels(load(config))["metadata"] is Level.OK
    brought.write_bytes(publisher.publish(number=10, next_update=YESTERDAY))
    keywright("metadata", brought, "--config", config)
    assert levels(load(config))["metadata"] is Level.WARN


def test_doctor_names_roots_that_are_missing_broken_or_ending(config: Path, tmp_path: Path) -> None:
    folder = tmp_path / "roots"
    plain = load(config)

    def with_roots() -> ServiceSettings:
        kept = plain.attestation.model_copy(update={"roots": folder, "metadata": None})
        return plain.model_copy(update={"attestation": kept})

    assert levels(with_roots()) == {"makers of keys": Level.FAIL}
    folder.mkdir()
    assert levels(with_roots()) == {"makers of keys": Level.FAIL}
    ending = certify(None, name("Old", "Roots"), ca(), until=NOW + timedelta(days=30))
    (folder / "old.pem").write_bytes(ending.certificate.public_bytes(Encoding.PEM))
    assert levels(with_roots()) == {"makers of keys": Level.WARN}
    assert levels(with_roots(), NOW - timedelta(days=100)) == {"makers of keys": Level.OK}
    (folder / "broken.pem").write_text("no certificate")
    assert levels(with_roots()) == {"makers of keys": Level.FAIL}
