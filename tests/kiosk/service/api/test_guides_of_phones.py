"""The guides of phones and of projects do what they say: their lines run as they stand, against a whole service."""

from __future__ import annotations

import json
import os
import shutil
import sys
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import zxingcpp
from PySide6.QtGui import QImage

from kiosk.contract.paths import Scope
from kiosk.contract.phone import PhoneReason, PhoneStatus
from kiosk.resources import resource
from kiosk.service.sources import SystemClock, SystemRandom
from kiosk.service.store.users import user_id_of_upn
from kiosk.service.tls import Identity
from kiosk.service.tokens.actions import Rights, create_client
from tests.kiosk.service.api.guide import alike, blocks, run, steps
from tests.kiosk.service.running import Running, served, settings_for

PARTIES = [{"id": "staff", "name": "Staff sign-in", "rp_id": "localhost", "origin": "https://localhost:8443"}]


@pytest.fixture(autouse=True)
def programs() -> None:
    """What the lines call."""
    missing = [name for name in ("bash", "curl", "jq", "base64") if shutil.which(name) is None]
    if missing and not os.environ.get("CI"):
        pytest.skip(f"apt-get install {' '.join(missing)}")
    assert not missing, f"apt-get install {' '.join(missing)}"


def text_of(guide: str) -> str:
    return resource(f"docs/{guide}.md").read_text(encoding="utf-8")


def settings_of(guide: str) -> dict[str, Any]:
    return tomllib.loads("\n".join(blocks(text_of(guide), "toml")))


def followed(guide: str, running: Running, folder: Path, **variables: str) -> None:
    """Run the lines, and compare what they print with what the guide says."""
    client = create_client(running.parts.store, SystemClock(), SystemRandom(), "Badge office", Rights(frozenset(Scope)))
    given = {
        "KEYWRIGHT": running.url,
        "CA": str(running.authority),
        "CLIENT_ID": client.client_id,
        "CLIENT_SECRET": client.secret,
        "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin",
    }
    said = steps(text_of(guide))
    for step, printed in zip(said, run(said, folder, given | variables, _no_mail), strict=True):
        if step.answer is not None:
            alike(step.answer, json.loads(printed), step.lines.strip().splitlines()[-1])


def _no_mail(_listening: Callable[[], bool]) -> Iterator[str]:
    return iter(())


def test_the_lines_of_the_guide_of_phones_do_what_it_says(tmp_path: Path, tls: tuple[Identity, Identity]) -> None:
    changes = settings_of("phones") | {"relying_parties": PARTIES}
    with served(tmp_path, settings_for(tmp_path, **changes), tls, clock=SystemClock()) as running:
        with running.parts.store.read() as tx:
            person = user_id_of_upn(tx, "m.okafor@example.org")
        followed("phones", running, tmp_path, ACCOUNT=person or "nobody")
    picture = QImage(str(tmp_path / "code.png")).convertToFormat(QImage.Format.Format_Grayscale8)
    grey = memoryview(bytes(picture.constBits())).cast("B", (picture.height(), picture.bytesPerLine()))
    (found,) = zxingcpp.read_barcodes(grey)
    assert found.text.startswith("https://localhost:8443/m/")
    assert json.loads((tmp_path / "over.json").read_text(encoding="utf-8")) == {
        "status": PhoneStatus.CANCELLED,
        "number": "",
        "expiresIn": 0,
        "reason": PhoneReason.TAKEN_BACK,
    }


def test_the_lines_of_the_guide_of_projects_do_what_it_says(tmp_path: Path, tls: tuple[Identity, Identity]) -> None:
    changes = settings_of("projects")
    changes["projects"]["named"]["spring"]["feed"]["file"] = str(tmp_path / "spring.csv")
    with served(tmp_path, settings_for(tmp_path, **changes), tls, clock=SystemClock()) as running:
        followed("projects", running, tmp_path)
    assert (tmp_path / "sheet-a4.pdf").read_bytes().startswith(b"%PDF-")
    listed = (tmp_path / "list.csv").read_text(encoding="utf-8").splitlines()
    assert listed == ["First name,Last name,E-mail address,ID", "Mona,Okafor,m.okafor@example.org,70001"]


def test_the_guide_of_phones_names_every_reason() -> None:
    guide = text_of("phones")
    assert [reason for reason in PhoneReason if f"`{reason}`" not in guide] == []
    assert [status for status in PhoneStatus if f"`{status}`" not in guide] == []
