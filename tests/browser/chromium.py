"""A phone, played by a real Chromium with a virtual authenticator: it opens pages, reads them, presses and types.

It trusts the key of one test server and nothing else that the machine does not. All that it writes lies in one folder.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any, Final, TypeVar
from urllib.parse import urlsplit

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from selenium.common.exceptions import NoSuchElementException, TimeoutException, WebDriverException
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.chrome.webdriver import WebDriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.virtual_authenticator import VirtualAuthenticatorOptions
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.wait import WebDriverWait

BROWSER: Final = Path("/usr/bin/chromium")
DRIVER: Final = Path("/usr/bin/chromedriver")
PATIENCE: Final = 10.0

_FLAGS: Final = (
    "--headless=new",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-default-apps",
    "--window-size=390,844",
)
T = TypeVar("T")

_PORTRAIT: Final = (390, 844)


def need_chromium() -> None:
    """Skip where there is none, on a person's machine."""
    missing = [each.name for each in (BROWSER, DRIVER) if not each.exists()]
    if missing and os.environ.get("CI") == "true":
        pytest.fail(f"needs {' and '.join(missing)}")
    if missing:
        pytest.skip(f"needs {' and '.join(missing)}")


def pin_of(host: str, port: int) -> str:
    """The hash of the key that this server proves itself with (RFC 7469, 2.4)."""
    certificate = x509.load_pem_x509_certificate(ssl.get_server_certificate((host, port)).encode())
    key = certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(hashlib.sha256(key).digest()).decode()


@dataclass(frozen=True)
class Load:
    """What a phone fetched: the addresses in order, and the bytes that came over the wire, headers included."""

    urls: tuple[str, ...]
    size: int

    @property
    def hosts(self) -> set[str]:
        """Whom it asked."""
        return {urlsplit(url).netloc for url in self.urls if not url.startswith(("data:", "about:"))}


