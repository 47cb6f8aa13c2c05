"""A member of staff in a real browser, who decides what people at the kiosks wait for."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from threading import Event, Thread
from typing import Any, Final

from selenium.common.exceptions import WebDriverException

from tests.browser.chromium import Phone

_PATIENCE: Final = 12.0
"""Seconds after which a page is opened anew."""
_TURN: Final = 0.03
_CARDS: Final = """\
return [...document.querySelectorAll('.request')].map(card => [
    card.id,
    card.querySelector('h2 + p').firstChild.textContent.trim(),
    card.querySelector('.number').textContent.trim(),
])"""
_DECIDE: Final = """\
const [id, decision, reason] = arguments;
const card = document.getElementById(id);
if (!card) return false;
const button = card.querySelector(`button[value="${decision}"]`);
if (!button || button.disabled) return false;
card.querySelector('input[name="reason"]').value = reason;
button.click();
return true;"""
_ON_PAGE: Final = "return !!document.querySelector('[data-fresh=\"requests\"]')"


@dataclass
class Staff:
    """Somebody with a key, at `url`. `told` is what people say on the telephone: kiosk and number, and whether they
    are to be denied."""

    browser: Phone
    url: str
    told: dict[tuple[str, str], bool] = field(default_factory=dict)
    decided: int = 0
    reloads: int = 0
    failure: BaseException | None = None
    _over: Event = field(default_factory=Event)
    _thread: Thread | None = None

    def join(self, code: str) -> None:
        """Register a key, and sign in with it."""
        self.browser.opens(f"{self.url}/console/join#{code}")
        self.browser.types("name", "Blue key")
        self.browser.presses("form[data-make] button")
        self.browser.waits('form[action="/console/sign-in"]')
        self.browser.presses('form[action="/console/sign-in"] button')
        self.browser.waits(".me")

    def hear(self, kiosk: str, number: str, deny: bool) -> None:
        """Somebody calls from a kiosk."""
        self.told[kiosk, number] = deny

    def begin(self) -> None:
        """Look at the requests from now on."""
        self._thread = Thread(target=self._sit, name="staff")
        self._thread.start()

    def end(self) -> None:
        """Go home. Raises what went wrong in between."""
        self._over.set()
        if self._thread is not None:
            self._thread.join()
        if self.failure is not None:
            raise self.failure

    def _sit(self) -> None:
        try:
            self._open()
            idle = 0.0
            while not self._over.wait(_TURN):
                idle = 0.0 if self._decide_one() else idle + _TURN
                if self.told and idle > _PATIENCE:
                    idle = 0.0
                    self._open()
        except BaseException as error:  # told by `end`
            self.failure = error

    def _open(self) -> None:
        """Open the page; where the service is away, the next look tries again."""
        self.reloads += 1
        with suppress(WebDriverException):
            self.browser.opens(f"{self.url}/console/requests")

    def _decide_one(self) -> bool:
        """Decide the first request that somebody has called about."""
        for card, kiosk, number in self._cards():
            deny = self.told.get((kiosk, number))
            if deny is None:
                continue
            reason = "Please bring a passport." if deny else "Passport seen."
            if self._run(_DECIDE, card, "deny" if deny else "approve", reason) and self._gone(card):
                self.told.pop((kiosk, number), None)
                self.decided += 1
                return True
        return False

    def _gone(self, card: str) -> bool:
        waited = 0.0
        while waited < _PATIENCE:
            if all(each[0] != card for each in self._cards()) and self._run(_ON_PAGE):
                return True
            self._over.wait(_TURN)
            waited += _TURN
        self._open()
        return False

    def _cards(self) -> list[list[str]]:
        found = self._run(_CARDS)
        return found if isinstance(found, list) else []

    def _run(self, script: str, *arguments: str) -> Any:
        """A script on the page as it is; nothing where it is on its way."""
        with suppress(WebDriverException):
            return self.browser.run(script, *arguments)
        return None
