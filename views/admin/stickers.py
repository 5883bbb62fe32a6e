"""QR codes of places: the picture of one, a sticker of its own, and sheets of stickers for many."""

from __future__ import annotations

from typing import Any, ClassVar

from flask import Response, current_app, make_response, request
from flask.typing import ResponseReturnValue
from flask_appbuilder import BaseView, expose
from flask_appbuilder.security.decorators import has_access
from flask_babel import gettext as _
from sqlalchemy import select

from app import qr, settings, stickers
from app.errors import Invalid
from app.extensions import db
from app.queries import places
from app.queries.places import KINDS
from app.stickers import MOST, ONE, SHEETS, Sticker
from models import Place
from views.admin.choices import key, label, load
from views.admin.pages import READ, Page
from views.admin.plans import load_place


class StickerPage(Page, BaseView):  # type: ignore[misc]  # Flask-AppBuilder is untyped
    key, route_base, default_view = "places", "/admin/places", "choose"
    class_permission_name = "Places"
    method_permission_name: ClassVar = {"choose": READ, "sheet": READ, "one": READ, "picture": READ}

    @expose("/code/<pk>.svg")  # type: ignore[untyped-decorator]
    @has_access  # type: ignore[untyped-decorator]
    def picture(self, pk: str) -> Response:
        """The QR code of a place; with ?save to keep as a file."""
        place = load_place(pk)
        return _file(
            qr.svg(address(place.code)), "image/svg+xml", f"{place.code}.svg", save="save" in request.args
        )

    @expose("/code/<pk>.pdf")  # type: ignore[untyped-decorator]
    @has_access  # type: ignore[untyped-decorator]
    def one(self, pk: str) -> Response:
        """A sticker for one place, on a page of its size."""
        place = load_place(pk)
        path = places.full_name(places.way_up(db.session, place.id))
        return _file(_pdf([_sticker(place, path)], ONE), "application/pdf", f"{place.code}.pdf")

    @expose("/stickers")  # type: ignore[untyped-decorator]
    @has_access  # type: ignore[untyped-decorator]
    def choose(self) -> ResponseReturnValue:
        return self._page()

    @expose("/stickers.pdf")  # type: ignore[untyped-decorator]
    @has_access  # type: ignore[untyped-decorator]
    def sheet(self) -> ResponseReturnValue:
        """Stickers for a branch of the tree, of some kinds: as many pages as it takes."""
        layout = SHEETS.get(request.args.get("per", type=int) or 0)
        try:
            if layout is None:
                raise Invalid(text=_("Please choose how many stickers a page has."))
            chosen = _chosen()
        except Invalid as error:
            return self._page(str(error.text)), 422
        return _file(_pdf(chosen, layout), "application/pdf", "atrium-qr.pdf")

    def _page(self, problem: str = "") -> str:
        at = load("places", request.args.get("at", ""))
        return self.render_template(
            "admin/stickers.html",
            title=_("QR stickers"),
            at=[(at.id, label("places", at))] if at else [],
            kinds=[(kind.value, name) for kind, name in KINDS.items()],
            chosen=request.args.getlist("kind") or [kind.value for kind in KINDS],
            sheets=[(str(count), str(count)) for count in SHEETS],
            per=request.args.get("per", ""),
            most=MOST,
            problem=problem,
        )


def address(code: str) -> str:
    """What a phone's own camera opens."""
    return f"{current_app.config['ATRIUM'].base_url}/p/{code}"


def _chosen() -> list[Sticker]:
    """A sticker for each place of the chosen branch (with its top) and kinds. Raises Invalid for none or too many."""
    nodes = places.tree(db.session)
    at = key(request.args.get("at", ""))
    inside = {node.id for node in places.branch(nodes, at)} | {at} if at else {node.id for node in nodes}
    kinds = set(request.args.getlist("kind"))
    wanted = {node.id: node.full_name for node in nodes if node.id in inside and node.kind in kinds}
    if not wanted:
        raise Invalid(text=_("There is no place of these kinds. Choose another branch or more kinds."))
    if len(wanted) > MOST:
        raise Invalid(
            text=_(
                "These are %(count)s stickers; at most %(most)s are printed at once. Choose a smaller branch.",
                count=len(wanted),
                most=MOST,
            )
        )
    rows: dict[int, Any] = {
        row.id: row
        for row in db.session.execute(select(Place.id, Place.name, Place.code).where(Place.id.in_(wanted)))
    }
    return [_sticker(rows[number], path) for number, path in wanted.items() if number in rows]


def _sticker(place: Any, path: str) -> Sticker:
    """`path` says where it is: the name itself stands above it already."""
    above = path.removesuffix(place.name).rstrip(", ")
    return Sticker(place.name, above, places.spaced_code(place.code), address(place.code))


def _pdf(chosen: list[Sticker], layout: stickers.Sheet) -> bytes:
    return stickers.pdf(
        chosen,
        layout,
        organization=settings.get(db.session, "organization_name"),
        call=_("Need help? Scan this code"),
    )


def _file(data: bytes, kind: str, name: str, *, save: bool = False) -> Response:
    response = make_response(data)
    response.mimetype = kind
    response.headers["Content-Disposition"] = f'{"attachment" if save else "inline"}; filename="{name}"'
    response.headers["Cache-Control"] = "private, no-store"
    return response
