from __future__ import annotations

import errno
import json
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from fido2.ctap import CtapError
from fido2.hid import CTAPHID

from hardware.simulated.device import SimulatedPipe, connect
from hardware.simulated.faults import Faults
from hardware.simulated.key import SimulatedKey
from tests.hardware.simulated.host import PIN, RP, Cable, Computer, ManualClock, refusal, seeded_key


def gone(failure: pytest.ExceptionInfo[OSError]) -> bool:
    return failure.value.errno == errno.ENODEV


def when(wanted: threading.Event, act: Callable[[], None]) -> Callable[[], None]:
    """A person who does something once the key blinks."""

    def wait_and_act() -> None:
        if wanted.wait(5):
            act()

    return wait_and_act


def test_a_key_is_out_until_it_is_plugged_in_and_each_time_it_is_another_attachment() -> None:
    key = SimulatedKey()
    assert not key.plugged
    with pytest.raises(OSError, match=r".") as failure:
        connect(key)
    assert gone(failure)
    key.plug()
    key.plug()
    assert (key.plugged, key.attach_id) == (True, 1)
    key.power_cycle()
    assert (key.plugged, key.attach_id) == (True, 2)


def test_an_old_handle_is_dead_after_a_power_cycle(computer: Computer) -> None:
    computer.key.power_cycle()
    with pytest.raises(OSError, match=r".") as failure:
        computer.ctap.get_info()
    assert gone(failure)
    assert Computer(computer.key).ctap.info


def test_the_observer_sees_each_change_once_and_may_look_at_the_key(clock: ManualClock) -> None:
    key = SimulatedKey(clock=clock)
    seen: list[tuple[bool, bool, int]] = []
    key.on_change = lambda: seen.append((key.plugged, key.wants_touch, key.commands))
    key.plug()
    cable = Cable(key)
    channel = cable.open()
    cable.first(channel, CTAPHID.CBOR, b"\x0b")
    clock.now += 0.1
    key.tick()  # a keep-alive is nothing to see
    key.touch()
    cable.first(channel, CTAPHID.WINK)
    key.unplug()
    assert seen == [
        (True, False, 0),
        (True, True, 1),
        (True, False, 1),
        (True, False, 1),
        (False, False, 1),
    ]


def test_the_observer_is_called_with_nothing_locked() -> None:
    key = SimulatedKey()
    locked: list[bool] = []

    def look() -> None:
        other = threading.Thread(target=lambda: locked.append(key.wants_touch))
        other.start()
        other.join(5)

    key.on_change = look
    key.touch_automatically = True
    key.plug()
    Computer(key).ctap.selection()
    assert len(locked) >= 2


def test_a_person_on_another_thread_touches_the_key() -> None:
    key = SimulatedKey()
    key.plug()
    computer = Computer(key)
    wanted = threading.Event()
    person = threading.Thread(target=when(wanted, key.touch))
    person.start()
    key.on_change = lambda: wanted.set() if key.wants_touch else None
    computer.ctap.selection()
    person.join()


def test_pulling_the_key_ends_the_wait_at_once() -> None:
    key = SimulatedKey()
    key.plug()
    computer = Computer(key)
    wanted = threading.Event()
    person = threading.Thread(target=when(wanted, key.unplug))
    person.start()
    key.on_change = lambda: wanted.set() if key.wants_touch else None
    with pytest.raises(OSError, match=r".") as failure:
        computer.ctap.selection()
    assert gone(failure)
    person.join()


def test_cancel_reaches_the_key_from_python_fido2() -> None:
    key = SimulatedKey()
    key.plug()
    computer = Computer(key)
    cancel = threading.Event()
    touches: list[int] = []

    def on_keepalive(status: int) -> None:
        touches.append(status)
        cancel.set()

    with pytest.raises(CtapError) as refused:
        computer.ctap.selection(event=cancel, on_keepalive=on_keepalive)
    assert refused.value.code == CtapError.ERR.KEEPALIVE_CANCEL
    assert touches == [2]


def test_someone_who_begins_to_touch_by_himself_answers_who_waits(cable: Cable, clock: ManualClock) -> None:
    cable.key.touch_automatically = False
    channel = cable.open()
    cable.first(channel, CTAPHID.CBOR, b"\x0b")
    cable.key.touch_automatically = True
    clock.now += 0.1
    cable.key.tick()
    assert cable.answers()[-1] == (channel, CTAPHID.CBOR, b"\0")


def test_a_key_is_saved_whole_and_comes_back_with_pin_and_credentials(with_pin: Computer, tmp_path: Path) -> None:
    made = with_pin.make()
    wrapped = with_pin.make(rk=False)
    file = tmp_path / "key.json"
    with_pin.key.save(file)
    assert [each.name for each in tmp_path.iterdir()] == ["key.json"]
    assert file.stat().st_mode & 0o777 == 0o600
    back = SimulatedKey.load(file)
    back.touch_automatically = True
    back.plug()
    assert back.credentials == with_pin.key.credentials
    computer = Computer(back)
    for each in (made, wrapped):
        assert each.auth_data.credential_data is not None
        allow = {"type": "public-key", "id": each.auth_data.credential_data.credential_id}
        assertion = computer.ctap.get_assertion(RP, bytes(32), [allow])
        assertion.verify(bytes(32), each.auth_data.credential_data.public_key)
        assert assertion.auth_data.counter > each.auth_data.counter


