from __future__ import annotations

from dataclasses import replace

from kiosk import errors
from kiosk.enrollment import answers, events
from kiosk.enrollment.connecting import GREETING
from kiosk.enrollment.effects import ActivateStation, LoadProfile
from kiosk.enrollment.states import Activate, Connecting, Identify, Welcome
from kiosk.enrollment.visit import Kiosk
from kiosk.secret import Secret
from kiosk.station_errors import ActivationRefused, StationSwitchedOff
from tests.kiosk.enrollment.walk import PROFILE, Walk

NEW = Kiosk(activates=True)
LOBBY = replace(NEW, name="Lobby", chance=0.9)
GERMAN = replace(PROFILE, organization="Beispiel", languages=("de",))


def unknown() -> Walk:
    """A kiosk that nobody knows."""
    return Walk(kiosk=NEW).fail(errors.NoCredential("station-secret"))


def welcomed(walk: Walk) -> Walk:
    return walk.answer(lambda n: answers.ProfileLoaded(n, PROFILE))


def typed(walk: Walk) -> Walk:
    return walk.say(events.ActivationTyped(Secret("ABCD")))


def test_a_new_kiosk_asks_for_its_code_and_greets_by_its_name() -> None:
    walk = unknown()
    assert isinstance(walk.now(Activate).problem, errors.NoCredential)
    assert typed(walk).asked(ActivateStation).code.reveal() == "ABCD"
    assert walk.now(Activate).busy
    done = walk.answer(lambda n: answers.StationActivated(n, "Lobby", "north")).now(Activate)
    assert (done.done, done.kiosk.name, done.site, done.retry_in) == (True, "Lobby", "north", GREETING)
    walk.say(events.RetryDue(walk.attempt)).asked(LoadProfile)
    assert type(walk.state) is Connecting
    welcomed(walk).now(Welcome)


def test_a_kiosk_that_cannot_be_activated_waits_for_its_secret() -> None:
    walk = Walk().fail(errors.NoCredential("station-secret"))
    assert type(walk.state) is Connecting
    assert walk.now(Connecting).retry_in


def test_a_code_that_was_refused_can_be_typed_again_and_one_under_way_only_once() -> None:
    walk = typed(unknown())
    attempt = walk.attempt
    typed(walk)
    assert walk.attempt == attempt
    assert isinstance(walk.fail(ActivationRefused()).now(Activate).problem, ActivationRefused)
    assert typed(walk).now(Activate).problem is None


def test_from_the_code_it_goes_back_to_asking_the_service() -> None:
    walk = unknown().say(events.WentBack())
    walk.asked(LoadProfile)
    assert type(walk.state) is Connecting


def test_a_kiosk_that_was_switched_off_waits_long_and_can_be_connected_again() -> None:
    walk = Walk(kiosk=NEW).fail(StationSwitchedOff("R-1"))
    assert walk.now(Connecting).retry_in == 30
    activating = walk.say(events.ActivationWanted()).now(Activate)
    assert activating.problem is None


def test_nobody_types_a_code_where_the_service_is_only_away() -> None:
    walk = Walk(kiosk=NEW).fail(errors.ServiceUnreachable()).say(events.ActivationWanted())
    assert type(walk.state) is Connecting


def test_when_the_service_is_lost_nobody_can_start_until_it_is_back() -> None:
    walk = welcomed(Walk(kiosk=LOBBY)).say(events.LanguageChosen("ar"))
    walk.say(events.ServiceLost(errors.ServiceUnreachable(), LOBBY), events.Started())
    away = walk.now(Connecting)
    assert (away.locale, away.tries, away.kiosk, away.retry_in) == ("ar", 1, LOBBY, 3)
    walk.say(events.RetryDue(walk.attempt)).asked(LoadProfile)
    assert welcomed(walk).now(Welcome).visit.locale == "ar"


def test_who_has_begun_goes_on_without_hearing_of_it() -> None:
    walk = welcomed(Walk(kiosk=LOBBY)).say(events.Started())
    before = walk.now(Identify)
    walk.say(events.ServiceLost(errors.ServiceUnreachable(), LOBBY), events.ProfileChanged(GERMAN))
    assert walk.state == before


def test_what_the_service_wants_shown_is_shown_at_once() -> None:
    walk = welcomed(Walk()).say(events.ProfileChanged(GERMAN))
    shown = walk.now(Welcome).visit
    assert (shown.profile, shown.locale) == (GERMAN, "de")
