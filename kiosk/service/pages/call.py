"""One request of a phone: who sent it, how it is answered, and which code the phone is bound to."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Request, Response

from kiosk.contract.phone import PhonePurpose
from kiosk.service.audit.actions import Event, record
from kiosk.service.mobile import codes
from kiosk.service.mobile.rules import CodeOver, NoSuchCode, NotNow
from kiosk.service.pages.layout import Layout, Reading
from kiosk.service.pages.routing import Pages, WithParts
from kiosk.service.pages.visitor import ForeignForm, Visitor, visitor_of
from kiosk.service.parts import Parts
from kiosk.service.store.phone_codes import PhoneCodeRow


@dataclass(frozen=True, slots=True)
class Call:
    """A request with what it takes to answer it."""

    parts: Parts
    layout: Layout
    request: Request
    visitor: Visitor

    def reading(self, form: Mapping[str, str] | None = None, kept: str = "") -> Reading:
        """How the answer is read; `kept` is the language of the enrollment."""
        return self.layout.reading(self.request, self.visitor, kept=kept, form=form)

    def on(self, form: Mapping[str, str]) -> Response:
        """On to the page that shows where the phone is now."""
        return self.layout.go_on(self.reading(form))

    def page(self, template: str, row: PhoneCodeRow, form: Mapping[str, str] | None, /, **values: Any) -> Response:
        """A page about the code; 422 where it answers a form that was not right."""
        reading = self.reading(form, row.locale)
        return self.layout.page(template, reading, 422 if form is not None else 200, **values)

    def bound(self) -> PhoneCodeRow:
        """The code of this phone. Raises NoSuchCode."""
        if not self.visitor.known:
            raise NoSuchCode
        return codes.of_phone(self.parts, self.visitor.secret)

    def at_work(self, form: Mapping[str, str]) -> PhoneCodeRow:
        """The code of this phone, live, for a form that was made for it. Raises ForeignForm, NoSuchCode, CodeOver.

        A form of elsewhere, in the name of a phone that is bound, is written down.
        """
        path = self.request.url.path
        try:
            self.visitor.check(path, form)
        except ForeignForm:
            with suppress(NoSuchCode):
                _note_foreign(self.parts, self.bound())
            raise
        row = self.bound()
        if row.status.over:
            raise CodeOver(row.status, row.reason)
        return row

    def at_task(self, form: Mapping[str, str], *purposes: PhonePurpose) -> PhoneCodeRow:
        """The same, once the number was right, for one of the purposes. Raises also NotNow."""
        row = self.at_work(form)
        if row.purpose not in purposes or not row.matched:
            raise NotNow
        return row


def _note_foreign(parts: Parts, row: PhoneCodeRow) -> None:
    details = {"transaction": row.id, "purpose": row.purpose.value}
    event = Event("phone_form_refused", row.tenant, "phone", row.user_id or "", details=details)
    parts.store.write(lambda tx: record(tx, parts, event))


async def _call(request: Request, parts: WithParts, layout: Pages) -> Call:
    return Call(parts, layout, request, visitor_of(request, parts.random))


OfPhone = Annotated[Call, Depends(_call)]
"""The request, for routes."""
