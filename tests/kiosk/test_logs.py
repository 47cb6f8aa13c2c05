"""The log carries what staff need and never what a person typed, whoever writes and whatever breaks."""

from __future__ import annotations

import io
import json
import logging
import os
import re
import stat
import subprocess
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kiosk.logs import JsonFormatter, LogSettings, about, current_reference, harden, install, reference
from kiosk.redaction import ALLOWED
from kiosk.secret import Secret

SECRET = "hunter2-4711"
Lines = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def untouched_process() -> Iterator[None]:
    """Give back what `install` takes over."""
    root, ours = logging.getLogger(), logging.getLogger("keywright")
    before = (root.handlers[:], root.level, ours.level, logging.raiseExceptions)
    hooks = (sys.excepthook, threading.excepthook, sys.unraisablehook)
    yield
    for handler in set(root.handlers) - set(before[0]):
        handler.close()
    root.handlers[:], logging.raiseExceptions = before[0], before[3]
    root.setLevel(before[1])
    ours.setLevel(before[2])
    logging.captureWarnings(False)
    sys.excepthook, threading.excepthook, sys.unraisablehook = hooks
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()


@pytest.fixture
def log(untouched_process: None) -> tuple[Any, Lines]:
    """A logger of ours, and what has been written since it was last asked."""
    stream = io.StringIO()
    install(LogSettings(level=logging.DEBUG, library_level=logging.DEBUG), stream)

    def lines() -> list[dict[str, Any]]:
        written = [json.loads(line) for line in stream.getvalue().splitlines()]
        stream.seek(0)
        stream.truncate()
        return written

    return structlog.get_logger("keywright.test"), lines


def test_a_line_says_when_how_bad_where_and_what(log: tuple[Any, Lines]) -> None:
    logger, lines = log
    logger.info("ceremony_completed", relying_party="staff", attempt=2)
    (line,) = lines()
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00", line.pop("timestamp"))
    assert line == {
        "level": "info",
        "logger": "keywright.test",
        "event": "ceremony_completed",
        "relying_party": "staff",
        "attempt": 2,
    }


