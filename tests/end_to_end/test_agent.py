"""The key agent is killed, or hangs, at every step of an enrollment: the person goes on there, nothing is lost."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from time import monotonic

import pytest

from hardware.agent.client import AgentSource
from hardware.agent.spawn import SpawnedAgent
from hardware.simulated.key import SimulatedKey
from hardware.simulated.source import SimulatedSource
from kiosk.commands.composition import open_journal, open_session, reference
from kiosk.commands.embedded import PERSON, Embedded, embedded_service
from kiosk.commands.port import watch_port
from kiosk.commands.sources import agent_command, agent_environment
from kiosk.contract.profile import VerificationMethod
from kiosk.enrollment.events import Event, PinTyped
from kiosk.enrollment.states import Done, EnterPin, Prove, State, Stopped, Touch
from kiosk.secret import Secret
from kiosk.station.headless import Host
from kiosk.station.scripted_person import Script, ScriptedPerson
from tests.hardware.ways import free_port, served

pytestmark = [
    pytest.mark.kill,
    pytest.mark.timeout(300),
    pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="processes are not stopped here"),
]
PIN, WRONG = "704913", "704914"
SECONDS = 120.0
BEFORE_THE_KEY = {"Connecting", "Welcome", "Identify", "ChooseMethod", "EnterCode", "ShowBadge", "ConfirmPerson"}
PARTS = 4
"""Tests among which the screens are divided, so that several can run at once."""
KINDS = ["fresh", "with_pin"]


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Embedded]:
    """One service that everybody visits, each with a key of their own."""
    settings = {"verification": {"methods": ["self_confirmation"], "allow_self_confirmation": True}}
    with embedded_service(tmp_path_factory.mktemp("service"), settings) as embedded:
        yield embedded


@dataclass
class Visit:
    """What became of one visit."""

    screens: list[str] = field(default_factory=list)
    fewest_tries: int = 8
    struck: str = ""
    last: State | None = None


@dataclass
class Blow:
    """At which screen the agent is struck, counted from the first that is about the key, and how."""

    at: int
    strike: Callable[[], None]


class Victim(ScriptedPerson):
    """Somebody who goes on whatever the screen says. At the screen of that number the agent is struck as they answer.

    They mistype the PIN of a key that has one, once, and touch the key as long as they are told to and it blinks.
    """

    pace = 0.2  # type: ignore[assignment]  # not everybody looks again

    def __init__(self, script: Script, key: SimulatedKey, visit: Visit, blow: Blow) -> None:
        super().__init__(script, monotonic)
        self._key = key
        self._visit = visit
        self._blow = blow
        self._mistypes = True
        self._sees: State | None = None

    def tick(self) -> None:
        if isinstance(self._sees, Touch) and self._sees.waiting:
            self._key.touch()

    def respond(self, state: State) -> Event | None:
        self._sees = state
        self._visit.fewest_tries = min(self._visit.fewest_tries, self._key.pin_retries)
        screen = screen_of(state)
        if screen.split()[0] not in BEFORE_THE_KEY:
            if len(self._visit.screens) == self._blow.at:
                self._visit.struck = screen
                self._blow.strike()
            self._visit.screens.append(screen)
        answer = super().respond(state)
        if isinstance(state, EnterPin) and isinstance(answer, PinTyped) and self._mistypes:
            self._mistypes = False
            return PinTyped(Secret(WRONG))
        return answer


def screen_of(state: State) -> str:
    """The screen, and what goes on behind it."""
    name = type(state).__name__
    match state:
        case Touch():
            return f"{name} {'waiting' if state.waiting else 'preparing'}"
        case Prove():
            return f"{name} {state.task.value}"
        case _:
            busy = getattr(state, "busy", False) or getattr(state, "reading", False)
            return f"{name} busy" if busy else name


def over(state: State) -> bool:
    return isinstance(state, Done) or (isinstance(state, Stopped) and not state.cleaning)


def visit_kiosk(
    service: Embedded, folder: Path, kind: str, strike_at: int = -1, number: int = signal.SIGKILL
) -> tuple[Visit, SimulatedKey]:
    """One enrollment with a key behind an agent of its own, which gets the signal at the screen of that number."""
    key = SimulatedKey()
    key.touch_automatically = False
    key.plug()
    if kind == "with_pin":
        source = SimulatedSource([key])
        with closing(source.open(source.attached()[0])) as opened:
            opened.set_pin(Secret(PIN))
    key.unplug()
    visit, answers = Visit(), free_port()
    settings = replace(service.station, state_folder=folder)
    with ExitStack() as stack:
        port = stack.enter_context(served(key, answers))
        agent = SpawnedAgent((*agent_command(), "--key", f"udp:{port}:{answers}"), agent_environment(os.environ))
        stack.callback(agent.close)
        keys = stack.enter_context(closing(AgentSource(agent)))
        keys.attached()  # which starts it
        journal = stack.enter_context(closing(open_journal(settings)))
        host = Host(
            lambda post: open_session(
                settings, secret=service.secret, source=lambda: keys, journal=journal, post=post, locale="en"
            ),
            monotonic,
        )
        watched = watch_port(keys, host.post, reference)

        def strike() -> None:
            assert agent.pid is not None
            os.kill(agent.pid, number)

        script = Script(
            "upn",
            PERSON,
            VerificationMethod.SELF_CONFIRMATION,
            PIN,
            code=str,
            plug=key.plug,
            touch=key.touch,
        )
        host.session.start()
        watched.start()
        try:
            visit.last = host.run(Victim(script, key, visit, Blow(strike_at, strike)), over, SECONDS)
        finally:
            watched.stop()
            host.session.stop()
        assert not journal.unsettled()
        assert not journal.left_on_keys()
    return visit, key


def agreed(key: SimulatedKey, visit: Visit) -> None:
    """The key holds the one credential that was proved, and no try of the PIN was spent that nobody made."""
    assert isinstance(visit.last, Done), (visit, getattr(visit.last, "problem", None))
    assert len(key.credentials) == 1, visit
    assert visit.fewest_tries >= 7, visit


@pytest.mark.parametrize("kind", KINDS)
def test_nobody_dies(service: Embedded, tmp_path: Path, kind: str) -> None:
    visit, key = visit_kiosk(service, tmp_path, kind)
    agreed(key, visit)
    assert visit.screens[-1] == "Prove check"


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSTOP], ids=["killed", "hung"])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("part", range(PARTS))
def test_whoever_stands_there_goes_on_at_that_step(
    service: Embedded, tmp_path: Path, kind: str, number: int, part: int
) -> None:
    calm, _ = visit_kiosk(service, tmp_path / "calm", kind)
    moments = [calm.screens.index(screen) for screen in dict.fromkeys(calm.screens)]
    for at in moments[part::PARTS]:
        visit, key = visit_kiosk(service, tmp_path / str(at), kind, at, number)
        agreed(key, visit)
        assert visit.struck.split()[0] == calm.screens[at].split()[0], visit
        assert _steps(visit) == _steps(calm), visit


def _steps(visit: Visit) -> set[str]:
    return {screen.split()[0] for screen in visit.screens}
