"""What is said while staff are asked, and what for."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from kiosk.contract.staff import ApprovalAction


def asked_for(action: ApprovalAction) -> str:
    """What staff are asked, in a sentence to the person."""
    say = QCoreApplication.translate
    words = {
        ApprovalAction.VERIFY: say("Staff", "They look whether it is you."),
        ApprovalAction.OVERRIDE: say("Staff", "They look at your identity card or passport. Have it ready."),
        ApprovalAction.RESET: say("Staff", "They decide whether this key may be wiped."),
        ApprovalAction.ANOTHER_KEY: say("Staff", "They decide whether you get one more key."),
        ApprovalAction.REPLACE_KEY: say("Staff", "They decide whether you get a key in place of the lost one."),
        ApprovalAction.GUEST: say("Staff", "They let you in as a guest."),
    }
    return words[action]


def ask() -> str:
    """Words of the button that asks them."""
    return QCoreApplication.translate("Staff", "Ask staff")
