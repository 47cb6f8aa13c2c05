"""The shape of the account workflows: camelCase members, and errors of two members, as organizations know them."""

from __future__ import annotations

from typing import Final

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

SEED_SHAPED: Final = ("/user/", "/migrate", "/concierge/")
"""Where paths begin whose answers have this shape."""


class SeedModel(BaseModel):
    """A body or an answer: frozen, strict about members that it does not have, camelCase outside."""

    model_config = ConfigDict(
        alias_generator=to_camel, populate_by_name=True, extra="forbid", frozen=True, str_max_length=4096
    )


def is_seed_shaped(path: str) -> bool:
    """Whether what goes wrong on this path is told as `{"error": …, "errorDetails": …}`."""
    return path.startswith(SEED_SHAPED)
