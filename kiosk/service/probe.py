"""What a connector finds when the doctor asks it to look at the other side, with the least harm."""

from __future__ import annotations


class ProbeFailed(Exception):
    """Something is wrong. `seen` and `remedy` are for the administrator: plain words, no secrets."""

    def __init__(self, seen: str, remedy: str) -> None:
        super().__init__(seen)
        self.seen, self.remedy = seen, remedy
