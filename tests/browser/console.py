"""A service with a console, and staff in a real browser with a key of their own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from kiosk.commands.embedded import Embedded, embedded_service
from kiosk.contract.staff import Role
from kiosk.service.parts import Parts
from kiosk.service.staff.actions import NewMember, add_member, new_join_code
from tests.browser.chromium import Phone
from tests.browser.kiosk import reserved
from tests.browser.walking import Booth

SUPERVISED: Final[dict[str, Any]] = {
    "supervision": {"verify": 1, "override": 1, "guest": 1},
    "verification": {
        "methods": ["self_confirmation", "none", "email"],
        "allow_self_confirmation": True,
        "allow_none": True,
    },
}


@contextmanager
def service_with_console(folder: Path, **settings: Any) -> Iterator[Embedded]:
    """A service whose console is where it listens, and whose staff keys are for this machine's name."""
    folder.mkdir(exist_ok=True)
    with reserved() as port:
        staff = {"url": f"https://localhost:{port}", "rp_id": "localhost"}
        with embedded_service(folder, {"staff": staff, **SUPERVISED, **settings}, port) as embedded:
            yield embedded


@dataclass
class Seat:
    """Where a member of staff sits: a browser, at one service."""

    browser: Phone
    booth: Booth

    @property
    def url(self) -> str:
        return self.booth.station.url.replace("127.0.0.1", "localhost")

    @property
    def parts(self) -> Parts:
        return self.booth.embedded.service.parts

    def opens(self, path: str) -> None:
        self.browser.opens(self.url + path)

    def joins(self, name: str, *roles: Role, sites: frozenset[str] = frozenset()) -> str:
        """Somebody becomes staff, and registers their key by the link; their id."""
        new = NewMember(name, name.title(), "", frozenset(roles or tuple(Role)), sites)
        code = add_member(self.parts, "test", "default", new)
        self.opens(f"/console/join#{code.text}")
        self.browser.types("name", "Blue key")
        self.browser.presses("form[data-make] button")
        self.browser.waits('form[action="/console/sign-in"]')
        return code.staff_id

    def link(self, staff_id: str) -> str:
        """Another link of a member."""
        return f"/console/join#{new_join_code(self.parts, 'test', staff_id).text}"

    def signs_in(self) -> None:
        if self.browser.path.partition("?")[0] != "/console/sign-in":
            self.opens("/console/sign-in")
        self.browser.presses('form[action="/console/sign-in"] button')
        self.browser.waits(".me")

    def enters(self, name: str = "mona", *roles: Role, sites: frozenset[str] = frozenset()) -> str:
        """As `joins`, and signs in."""
        staff_id = self.joins(name, *roles, sites=sites)
        self.signs_in()
        return staff_id
