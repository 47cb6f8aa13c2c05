"""People at a kiosk without a window: what they know, which key and phone they have, and which screens they come to."""

from __future__ import annotations

import base64
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import Any, TypeVar
from uuid import uuid4

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

from hardware.simulated.key import SimulatedKey
from hardware.simulated.source import SimulatedSource
from hardware.simulated.traits import CTAP21
from kiosk.commands.composition import open_journal, open_session, reference
from kiosk.commands.embedded import Embedded
from kiosk.commands.mailbox import Mail
from kiosk.commands.port import watch_port
from kiosk.contract.profile import VerificationMethod
from kiosk.contract.totp import TotpSetUp
from kiosk.enrollment.states import Connecting, Done, IdTaken, Prove, RecoveryCodes, State, Stopped
from kiosk.station.headless import Host
from kiosk.station.scripted_person import Script, ScriptedPerson

PIN = "704913"
_PATIENCE = 20.0
_SECONDS = 60.0
T = TypeVar("T", bound=State)


def fresh_key() -> SimulatedKey:
    """A key that nobody had before, in the port, with a finger on it whenever it blinks."""
    key = SimulatedKey(replace(CTAP21, serial=f"SIM-{uuid4().hex[:12]}"))
    key.touch_automatically = True
    key.plug()
    return key


@dataclass
class Phone:
    """An authenticator app (RFC 6238), whose clock is `ahead` of the service's."""

    ahead: timedelta = timedelta()
    secret: bytes = field(default=b"", repr=False)

    def scan(self, setup: TotpSetUp) -> str:
        """Keep the key that is shown; what the app shows then."""
        self.secret = base64.b32decode(setup.secret + "=" * (-len(setup.secret) % 8))
        return self.code()

    def code(self) -> str:
        """What it shows now."""
        now = datetime.now(UTC) + self.ahead
        return TOTP(self.secret, 6, SHA1(), 30).generate(int(now.timestamp())).decode()


@dataclass(frozen=True)
class Lobby:
    """A kiosk whose service runs in this process; people come one after another."""

    embedded: Embedded
    locale: str = "en"

    def script(self, address: str, **more: Any) -> Script:
        """Somebody who reads the mail of this address."""
        script = Script("upn", {"upn": address}, VerificationMethod.EMAIL, PIN, self.codes_for(address), _no, _no)
        return replace(script, **more)

    def codes_for(self, address: str) -> Callable[[], str]:
        """Waits for the next code that is mailed there."""
        seen = len(self.embedded.mailbox.messages())

        def code() -> str:
            return self.mail(address, after=seen, of=lambda mail: bool(mail.code)).code

        return code

    def mail(self, address: str, after: int, of: Callable[[Mail], bool]) -> Mail:
        """The next mail to this address, after so many to anybody."""
        ends = monotonic() + _PATIENCE
        mails = self.embedded.mailbox.messages()
        while not (found := [mail for mail in mails[after:] if mail.to == address and of(mail)]):
            left = ends - monotonic()
            assert left > 0, f"no such mail for {address} in {[(mail.to, mail.subject) for mail in mails[after:]]}"
            mails = self.embedded.mailbox.wait_for(len(mails) + 1, left)
        return found[-1]

    def visit(self, script: Script, key: SimulatedKey) -> list[State]:
        """Every state of a visit, until it worked, stopped, or came to a trouble that this person has no answer to."""
        states: list[State] = []
        source = SimulatedSource([key])
        with closing(open_journal(self.embedded.station)) as journal:
            host = Host(
                lambda post: open_session(
                    self.embedded.station,
                    secret=self.embedded.secret,
                    source=lambda: source,
                    journal=journal,
                    post=post,
                    locale=self.locale,
                ),
                monotonic,
            )
            port = watch_port(source, host.post, reference)
            host.session.start()
            host.session.observe(states.append)
            port.start()
            try:
                host.run(ScriptedPerson(script, monotonic), _over, _SECONDS)
            finally:
                states.append(host.session.state)
                port.stop()
                host.session.stop()
        return states[: next(i for i, state in enumerate(states) if _over(state)) + 1]


def the(kind: type[T], states: list[State]) -> T:
    """The last state of this kind, which they came to."""
    found = [state for state in states if isinstance(state, kind)]
    assert found, [type(state).__name__ for state in states]
    return found[-1]


def _over(state: State) -> bool:
    if isinstance(state, Stopped):
        return not state.cleaning
    return isinstance(state, Done) or (
        not isinstance(state, Connecting | Prove | RecoveryCodes | IdTaken) and state.problem is not None
    )


def _no() -> None:
    """The key is in, and touches itself."""
