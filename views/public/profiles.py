"""A provider's page by its direct link (S2-42..S2-44), its pictures and its QR code."""

from __future__ import annotations

from uuid import UUID

from flask import Response, current_app, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app import qr
from app.errors import NotFound
from app.extensions import db
from app.queries import packages
from app.queries import profiles as queries
from app.queries.profiles import Shown
from views.context import actor
from views.files import answer
from views.public.base import public


@public.get("/s/<slug>")
def profile(slug: str) -> ResponseReturnValue:
    """The page; a former address leads to the present one, for printed codes cannot be changed. A stranger who may not
    read it is sent to the sign-in, whether there is such a page or not."""
    shown = _shown(slug)
    if shown is None:
        return redirect(url_for("auth.sign_in", next=request.path))
    page = shown.profile
    if page.slug != slug.lower():
        return redirect(url_for("public.profile", slug=page.slug))
    photos = queries.photos(db.session, page.provider_id)
    return render_template(
        "public/profile_page.html",
        shown=shown,
        page=page,
        provider=shown.provider,
        photos=photos,
        services=queries.services(db.session, page.provider_id) if page.show_services else (),
        packages=packages.on_offer(db.session, page.provider_id) if page.show_services else (),
        maps=queries.maps(page.address) if page.address else (),
        networks=[(queries.network(one), one) for one in page.networks],
        address=address(page.slug),
        base=current_app.config["ATRIUM"].base_url,
    )


@public.get("/s/<slug>/photos/<uuid:file_id>")
def profile_photo(slug: str, file_id: UUID) -> ResponseReturnValue:
    """A picture, for whoever may read the page; `small` is the preview."""
    shown = _shown(slug)
    if shown is None:
        raise NotFound
    return answer(queries.photo(db.session, shown, file_id), small="small" in request.args)


@public.get("/s/<slug>/code.svg")
def profile_code(slug: str) -> ResponseReturnValue:
    """The QR code of the direct link."""
    shown = _shown(slug)
    if shown is None:
        raise NotFound
    response: Response = make_response(qr.svg(address(shown.profile.slug)))
    response.mimetype = "image/svg+xml"
    response.headers["Cache-Control"] = "private, max-age=3600"
    return response


def address(slug: str) -> str:
    """The direct link (S2-42)."""
    return f"{current_app.config['ATRIUM'].base_url}/s/{slug}"


def _shown(slug: str) -> Shown | None:
    """What the reader may see; None for a stranger who may not. Raises NotFound for others."""
    reader = actor() if current_user.is_authenticated else None
    try:
        return queries.load(db.session, reader, slug[:80])
    except NotFound:
        if reader is None:
            return None
        raise
