"""What somebody meets whom an organization has switched off as its specialist: not a bare 404, but who has ended his
access and what stays (I-20). It is the same at every address, so it tells nothing of what is there."""

from __future__ import annotations

from flask import Response, make_response, render_template, request
from flask_babel import gettext as _
from flask_login import current_user

from app import policy
from app.errors import AtriumError, NotFound
from app.extensions import db
from views import errors
from views.context import actor, seen

#: Where notices and letters of that time lead to, beside all addresses of these two.
_BLUEPRINTS = ("practice", "pair")
_OLD_WAYS = ("portal.notice", "portal.appointment", "portal.provider_chat", "portal.package")


def not_found(error: AtriumError) -> Response:
    """The answer to NotFound."""
    ended = _ended()
    if not ended:
        return errors.of_business(error)
    said = " ".join(
        _("%(name)s has ended your access as a specialist.", name=name) for name in ended.values()
    )
    if "HX-Request" in request.headers or errors.wants_json():
        return errors.answer(error.status, "access_ended", said)
    for number in ended:
        seen(f"provider:{number}")
    works = bool(policy.practices(db.session, actor()))
    return make_response(render_template("practice/ended.html", said=said, works=works), NotFound.status)


def _ended() -> dict[int, str]:
    """The organizations to speak of: the one that the address names, or all; none where the address has nothing to do
    with serving."""
    if not current_user.is_authenticated or not (
        request.blueprint in _BLUEPRINTS or request.endpoint in _OLD_WAYS
    ):
        return {}
    ended = policy.ended_practices(db.session, actor())
    named = (request.view_args or {}).get("provider_id")
    if named is None:
        return ended
    return {named: ended[named]} if named in ended else {}
