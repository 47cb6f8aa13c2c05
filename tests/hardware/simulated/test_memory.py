"""What a key remembers: its form in a file, and that power may go at any write of any command."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from dataclasses import fields, replace
from hashlib import sha256
from typing import Any

import pytest
from fido2.ctap import CtapError
from fido2.ctap1 import Ctap1
from fido2.ctap2.blob import LargeBlobs
from hypothesis import given, settings
from hypothesis import strategies as st

from hardware.simulated.key import SimulatedKey
from hardware.simulated.memory import Credential, Memory, Template
from hardware.simulated.models import EVERYTHING
from hardware.simulated.traits import CTAP21
from tests.hardware.simulated.host import PERMISSION, PIN, RP, Computer, ManualClock, enrolled, seeded_key

texts = st.text(max_size=12)
credentials = st.builds(
    Credential,
    id=st.binary(max_size=40),
    rp_id=texts,
    user_id=st.binary(max_size=10),
    user_name=st.none() | texts,
    user_display_name=st.none() | texts,
    algorithm=st.sampled_from([-7, -8]),
    seed=st.binary(min_size=32, max_size=32),
    protection=st.integers(1, 3),
    hmac_secret=st.booleans(),
    order=st.integers(0, 9),
    discoverable=st.booleans(),
    blob=st.binary(max_size=32),
    large_blob_key=st.none() | st.binary(min_size=32, max_size=32),
    payment=st.booleans(),
)
memories = st.builds(
    Memory,
    master=st.binary(min_size=32, max_size=32),
    min_pin_length=st.integers(4, 63),
    always_uv=st.booleans(),
    enterprise=st.booleans(),
    pin_complexity=st.booleans(),
    pin_hash=st.none() | st.binary(min_size=16, max_size=16),
    min_pin_rp_ids=st.lists(texts, max_size=3).map(tuple),
    credentials=st.lists(credentials, max_size=3).map(tuple),
    templates=st.lists(st.builds(Template, st.binary(max_size=8), texts), max_size=3).map(tuple),
    large_blobs=st.binary(max_size=100),
    persistent_token=st.none() | st.binary(min_size=32, max_size=32),
)


@settings(deadline=None)
@given(memories)
def test_what_is_written_is_read_back(memory: Memory) -> None:
    assert Memory.from_json(memory.to_json()) == memory


json_like = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.just({"hex": "00"}) | st.just({"hex": "odd"}),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@settings(deadline=None)
@given(memories, st.sampled_from([each.name for each in fields(Memory)]), json_like)
def test_a_spoiled_file_is_refused_or_every_member_is_of_its_kind(memory: Memory, name: str, value: Any) -> None:
    members = json.loads(memory.to_json()) | {name: value}
    try:
        back = Memory.from_json(json.dumps(members))
    except ValueError:
        return
    assert type(getattr(back, name)) in {type(getattr(memory, name)), type(None), bytes, bool, int}
    assert Memory.from_json(back.to_json()) == back


def test_one_user_of_a_relying_party_has_one_credential_and_the_order_rises() -> None:
    memory = Memory.fresh(CTAP21, random.Random(1).randbytes)
    first = Credential(b"1", RP, b"u", None, None, -7, bytes(32), 1, hmac_secret=False, order=1)
    memory.keep(first)
    memory.keep(replace(first, id=b"2", order=2))
    memory.keep(replace(first, id=b"3", user_id=b"v", order=3))
    assert [each.id for each in memory.credentials] == [b"2", b"3"]
    assert memory.order == 3
    memory.rename(memory.credentials[0], "new", None)
    assert memory.credentials[0].user_name == "new"
    memory.forget(memory.credentials[0])
    assert [each.id for each in memory.credentials] == [b"3"]


def test_a_reset_gives_another_identity() -> None:
    dice = random.Random(1).randbytes
    first, second = Memory.fresh(CTAP21, dice), Memory.fresh(CTAP21, dice)
    assert first.identifier != second.identifier
    assert first.credential_store_state != second.credential_store_state


def ready(clock: ManualClock) -> tuple[SimulatedKey, Computer]:
    """A key on which everything may be done: PIN, finger, a credential."""
    key = seeded_key(EVERYTHING, clock)
    computer = enrolled(Computer(key))
    computer.make(b"old")
    return key, computer


def seen(key: SimulatedKey) -> tuple[object, ...]:
    """What an observer can tell of a key that is plugged in anew: the tries left come first."""
    key.power_cycle()
    retries = key.pin_retries
    computer = Computer(key)
    info = computer.ctap.info
    blobs = LargeBlobs(computer.ctap).read_blob_array()
    try:
        opens = bool(computer.token(PERMISSION.CREDENTIAL_MGMT))
    except CtapError:
        opens = False
    return retries, key.credentials, key.templates, dict(info.options), info.min_pin_length, str(blobs), opens


def write_blobs(computer: Computer) -> None:
    token = computer.token(PERMISSION.LARGE_BLOB_WRITE)
    LargeBlobs(computer.ctap, computer.protocol, token).write_blob_array([{1: b"x", 2: bytes(12), 3: 1}])


def enroll_another(computer: Computer) -> None:
    context = computer.fingers().enroll()
    while context.capture() is None:
        pass


COMMANDS: dict[str, Callable[[Computer], object]] = {
    "make a credential": lambda computer: computer.make(b"new"),
    "replace a credential": lambda computer: computer.make(b"old"),
    "change the PIN": lambda computer: computer.pin.change_pin(PIN, "another PIN"),
    "raise the minimum": lambda computer: computer.config().set_min_pin_length(8, rp_ids=[RP]),
    "always UV": lambda computer: computer.config().toggle_always_uv(),
    "enterprise attestation": lambda computer: computer.config().enable_enterprise_attestation(),
    "write blobs": write_blobs,
    "enroll a finger": enroll_another,
    "reset": lambda computer: computer.ctap.reset(),
}


@pytest.mark.parametrize("name", COMMANDS)
def test_power_may_fail_at_any_write_and_the_command_was_done_or_was_not(name: str) -> None:
    clock = ManualClock()
    key, computer = ready(clock)
    before = seen(key)
    computer = Computer(key)
    first = key.flash.pages
    COMMANDS[name](computer)
    writes = key.flash.pages - first
    after = seen(key)
    assert after != before
    for step in range(1, writes + 1):
        key, _ = ready(clock)
        assert seen(key) == before
        computer = Computer(key)
        key.flash.fails_in = step
        with pytest.raises(OSError, match=r"."):
            COMMANDS[name](computer)
        assert not key.plugged
        outcome = seen(key)
        assert outcome[0] in (7, 8)  # at most the try that had begun is lost
        assert outcome[1:] in (before[1:], after[1:])


def test_a_try_is_spent_before_the_pin_is_compared() -> None:
    key, computer = ready(ManualClock())
    first = key.flash.pages
    computer.token(PERMISSION.GET_ASSERTION, RP)
    half = (key.flash.pages - first) // 2  # the try is spent in one write, and given back in another
    key.flash.fails_in = half + 1
    with pytest.raises(OSError, match=r"."):
        computer.token(PERMISSION.GET_ASSERTION, RP)
    assert key.pin_retries == 7
    key.plug()
    assert Computer(key).pin.get_pin_retries() == (7, False)


def test_power_may_fail_while_u2f_counts() -> None:
    key = seeded_key(EVERYTHING)
    ctap, app = Ctap1(Computer(key).device), sha256(RP.encode()).digest()
    made = ctap.register(bytes(32), app)
    counter = ctap.authenticate(bytes(32), app, made.key_handle).counter
    key.flash.fails_in = 2
    with pytest.raises(OSError, match=r"."):
        ctap.authenticate(bytes(32), app, made.key_handle)
    key.plug()
    assert Ctap1(Computer(key).device).authenticate(bytes(32), app, made.key_handle).counter > counter


def test_what_a_command_did_without_power_never_was() -> None:
    key, computer = ready(ManualClock())
    key.flash.fails_in = 1
    with pytest.raises(OSError, match=r"."):
        computer.config().toggle_always_uv()
    key.plug()
    assert Computer(key).ctap.info.options["alwaysUv"] is False
