"""The guide of accounts does what it says: its lines run as they stand, against a whole service, with real mail."""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
import tomllib
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from joserfc.jwk import ECKey

from kiosk.commands.mailbox import Mailbox
from kiosk.contract.paths import Scope
from kiosk.resources import resource
from kiosk.service.sources import SystemClock, SystemRandom
from kiosk.service.store.engine import Store
from kiosk.service.store.upgrade import upgrade
from kiosk.service.tls import Identity, server_context
from kiosk.service.tokens.actions import Rights, create_client
from kiosk.service.tokens.rules import ClientCredentials
from tests.kiosk.service.api.guide import alike, blocks, run, steps
from tests.kiosk.service.running import Running, secret, served, settings_for

_SECRET = re.compile(r"^\s*((?:[0-9A-Z]{4}-){3}[0-9A-Z]{4}|[A-Za-z0-9_-]{22}|[0-9]{6})\s*$", re.MULTILINE)
"""What people read out: a passcode, an activation token, a code; each on a line of its own."""
USES = {"acme": "sig", "acme-answers": "enc", "ours": "enc", "sign": "sig"}
"""The keys of both sides of an agreement."""


@pytest.fixture(autouse=True)
def programs() -> None:
    """What the lines call."""
    missing = [name for name in ("bash", "curl", "jq") if shutil.which(name) is None]
    if missing and not os.environ.get("CI"):
        pytest.skip(f"apt-get install {' '.join(missing)}")
    assert not missing, f"apt-get install {' '.join(missing)}"


@pytest.fixture
def guide() -> str:
    return resource("docs/accounts.md").read_text(encoding="utf-8")


@pytest.mark.sqlite  # the guide begins with a database of its own
@pytest.mark.timeout(180)
def test_the_lines_of_the_guide_do_what_it_says(guide: str, tmp_path: Path, tls: tuple[Identity, Identity]) -> None:
    keys = {name: _key(name, use) for name, use in USES.items()}
    _write(tmp_path, keys)
    client = _client(tmp_path)
    with Mailbox(server_context(tls[1])) as box:
        changes = _settings(guide, tmp_path, client) | {
            "mail": {
                "host": "localhost",
                "port": box.port,
                "sender": "keys@example.org",
                "certificate_authority": str(tls[0].certificate),
            }
        }

        def told(name: str) -> str:
            private = {"partner-acme-1": keys["ours"], "partner-acme-sign-1": keys["sign"]}
            return json.dumps(private[name].as_dict(private=True)) if name in private else secret(name)

        with served(tmp_path, settings_for(tmp_path, **changes), tls, clock=SystemClock(), secret=told) as running:
            running.service.worker.start()
            said = steps(guide)
            printed = run(said, tmp_path, _variables(running, client), partial(_read_out, box))
    for step, text in zip(said, printed, strict=True):
        if step.answer is not None:
            alike(step.answer, json.loads(text), step.lines.strip().splitlines()[-1])


def test_the_guide_names_every_path_of_accounts_and_every_scope(guide: str) -> None:
    elsewhere = {Scope.ENROLL, Scope.USERS_READ, *(scope for scope in Scope if ":" in scope)}
    for scope in set(Scope) - elsewhere:
        assert f"`{scope}`" in guide, scope


def _settings(guide: str, folder: Path, client: ClientCredentials) -> dict[str, Any]:
    """The settings that the guide shows, with the files that they name."""
    text = "\n".join(blocks(guide, "toml")).replace("to be filled in", client.client_id)
    settings = tomllib.loads(text)
    for each in settings["accounts"]["screening"]:
        each["path"] = str(folder / each["path"])
    for partner in settings["accounts"]["partners"]:
        partner["keys"] = [str(folder / key) for key in partner["keys"]]
    settings["accounts"]["passwords"] = {"memory_mib": 8, "rounds": 1}
    return settings


def _write(folder: Path, keys: dict[str, ECKey]) -> None:
    (folder / "sanctions.csv").write_text("name,reference\nSomebody Else,4711\n", encoding="utf-8")
    acme = {"keys": [keys[name].as_dict(private=False) for name in ("acme", "acme-answers")]}
    (folder / "acme.jwk").write_text(json.dumps(acme), encoding="utf-8")
    (folder / "partner.jwk").write_text(json.dumps(keys["acme"].as_dict(private=True)), encoding="utf-8")
    (folder / "keywright.jwk").write_text(json.dumps(keys["ours"].as_dict(private=False)), encoding="utf-8")
    (script,) = blocks(resource("docs/accounts.md").read_text(encoding="utf-8"), "python")
    (folder / "seal.py").write_text(script, encoding="utf-8")


def _key(name: str, use: str) -> ECKey:
    return ECKey.generate_key("P-256", {"kid": f"{name}-2026", "use": use}, auto_kid=False)


def _client(folder: Path) -> ClientCredentials:
    """Made before the service, because the settings name it."""
    store = Store.open(f"sqlite:///{folder / 'service.db'}")
    try:
        upgrade(store)
        rights = Rights(frozenset(Scope), sites=frozenset({"main"}))
        return create_client(store, SystemClock(), SystemRandom(), "HR portal", rights)
    finally:
        store.close()


def _variables(running: Running, client: ClientCredentials) -> dict[str, str]:
    return {
        "KEYWRIGHT": running.url,
        "CA": str(running.authority),
        "CLIENT_ID": client.client_id,
        "CLIENT_SECRET": client.secret,
        "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin",
    }


def _read_out(box: Mailbox, listening: Callable[[], bool]) -> Iterator[str]:
    """What the mails say, one after the other."""
    number = 0
    while listening():
        for mail in box.wait_for(number + 1, 0.2)[number:]:
            number += 1
            if found := _SECRET.search(mail.text):
                yield found[1]
