"""Numbers of mobile IDs that a project hands out: shown or typed at the kiosk, and tied to the person there."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class ShowMobileId:
    """POST …/mobile-id, of a verified person: what was typed or read by the scanner or camera. The activation code of a
    project (it assigns the next number), the code on the phone's page, or the number itself."""

    shown: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class MobileId:
    """200. The number is this person's now; the same again gives the same answer. `registered`: the host system said
    that it knows it."""

    project: str
    number: int
    registered: bool = False
