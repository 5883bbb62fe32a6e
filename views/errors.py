"""Errors as answers: a page, or JSON for scripts, in the reader's language; never a stack trace."""

from __future__ import annotations

from flask import Flask, Response, current_app, jsonify, make_response, render_template, request
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from app.errors import AtriumError, Invalid
from app.extensions import db


def init_app(app: Flask) -> None:
    app.register_error_handler(AtriumError, _of_business)
    app.register_error_handler(CSRFError, _of_csrf)
    app.register_error_handler(HTTPException, _of_http)
    app.register_error_handler(Exception, _of_surprise)


def wants_json() -> bool:
    return request.accept_mimetypes.best_match(("text/html", "application/json")) == "application/json"


def answer(status: int, code: str, text: str, fields: dict[str, str] | None = None) -> Response:
    """The error page or, for a script, {"code", "text", "fields"}."""
    if wants_json():
        return make_response(jsonify(code=code, text=text, fields=fields or {}), status)
    page = render_template("error.html", status=status, code=code, text=text)
    return make_response(page, status)


def _of_business(error: AtriumError) -> Response:
    fields = {name: str(text) for name, text in error.fields.items()} if isinstance(error, Invalid) else {}
    return answer(error.status, error.code, str(error.text), fields)


def _of_csrf(error: CSRFError) -> Response:
    return answer(400, "csrf", _("The page was open for too long. Reload it and try again."))


def _of_http(error: HTTPException) -> Response:
    if error.response is not None or (error.code or 500) < 400:
        return make_response(error.get_response())
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


def _of_surprise(error: Exception) -> Response:


    db.session.rollback()
    current_app.logger.exception("unexpected error at %s %s", request.method, request.path)
    if current_app.testing:
        raise error
    return answer(500, "server_error", _("Something went wrong on our side. We have written it down."))