@given(
    key=st.from_regex(r"\A[a-z][a-z_]{0,19}\Z").filter(lambda key: key not in ALLOWED | {"event", "exc_info", "self"}),
    carrier=st.sampled_from([SECRET, SECRET.encode(), [SECRET], {"a": SECRET}, Secret(SECRET), ValueError(SECRET)]),
    in_event=st.booleans(),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_secret_under_any_other_key_reaches_the_output(
    log: tuple[Any, Lines], key: str, carrier: object, in_event: bool
) -> None:
    logger, lines = log
    logger.info(f"typed {SECRET}" if in_event else "code_checked", **{key: carrier})
    (line,) = lines()
    assert SECRET not in json.dumps(line)
    assert line["event"] == ("unnamed_event" if in_event else "code_checked")
    assert line[key] == "…"


@pytest.mark.parametrize("name", ["uvicorn.access", "sqlalchemy.engine", "urllib3.connectionpool", "fido2.ctap"])
def test_a_library_is_heard_without_its_words(
    log: tuple[Any, Lines], name: str, caplog: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, lines = log
    monkeypatch.setattr(logging.getLogger(name), "propagate", True)  # a server in this process may have said otherwise
    logging.getLogger(name).warning("GET /?code=%s", SECRET, extra={"pin": SECRET})
    (line,) = lines()
    del line["timestamp"]
    assert line == {"level": "warning", "logger": name, "event": "library_message"}
    caplog.clear()


def test_an_exception_in_a_library_is_told_by_class_and_place(log: tuple[Any, Lines], caplog: Any) -> None:
    _, lines = log
    try:
        int(SECRET)
    except ValueError:
        logging.getLogger("uvicorn.error").exception("failed: %s", SECRET)
    (line,) = lines()
    assert line["exception"][0] == "ValueError"
    assert SECRET not in json.dumps(line)
    caplog.clear()


def test_migrations_may_say_what_they_do(log: tuple[Any, Lines]) -> None:
    _, lines = log
    logging.getLogger("alembic.runtime.migration").info("Running upgrade %s -> %s", "0001", "0002")
    assert lines()[0]["message"] == "Running upgrade 0001 -> 0002"


def test_a_warning_of_python_becomes_a_line(log: tuple[Any, Lines], caplog: Any) -> None:
    _, lines = log
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(True)
        warnings.warn(SECRET, stacklevel=1)
    (line,) = lines()
    assert (line["logger"], line["event"]) == ("py.warnings", "library_message")
    caplog.clear()


def raised() -> ValueError:
    try:
        int(SECRET)
    except ValueError as error:
        return error
    raise AssertionError


@pytest.mark.parametrize("given_as", ["current", "exception", "tuple"])
def test_our_own_exceptions_lose_their_words(log: tuple[Any, Lines], given_as: str, caplog: Any) -> None:
    logger, lines = log
    error = raised()
    match given_as:
        case "current":
            try:
                raise error
            except ValueError:
                logger.exception("lane_failed")
        case "exception":
            logger.error("lane_failed", exc_info=error)
        case _:
            logger.error("lane_failed", exc_info=(ValueError, error, error.__traceback__))
    (line,) = lines()
    assert line["exception"][0] == "ValueError"
    assert line["exception"][1].startswith(__name__ + ":")
    assert SECRET not in json.dumps(line)
    caplog.clear()


@pytest.mark.parametrize("nothing", [None, False, True, (None, None, None)])
def test_no_exception_is_no_exception(log: tuple[Any, Lines], nothing: object) -> None:
    logger, lines = log
    logger.info("lane_idle", exc_info=nothing)
    assert "exception" not in lines()[0]


def test_every_kind_of_crash_is_one_line(log: tuple[Any, Lines], caplog: Any) -> None:
    _, lines = log
    error = raised()
    sys.excepthook(ValueError, error, None)
    threading.excepthook(threading.ExceptHookArgs((ValueError, error, None, None)))
    unraisable = type("Args", (), {"exc_value": error})()
    sys.unraisablehook(unraisable)
    written = lines()
    assert [line["event"] for line in written] == [
        "uncaught_exception",
        "uncaught_exception_in_thread",
        "unraisable_exception",
    ]
    assert all(line["exception"][0] == "ValueError" for line in written)
    assert SECRET not in json.dumps(written)
    caplog.clear()


def test_control_c_is_no_crash(log: tuple[Any, Lines]) -> None:
    _, lines = log
    sys.excepthook(KeyboardInterrupt, KeyboardInterrupt(), None)
    assert lines() == []


def test_lines_carry_the_reference_of_their_block(log: tuple[Any, Lines]) -> None:
    logger, lines = log
    with about(reference="K7M-4Q2", enrollment="e1"):
        assert current_reference() == "K7M-4Q2"
        with about(enrollment="e2"):
            logger.info("code_sent")
        logger.info("code_sent")
    logger.info("code_sent")
    assert [(line.get("reference"), line.get("enrollment")) for line in lines()] == [
        ("K7M-4Q2", "e2"),
        ("K7M-4Q2", "e1"),
        (None, None),
    ]
    assert current_reference() == ""


def test_each_line_says_which_replica_it_is_from() -> None:
    line = json.loads(JsonFormatter("left:8443").format(logging.LogRecord("x", 30, "", 0, "words", (), None)))
    assert (line["replica"], line["event"]) == ("left:8443", "library_message")
    assert "replica" not in json.loads(JsonFormatter().format(logging.LogRecord("x", 30, "", 0, "", (), None)))


@given(st.binary(min_size=6, max_size=6))
def test_a_reference_is_short_and_has_nothing_to_mistake(random: bytes) -> None:
    assert re.fullmatch(r"[0-9A-HJKMNP-TV-Z]{3}-[0-9A-HJKMNP-TV-Z]{3}", reference(lambda n: random[:n]))


def test_a_log_file_is_private_and_rotates(tmp_path: Path, untouched_process: None) -> None:
    file = tmp_path / "logs" / "kiosk.log"
    install(LogSettings(file))
    for handler in logging.getLogger().handlers:
        if isinstance(handler, logging.handlers.RotatingFileHandler):
            handler.maxBytes = 200
    for _ in range(5):
        structlog.get_logger("keywright.test").info("page_shown", page="welcome")
    written = sorted(file.parent.iterdir())
    assert len(written) == 5
    assert {stat.S_IMODE(each.stat().st_mode) for each in written} == {0o600}
    assert json.loads(file.read_text())["page"] == "welcome"


def test_a_handler_that_fails_does_not_print_what_it_was_given(
    log: tuple[Any, Lines], capsys: pytest.CaptureFixture[str], caplog: Any
) -> None:
    stream = io.StringIO()
    install(stream=stream)
    stream.close()
    logging.getLogger("library").warning("PIN %s", SECRET)
    assert SECRET not in capsys.readouterr().err
    caplog.clear()


def test_a_process_that_crashes_leaves_one_line_and_no_words() -> None:
    program = f"from kiosk.logs import install; install(); pin = {SECRET!r}; raise ValueError(pin)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 1
    assert json.loads(done.stderr)["exception"] == ["ValueError", "__main__:1"]
    assert SECRET not in done.stderr + done.stdout


def test_a_hardened_process_leaves_no_core_and_cannot_be_attached_to() -> None:
    program = (
        "import ctypes, resource; from kiosk.logs import harden; harden();"
        "print(resource.getrlimit(resource.RLIMIT_CORE), ctypes.CDLL(None).prctl(3, 0, 0, 0, 0))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout == "(0, 0) 0\n"


def test_a_system_without_limits_is_hardened_as_far_as_it_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kiosk.logs.process_limits", None)
    monkeypatch.setattr(sys, "platform", "win32")
    harden()
    assert os.getpid() > 0
