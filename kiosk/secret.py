"""A PIN or password that cannot be printed, compared, pickled, copied or kept."""

from __future__ import annotations

import unicodedata
from typing import NoReturn


class Secret:
    """Text that leaves through `reveal` only; `wipe` overwrites it as far as Python allows.

    Python may have copied the text before it came here; this object never makes another lasting copy.
    """

    __slots__ = ("_bytes",)

    def __init__(self, text: str) -> None:
        self._bytes: bytearray | None = bytearray(unicodedata.normalize("NFC", text).encode())

    def reveal(self) -> str:
        """The text in NFC. Raises ValueError once wiped."""
        if self._bytes is None:
            raise ValueError("the secret was wiped")
        return self._bytes.decode()

    def wipe(self) -> None:
        """Overwrite and forget the text. Safe to call twice."""
        if self._bytes is not None:
            self._bytes[:] = bytes(len(self._bytes))
            self._bytes = None

    @property
    def wiped(self) -> bool:
        """Whether the text is gone."""
        return self._bytes is None

    def __repr__(self) -> str:
        return "Secret(•••)"

    def __eq__(self, other: object) -> NoReturn:
        raise TypeError("secrets are not compared here")

    __hash__ = None  # type: ignore[assignment]

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("secrets are not copied or pickled")

    def __del__(self) -> None:
        self.wipe()
