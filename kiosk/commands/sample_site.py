"""The sample site of the demonstration: its settings of accounts, with the terms and the list beside them."""

from __future__ import annotations

import tomllib
from typing import Any

from kiosk.contract.policy import Demand
from kiosk.resources import resource

HELD = ("Nadia", "Testova")
"""The name of a visitor whom the sample list holds for the desk."""


def sample_accounts(app: Demand | None = None) -> dict[str, Any]:
    """Members and visitors may register; `app` is whether an authenticator app is set up after the key."""
    accounts = tomllib.loads(resource("sample/accounts.toml").read_text(encoding="utf-8"))
    screening = [{"id": "sample", "kind": "list", "path": str(resource("sample/screening.csv"))}]
    return accounts | {"screening": screening, "totp": {"offer": app}}
