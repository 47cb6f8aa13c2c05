"""An agent is lost at each verb, before it heard of it and after it did it: the session goes on, and no try is lost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from threading import Event, Timer
from typing import Any

import pytest

from hardware.agent.client import AgentSource
from hardware.agent.key import AgentKey
from hardware.agent.protocol import KEY, NEVER_REPEATED
from hardware.authenticator import Authenticator, KeyAddress, Watch
from hardware.errors import (
    AgentLost,
    Cancelled,
    HardwareError,
    KeyBusy,
    KeyGone,
    KeySwapped,
    PinRequired,
    WrongPin,
)
from hardware.simulated.key import SimulatedKey
from hardware.simulated.source import SimulatedSource
from hardware.values import KeySettings, PinState
from kiosk.secret import Secret
from tests.hardware.agent.near import Doom, behind_agent
from tests.hardware.ways import PIN, RP_ID, prove, raw_id, register

OTHER_PIN = "mañana-18"
UNLOCKING = ("set_pin", "verify_pin", "change_pin")


@dataclass
class Scene:
    """A key with a PIN and one credential, open and unlocked behind an agent that will be lost."""

    key: SimulatedKey
    source: AgentSource
    opened: Authenticator
    made: Any


Ask = Callable[[Scene], Any]
ASKING: dict[str, Ask] = {
    "inspect": lambda scene: scene.opened.inspect().pin,
    "verify_pin": lambda scene: scene.opened.verify_pin(Secret(PIN)),
    "change_pin": lambda scene: scene.opened.change_pin(Secret(PIN), Secret(OTHER_PIN)),
    "set_pin": lambda scene: scene.opened.set_pin(Secret(PIN)),
    "use_built_in_uv": lambda scene: scene.opened.use_built_in_uv(),
    "make_credential": lambda scene: register(scene.opened)["type"],
    "prove": lambda scene: prove(scene.opened, scene.made["id"])["id"] == scene.made["id"],
    "has_credential": lambda scene: scene.opened.has_credential(RP_ID, raw_id(scene.made)),
    "delete_credential": lambda scene: scene.opened.delete_credential(raw_id(scene.made)),
    "stored_credentials": lambda scene: [each.rp_id for each in scene.opened.stored_credentials()],
    "configure": lambda scene: scene.opened.configure(KeySettings(min_pin_length=6)),
    "fingerprints": lambda scene: scene.opened.fingerprints(),
    "enroll_fingerprint": lambda scene: scene.opened.enroll_fingerprint("left", Watch(), lambda _: None),
    "delete_fingerprint": lambda scene: scene.opened.delete_fingerprint(b"1"),
    "select": lambda scene: scene.opened.select(Watch()),
    "wink": lambda scene: scene.opened.wink(),
    "reset": lambda scene: scene.opened.reset(Watch()),
    "close": lambda scene: scene.opened.close(),
}


@pytest.fixture
def simulated() -> SimulatedKey:
    key = SimulatedKey()
    key.touch_automatically = True
    key.plug()
    return key


def scene_of(simulated: SimulatedKey, source: AgentSource, *, with_pin: bool = True) -> Scene:
    opened = source.open(source.attached()[0])
    opened.inspect()
    made = None
    if with_pin:
        opened.set_pin(Secret(PIN))
        made = register(opened)
    return Scene(simulated, source, opened, made)


def outcome(ask: Ask, scene: Scene) -> Any:
    try:
        return ask(scene)
    except HardwareError as error:
        return type(error), vars(error)


def test_there_is_a_way_to_ask_each_verb() -> None:
    assert set(ASKING) == set(KEY)


@pytest.mark.parametrize("done", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("verb", [*KEY, "attached", "open"])
def test_an_agent_that_is_lost_is_taken_up_again(verb: str, *, done: bool) -> None:
    """Against the same question to an agent that lives."""
    keys = [SimulatedKey(), SimulatedKey()]
    for key in keys:
        key.touch_automatically = True
        key.plug()
    doom = Doom(verb, done, times=0)
    with behind_agent(SimulatedSource([keys[0]])) as calm, behind_agent(SimulatedSource([keys[1]]), doom=doom) as risky:
        expected, scene = (scene_of(key, source) for key, source in zip(keys, (calm, risky), strict=True))
        doom.times = 1
        ask = ASKING.get(verb, _look_and_open)
        came = outcome(ask, scene)
        assert doom.came == [verb]
        if verb in NEVER_REPEATED:
            assert came == (AgentLost, {})
        else:
            assert came == outcome(ask, expected)
        assert scene.key.pin_retries == 8
        _goes_on(scene, verb, done=done)
        expected.opened.close()
        scene.opened.close()


def _look_and_open(scene: Scene) -> Any:
    (address,) = scene.source.attached()
    scene.opened.close()
    scene.opened = scene.source.open(address)
    scene.opened.verify_pin(Secret(PIN))
    return address.product


def _goes_on(scene: Scene, verb: str, *, done: bool) -> None:
    """What comes after it works without another PIN, unless the verb locks or changes it."""
    if verb == "close":
        with pytest.raises(KeyGone):
            scene.opened.inspect()
    elif verb == "reset":
        assert scene.opened.inspect().pin is (PinState.NOT_SET if done else PinState.SET)
    elif verb == "change_pin" and done:
        with pytest.raises((PinRequired, WrongPin)):
            register(scene.opened)
    elif verb not in ("configure", "use_built_in_uv"):
        assert register(scene.opened)["type"] == "public-key"


@pytest.mark.parametrize("done", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("verb", UNLOCKING)
def test_a_wrong_pin_spends_one_try_at_most_when_the_agent_is_lost(
    simulated: SimulatedKey, verb: str, *, done: bool
) -> None:
    doom = Doom(verb, done, times=0)
    with behind_agent(SimulatedSource([simulated]), doom=doom) as source:
        scene = scene_of(simulated, source)
        scene.opened.close()
        scene.opened = source.open(source.attached()[0])
        doom.times = 1
        secret, other = Secret("9999-wrong"), Secret(OTHER_PIN)
        with pytest.raises(AgentLost):
            {
                "set_pin": lambda: scene.opened.set_pin(secret),
                "verify_pin": lambda: scene.opened.verify_pin(secret),
                "change_pin": lambda: scene.opened.change_pin(secret, other),
            }[verb]()
        assert secret.wiped
        assert simulated.pin_retries == (7 if done and verb != "set_pin" else 8)
        assert scene.opened.inspect().pin_retries == simulated.pin_retries
        with pytest.raises(PinRequired):
            register(scene.opened)
        scene.opened.close()


def test_the_first_pin_that_was_lost_on_its_way_is_known_from_the_key(simulated: SimulatedKey) -> None:
    for done, state in ((False, PinState.NOT_SET), (True, PinState.SET)):
        with behind_agent(SimulatedSource([simulated]), doom=Doom("set_pin", done)) as source:
            scene = scene_of(simulated, source, with_pin=False)
            with pytest.raises(AgentLost):
                scene.opened.set_pin(Secret(PIN))
            assert scene.opened.inspect().pin is state
            scene.opened.close()


def test_what_is_lost_twice_is_given_up(simulated: SimulatedKey) -> None:
    doom = Doom("wink", done=False, times=2)
    with behind_agent(SimulatedSource([simulated]), doom=doom) as source:
        scene = scene_of(simulated, source)
        with pytest.raises(AgentLost):
            scene.opened.wink()
        assert scene.opened.inspect().pin is PinState.SET
        scene.opened.close()


def test_a_session_that_was_locked_stays_locked(simulated: SimulatedKey) -> None:
    doom = Doom("wink", done=False, times=0)
    with behind_agent(SimulatedSource([simulated]), doom=doom) as source:
        scene = scene_of(simulated, source)
        scene.opened.close()
        opened = source.open(source.attached()[0])
        opened.inspect()
        doom.times = 1
        opened.wink()
        with pytest.raises(PinRequired):
            register(opened)
        opened.close()


def test_a_key_that_was_put_in_meanwhile_is_not_taken_for_the_old_one(simulated: SimulatedKey) -> None:
    doom = Doom("wink", done=False, times=0)
    with behind_agent(SimulatedSource([simulated]), doom=doom) as source:
        scene = scene_of(simulated, source)
        simulated.unplug()
        simulated.plug()
        doom.times = 1
        with pytest.raises((KeyGone, KeySwapped)):
            scene.opened.wink()
        with pytest.raises(KeyGone):
            scene.opened.inspect()
        scene.opened.close()


def test_another_model_at_the_same_place_is_refused(simulated: SimulatedKey) -> None:
    doom = Doom("wink", done=False, times=0)
    with behind_agent(SimulatedSource([simulated]), doom=doom) as source:
        opened = source.open(source.attached()[0])
        assert isinstance(opened, AgentKey)
        opened.inspect()
        opened._aaguid = bytes(16)
        doom.times = 1
        with pytest.raises(KeySwapped):
            opened.wink()


def test_commands_are_counted_across_agents(simulated: SimulatedKey) -> None:
    doom = Doom("wink", done=True, times=0)
    with behind_agent(SimulatedSource([simulated]), doom=doom) as source:
        scene = scene_of(simulated, source)
        doom.times = 1
        scene.opened.wink()
        assert isinstance(scene.opened, AgentKey)
        assert scene.opened.commands == simulated.commands
        scene.opened.close()


def test_a_touch_that_a_lost_agent_asked_for_is_waited_for_no_longer_than_the_person_wants() -> None:
    """Something still holds the key; the person goes away."""
    key = SimulatedKey()
    key.plug()
    source = Hoarding([key])
    with behind_agent(source, doom=Doom("select", done=False)) as keys:
        opened = keys.open(keys.attached()[0])
        source.held = True
        cancel = Event()
        timer = Timer(0.3, cancel.set)
        timer.start()
        with pytest.raises(Cancelled):
            opened.select(Watch(cancel=cancel))
        timer.join()


class Hoarding(SimulatedSource):
    """A source that another program may hold."""

    held = False

    def open(self, address: KeyAddress) -> Authenticator:
        if self.held:
            raise KeyBusy("another program")
        return super().open(address)


def test_nothing_of_a_pin_stays_after_the_end(simulated: SimulatedKey) -> None:
    with behind_agent(SimulatedSource([simulated])) as source:
        scene = scene_of(simulated, source)
        assert isinstance(scene.opened, AgentKey)
        kept = scene.opened._pin_hash
        assert kept is not None
        assert any(kept)
        scene.opened.close()
        assert not any(kept)
        assert scene.opened._pin_hash is None


def test_the_commands_of_a_key_that_was_closed_are_still_known(simulated: SimulatedKey) -> None:
    with behind_agent(SimulatedSource([simulated])) as keys:
        opened = keys.open(keys.attached()[0])
        opened.set_pin(Secret(PIN))
        opened.close()
        assert isinstance(opened, AgentKey)
        assert opened.commands == simulated.commands == 3
