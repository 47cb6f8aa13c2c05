"""Calls to vendors against a real HTTPS server: what is repeated, what never is, and what is said of it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from threading import Event, Thread
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.logs import JsonFormatter, route_to_stdlib
from kiosk.service.outbound import ANSWER_LIMIT
from kiosk.service.vendors.rest import (
    Malformed,
    OutcomeUnknown,
    Refused,
    RestApi,
    Unavailable,
    quoted,
    retry_after,
    told,
)
from tests.kiosk.service.faces import Request, Web
from tests.kiosk.service.running import NOON
from tests.kiosk.service.vendors.bed import Bed, answer

Apis = Callable[..., RestApi]
Said = tuple[int, dict[str, str], bytes] | None
GOOD = answer(200, {"ok": True})


def says(web: Web, *answers: Said) -> None:
    """One answer after the other; the last one for ever."""
    left = list(answers)
    web.answer = lambda _: left.pop(0) if len(left) > 1 else left[0]


def seen(requests: Iterable[Request]) -> list[tuple[str, str]]:
    return [(each.method, each.path) for each in requests]


def test_a_call_carries_its_query_body_signature_and_headers(web: Web, api: Apis) -> None:
    says(web, answer(201, {"id": "ä"}, X_Request="r1"))
    got = api().call(
        "POST", "users", query={"$top": "2", "q": "a b&c"}, body={"name": "Zoë"}, headers={"X-Mine": "yes"}
    )
    assert (got.status, got.document, got.headers["x-request"]) == (201, {"id": "ä"}, "r1")
    [request] = web.requests
    assert request.path == "/v1/users?$top=2&q=a%20b%26c"
    assert request.body == '{"name": "Zoë"}'.encode()
    assert request.headers["content-type"] == "application/json"
    assert (request.headers["authorization"], request.headers["x-mine"]) == ("Bearer old", "yes")


def test_a_form_and_a_media_type_of_their_own(web: Web, api: Apis) -> None:
    says(web, GOOD)
    api().call("POST", "token", form={"a": "b c", "d": "é"})
    api().call("POST", "devices", body={}, media_type="application/vnd.x+json")
    assert web.requests[0].body == b"a=b+c&d=%C3%A9"
    assert web.requests[0].headers["content-type"] == "application/x-www-form-urlencoded"
    assert web.requests[1].headers["content-type"] == "application/vnd.x+json"


def test_an_answer_without_a_body_is_an_empty_document(web: Web, api: Apis) -> None:
    says(web, answer(204))
    assert api().call("DELETE", "users").document == {}
    assert seen(web.requests) == [("DELETE", "/v1/users")]


def test_without_a_path_the_base_itself_is_called(web: Web, api: Apis) -> None:
    says(web, GOOD)
    api(f"{web.url}/token").call("POST", "", form={"a": "b"})
    assert seen(web.requests) == [("POST", "/token")]


@pytest.mark.parametrize(("id_", "segment"), [("a/b", "a%2Fb"), ("ä@x", "%C3%A4%40x"), ("..a?#", "..a%3F%23")])
def test_an_id_stays_one_segment(web: Web, api: Apis, id_: str, segment: str) -> None:
    says(web, GOOD)
    api().call("GET", quoted("users/{}/keys", id_))
    assert web.requests[0].path == f"/v1/users/{segment}/keys"


@pytest.mark.parametrize("id_", ["", ".", "..", " .. "])
def test_an_id_that_would_change_the_path_names_nobody(id_: str) -> None:
    with pytest.raises(Refused) as caught:
        quoted("users/{}", id_)
    assert caught.value.status == 404


@pytest.mark.parametrize("status", [302, 400, 403, 404, 409, 422])
def test_a_no_is_certain_and_carries_its_document(web: Web, api: Apis, bed: Bed, status: int) -> None:
    says(web, answer(status, {"error": {"code": "nope"}}))
    with pytest.raises(Refused) as caught:
        api().call("POST", "users", body={})
    assert (caught.value.status, caught.value.document) == (status, {"error": {"code": "nope"}})
    assert "nope" not in f"{caught.value!r} {caught.value}"
    assert (len(web.requests), bed.slept) == (1, [])


def test_a_no_in_words_has_no_document(web: Web, api: Apis) -> None:
    says(web, (404, {"Content-Type": "text/html"}, b"<h1>not here"))
    with pytest.raises(Refused) as caught:
        api().call("GET", "users")
    assert caught.value.document == {}


def test_only_what_the_caller_calls_good_is_good(web: Web, api: Apis) -> None:
    says(web, answer(404, {"errorCode": "E0000007"}))
    assert api().call("GET", "users", good={200, 404}).document == {"errorCode": "E0000007"}


def test_one_who_is_not_known_any_more_signs_in_afresh_once(web: Web, api: Apis) -> None:
    says(web, answer(401), GOOD)
    assert api().call("POST", "users", body={}).document == {"ok": True}
    assert [each.headers["authorization"] for each in web.requests] == ["Bearer old", "Bearer new"]


def test_who_is_still_not_known_is_refused(web: Web, api: Apis, bed: Bed) -> None:
    says(web, answer(401))
    with pytest.raises(Refused) as caught:
        api().call("GET", "users")
    assert (caught.value.status, len(web.requests), bed.slept) == (401, 2, [])


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_who_is_asked_to_wait_waits_as_long_as_was_asked(web: Web, api: Apis, bed: Bed, method: str) -> None:
    date = format_datetime(NOON + timedelta(seconds=10), usegmt=True)
    says(web, answer(429, Retry_After="7"), answer(429, Retry_After=date), GOOD)
    assert api().call(method, "users").status == 200
    assert bed.slept == [7, 3]


def test_who_is_turned_away_without_a_time_waits_longer_each_time(web: Web, api: Apis, bed: Bed) -> None:
    says(web, answer(429), answer(429), answer(429), GOOD)
    api().call("POST", "users", body={})
    assert bed.slept == [1, 2, 4]


def test_those_who_were_turned_away_together_come_back_apart(web: Web, api: Apis, bed: Bed) -> None:
    bed.clock.advance(microseconds=500_000)
    says(web, answer(429), GOOD)
    api().call("GET", "users")
    assert bed.slept == [1.25]


def test_a_wait_that_is_too_long_is_the_callers(web: Web, api: Apis, bed: Bed) -> None:
    says(web, answer(429, Retry_After="31"))
    with pytest.raises(Unavailable) as caught:
        api().call("POST", "users", body={})
    assert (caught.value.retry_after, caught.value.word, bed.slept) == (31, "throttled", [])


def test_patience_ends(web: Web, api: Apis, bed: Bed) -> None:
    says(web, answer(429))
    with pytest.raises(Unavailable) as caught:
        api().call("GET", "users")
    assert (caught.value.word, bed.slept, len(web.requests)) == ("throttled", [1, 2, 4], 4)


def test_a_vendor_may_tell_the_time_in_its_own_way(web: Web, api: Apis, bed: Bed) -> None:
    reset = str(int(NOON.timestamp()) + 9)
    says(web, answer(429, X_Rate_Limit_Reset=reset), GOOD)
    wait = lambda headers, now: int(headers["x-rate-limit-reset"]) - now.timestamp()  # noqa: E731
    api(wait=wait).call("GET", "users")
    assert bed.slept == [9]


@pytest.mark.parametrize(
    "bad",
    [answer(503), answer(500, {"a": 1}), answer(408), None, (200, {"Content-Type": "application/json"}, b'{"half')],
    ids=["503", "500", "408", "hung up", "half"],
)
def test_reading_is_tried_again_and_writing_never(web: Web, api: Apis, bed: Bed, bad: Said) -> None:
    says(web, bad, GOOD)
    assert api().call("GET", "users").status == 200
    assert len(bed.slept) == 1
    says(web, bad, GOOD)
    before = len(web.requests)
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        says(web, bad, GOOD)
        with pytest.raises(OutcomeUnknown):
            api().call(method, "users")
    assert len(web.requests) == before + 4
    assert len(bed.slept) == 1


def test_what_the_caller_knows_to_be_a_question_is_asked_again(web: Web, api: Apis) -> None:
    says(web, answer(502), GOOD)
    assert api().call("POST", "search", body={}, repeatable=True).status == 200


def test_a_busy_server_is_left_alone_as_long_as_it_asks(web: Web, api: Apis, bed: Bed) -> None:
    says(web, answer(503, Retry_After="12"), GOOD)
    api().call("GET", "users")
    assert bed.slept == [12]


def test_an_answer_that_is_too_long_is_not_asked_for_again(web: Web, api: Apis) -> None:
    says(web, (200, {"Content-Type": "application/json"}, b" " * (ANSWER_LIMIT + 1)))
    with pytest.raises(Unavailable):
        api().call("GET", "users")
    with pytest.raises(OutcomeUnknown):
        api().call("POST", "users", body={})
    assert len(web.requests) == 2


def test_what_was_never_sent_is_certainly_not_done(api: Apis, bed: Bed) -> None:
    with pytest.raises(Unavailable) as caught:
        api("https://localhost:1").call("POST", "users", body={})
    assert (caught.value.word, bed.slept) == ("no_connection", [1, 2])


def test_a_stranger_is_told_nothing_and_not_tried_again(web: Web, api: Apis, bed: Bed) -> None:
    with pytest.raises(Unavailable) as caught:
        api(authority=None).call("GET", "users")
    assert (caught.value.word, web.requests, bed.slept) == ("untrusted", [], [])


def test_a_failing_system_is_left_in_peace_and_then_tried_by_one(web: Web, api: Apis, bed: Bed) -> None:
    vendor = api()
    says(web, answer(500))
    for _ in range(3):
        with pytest.raises(OutcomeUnknown):
            vendor.call("POST", "users", body={})
    with pytest.raises(Unavailable) as caught:
        vendor.call("POST", "users", body={})
    assert (caught.value.word, caught.value.retry_after, len(web.requests)) == ("left_in_peace", 31, 3)

    bed.clock.advance(seconds=31)
    arrived, go = Event(), Event()

    def slow(_: Request) -> Said:
        arrived.set()
        assert go.wait(10)
        return GOOD

    web.answer = slow
    trial = Thread(target=lambda: vendor.call("GET", "users"))
    trial.start()
    assert arrived.wait(10)
    with pytest.raises(Unavailable):
        vendor.call("GET", "users")
    go.set()
    trial.join()
    says(web, GOOD)
    assert vendor.call("GET", "users").status == 200


def test_a_no_is_an_answer_and_no_failure(web: Web, api: Apis) -> None:
    vendor = api()
    says(web, answer(400))
    for _ in range(5):
        with pytest.raises(Refused):
            vendor.call("POST", "users", body={})
    assert len(web.requests) == 5


def test_all_tries_end_within_one_deadline(web: Web, api: Apis, bed: Bed) -> None:
    says(web, answer(503, Retry_After="4"))
    with pytest.raises(Unavailable) as caught:
        api(timeout=7).call("GET", "users")
    assert (bed.slept, caught.value.retry_after) == ([4], 4)


def test_a_server_that_says_nothing_is_not_waited_for_beyond_the_deadline(web: Web, api: Apis) -> None:
    go = Event()
    web.answer = lambda _: GOOD if go.wait(10) else None
    began = datetime.now(UTC)
    with pytest.raises(OutcomeUnknown):
        api(timeout=0.3).call("POST", "users", body={})
    go.set()
    assert datetime.now(UTC) - began < timedelta(seconds=8)


def test_the_log_tells_of_the_call_and_never_what_was_in_it(
    web: Web, api: Apis, caplog: pytest.LogCaptureFixture
) -> None:
    route_to_stdlib()
    caplog.set_level(logging.INFO, logger="keywright")
    says(web, answer(400, {"error": "GEHEIM"}, request_id="abc-1"))
    with pytest.raises(Refused) as caught:
        api(request_ids=("x-other", "Request-Id")).call(
            "POST", quoted("users/{}/keys", "GEHEIM"), query={"q": "GEHEIM"}, body={"pin": "GEHEIM"}
        )
    [record] = [each for each in caplog.records if each.getMessage() == "outside_call"]
    line = JsonFormatter().format(record)
    for part in ('"service": "vendor"', '"route": "users/{}/keys"', '"http_status": 400', '"request_id": "abc-1"'):
        assert part in line
    assert "GEHEIM" not in line + repr(caught.value) + str(caught.value.args)
    assert "Bearer" not in line


@given(st.text(max_size=40) | st.integers().map(str) | st.datetimes().map(format_datetime))
def test_whatever_stands_in_retry_after_is_a_wait_or_nothing(value: str) -> None:
    wait = retry_after({"retry-after": value}, NOON)
    assert wait is None or 0 <= wait <= 3600


DOCUMENT: Any = {"a": {"b": ["c", 1, True]}}


def test_members_of_an_answer_are_read_by_their_path() -> None:
    assert told(DOCUMENT, "a", "b", 0, kind=str) == "c"
    assert told(DOCUMENT, "a", "b", 1, kind=int) == 1
    assert told(DOCUMENT, "a", "b", 2, kind=bool) is True


@pytest.mark.parametrize(
    ("path", "kind"),
    [(("a", "x"), str), (("a", "b", 3), str), (("a", "b", "c"), str), (("a", "b", 2), int), (("a", "b", 1), str)],
)
def test_what_is_not_as_promised_is_malformed(path: tuple[str | int, ...], kind: type[object]) -> None:
    with pytest.raises(Malformed):
        told(DOCUMENT, *path, kind=kind)
