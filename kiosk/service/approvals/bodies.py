"""The request bodies of approvals, refusing members that they do not have."""

from __future__ import annotations

from pydantic import ConfigDict
from pydantic.dataclasses import dataclass

from kiosk.contract import staff as wire

_STRICT = ConfigDict(extra="forbid")  # the contract's own classes stay lenient, for stations older than the service


@dataclass(frozen=True, config=_STRICT)
class OpenApproval(wire.OpenApproval):
    """POST …/approvals."""
