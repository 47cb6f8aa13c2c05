"""The pages of staff: server-rendered, signed in to with a security key, by roles and sites.

Another page is one module `<subject>.py` with `router = APIRouter(**PAGES)`, in it one frozen view and one function a
page, and one template that extends `base.html`:

    @router.get("/console/things", summary="…")
    def things(member: Viewer) -> Response:
        return member.page("things.html", view=ThingsView(…))

`Viewer`, `Concierge`, `Approver` and `Administrator` (`session.py`) let nobody else in; `Confirmed` ones ask for a
fresh touch of the key first. A form is `{% call form("/console/things") %}` (`parts.html`), which has its token; what
it sends is `member.form`, checked already; its function ends with `return member.on("/console/things", "thing_kept")`,
a word of `notices.toml`. Then the router goes into `ROUTERS` (`routes.py`), and the place into `PLACES` (`places.py`).
Sites: `member.may(role, site)`, or `member.require(…)`; a page calls other folders' `actions` alone, which write the
trail, as `member.actor` or `member.caller`. A fragment with `data-fresh="name"` on a page whose block `live` says
`data-live="requests"` or `"stations"` is kept up to date; an element with `data-item` and an id stays as it is while
somebody works in it.
"""
