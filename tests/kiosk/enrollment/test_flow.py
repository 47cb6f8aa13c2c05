"""The whole way, and everything that can cut it short."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hardware import errors as hw
from hardware.authenticator import KeyAddress, PinState, Transport
from kiosk import errors
from kiosk.contract.enrollments import AbandonReason, CodeSent, Identified, MaskedPerson, Phase, VerificationOffer
from kiosk.contract.policy import EnrollmentPolicy, KeyPolicy, PinMode
from kiosk.contract.profile import VerificationMethod
from kiosk.enrollment import answers, effects, events, states
from kiosk.enrollment.visit import Port
from kiosk.secret import Secret
from tests.kiosk.enrollment.walk import ADDRESS, FRESH, MAIL, PROFILE, VPN, WITH_PIN, Walk

EMAIL, SMS = VerificationMethod.EMAIL, VerificationMethod.SMS


def sent(attempt: int) -> answers.CodeDelivered:
    return answers.CodeDelivered(attempt, CodeSent(EMAIL, "m•••@example.org", 60, 600))


# ── the happy ways ──────────────────────────────────────────────────────────────────────────────


def test_a_fresh_key_goes_all_the_way_to_done(walk: Walk) -> None:
    done = walk.touching().made().completed().proved().read(replace(FRESH, pin=PinState.SET)).now(states.Done)
    assert done.visit.finished == (MAIL,)
    assert done.visit.receipt == "K7M-4Q2"
    kinds = [type(e).__name__ for e in walk.all if not isinstance(e, effects.CloseKey)]
    assert kinds == [
        "LoadProfile", "IdentifyPerson", "SendCode", "VerifyPerson", "InspectKey", "CheckKey", "SetPin",
        "BeginCeremony", "MakeCredential", "CompleteCeremony", "ProveCredential", "SubmitProof", "InspectKey",
    ]  # fmt: skip


def test_done_ends_in_a_welcome_that_knows_nobody(walk: Walk) -> None:
    walk.touching().made().completed().proved().read(WITH_PIN)
    visit = walk.say(events.Continued()).now(states.Welcome).visit
    assert (visit.person, visit.enrollment_id, visit.criteria, visit.key, visit.bound) == ("", "", {}, None, None)
    assert not any(isinstance(e, effects.CancelEnrollment) for e in walk.effects)


def test_a_key_that_is_in_already_is_read_at_once(walk: Walk) -> None:
    walk.say(events.KeyInserted(ADDRESS)).verified()
    assert walk.now(states.InsertKey).reading
    assert walk.asked(effects.InspectKey).address == ADDRESS


def test_two_relying_parties_take_one_pin_and_a_touch_each(walk: Walk) -> None:
    walk.touching(parties=(MAIL, VPN)).made().completed().proved(Phase.KEY)
    touch = walk.now(states.Touch)
    assert (touch.party, touch.number, touch.total) == (VPN, 2, 2)
    walk.begun(VPN).made().completed().proved(party=VPN).read(WITH_PIN)
    assert walk.now(states.Done).visit.finished == (MAIL, VPN)
    assert sum(isinstance(e, effects.SetPin) for e in walk.all) == 1


def test_a_policy_without_pin_goes_straight_to_the_touch(walk: Walk) -> None:
    walk.inserted(mode=PinMode.NEVER)
    walk.now(states.Touch)


def test_a_key_without_pin_support_passes_when_a_pin_is_set_only_if_it_can_be(walk: Walk) -> None:
    walk.inserted(replace(FRESH, pin=PinState.UNSUPPORTED), mode=PinMode.IF_ABSENT).now(states.Touch)


# ── before anybody starts ───────────────────────────────────────────────────────────────────────


def test_connecting_tries_again_and_waits_longer_each_time(walk: Walk) -> None:
    first = walk.fail(errors.ServiceUnreachable()).now(states.Connecting)
    walk.say(events.RetryDue(walk.attempt))
    assert walk.asked(effects.LoadProfile).attempt == walk.attempt
    assert walk.fail(errors.ServiceUnreachable()).now(states.Connecting).retry_in > first.retry_in


def test_connecting_knows_the_keys_that_were_plugged_in_early(walk: Walk) -> None:
    other = KeyAddress(Transport.USB, "usb-2", 2)
    walk.say(events.KeyInserted(ADDRESS), events.KeyInserted(other), events.KeyRemoved(other))
    walk.say(events.KeyInaccessible(hw.NoAccess("/dev/hidraw3", "udev")))
    walk.answer(lambda n: answers.ProfileLoaded(n, PROFILE))
    assert walk.now(states.Welcome).visit.port.keys == (ADDRESS,)


@pytest.mark.parametrize(("wanted", "got"), [("ar", "ar"), ("xx", "en")])
def test_the_station_speaks_a_language_that_the_profile_has(walk: Walk, wanted: str, got: str) -> None:
    walk.say(events.LanguageChosen(wanted)).answer(lambda n: answers.ProfileLoaded(n, PROFILE))
    assert walk.now(states.Welcome).visit.locale == got


def test_the_language_can_change_on_every_screen(walk: Walk) -> None:
    assert walk.touching().say(events.LanguageChosen("ar")).now(states.Touch).visit.locale == "ar"
    assert walk.say(events.LanguageChosen("tlh")).now(states.Touch).visit.locale == "ar"


@pytest.mark.parametrize("event", [events.Cancelled(), events.IdleExpired(), events.WentBack(), events.CodeTyped("1")])
def test_welcome_and_connecting_ignore_what_does_not_concern_them(walk: Walk, event: events.Event) -> None:
    assert walk.say(event).effects == ()
    walk.now(states.Connecting)
    walk.answer(lambda n: answers.ProfileLoaded(n, PROFILE)).say(event)
    assert walk.effects == ()
    walk.now(states.Welcome)


# ── identify ────────────────────────────────────────────────────────────────────────────────────


def test_what_was_typed_is_cleaned_for_the_service_and_kept_for_the_person(walk: Walk) -> None:
    walk.to_identify().say(events.CriteriaGiven({"upn": "  e\u0301a@example.org ", "other": "x"}))
    assert walk.asked(effects.IdentifyPerson).criteria == {"upn": "éa@example.org"}
    assert walk.now(states.Identify).visit.criteria == {"upn": "  e\u0301a@example.org "}


def test_a_second_press_while_busy_does_nothing(walk: Walk) -> None:
    walk.to_identify().say(events.CriteriaGiven({"upn": "a"}), events.CriteriaGiven({"upn": "b"}))
    assert walk.effects == ()


def test_another_way_to_say_who_i_am_can_be_chosen(walk: Walk) -> None:
    state = walk.to_identify().say(events.AlternativeChosen("number")).now(states.Identify)
    assert state.fields.name == "number"
    assert [other.name for other in state.others] == ["upn", "badge"]


def test_a_failed_look_up_keeps_what_was_typed(walk: Walk) -> None:
    walk.to_identify().say(events.CriteriaGiven({"upn": "a@b"})).fail(errors.ServiceUnreachable())
    state = walk.now(states.Identify)
    assert state.visit.criteria == {"upn": "a@b"}
    assert isinstance(state.problem, errors.ServiceUnreachable)
    assert not state.busy


def test_input_that_cannot_be_meant_asks_nobody(walk: Walk) -> None:
    walk.to_identify().say(events.CriteriaGiven({"upn": ""}))
    assert walk.effects == ()
    problem = walk.now(states.Identify).problem
    assert isinstance(problem, errors.InputRefused)
    assert (problem.field, problem.reason) == ("upn", "empty")


def test_back_from_identify_ends_the_visit(walk: Walk) -> None:
    walk.to_identify().say(events.WentBack()).now(states.Welcome)


# ── verify ──────────────────────────────────────────────────────────────────────────────────────


def test_several_ways_are_offered_in_the_order_of_policy(walk: Walk) -> None:
    assert [o.method for o in walk.identified(EMAIL, SMS).now(states.ChooseMethod).offers] == [EMAIL, SMS]
    state = walk.say(events.MethodChosen(SMS)).now(states.EnterCode)
    assert state.method is SMS
    assert walk.asked(effects.SendCode).method is SMS


def test_a_way_that_was_not_offered_is_not_taken(walk: Walk) -> None:
    walk.identified(EMAIL, SMS).say(events.MethodChosen(VerificationMethod.NONE)).now(states.ChooseMethod)


def test_no_way_at_all_sends_the_person_to_the_desk(walk: Walk) -> None:
    assert walk.identified().now(states.Stopped).remedy is states.Remedy.DESK


def test_each_code_sent_restarts_the_countdown(walk: Walk) -> None:
    walk.identified(EMAIL).answer(sent)
    assert walk.now(states.EnterCode).sent == 1
    walk.say(events.CodeRequested())
    assert walk.now(states.EnterCode).work is states.CodeWork.SENDING
    assert walk.answer(sent).now(states.EnterCode).sent == 2


def test_a_code_cannot_be_typed_while_another_is_being_checked(walk: Walk) -> None:
    walk.identified(EMAIL).answer(sent).say(events.CodeTyped("111111"), events.CodeTyped("222222"))
    assert walk.effects == ()


def test_a_wrong_code_leaves_the_person_where_they_are(walk: Walk) -> None:
    walk.identified(EMAIL).answer(sent).say(events.CodeTyped("111111")).fail(errors.WrongCode(tries_left=4))
    state = walk.now(states.EnterCode)
    assert state.work is states.CodeWork.IDLE
    assert isinstance(state.problem, errors.WrongCode)


@pytest.mark.parametrize(
    ("error", "remedy"),
    [
        (errors.SessionExpired(), states.Remedy.START_OVER),
        (errors.OutOfStep(), states.Remedy.START_OVER),
        (errors.StationRefused(), states.Remedy.DESK),
        (errors.VerificationUnavailable(), states.Remedy.DESK),
    ],
)
def test_what_cannot_go_on_stops_with_a_next_action(walk: Walk, error: Exception, remedy: states.Remedy) -> None:
    walk.identified(EMAIL).answer(sent).say(events.CodeTyped("111111")).fail(error)
    assert walk.now(states.Stopped).remedy is remedy


def test_when_one_way_is_down_the_others_are_offered(walk: Walk) -> None:
    walk.identified(EMAIL, SMS).say(events.MethodChosen(SMS)).fail(errors.VerificationUnavailable())
    state = walk.now(states.ChooseMethod)
    assert [o.method for o in state.offers] == [EMAIL]
    assert isinstance(state.problem, errors.VerificationUnavailable)


def test_back_goes_to_the_choice_and_then_to_identify(walk: Walk) -> None:
    walk.identified(EMAIL, SMS).say(events.MethodChosen(EMAIL), events.WentBack()).now(states.ChooseMethod)
    assert walk.say(events.WentBack()).now(states.Identify).visit.criteria == {"upn": " m.okafor@example.org "}
    assert walk.say(events.CriteriaGiven({"upn": "x@y"})).asked(effects.IdentifyPerson).replaces == "e1"


def test_back_with_only_one_way_goes_to_identify(walk: Walk) -> None:
    walk.identified(EMAIL).say(events.WentBack()).now(states.Identify)


def test_none_verifies_without_a_question(walk: Walk) -> None:
    walk.identified(VerificationMethod.NONE)
    assert walk.asked(effects.VerifyPerson).method is VerificationMethod.NONE
    walk.say(events.MethodChosen(VerificationMethod.NONE))
    assert walk.effects == ()
    assert isinstance(walk.fail(errors.NotVerified()).now(states.Identify).problem, errors.NotVerified)


def test_a_badge_is_asked_for_and_checked(walk: Walk) -> None:
    walk.identified(VerificationMethod.AUTOMATIC).say(events.BadgeShown("  "))
    assert walk.effects == ()
    walk.say(events.BadgeShown("04:A2:19 "))
    answer = walk.asked(effects.VerifyPerson).answer
    assert answer is not None
    assert answer.reveal() == "04:A2:19"
    assert isinstance(walk.fail(errors.NotVerified()).now(states.ShowBadge).problem, errors.NotVerified)


def test_who_came_with_a_badge_need_not_show_it_again(walk: Walk) -> None:
    walk.to_identify().say(events.AlternativeChosen("badge"), events.CriteriaGiven({"badge": "0412"}))
    offer = VerificationOffer(VerificationMethod.AUTOMATIC)
    walk.answer(lambda n: answers.PersonIdentified(n, "e1", Identified(Phase.VERIFY, (offer,))))
    assert walk.now(states.ShowBadge).busy
    assert walk.asked(effects.VerifyPerson).method is VerificationMethod.AUTOMATIC


def test_the_person_confirms_the_masked_person(walk: Walk) -> None:
    walk.identified(VerificationMethod.SELF_CONFIRMATION, person=MaskedPerson("M•••• O•••••"))
    assert walk.now(states.ConfirmPerson).person.name == "M•••• O•••••"
    assert walk.say(events.PersonConfirmed()).asked(effects.VerifyPerson).confirmed
    assert isinstance(walk.fail(errors.NotVerified()).now(states.ConfirmPerson).problem, errors.NotVerified)


def test_nobody_to_confirm_is_told_at_identify(walk: Walk) -> None:
    walk.identified(VerificationMethod.SELF_CONFIRMATION)
    assert isinstance(walk.now(states.Identify).problem, errors.NotVerified)


def test_events_of_another_screen_mean_nothing_while_verifying(walk: Walk) -> None:
    before = walk.identified(EMAIL).answer(sent).state
    assert walk.say(events.PersonConfirmed(), events.Started(), events.Continued()).state == before


# ── the key and its PIN ─────────────────────────────────────────────────────────────────────────


def test_a_key_that_may_not_be_opened_is_told(walk: Walk) -> None:
    walk.verified().say(events.KeyInaccessible(hw.NoAccess("/dev/hidraw3", "udev")))
    assert isinstance(walk.now(states.InsertKey).problem, hw.NoAccess)
    walk.say(events.KeyInserted(ADDRESS)).fail(hw.NoAccess("/dev/hidraw3", "udev"))
    state = walk.now(states.InsertKey)
    assert isinstance(state.problem, hw.NoAccess)
    assert not state.reading


def test_policy_refuses_a_key_before_anything_is_asked(walk: Walk) -> None:
    policy = EnrollmentPolicy(key=KeyPolicy(aaguids_denied=("00010203-0405-0607-0809-0a0b0c0d0e0f",)))
    problem = walk.inserted(policy=policy).now(states.Stopped).problem
    assert isinstance(problem, errors.KeyNotAdmitted)
    assert problem.reasons == ("model_denied",)
    walk.say(events.Continued())
    assert walk.now(states.InsertKey).take_out
    assert not walk.say(events.KeyRemoved(ADDRESS)).now(states.InsertKey).take_out


@pytest.mark.parametrize(
    ("pin", "kind"),
    [
        (PinState.BLOCKED, states.Stopped),
        (PinState.CHANGE_FORCED, states.ChangePin),
        (PinState.AUTH_BLOCKED, states.InsertKey),
        (PinState.SET, states.EnterPin),
        (PinState.NOT_SET, states.ChoosePin),
    ],
)
def test_the_state_of_the_pin_decides_the_screen(walk: Walk, pin: PinState, kind: type) -> None:
    walk.inserted(replace(FRESH, pin=pin)).now(kind)


@pytest.mark.parametrize(
    ("error", "kind"),
    [(hw.KeyGone(), states.InsertKey), (hw.TooOld(), states.Stopped), (hw.KeySilent(5), states.InsertKey)],
)
def test_a_key_that_cannot_be_read_has_a_next_action(walk: Walk, error: Exception, kind: type) -> None:
    walk.verified().say(events.KeyInserted(ADDRESS)).fail(error).now(kind)


def test_back_from_the_key_goes_to_identify_until_a_key_is_bound(walk: Walk) -> None:
    walk.verified().say(events.WentBack()).now(states.Identify)
    bound = Walk()
    bound.touching().say(events.KeyRemoved(ADDRESS), events.WentBack())
    assert bound.now(states.InsertKey).same


def test_a_pin_that_the_key_refuses_is_asked_for_again(walk: Walk) -> None:
    walk.inserted().say(_pin()).fail(hw.PinRefused())
    state = walk.now(states.ChoosePin)
    assert isinstance(state.problem, hw.PinRefused)
    assert not state.busy
    assert state.visit.bound is None


def test_a_second_save_while_the_pin_is_being_set_does_nothing(walk: Walk) -> None:
    walk.inserted().say(_pin(), _pin())
    assert walk.effects == ()


def test_a_pin_that_was_set_meanwhile_makes_us_look_again(walk: Walk) -> None:
    walk.inserted().say(_pin()).fail(hw.PinAlreadySet())
    assert walk.now(states.InsertKey).reading


@pytest.mark.parametrize("error", [hw.KeyFault(1), hw.KeyBusy()])
def test_a_faulty_key_is_to_be_taken_out(walk: Walk, error: Exception) -> None:
    walk.inserted().say(_pin()).fail(error)
    assert walk.now(states.InsertKey).take_out


def test_trouble_of_the_kiosk_itself_keeps_the_pin_screen(walk: Walk) -> None:
    walk.inserted().say(_pin()).fail(errors.StorageFull())
    assert isinstance(walk.now(states.ChoosePin).problem, errors.StorageFull)


def test_back_from_the_pin_asks_to_take_the_key_out(walk: Walk) -> None:
    walk.inserted().say(events.WentBack())
    assert walk.now(states.InsertKey).take_out


def test_pulling_the_key_at_the_pin_waits_for_it_and_spends_nothing(walk: Walk) -> None:
    walk.inserted(WITH_PIN).say(events.KeyRemoved(ADDRESS))
    state = walk.now(states.InsertKey)
    assert isinstance(state.problem, hw.KeyGone)
    assert not any(isinstance(e, effects.VerifyPin) for e in walk.all)
    walk.say(events.KeyInserted(replace(ADDRESS, attach_id=2)))
    assert walk.now(states.InsertKey).reading


def test_the_key_of_before_is_the_only_one_that_will_do(walk: Walk) -> None:
    walk.touching().say(events.KeyRemoved(ADDRESS))
    other = replace(FRESH, address=replace(ADDRESS, attach_id=2, serial="S2"))
    walk.say(events.KeyInserted(other.address)).read(other)
    state = walk.now(states.InsertKey)
    assert isinstance(state.problem, hw.KeySwapped)
    assert state.take_out
    walk.say(events.KeyRemoved(other.address))
    again = replace(WITH_PIN, address=replace(ADDRESS, attach_id=3))
    walk.say(events.KeyInserted(again.address)).read(again)
    walk.now(states.EnterPin)


def test_few_tries_must_be_risked_on_purpose(walk: Walk) -> None:
    walk.inserted(replace(WITH_PIN, pin_retries=3)).say(_typed())
    assert walk.effects == ()
    walk.say(events.Continued(), _typed())
    walk.asked(effects.VerifyPin)
    assert walk.fail(hw.WrongPin(2)).now(states.EnterPin).caution


def test_a_wrong_pin_says_how_many_tries_remain(walk: Walk) -> None:
    walk.inserted(WITH_PIN).say(_typed()).fail(hw.WrongPin(7))
    state = walk.now(states.EnterPin)
    assert (state.retries_left, state.caution, state.busy) == (7, False, False)
    walk.say(_typed()).fail(hw.WrongPin(None))
    assert not walk.now(states.EnterPin).caution
    walk.say(_typed()).fail(hw.WrongPin(0))
    assert isinstance(walk.now(states.Stopped).problem, hw.PinBlocked)


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (hw.PinAuthBlocked(), states.InsertKey),
        (hw.PinBlocked(), states.Stopped),
        (hw.PinChangeForced(), states.ChangePin),
    ],
)
def test_blocked_for_now_is_not_blocked_for_good(walk: Walk, error: Exception, kind: type) -> None:
    walk.inserted(WITH_PIN).say(_typed()).fail(error).now(kind)


# ── touch ───────────────────────────────────────────────────────────────────────────────────────


def test_options_are_fetched_only_after_the_pin(walk: Walk) -> None:
    walk.inserted()
    assert not any(isinstance(e, effects.BeginCeremony) for e in walk.all)
    walk.say(_pin()).answer(answers.PinAccepted)
    walk.asked(effects.BeginCeremony)
    assert not walk.now(states.Touch).waiting
    assert walk.begun().now(states.Touch).waiting


def test_a_touch_too_late_is_tried_again_with_fresh_options(walk: Walk) -> None:
    walk.touching().fail(hw.TouchTimeout())
    state = walk.now(states.Touch)
    assert isinstance(state.problem, hw.TouchTimeout)
    assert walk.asked(effects.CleanUp).response is None
    walk.say(events.Continued())
    walk.asked(effects.BeginCeremony)


def test_continue_means_nothing_while_the_key_blinks(walk: Walk) -> None:
    walk.touching().say(events.Continued())
    assert walk.effects == ()


@pytest.mark.parametrize("leave", [events.WentBack(), events.KeyRemoved(ADDRESS)])
def test_leaving_the_touch_cancels_the_key_first(walk: Walk, leave: events.Event) -> None:
    walk.touching().say(leave)
    names = [type(e).__name__ for e in walk.effects]
    assert names == ["CancelDevice", "CleanUp", "CloseKey"]
    assert walk.now(states.InsertKey).same


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (hw.KeyGone(), states.InsertKey),
        (hw.AlreadyRegistered(), states.Stopped),
        (hw.KeyFull(), states.Stopped),
        (hw.KeySilent(2), states.InsertKey),
        (hw.OptionsRefused(), states.Stopped),
        (hw.Cancelled(), states.Touch),
        (errors.SessionExpired(), states.Stopped),
        (errors.OutOfStep(), states.Stopped),
        (errors.KeyNotAllowed(reasons=("full",)), states.Stopped),
        (errors.ServiceUnreachable(), states.Touch),
        (errors.OutcomeUnknown(), states.Touch),
    ],
)
def test_each_failure_at_the_touch_has_its_place(walk: Walk, error: Exception, kind: type) -> None:
    walk.touching().fail(error).now(kind)


def test_a_key_that_every_relying_party_knows_needs_nothing(walk: Walk) -> None:
    walk.touching(parties=(MAIL, VPN)).fail(hw.AlreadyRegistered()).begun(VPN).fail(hw.AlreadyRegistered())
    stopped = walk.now(states.Stopped)
    assert (stopped.remedy, stopped.visit.finished) == (states.Remedy.ANOTHER_KEY, ())


def test_a_stopped_screen_cleans_before_it_lets_go_on(walk: Walk) -> None:
    walk.touching().fail(hw.KeyFull())
    assert walk.now(states.Stopped).cleaning
    walk.say(events.Continued()).now(states.Stopped)
    walk.answer(lambda n: answers.CleanedUp(n, left_on_key=True))
    assert walk.now(states.Stopped).left_on_key
    assert walk.say(events.Continued()).now(states.InsertKey).visit.bound is None


def test_cleaning_that_fails_is_left_to_the_staff(walk: Walk) -> None:
    walk.touching().fail(hw.KeyFull()).fail(hw.CannotDelete())
    state = walk.now(states.Stopped)
    assert state.left_on_key
    assert not state.cleaning


def test_start_over_ends_the_visit(walk: Walk) -> None:
    walk.touching().fail(errors.SessionExpired()).answer(answers.CleanedUp).say(events.Continued())
    walk.now(states.Welcome)
    assert walk.asked(effects.CancelEnrollment).enrollment_id == "e1"


# ── register, prove, read back ──────────────────────────────────────────────────────────────────


def test_a_lost_answer_sends_the_same_response_again(walk: Walk) -> None:
    walk.touching().made()
    first = walk.asked(effects.CompleteCeremony)
    walk.fail(errors.ServiceUnreachable())
    assert walk.now(states.Prove).retry_in == 2
    walk.say(events.RetryDue(walk.attempt))
    again = walk.asked(effects.CompleteCeremony)
    assert (again.response, again.ceremony) == (first.response, first.ceremony)
    walk.completed().fail(hw.TouchTimeout()).say(events.RetryDue(walk.attempt))
    walk.asked(effects.ProveCredential)
    walk.answer(lambda n: answers.CredentialAsserted(n, {"id": "AQ"})).fail(errors.ServiceBroken())
    walk.say(events.RetryDue(walk.attempt)).asked(effects.SubmitProof)


def test_after_too_many_tries_the_journal_and_the_desk_take_over(walk: Walk) -> None:
    walk.touching().made()
    for _ in range(5):
        walk.fail(errors.ServiceUnreachable()).say(events.RetryDue(walk.attempt))
    walk.fail(errors.ServiceUnreachable())
    assert walk.now(states.Stopped).remedy is states.Remedy.DESK
    assert not any(isinstance(e, effects.CleanUp) for e in walk.all)


def test_a_key_pulled_from_a_faulty_state_is_asked_for_at_once(walk: Walk) -> None:
    walk.inserted().say(_pin())
    walk.say(events.KeyRemoved(ADDRESS)).now(states.InsertKey)
    walk.say(events.KeyInserted(ADDRESS)).read(FRESH)
    choosing = walk.now(states.ChoosePin)
    walk.state = replace(choosing, visit=replace(choosing.visit, port=Port()))
    assert not walk.say(events.WentBack()).now(states.InsertKey).take_out


def test_events_of_another_screen_mean_nothing_while_proving(walk: Walk) -> None:
    before = walk.touching().made().state
    assert walk.say(_pin(), events.Started()).state == before


def test_a_certain_no_takes_the_credential_off_the_key(walk: Walk) -> None:
    walk.touching().made().fail(errors.RegistrationRefused())
    cleaning = walk.asked(effects.CleanUp)
    assert cleaning.response == {"id": "AQ"}
    assert cleaning.reason is AbandonReason.NOT_PROVED


def test_options_that_ran_out_are_fetched_again(walk: Walk) -> None:
    walk.touching().made().fail(errors.CeremonyExpired())
    assert isinstance(walk.now(states.Touch).problem, errors.CeremonyExpired)
    walk.asked(effects.CleanUp)
    walk.say(events.Continued()).asked(effects.BeginCeremony)


def test_a_key_pulled_while_registering_must_come_back_to_be_tested(walk: Walk) -> None:
    walk.touching().made().say(events.KeyRemoved(ADDRESS)).completed()
    assert walk.now(states.InsertKey).same
    again = replace(WITH_PIN, address=replace(ADDRESS, attach_id=2))
    walk.say(events.KeyInserted(again.address)).read(again)
    walk.say(_typed()).answer(answers.PinAccepted)
    assert walk.asked(effects.ProveCredential).completed.credential_id == "AQ"


def test_a_key_pulled_before_registering_is_known_registers_when_it_is_back(walk: Walk) -> None:
    walk.touching().made().fail(errors.ServiceUnreachable()).fail(hw.KeyGone())
    again = replace(WITH_PIN, address=replace(ADDRESS, attach_id=2))
    walk.say(events.KeyRemoved(ADDRESS), events.KeyInserted(again.address))
    walk.read(again).say(_typed()).answer(answers.PinAccepted)
    walk.asked(effects.CompleteCeremony)


def test_a_key_pulled_after_the_proof_is_read_back_without_its_pin(walk: Walk) -> None:
    walk.touching().made().completed().say(events.KeyRemoved(ADDRESS)).proved()
    walk.now(states.InsertKey)
    again = replace(WITH_PIN, address=replace(ADDRESS, attach_id=2))
    walk.say(events.KeyInserted(again.address)).read(again)
    walk.now(states.Done)


def test_success_is_not_said_when_the_key_shows_no_pin(walk: Walk) -> None:
    walk.touching().made().completed().proved().read(FRESH)
    assert isinstance(walk.now(states.Stopped).problem, errors.NotProtected)


def test_reading_back_is_tried_again_like_everything_else(walk: Walk) -> None:
    walk.touching().made().completed().proved().fail(hw.TouchTimeout()).say(events.RetryDue(walk.attempt))
    walk.asked(effects.InspectKey)


def test_a_key_that_fails_the_read_back_is_taken_out_and_read_again(walk: Walk) -> None:
    walk.touching().made().completed().proved().fail(hw.KeySilent(2))
    assert walk.now(states.InsertKey).take_out


def test_a_key_that_wants_a_touch_for_the_test_says_so(walk: Walk) -> None:
    assert walk.touching().made().completed().answer(answers.TouchWanted).now(states.Prove).touch


def test_a_proof_that_is_refused_takes_everything_back(walk: Walk) -> None:
    walk.touching().made().completed().answer(lambda n: answers.CredentialAsserted(n, {}))
    walk.fail(errors.ProofRefused())
    assert walk.asked(effects.CleanUp).reason is AbandonReason.NOT_PROVED


# ── cutting in ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("event", [events.Cancelled(), events.IdleExpired(), events.TimeExpired()])
def test_every_interruption_takes_back_what_was_begun(walk: Walk, event: events.Event) -> None:
    walk.touching().made().completed().say(event)
    assert [type(e).__name__ for e in walk.effects] == ["CancelDevice", "CleanUp", "CloseKey", "CancelEnrollment"]
    problem = walk.now(states.Welcome).problem
    assert isinstance(problem, errors.TookTooLong) == isinstance(event, events.TimeExpired)


def test_answers_to_older_work_are_dropped(walk: Walk) -> None:
    walk.identified(EMAIL)
    old = walk.attempt
    walk.say(events.WentBack())
    before = walk.state
    assert walk.say(sent(old), answers.Failed(old, errors.WrongCode()), events.RetryDue(old)).state == before


def test_a_second_key_during_the_touch_changes_nothing(walk: Walk) -> None:
    other = KeyAddress(Transport.USB, "usb-2", 2)
    walk.touching().say(events.KeyInserted(other), events.KeyRemoved(other)).now(states.Touch)
    assert walk.effects == ()


def _pin() -> events.PinChosen:
    return events.PinChosen(Secret("704913"))


def _typed() -> events.PinTyped:
    return events.PinTyped(Secret("704913"))
