"""The PIN and the code leave no trace: not in files, not in logs, not on the terminal."""

from __future__ import annotations

import base64
import hashlib
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtGui import QClipboard, QGuiApplication

from kiosk import logs
from kiosk.commands.embedded import embedded_service
from kiosk.service.verification.settings import CodeSettings, VerificationSettings
from tests.end_to_end.person import Person
from tests.end_to_end.stand import PIN, Stand
from tests.end_to_end.visitor import Visitor
from tests.untouched import untouched_process

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")

SETTINGS = {"verification": VerificationSettings(code=CodeSettings(digits=10))}
"""Ten digits are in no file by chance."""
LOG = "everything.log"


@pytest.fixture
def everything_logged(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Log as much as can be, to a file in the folder of the test."""
    with untouched_process():
        logs.install(logs.LogSettings(file=tmp_path / LOG, level=logging.DEBUG, library_level=logging.DEBUG))
        with caplog.at_level(logging.DEBUG):
            yield


@pytest.mark.usefixtures("everything_logged")
def test_nothing_that_was_written_has_the_pin_or_the_code(
    person: Person, tmp_path: Path, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    codes: list[str] = []
    found: list[str] = []
    with embedded_service(tmp_path, SETTINGS) as embedded:
        visitor = Visitor(person, embedded)
        stand = Stand.at(embedded, tmp_path)

        def look() -> None:
            for secret in (PIN, *codes):
                found.extend(_files_with(tmp_path, secret))

        def visit() -> None:
            visitor.starts()
            visitor.says_who_she_is()
            codes.append(visitor.gets_mail())
            visitor.types_code(codes[0], digits=10)
            stand.key.plug()
            visitor.chooses_pin()
            person.reads("Touch", "Touch your key now")
            look()
            visitor.touches(stand)
            visitor.is_done()
            look()

        assert stand.live(visit) == 0
    look()
    written = capfd.readouterr()
    said = "\n".join([written.out, written.err, *_logged(caplog)])
    clipboard = QGuiApplication.clipboard()
    said += "".join(clipboard.text(mode) for mode in QClipboard.Mode)
    assert (tmp_path / LOG).stat().st_size > 0
    assert not found
    assert not [secret for secret in (PIN, *codes) if any(form in said.encode() for form in _forms(secret))]


def _logged(caplog: pytest.LogCaptureFixture) -> list[str]:
    """All that anything logged, but for the mail server, which stands for the world outside and reads the mail."""
    return [str(vars(record)) for record in caplog.records if record.name != "mail.log"]


def _files_with(folder: Path, secret: str) -> list[str]:
    forms = _forms(secret)
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert files
    return [path.name for path in files if any(form in path.read_bytes() for form in forms)]


def _forms(secret: str) -> tuple[bytes, ...]:
    """The secret as it stands, in encodings, backwards, and as the bare hashes that are easily guessed."""
    plain = secret.encode()
    digest = hashlib.sha256(plain)
    return (
        plain,
        plain[::-1],
        secret.encode("utf-16-le"),
        plain.hex().encode(),
        base64.b64encode(plain).rstrip(b"="),
        digest.digest()[:16],
        digest.hexdigest()[:32].encode(),
        base64.b64encode(digest.digest()[:15]),
        base64.urlsafe_b64encode(digest.digest()[:15]),
    )
