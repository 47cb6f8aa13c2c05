"""Keys whose answers to management are not what CTAP promises, or not what they did."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from threading import Event
from typing import Any

import pytest
from fido2 import cbor
from fido2.hid import CAPABILITY, CTAPHID

from hardware import management
from hardware.authenticator import Authenticator, Fingerprint, KeySettings, PinState, Sample, Watch
from hardware.ctap2 import Command
from hardware.errors import (
    FingerprintsFull,
    HardwareError,
    KeyFault,
    KeyGone,
    KeySwapped,
    PinAuthBlocked,
    PinBlocked,
    PinRequired,
    TouchTimeout,
    UvBlocked,
    WrongPin,
)
from hardware.fido import open_device
from hardware.simulated.device import connect
from hardware.simulated.key import SimulatedKey
from hardware.simulated.traits import CTAP20, CTAP21, U2F_ONLY, KeyTraits
from kiosk.secret import Secret
from tests.hardware.meddler import ADDRESS, Meddler, changing, meddled, refusing
from tests.hardware.ways import PIN, RP_ID, commands, prove, register

Meddle = Callable[[bytes, bytes], bytes]
READER = replace(CTAP21, built_in_uv=True, bio_enrollment=True, samples_needed=2)
NOT_ALLOWED, UNAUTHORIZED, INVALID_COMMAND, INVALID_LENGTH = 0x30, 0x40, 0x01, 0x03
UNKNOWN = 0x30
"""A CTAPHID command that there is none of."""


def ignored(sample: Sample) -> None:
    """Nobody looks."""


def honest(_request: bytes, answer: bytes) -> bytes:
    return answer


def parameters(request: bytes) -> dict[int, Any]:
    told = cbor.decode(request[1:]) if request[1:] else {}
    assert isinstance(told, dict)
    return dict(told)


def on(command: int, subcommand: int, where: int, then: Callable[[bytes], bytes]) -> Meddle:
    """Change the answers to one subcommand; `where` is the number of its parameter."""

    def meddle(request: bytes, answer: bytes) -> bytes:
        matches = request[0] == command and parameters(request).get(where) == subcommand
        return then(answer) if matches else answer

    return meddle


def answering(value: Any) -> Callable[[bytes], bytes]:
    return lambda _: b"\0" + cbor.encode(value)


def both(first: Meddle, second: Meddle) -> Meddle:
    return lambda request, answer: second(request, first(request, answer))


def unlocked(device: Meddler) -> Authenticator:
    key = open_device(ADDRESS, device)
    key.set_pin(Secret(PIN))
    return key


@pytest.mark.parametrize("odd", [{}, {3: True}, {3: "8"}, {3: [8], 4: "no"}])
def test_tries_left_that_cannot_be_read_are_not_told(odd: dict[int, Any]) -> None:
    with meddled(honest) as (simulated, device):
        unlocked(device)
        key = open_device(ADDRESS, Meddler(connect(simulated), on(0x06, 0x01, 0x02, answering(odd))))
        info = key.inspect()
        assert (info.pin, info.pin_retries) == (PinState.SET, None)
        with pytest.raises(WrongPin) as caught:
            key.verify_pin(Secret("wrong-pin"))
        assert caught.value.retries_left is None
        key.verify_pin(Secret(PIN))


@pytest.mark.parametrize(
    ("status", "state", "retries", "error"),
    [(0x32, PinState.BLOCKED, 0, PinBlocked), (0x34, PinState.AUTH_BLOCKED, None, PinAuthBlocked)],
)
def test_a_key_that_answers_blocked_when_asked_for_its_tries_has_told_them(
    status: int, state: PinState, retries: int | None, error: type[HardwareError]
) -> None:
    with meddled(honest) as (simulated, device):
        unlocked(device)
        meddle = on(0x06, 0x01, 0x02, lambda _: bytes([status]))
        key = open_device(ADDRESS, Meddler(connect(simulated), meddle))
        info = key.inspect()
        assert (info.pin, info.pin_retries) == (state, retries)
        with pytest.raises(error):
            key.verify_pin(Secret("wrong-pin"))


@pytest.mark.parametrize(
    "settings",
    [
        KeySettings(min_pin_length=8),
        KeySettings(force_pin_change=True),
        KeySettings(always_uv=True),
        KeySettings(enterprise_attestation=True),
        KeySettings(pin_complexity=True),
    ],
)
def test_a_setting_that_is_answered_with_success_and_not_made_is_a_fault(settings: KeySettings) -> None:
    class Lazy(Meddler):
        def call(self, cmd: int, data: bytes = b"", *others: Any) -> bytes:
            return b"\0" if data[:1] == b"\x0d" else super().call(cmd, data, *others)

    with meddled(honest, replace(CTAP21, pin_complexity=False)) as (simulated, device):
        unlocked(device).close()
        key = open_device(ADDRESS, Lazy(connect(simulated), honest))
        key.verify_pin(Secret(PIN))
        with pytest.raises(KeyFault):
            key.configure(settings)


@pytest.mark.parametrize("lie", [{0x0D: 12}, {0x0D: True}, {0x04: {"alwaysUv": True}}])
def test_a_key_that_tells_something_else_afterwards_is_a_fault(lie: dict[int, Any]) -> None:
    configured = False
    lying = changing(Command.GET_INFO, lambda told: told.update(lie))

    def meddle(request: bytes, answer: bytes) -> bytes:
        nonlocal configured
        configured |= request[0] == Command.CONFIG
        return lying(request, answer) if configured else answer

    with meddled(meddle) as (_, device), pytest.raises(KeyFault):
        unlocked(device).configure(KeySettings(min_pin_length=8, enterprise_attestation=True))


def test_another_model_in_the_place_of_the_key_is_not_configured() -> None:
    other = bytes(range(16))
    count = [0]

    def meddle(request: bytes, answer: bytes) -> bytes:
        count[0] += request[0] == Command.GET_INFO
        return changing(0x04, lambda told: told.update({3: other}))(request, answer) if count[0] > 1 else answer

    with meddled(meddle) as (_, device):
        key = unlocked(device)
        with pytest.raises(KeySwapped):
            key.configure(KeySettings(always_uv=True))
        with pytest.raises(KeyGone):
            key.wink()


@pytest.mark.parametrize(
    "odd",
    [
        {3: {"id": RP_ID}, 5: 1},
        {3: {"id": RP_ID}, 4: "hash", 5: 1},
        {3: {"id": RP_ID}, 4: bytes(32), 5: 2**40},
    ],
)
def test_a_list_of_relying_parties_that_is_none_is_a_fault(odd: dict[int, Any]) -> None:
    with meddled(on(0x0A, 0x02, 0x01, answering(odd))) as (_, device), pytest.raises(KeyFault):
        unlocked(device).stored_credentials()


@pytest.mark.parametrize("odd", [{9: 1}, {7: b"id", 9: 1}, {7: {"id": "id"}, 9: 1}, {7: {"id": b"id"}, 9: 10**6}])
def test_a_credential_without_an_id_is_a_fault(odd: dict[int, Any]) -> None:
    with meddled(on(0x0A, 0x04, 0x01, answering(odd))) as (_, device):
        key = unlocked(device)
        register(key)
        with pytest.raises(KeyFault):
            key.stored_credentials()


def test_a_key_that_lists_more_in_all_than_any_holds_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    party, credential = {3: {"id": RP_ID}, 4: bytes(32)}, {7: {"id": b"id", "type": "public-key"}}
    parties = both(on(0x0A, 0x02, 0x01, answering(party | {5: 8})), on(0x0A, 0x03, 0x01, answering(party)))
    credentials = both(
        on(0x0A, 0x04, 0x01, answering(credential | {9: 8})), on(0x0A, 0x05, 0x01, answering(credential))
    )
    with meddled(both(parties, credentials)) as (_, device):
        key = unlocked(device)
        assert len(key.stored_credentials()) == 64
        monkeypatch.setattr(management, "MOST_ENTRIES", 63)
        with pytest.raises(KeyFault):
            key.stored_credentials()


def test_names_on_a_key_are_tamed() -> None:
    told = {6: {"name": "a\u202eb\nc", "displayName": 5}, 7: {"id": b"id", "type": "public-key"}, 10: True}
    with meddled(on(0x0A, 0x04, 0x01, answering(told))) as (_, device):
        key = unlocked(device)
        register(key)
        (stored,) = key.stored_credentials()
    assert (stored.user_name, stored.user_display_name) == ("abc", "")
    assert (stored.user_id, stored.protection, stored.credential_id) == (b"", None, b"id")


@pytest.mark.parametrize("answer", [{}, {5: 0}])
def test_a_key_that_counts_no_relying_parties_has_no_credentials(answer: dict[int, Any]) -> None:
    with meddled(on(0x0A, 0x02, 0x01, answering(answer))) as (_, device):
        assert unlocked(device).stored_credentials() == ()


def test_a_list_that_another_program_interrupted_begins_again() -> None:
    with meddled(honest) as (simulated, device):
        key = unlocked(device)
        for number in range(2):
            register(key, user={"id": f"aaa{number}", "name": "ann"})
        interrupted: list[int] = []

        def interrupt(request: bytes, answer: bytes) -> bytes:
            if request[0] == 0x0A and parameters(request)[1] == 5 and not interrupted:
                interrupted.append(1)
                return bytes([NOT_ALLOWED])
            return answer

        again = open_device(ADDRESS, Meddler(connect(simulated), interrupt))
        again.verify_pin(Secret(PIN))
        assert len(again.stored_credentials()) == 2
        assert interrupted


def test_slots_that_nobody_can_tell_are_not_made_up() -> None:
    silent = changing(0x04, lambda told: told.pop(0x14, None))
    for odd in (lambda _: bytes([0x3E]), answering({2: True}), answering({})):
        with meddled(both(on(0x0A, 0x01, 0x01, odd), silent)) as (_, device):
            assert unlocked(device).inspect().remaining_credentials is None


def test_a_key_that_gives_no_union_of_permissions_is_asked_for_one() -> None:
    asked: list[int] = []

    def meddle(request: bytes, answer: bytes) -> bytes:
        told = parameters(request) if request[0] == 0x06 else {}
        if told.get(2) == 0x09:
            asked.append(told[9])
            if told[9].bit_count() > 1:
                return bytes([UNAUTHORIZED])
        return answer

    with meddled(meddle) as (simulated, device):
        key = unlocked(device)
        made = register(key)
        prove(key, made["id"])
        assert asked == [0x01, 0x22, 0x02]
        key.configure(KeySettings(always_uv=True))
        key.stored_credentials()
        assert asked[3:] == [0x20, 0x04]
        key.close()
        asked.clear()
        key = open_device(ADDRESS, Meddler(connect(simulated), meddle))
        key.verify_pin(Secret(PIN))
        assert asked == [0x24]
        register(key)


def test_a_token_that_the_key_forgot_is_fetched_again_for_management() -> None:
    with meddled(refusing(0x0A, 0x33)) as (_, device):
        assert unlocked(device).stored_credentials() == ()
    with meddled(refusing(0x0D, 0x33)) as (_, device):
        unlocked(device).configure(KeySettings(enterprise_attestation=True))
    with meddled(refusing(0x0D, 0x33, times=2)) as (_, device), pytest.raises(PinRequired):
        unlocked(device).configure(KeySettings(enterprise_attestation=True))


@pytest.mark.parametrize(
    ("odd", "error"),
    [
        ({4: b"id", 5: True, 6: 1}, KeyFault),
        ({4: b"id", 5: 0, 6: -1}, KeyFault),
        ({4: b"id", 5: 0}, KeyFault),
        ({5: 0, 6: 1}, KeyFault),
        ({4: b"id", 5: 0x0C, 6: 1}, FingerprintsFull),
    ],
)
def test_a_sample_that_is_none_ends_the_enrollment_and_takes_it_back(
    odd: dict[int, Any], error: type[HardwareError]
) -> None:
    cancelled: list[bytes] = []

    def meddle(request: bytes, answer: bytes) -> bytes:
        if request[0] == 0x09 and parameters(request)[2] == 3:
            cancelled.append(request)
        return on(0x09, 0x01, 0x02, answering(odd))(request, answer)

    with meddled(meddle, READER) as (_, device):
        with pytest.raises(error):
            unlocked(device).enroll_fingerprint("thumb", Watch(), ignored)
        assert len(cancelled) == 1


def test_nothing_is_taken_back_that_did_not_begin() -> None:
    requests: list[int] = []

    def meddle(request: bytes, answer: bytes) -> bytes:
        requests.append(request[0])
        return answer

    with meddled(meddle) as (_, device):
        key = open_device(ADDRESS, device)
        with pytest.raises(HardwareError):
            key.enroll_fingerprint("thumb", Watch(), ignored)
    assert requests == [0x04]


def test_a_sensor_that_never_has_enough_ends_with_the_deadline() -> None:
    with meddled(on(0x09, 0x02, 0x02, answering({5: 0x0D, 6: 1})), READER) as (_, device):
        key = unlocked(device)
        with pytest.raises(TouchTimeout):
            key.enroll_fingerprint("thumb", Watch(deadline=0.4), ignored)


@pytest.mark.parametrize("name", ["thumb", "a thumb with a long name"])
@pytest.mark.parametrize("refused", [0x05, 0x07])
def test_a_finger_whose_name_is_refused_is_enrolled_all_the_same(name: str, refused: int) -> None:
    with meddled(on(0x09, refused, 0x02, lambda _: bytes([INVALID_LENGTH])), READER) as (_, device):
        key = unlocked(device)
        enrolled = key.enroll_fingerprint(name, Watch(), ignored)
        assert [each.template_id for each in key.fingerprints()] == [enrolled.template_id]
        assert enrolled.name in ("", "thumb")


def test_a_cancel_after_the_last_sample_comes_too_late() -> None:
    cancel = Event()
    with meddled(honest, READER) as (_, device):
        key = unlocked(device)
        enrolled = key.enroll_fingerprint(
            "thumb", Watch(cancel=cancel), lambda sample: None if sample.remaining else cancel.set()
        )
        assert key.fingerprints() == (Fingerprint(enrolled.template_id, "thumb"),) == (enrolled,)


@pytest.mark.parametrize("rows", [[], [5], "rows"])
def test_a_list_of_fingers_that_is_none_is_empty(rows: Any) -> None:
    with meddled(on(0x09, 0x04, 0x02, answering({7: rows})), READER) as (_, device):
        assert unlocked(device).fingerprints() == ()


def test_fingers_have_an_id_and_perhaps_a_name() -> None:
    listed = on(0x09, 0x04, 0x02, answering({7: [{1: b"a"}, {1: b"b", 2: "left\u0007"}, {1: b"c", 2: 5}]}))
    with meddled(listed, READER) as (_, device):
        fingers = unlocked(device).fingerprints()
    assert fingers == (Fingerprint(b"a"), Fingerprint(b"b", "left"), Fingerprint(b"c"))
    with meddled(on(0x09, 0x04, 0x02, answering({7: [{2: "no id"}]})), READER) as (_, device), pytest.raises(KeyFault):
        unlocked(device).fingerprints()


def test_a_sensor_that_refuses_every_finger_without_counting_is_given_up() -> None:
    sensor = replace(CTAP21, built_in_uv=True)
    refusal, uncounted = on(0x06, 0x06, 0x02, lambda _: b"\x3f"), on(0x06, 0x07, 0x02, answering({}))
    with meddled(both(refusal, uncounted), sensor) as (_, device):
        key = open_device(ADDRESS, device)
        key.use_built_in_uv()
        before = commands(key)
        with pytest.raises(UvBlocked):
            register(key)
        assert commands(key) - before <= 51


@pytest.mark.parametrize("traits", [CTAP21, CTAP20], ids=["CTAP 2.1", "CTAP 2.0"])
def test_a_key_that_does_not_know_selection_is_touched_all_the_same(traits: KeyTraits) -> None:
    with meddled(refusing(0x0B, INVALID_COMMAND, times=9), traits) as (_, device):
        unlocked(device).select(Watch())


def test_a_key_that_makes_a_credential_of_the_touch_was_touched() -> None:
    with meddled(refusing(0x01, 0x00), CTAP20) as (_, device):
        unlocked(device).select(Watch())
    with meddled(refusing(0x01, 0x26), CTAP20) as (_, device), pytest.raises(HardwareError):
        unlocked(device).select(Watch())


class Still(Meddler):
    """A key that says it has nothing to wink with."""

    @property
    def capabilities(self) -> int:
        return CAPABILITY.CBOR


class Unable(Meddler):
    """One that says it has, and does not know the command."""

    def call(self, cmd: int, data: bytes = b"", *others: Any) -> bytes:
        return self.device.call(UNKNOWN if cmd == CTAPHID.WINK else cmd, data, *others)


@pytest.mark.parametrize(("kind", "says"), [(Still, False), (Unable, True)])
def test_a_key_that_cannot_wink_does_not(kind: type[Meddler], says: bool) -> None:
    with meddled(honest) as (simulated, _):
        key = open_device(ADDRESS, kind(connect(simulated), honest))
        assert key.inspect().winks is says
        assert not key.wink()
        assert simulated.winks == 0


@pytest.mark.parametrize("answer", [b"", b"\x6d\x00", b"\x69\x84", b"\x90"])
def test_a_u2f_key_that_answers_nonsense_was_not_touched(answer: bytes) -> None:
    key = SimulatedKey(U2F_ONLY)
    key.plug()
    device = Meddler(connect(key), lambda _, __: answer)
    with pytest.raises(KeyFault):
        open_device(ADDRESS, device).select(Watch())
    device.close()
