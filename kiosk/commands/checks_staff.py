"""What doctor looks at for staff: whether anybody can say yes to what must be approved."""

from __future__ import annotations

from kiosk.commands.checks import Finding, bad, good
from kiosk.contract.staff import ApprovalAction
from kiosk.service.approvals.rules import offered, wanted
from kiosk.service.settings import ServiceSettings


def check_staff(settings: ServiceSettings) -> Finding:
    """Whether staff have somewhere to sign, where policy wants them to. Nothing is let pass without them."""
    asked = [action.value for action in ApprovalAction if wanted(settings, action)]
    if not asked:
        return good("staff", "nothing needs their approval")
    if not offered(settings):
        remedy = "set staff.url and staff.rp_id, or take these out of supervision"
        return bad("staff", f"must approve {', '.join(asked)}, and cannot: they have no address", remedy)
    return good("staff", f"approve {', '.join(asked)}, at {settings.staff.url}")