def test_a_key_that_lives_in_a_file_has_saved_before_it_answers(tmp_path: Path) -> None:
    file = tmp_path / "key.json"
    key = SimulatedKey.load(file)
    key.touch_automatically = True
    key.plug()
    computer = Computer(key)
    computer.pin.set_pin(PIN)
    refusal(lambda: computer.pin.get_pin_token("wrong PIN"))
    again = SimulatedKey.load(file)
    assert (again.has_pin, again.pin_retries) == (True, 7)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"master": 7}', '"no key"'])
def test_a_file_that_holds_something_else_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "key.json"
    file.write_text(text)
    with pytest.raises(ValueError, match=r"."):
        SimulatedKey.load(file)


def test_a_file_with_a_member_more_or_less_is_refused(tmp_path: Path, key: SimulatedKey) -> None:
    file = tmp_path / "key.json"
    key.save(file)
    members = json.loads(file.read_text())
    for spoiled in (members | {"more": 1}, {name: value for name, value in members.items() if name != "counter"}):
        file.write_text(json.dumps(spoiled))
        with pytest.raises(ValueError, match=r"."):
            SimulatedKey.load(file)


def test_a_silent_key_is_there_and_says_nothing(cable: Cable) -> None:
    cable.key.faults = Faults(silent=True)
    cable.first(0xFFFFFFFF, CTAPHID.INIT, b"12345678")
    cable.key.touch()
    cable.key.tick()
    assert (cable.answers(), cable.key.due, cable.key.plugged) == ([], None, True)


def test_reading_from_a_silent_key_ends_by_the_deadline() -> None:
    key = SimulatedKey()
    key.plug()
    key.faults = Faults(silent=True)
    with pytest.raises(TimeoutError):
        connect(key, read_seconds=0.01)


def test_a_busy_key_says_so(cable: Cable) -> None:
    cable.key.faults = Faults(busy=True)
    channel = cable.open()
    cable.first(channel, CTAPHID.CBOR, b"\x04")
    assert cable.answers() == [(channel, CTAPHID.ERROR, bytes([CtapError.ERR.CHANNEL_BUSY]))]
    assert cable.key.commands == 0


def test_a_key_without_keepalives_answers_all_the_same(cable: Cable) -> None:
    cable.key.faults = Faults(no_keepalives=True)
    channel = cable.open()
    cable.first(channel, CTAPHID.CBOR, b"\x0b")
    assert cable.answers() == [(channel, CTAPHID.CBOR, b"\0")]


def test_a_slow_key_takes_its_time(cable: Cable, clock: ManualClock) -> None:
    cable.key.faults = Faults(slow=1.0)
    channel = cable.open()
    cable.first(channel, CTAPHID.CBOR, b"\x0b")
    assert cable.answers() == []
    clock.now += 1.0
    cable.key.tick()
    assert cable.answers()[-1] == (channel, CTAPHID.CBOR, b"\0")


@pytest.mark.parametrize(("after_work", "kept"), [(False, 0), (True, 1)])
@pytest.mark.parametrize("how", [Faults(dies_in=2), Faults(dies_on=0x01)], ids=["by count", "by command"])
def test_a_key_pulled_in_the_middle_has_or_has_not_done_the_work(
    computer: Computer, after_work: bool, kept: int, how: Faults
) -> None:
    key = computer.key
    key.faults = replace(how, dies_after_work=after_work)
    computer.ctap.get_info()
    with pytest.raises(OSError, match=r".") as failure:
        computer.make()
    assert gone(failure)
    assert not key.plugged
    assert len(key.credentials) == kept
    key.faults = Faults()
    key.plug()
    assert Computer(key).ctap.info


def test_two_keys_of_one_seed_are_the_same_key_and_of_two_are_not() -> None:
    made = [Computer(seeded_key(seed=seed)).make() for seed in (1, 1, 2)]
    assert made[0].auth_data == made[1].auth_data
    assert made[0].att_stmt == made[1].att_stmt
    assert made[0].auth_data != made[2].auth_data


def test_a_closed_pipe_is_closed_and_wakes_its_reader(key: SimulatedKey) -> None:
    real = SimulatedKey()
    real.plug()
    pipe = SimulatedPipe(real, real.attach_id)
    failures: list[int | None] = []

    def read() -> None:
        try:
            pipe.read(5)
        except OSError as failure:
            failures.append(failure.errno)

    reader = threading.Thread(target=read)
    reader.start()
    pipe.close()
    pipe.close()
    reader.join(5)
    assert failures == [errno.EBADF]
    with pytest.raises(OSError, match=r"."):
        pipe.write(bytes(64))


def test_a_pipe_that_nothing_comes_through_says_so_after_its_time() -> None:
    key = SimulatedKey()
    key.plug()
    assert SimulatedPipe(key, key.attach_id).read(0.001) is None


def test_reading_lets_the_key_do_what_is_due(key: SimulatedKey, clock: ManualClock) -> None:
    key.touch_automatically = False
    pipe = SimulatedPipe(key, key.attach_id)
    cable = Cable(key)
    channel = cable.open()
    pipe.write((channel.to_bytes(4, "big") + b"\x90\0\x01\x0b").ljust(64, b"\0"))
    for _ in range(3):
        report = pipe.read(5)
        assert report is not None
        assert report[4] == 0x80 | CTAPHID.KEEPALIVE
        clock.now += 0.2


def test_two_computers_at_one_key_do_not_hear_each_other(key: SimulatedKey) -> None:
    first, second = Computer(key), Computer(key)
    assert first.device.ping(b"first") == b"first"
    assert second.device.ping(b"second") == b"second"
    first.device.close()
    assert second.device.ping(b"second") == b"second"
