"""The desk's lane: one thread for the staff key and the service, while the person's lane leaves keys alone."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import astuple
from threading import Event as Flag

from hardware.authenticator import Authenticator, KeyAddress, KeySource, Watch
from hardware.errors import KeyGone
from kiosk.contract.staff import AnswerChallenge, StaffAnswer
from kiosk.desk import effects, events
from kiosk.desk.effects import Effect
from kiosk.desk.events import Event
from kiosk.desk.states import StoredName
from kiosk.secret import Secret
from kiosk.station.desk_client import DeskClient
from kiosk.station.key_report import key_report
from kiosk.station.lanes import at_the_edge
from kiosk.station.models import model_of


class DeskWork:
    """Does the desk's effects with at most one open key. `post` brings an answer to the host's thread."""

    def __init__(
        self, source: Callable[[], KeySource], client: Callable[[], DeskClient], post: Callable[[Event], None]
    ) -> None:
        self._make_source, self._make_client, self._post = source, client, post
        self._client: DeskClient | None = None
        self._key: Authenticator | None = None
        self._cancel = Flag()
        self._lane = ThreadPoolExecutor(1, "keywright-desk")

    def submit(self, effect: Effect) -> None:
        """Do this after what was asked before. Called on the host's thread."""
        if isinstance(effect, effects.CancelWork):
            self._cancel.set()
            self._cancel = Flag()
        else:
            self._lane.submit(self._work, effect, self._cancel)

    def stop(self) -> None:
        """End what is under way, close the key and the connection."""
        self._cancel.set()
        self._lane.submit(self._close)
        self._lane.shutdown(wait=True)

    def _work(self, effect: Effect, cancel: Flag) -> None:
        """On the lane: one effect, and its one answer. What it carries is wiped."""
        answer: list[Event] = []
        trouble = at_the_edge("desk", lambda: answer.extend(self._done(effect, cancel)))
        if isinstance(effect, effects.UnlockKey | effects.ListNames):
            effect.pin.wipe()
        elif isinstance(effect, effects.SendCode):
            effect.code.wipe()
        attempt = getattr(effect, "attempt", None)
        if trouble is not None and attempt is not None:
            answer = [events.Failed(attempt, trouble)]
        for each in answer:
            self._post(each)

    def _done(self, effect: Effect, cancel: Flag) -> tuple[Event, ...]:
        match effect:
            case effects.CloseKey():
                self._close_key()
                return ()
            case effects.ReadKey() | effects.UnlockKey() | effects.Sign():
                return (self._with_key(effect, cancel),)
            case effects.ListNames(attempt, address, pin):
                return (self._listed(attempt, address, pin),)
            case effects.SignOut(token):
                self._service().sign_out(token)
                return ()
            case effects.FetchChallenge() | effects.SendSignature() | effects.SendCode():
                return (self._asked(effect),)
            case effects.FetchRequests() | effects.FetchKey() | effects.FetchReference():
                return (self._fetched(effect),)
            case effects.CancelWork() | effects.EndVisit():
                return ()

    def _with_key(self, effect: effects.ReadKey | effects.UnlockKey | effects.Sign, cancel: Flag) -> Event:
        match effect:
            case effects.ReadKey(attempt, address):
                info = self._opened(address).inspect()
                return events.KeyRead(attempt, info, model_of(info))
            case effects.UnlockKey(attempt, pin):
                self._open_key().verify_pin(pin)
                return events.KeyUnlocked(attempt)
            case effects.Sign(attempt, challenge, seconds):
                watch = Watch(
                    on_touch=lambda: self._post(events.TouchAwaited(attempt)), cancel=cancel, deadline=float(seconds)
                )
                options = {**challenge.public_key, "userPresence": "required"}
                credential = self._open_key().prove(options, challenge.origin, watch)
                return events.Signed(attempt, challenge.challenge_id, credential)

    def _listed(self, attempt: int, address: KeyAddress, pin: Secret) -> Event:
        """What is on the key of somebody who types its PIN; closed at once, it forgets what that unlocked."""
        try:
            key = self._opened(address)
            key.verify_pin(pin)
            stored = key.stored_credentials()
            names = {StoredName(each.rp_id, each.user_name or each.user_display_name) for each in stored}
            info = self._opened(address).inspect()  # with its tries, which nobody asks a key that is unlocked for
            return events.NamesListed(attempt, tuple(sorted(names, key=astuple)), info)
        finally:
            self._close_key()

    def _opened(self, address: KeyAddress) -> Authenticator:
        """The key, locked, and the one before it closed."""
        self._close_key()
        self._key = self._make_source().open(address)
        return self._key

    def _asked(self, effect: effects.FetchChallenge | effects.SendSignature | effects.SendCode) -> Event:
        match effect:
            case effects.FetchChallenge(attempt, asked):
                return events.ChallengeFetched(attempt, self._service().challenge(asked))
            case effects.SendSignature(attempt, challenge_id, credential):
                answered = AnswerChallenge(credential=dict(credential))
                return events.StaffKnown(attempt, self._service().answer(challenge_id, answered))
            case effects.SendCode(attempt, asked, name, code):
                challenge = self._service().challenge(asked)
                return events.StaffKnown(attempt, self._told(challenge.challenge_id, name, code))

    def _told(self, challenge_id: str, name: str, code: Secret) -> StaffAnswer:
        return self._service().answer(challenge_id, AnswerChallenge(name=name, code=code.reveal()))

    def _fetched(self, effect: effects.FetchRequests | effects.FetchKey | effects.FetchReference) -> Event:
        match effect:
            case effects.FetchRequests(attempt, token):
                return events.RequestsFetched(attempt, self._service().requests(token))
            case effects.FetchKey(attempt, token, info):
                return events.KeyLookedUp(attempt, self._service().look_up_key(token, key_report(info)))
            case effects.FetchReference(attempt, token, reference):
                return events.ReferenceLookedUp(attempt, self._service().look_up_reference(token, reference))

    def _service(self) -> DeskClient:
        if self._client is None:
            self._client = self._make_client()
        return self._client

    def _open_key(self) -> Authenticator:
        if self._key is None:
            raise KeyGone
        return self._key

    def _close_key(self) -> None:
        key, self._key = self._key, None
        if key is not None:
            key.close()

    def _close(self) -> None:
        self._close_key()
        if self._client is not None:
            self._client.close()
