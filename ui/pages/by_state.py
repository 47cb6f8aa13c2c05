"""Which page shows which state."""

from __future__ import annotations

from kiosk.enrollment import states
from kiosk.enrollment.states import State
from ui.pages.activate import ActivatePage
from ui.pages.backup import BackupPage
from ui.pages.change_pin import ChangePinPage
from ui.pages.code import EnterCodePage
from ui.pages.connecting import ConnectingPage
from ui.pages.done import DonePage
from ui.pages.finger import EnrollFingerPage
from ui.pages.identify import IdentifyPage
from ui.pages.key import InsertKeyPage
from ui.pages.keys_held import KeysHeldPage
from ui.pages.language import WelcomePage
from ui.pages.mobile_id import IdTakenPage, ShowIdPage
from ui.pages.page import Page
from ui.pages.phone import PhonePage
from ui.pages.pin import ChoosePinPage, EnterPinPage
from ui.pages.random_pin import RandomPinPage
from ui.pages.recovery_codes import RecoveryCodesPage
from ui.pages.register import RegisterPage
from ui.pages.reset import ResetKeyPage
from ui.pages.select import SelectKeyPage
from ui.pages.set_up_app import SetUpAppPage
from ui.pages.stopped import StoppedPage
from ui.pages.terms import AcceptTermsPage
from ui.pages.touch import TouchPage
from ui.pages.verify import ChooseMethodPage, ConfirmPersonPage, ShowBadgePage
from ui.pages.wait_for_staff import WaitForStaffPage
from ui.pages.working import WorkingPage

PAGES: dict[type[State], type[Page]] = {
    states.Activate: ActivatePage,
    states.Connecting: ConnectingPage,
    states.Welcome: WelcomePage,
    states.Identify: IdentifyPage,
    states.Register: RegisterPage,
    states.AcceptTerms: AcceptTermsPage,
    states.ChooseMethod: ChooseMethodPage,
    states.EnterCode: EnterCodePage,
    states.ShowBadge: ShowBadgePage,
    states.ConfirmPerson: ConfirmPersonPage,
    states.Phone: PhonePage,
    states.WaitForStaff: WaitForStaffPage,
    states.KeysHeld: KeysHeldPage,
    states.ShowId: ShowIdPage,
    states.IdTaken: IdTakenPage,
    states.InsertKey: InsertKeyPage,
    states.SelectKey: SelectKeyPage,
    states.ChoosePin: ChoosePinPage,
    states.EnterPin: EnterPinPage,
    states.ChangePin: ChangePinPage,
    states.RandomPin: RandomPinPage,
    states.EnrollFinger: EnrollFingerPage,
    states.ResetKey: ResetKeyPage,
    states.Touch: TouchPage,
    states.Prove: WorkingPage,
    states.Backup: BackupPage,
    states.SetUpApp: SetUpAppPage,
    states.RecoveryCodes: RecoveryCodesPage,
    states.Done: DonePage,
    states.Stopped: StoppedPage,
}
"""The page of every state."""