@dataclass
class Phone:
    """What a person holds: one window. Whatever is looked for is waited for."""

    driver: WebDriver

    # ── what is on it ───────────────────────────────────────────────────────────────────────────

    @property
    def text(self) -> str:
        """All that can be read on the page."""
        with suppress(WebDriverException):
            return str(self.driver.find_element(By.TAG_NAME, "body").text)
        return ""

    @property
    def path(self) -> str:
        """Where it is, without the host."""
        parts = urlsplit(self.driver.current_url)
        return parts.path + (f"?{parts.query}" if parts.query else "")

    @property
    def source(self) -> str:
        """The page as HTML."""
        return str(self.driver.page_source)

    def all(self, css: str) -> list[WebElement]:
        """What matches, visible or not."""
        return list(self.driver.find_elements(By.CSS_SELECTOR, css))

    def waits(self, css: str) -> WebElement:
        """Wait until something that matches can be seen."""
        return self._until(lambda: self._visible(css), f"nothing is {css!r}")

    def says(self, css: str) -> str:
        """The text of what matches, once it can be seen."""
        return self._until(lambda: self._visible(css).text, f"nothing is {css!r}")

    def told(self, css: str, attribute: str) -> str:
        """An attribute of what matches, once it can be seen."""
        return str(self._until(lambda: self._visible(css).get_attribute(attribute), f"nothing is {css!r}"))

    # ── what is done with it ────────────────────────────────────────────────────────────────────

    def opens(self, url: str) -> None:
        """As after a scan."""
        self.driver.get(url)

    def presses(self, css: str) -> None:
        """Where a finger would: in the middle of it, whatever lies there."""

        def press() -> bool:
            self._visible(css).click()
            return True

        self._until(press, f"{css!r} cannot be pressed")

    def types(self, name: str, text: str) -> None:
        """Into the field of this name, in place of what is there."""

        def put() -> bool:
            field = self._visible(f'[name="{name}"]:not([type="hidden"])')
            field.clear()
            field.send_keys(text)
            return True

        self._until(put, f"nothing can be typed into {name!r}")

    def holds(self, width: int, height: int, *, dark: bool = False) -> None:
        """A screen of this size, in CSS pixels, of a person who likes it dark or light."""
        self._cdp("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=2, mobile=True)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        still = {"name": "prefers-reduced-motion", "value": "reduce"}  # colors are looked at, not on their way
        self._cdp("Emulation.setEmulatedMedia", features=[scheme, still])

    def scripts(self, *, run: bool) -> None:
        """Whether pages may run scripts."""
        self._cdp("Emulation.setScriptExecutionDisabled", value=not run)

    def picture(self, path: Path) -> None:
        """Keep what it shows, the whole page."""
        shot = self._cdp("Page.captureScreenshot", captureBeyondViewport=True, fromSurface=True)
        path.write_bytes(base64.b64decode(shot["data"]))

    def run(self, script: str, *arguments: Any) -> Any:
        """A test's own script."""
        return self.driver.execute_script(script, *arguments)

    # ── what it leaves behind ───────────────────────────────────────────────────────────────────

    def faults(self) -> list[str]:
        """What the browser complains about: policies, scripts, files that are not there."""
        return [each["message"] for each in self._log("browser")]

    def loaded(self) -> Load:
        """What was fetched since this was asked last."""
        events = [json.loads(each["message"])["message"] for each in self._log("performance")]
        urls = [each["params"]["request"]["url"] for each in events if each["method"] == "Network.requestWillBeSent"]
        done = [each["params"]["encodedDataLength"] for each in events if each["method"] == "Network.loadingFinished"]
        return Load(tuple(urls), int(sum(done)))

    def violations(self, *only: str) -> list[str]:
        """What axe-core finds wrong (WCAG 2.2 A and AA, and best practices); by some of its rules only, where named."""
        if not self.run("return !!window.axe"):
            self.run(files("axe_core_python").joinpath("axe.min.js").read_text("utf-8"))
        found = self.driver.execute_async_script(
            "const [only, done] = arguments; const options = only.length ? {runOnly: only} : {};"
            "axe.run(document, {...options, resultTypes: ['violations']}).then(r => done(r.violations));",
            list(only),
        )
        return [f"{each['id']}: {[node['html'] for node in each['nodes']]}" for each in found]

    # ── the passkeys in it ──────────────────────────────────────────────────────────────────────

    def passkeys(self) -> list[dict[str, Any]]:
        """Those that it has."""
        return [each.to_dict() for each in self.driver.get_credentials()]

    def is_itself(self, *, recognized: bool) -> None:
        """Whether the finger or face that it sees from now on is its owner's."""
        self.driver.set_user_verified(recognized)

    def forget(self) -> None:
        """As if nobody had used it: no cookies, no passkeys, no page, no complaints."""
        self.scripts(run=True)
        self.opens("about:blank")
        self.driver.execute_cdp_cmd("Network.clearBrowserCookies", {})
        self.driver.remove_all_credentials()
        self.is_itself(recognized=True)
        self.holds(*_PORTRAIT)
        self.faults()
        self.loaded()

    def _visible(self, css: str) -> WebElement:
        """The first that can be seen. Raises NoSuchElementException."""
        for each in self.all(css):
            if each.is_displayed():
                return each
        raise NoSuchElementException(css)

    def _until(self, condition: Callable[[], T], why: str) -> T:
        """Try until it is true: a page may be on its way out, and what was found on it gone."""
        wait = WebDriverWait(self.driver, PATIENCE, 0.02, ignored_exceptions=(WebDriverException,))
        try:
            return wait.until(lambda _: condition())
        except TimeoutException:
            raise AssertionError(f"{why}; there is {self.path}: {self.text!r}") from None

    def _log(self, kind: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.driver.get_log(kind)  # type: ignore[no-untyped-call]  # half typed
        return found

    def _cdp(self, method: str, **parameters: Any) -> Any:
        return self.driver.execute_cdp_cmd(method, parameters)


@contextmanager
def chromium(folder: Path, pins: list[str], languages: str = "en") -> Iterator[Phone]:
    """A browser that trusts the servers with these keys; nothing of it is left running at the end."""
    options = Options()
    options.binary_location = str(BROWSER)
    alone = () if os.geteuid() else ("--no-sandbox",)
    mine = (f"--user-data-dir={folder / 'profile'}", f"--ignore-certificate-errors-spki-list={','.join(pins)}")
    for flag in (*_FLAGS, *alone, *mine, f"--accept-lang={languages}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    home = {**os.environ, "HOME": str(folder), "TMPDIR": str(folder)}
    driver = WebDriver(options, Service(str(DRIVER), log_output=str(folder / "driver.log"), env=home))
    try:
        driver.set_page_load_timeout(PATIENCE)
        driver.set_script_timeout(PATIENCE)
        driver.add_virtual_authenticator(_authenticator())
        yield Phone(driver)
    finally:
        driver.quit()


def _authenticator() -> VirtualAuthenticatorOptions:
    """What a phone has built in."""
    return VirtualAuthenticatorOptions(
        protocol=VirtualAuthenticatorOptions.Protocol.CTAP2,
        transport=VirtualAuthenticatorOptions.Transport.INTERNAL,
        has_resident_key=True,
        has_user_verification=True,
        is_user_consenting=True,
        is_user_verified=True,
    )
