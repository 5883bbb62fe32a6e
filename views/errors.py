"""Errors as answers: a page, or JSON for scripts, in the reader's language; never a stack trace."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import (
    Flask,
    Response,
    current_app,
    jsonify,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from app.errors import AtriumError, Forbidden, Invalid, NotFound
from app.extensions import db


def init_app(app: Flask) -> None:
    app.register_error_handler(AtriumError, of_business)
    app.register_error_handler(CSRFError, _of_csrf)
    app.register_error_handler(HTTPException, _of_http)
    app.register_error_handler(Exception, _of_surprise)


def wants_json() -> bool:
    return request.accept_mimetypes.best_match(("text/html", "application/json")) == "application/json"


def answer(status: int, code: str, text: str, fields: dict[str, str] | None = None) -> Response:
    """The error page; for a script {"code", "text", "fields"}; for a part of a page a toast on it."""
    if wants_json():
        return make_response(jsonify(code=code, text=text, fields=fields or {}), status)
    if "HX-Request" in request.headers:
        return _of_part(status, text)
    return make_response(render_template("error.html", status=status, code=code, text=text), status)


def _of_part(status: int, text: str) -> Response:
    """htmx asked. Who is signed out meanwhile goes to the sign-in and comes back; others read why, and stay."""
    if status == 401:
        page = urlsplit(request.headers.get("HX-Current-URL", ""))
        here = f"{page.path}?{page.query}" if page.query else page.path
        response = make_response("", status)
        response.headers["HX-Redirect"] = url_for("auth.sign_in", next=here)
        return response
    if status in (403, 404, 410) and "X-Refresh" in request.headers:
        return _of_page(status, text)
    response = make_response(render_template("parts/refusal.html", text=text), status)
    response.headers.update({"HX-Retarget": "#toasts", "HX-Reswap": "beforeend"})
    return response


def _of_page(status: int, text: str) -> Response:
    """An open page has looked anew, and what it shows is not the reader's any more: nothing of it stays (I-22)."""
    plain = {str(error().text) for error in (NotFound, Forbidden)}
    part = render_template("parts/gone.html", text="" if text in plain else text)
    response = make_response(part, status)
    response.headers.update({"X-Gone": "yes", "HX-Reswap": "none"})  # js/swaps.js puts it in the page's place
    return response


def of_business(error: AtriumError) -> Response:
    fields = {name: str(text) for name, text in error.fields.items()} if isinstance(error, Invalid) else {}
    response = answer(error.status, error.code, str(error.text), fields)
    if wait := getattr(error, "seconds", 0):
        response.headers["Retry-After"] = str(wait)
    return response


def _of_csrf(error: CSRFError) -> Response:
    return answer(400, "csrf", _("The page was open for too long. Reload it and try again."))


def _of_http(error: HTTPException) -> Response:
    if error.response is not None or (error.code or 500) < 400:
        return make_response(error.get_response())
    if error.code == 405 and (page := _page_of_the_form()):
        return make_response(redirect(page))
    texts = {
        400: _("The request cannot be understood."),
        401: _("Please sign in."),
        403: _("You have no right to do this."),
        404: _("There is no such page, or it is not for you."),
        405: _("This address is not for such a request."),
        413: _("This is too large. A file may have 20 MB."),
        429: _("Too many attempts. Wait a minute and try again."),
    }
    status = error.code or 500
    response = answer(status, f"http_{status}", texts.get(status, _("Something went wrong on our side.")))
    if status == 405 and error.valid_methods:  # type: ignore[attr-defined]
        response.headers["Allow"] = ", ".join(error.valid_methods)  # type: ignore[attr-defined]
    return response


def _page_of_the_form() -> str:
    """Where a browser goes that asks for an address which forms alone are sent to (the language was changed on the page
    that answered one, or it was opened by hand): the nearest page above it; "" if there is none."""
    above = request.path
    routes = current_app.create_url_adapter(request)
    if request.method != "GET" or request.headers.get("Sec-Fetch-Mode") != "navigate" or routes is None:
        return ""
    while above := above.rpartition("/")[0]:
        try:
            routes.match(above, method="GET")
        except RequestRedirect as error:
            return urlsplit(error.new_url).path
        except HTTPException:
            continue
        return above
    return ""


def _of_surprise(error: Exception) -> Response:
    current_app.logger.error("unexpected error at %s %s", request.method, request.path, exc_info=error)
    if current_app.testing:
        raise error
    text = _("Something went wrong on our side. We have written it down.")
    try:
        db.session.rollback()
        return answer(500, "server_error", text)
    except Exception:  # noqa: BLE001 - the page needs what has just failed, most likely the database
        return Response(f"{text}\n", 500, mimetype="text/plain")
