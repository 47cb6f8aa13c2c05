"""One station's session: it holds the state, and is the only one to change it.

page → event → `dispatch` → advance → effects → lanes → event → `post` → (the host's thread) → `dispatch`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from threading import Event as Flag

import structlog

from hardware.errors import KeyFault
from kiosk.enrollment.effects import (
    ActivateStation,
    AskApproval,
    BeginCeremony,
    CancelDevice,
    CancelEnrollment,
    CheckKey,
    ChooseIntent,
    ClaimMobileId,
    CloseKey,
    ClosePhone,
    CompleteCeremony,
    ConfirmTotp,
    Effect,
    FetchTotp,
    FinishEnrollment,
    IdentifyPerson,
    LoadProfile,
    OpenNextKey,
    OpenPhone,
    RegisterPerson,
    RequestApproval,
    SendCode,
    SubmitProof,
    TakeBackApproval,
    VerifyPerson,
    WatchApproval,
    WatchPhone,
)
from kiosk.enrollment.events import Cancelled, Event
from kiosk.enrollment.flow import advance, begin
from kiosk.enrollment.states import Connecting, EnterCode, RandomPin, State, WaitForStaff, Welcome
from kiosk.enrollment.visit import UNNAMED, Kiosk
from kiosk.errors import ServiceBroken
from kiosk.secret import Secret
from kiosk.station.approval import Approve, with_approval
from kiosk.station.lanes import Lane
from kiosk.station.work import Build, ForgetParty, Job, Outcome, Settle

_log = structlog.get_logger("keywright.station")
_NETWORK = (
    *(
        LoadProfile,
        ActivateStation,
        IdentifyPerson,
        RegisterPerson,
        SendCode,
        VerifyPerson,
        AskApproval,
        FetchTotp,
        ConfirmTotp,
    ),
    *(CheckKey, BeginCeremony, CompleteCeremony, SubmitProof, FinishEnrollment, CancelEnrollment),
    *(OpenPhone, WatchPhone, ClosePhone, ClaimMobileId, ChooseIntent, OpenNextKey),
    *(RequestApproval, WatchApproval, TakeBackApproval),
)
SETTLE_EVERY = 30.0
"""Seconds of quiet after which the network lane looks again for what the journal still holds."""


class Session:
    """The visit of one person after another. `dispatch`, `reset` and `stop` are called on one thread, the host's.

    `post` is called on the lanes' threads and brings an event to the host's thread, where `dispatch` gets it.
    `reference` makes the words under which staff find a fault in the log. `approve` asks staff (on the network lane,
    which waits for them); without it, what needs an approval is not offered. `kiosk` is what staff know this one by.
    """

    def __init__(
        self,
        *,
        device: Build,
        network: Build,
        post: Callable[[Event], None],
        reference: Callable[[], str],
        locale: str,
        approve: Approve | None = None,
        kiosk: Kiosk = UNNAMED,
    ) -> None:
        self._post = post
        self._approvals = approve is not None
        network = with_approval(network, approve) if approve is not None else network
        self._locale, self._kiosk = locale, kiosk
        self._device = Lane("device", device, self._deliver, lambda _: KeyFault(), reference)
        self._network = Lane("network", network, self._deliver, ServiceBroken, reference, idle_after=SETTLE_EVERY)
        self._state, self._first = begin(locale, approvals=self._approvals, kiosk=kiosk)
        self._observers: list[Callable[[State], None]] = []
        self._events: deque[Event] = deque()
        self._busy = False
        self._cancel = Flag()

    @property
    def state(self) -> State:
        """Where the person is."""
        return self._state

    def observe(self, on_state: Callable[[State], None]) -> None:
        """Call `on_state` with each new state, and with the present one at once."""
        self._observers.append(on_state)
        on_state(self._state)

    def start(self) -> None:
        """Start the lanes, and with them the first step."""
        self._device.start()
        self._network.start()
        for effect in self._first:
            self._run(effect)

    def dispatch(self, event: Event) -> None:
        """Take one event. One that comes while another is being taken (from an observer) waits its turn."""
        self._events.append(event)
        if self._busy:
            return
        self._busy = True
        try:
            while self._events:
                self._step(self._events.popleft())
        finally:
            self._busy = False

    def reset(self, locale: str = "") -> None:
        """Forget everything, whatever is under way, and begin again. What the journal holds is settled later."""
        self.dispatch(Cancelled())
        old = self._state
        port, attempt = (old.port, old.attempt) if isinstance(old, Connecting) else (old.visit.port, old.visit.attempt)
        self._locale = locale or self._locale
        again = Connecting(self._locale, attempt + 1, port=port, approvals=self._approvals, kiosk=self._kiosk)
        self._enter(again)
        self._run(LoadProfile(attempt + 1))

    def leave_key(self) -> None:
        """Staff have the reader: what is open of the person's key is closed. They are asked for it again."""
        self._device.submit(Job(CloseKey(same_visit=True), self._cancel))

    def stop(self, patience: float = 30.0) -> bool:
        """End the visit, take back what it began, close the key, end the lanes. False when one of them hangs."""
        self.dispatch(Cancelled())
        self._cancel.set()
        stopped = [lane.stop(patience) for lane in (self._device, self._network)]
        return all(stopped)

    def _step(self, event: Event) -> None:
        before = self._state
        state, effects = advance(before, event)
        if state is not before:
            self._enter(state)
        for effect in effects:
            self._run(effect)
        if isinstance(state, Welcome) and not isinstance(before, Welcome):
            self._network.submit(Job(Settle()))

    def _enter(self, state: State) -> None:
        if type(state) is not type(self._state):
            _log.info("state", state=type(state).__name__)
        before, self._state = self._state, state
        for observer in self._observers:
            observer(state)
        if isinstance(before, RandomPin) and before.pin is not None and not isinstance(state, RandomPin):
            before.pin.wipe()  # it was shown, once, or printed
            if before.letter and not before.printed:
                _log.warning("pin_in_no_letter")  # the key has one that nobody will ever know: staff wipe it
        if (code := _typed(before)) is not None and code is not _typed(state):
            code.wipe()  # it was kept for staff to let it pass
        if isinstance(state, Welcome) and not isinstance(before, Connecting):
            every = (before.visit.issued, *(each.issued for each in before.visit.done))
            for given in (one for some in every for one in some):
                given.value.wipe()

    def _run(self, effect: Effect) -> None:
        if isinstance(effect, CancelDevice):
            self._cancel.set()
            self._cancel = Flag()  # what comes after it is not cancelled
        elif isinstance(effect, _NETWORK):
            self._network.submit(Job(effect))
        else:
            self._device.submit(Job(effect, self._cancel))

    def _deliver(self, outcome: Outcome) -> None:
        """On a lane's thread: pass an answer up, or the second half of a clean-up on."""
        if isinstance(outcome, ForgetParty):
            self._network.submit(Job(outcome))
        else:
            self._post(outcome)


def _typed(state: State) -> Secret | None:
    """The code that somebody typed, as long as the same may be sent once more."""
    match state:
        case EnterCode(typed=typed) | WaitForStaff(came_from=EnterCode(typed=typed)):
            return typed
        case _:
            return None
