"""HTTP of files: upload, download, preview, take back; avatars and pictures of services. Rights: app/policy.py."""

from __future__ import annotations

from pathlib import PurePath
from uuid import UUID

from flask import Blueprint, Flask, Response, current_app, jsonify, request, send_file, url_for
from flask.typing import ResponseReturnValue

from app.actions import files as actions
from app.errors import Invalid, NotFound
from app.extensions import db
from app.policy import load_file
from app.storage import MAX_FILE_BYTES, Storage
from models import StoredFile, User
from views.chat import reader_key
from views.context import actor, signed_in

#: What a browser may show by itself: pictures, for they were re-encoded here. Everything else is saved.
_SHOWN = frozenset({"image/jpeg", "image/png"})
_YEAR = 365 * 24 * 3600
#: The upload's envelope: the boundaries and headers of a multipart form.
_ENVELOPE = 64 * 1024
#: How much of a refused body is read and thrown away, so that the sender comes to read the answer.
_MOST_DRAINED = 256 * 1024 * 1024


def init_app(app: Flask) -> None:
    limiter = app.extensions["appbuilder"].sm.limiter
    blueprint = Blueprint("files", __name__)
    limited = limiter.limit("60/minute; 600/hour", key_func=reader_key)(signed_in(upload))
    blueprint.add_url_rule("/files", "upload", limited, methods=["POST"])
    for path, method, view in (
        ("/files/<uuid:file_id>", "GET", download),
        ("/files/<uuid:file_id>/preview", "GET", preview),
        ("/files/<uuid:file_id>/discard", "POST", discard),
        ("/pictures/<uuid:file_id>", "GET", picture),
        ("/plans/<uuid:file_id>", "GET", plan),
        ("/avatars/<int(max=2147483647):user_id>", "GET", avatar),
    ):
        blueprint.add_url_rule(path, view.__name__, signed_in(view), methods=[method])
    blueprint.url_value_preprocessor(_limit_body)
    app.register_blueprint(blueprint)
    app.after_request(_drain)


def upload() -> ResponseReturnValue:
    """Keep a file as the reader's draft, until the form or message that names it is sent."""
    sent = request.files.get("file")
    if sent is None:
        raise Invalid
    file = actions.upload(actor(), _storage(), sent.stream, sent.filename or "")
    return jsonify(about(file)), 201


def about(file: StoredFile) -> dict[str, object]:
    """What a page's script has to know of a file."""
    return {
        "id": str(file.id),
        "name": file.name,
        "size": file.size,
        "url": url_for("files.download", file_id=file.id),
        "preview": url_for("files.preview", file_id=file.id) if file.is_image else "",
        "width": file.width,
        "height": file.height,
    }


def download(file_id: UUID) -> Response:
    file = load_file(db.session, actor(), file_id)
    return answer(file, as_attachment=file.content_type not in _SHOWN or "save" in request.args)


def preview(file_id: UUID) -> Response:
    """The small picture. Raises NotFound for what is not a picture."""
    return answer(load_file(db.session, actor(), file_id), small=True)


def picture(file_id: UUID) -> Response:
    """A service's picture."""
    return preview(file_id)


def plan(file_id: UUID) -> Response:
    """The plan of a place, for <img>; opened by itself a drawing may use its own style and nothing else."""
    file = load_file(db.session, actor(), file_id)
    if not file.subject.startswith("place:"):
        raise NotFound
    response = answer(file)
    response.headers["Content-Security-Policy"] = (
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox"
    )
    return response


def avatar(user_id: int) -> Response:
    """A person's avatar. Its address carries the picture's id (v=…), so it may be kept like any other file."""
    person = db.session.get(User, user_id)
    if person is None or person.avatar_id is None:
        raise NotFound
    return preview(person.avatar_id)


def discard(file_id: UUID) -> ResponseReturnValue:
    actions.discard(actor(), _storage(), file_id)
    return "", 204


def answer(file: StoredFile, *, small: bool = False, as_attachment: bool = False) -> Response:
    """The bytes, such that a browser neither guesses a type nor runs anything, and may keep them for itself."""
    path = _storage().path(file.id, preview=small)
    if (small and not file.is_image) or not path.exists():
        raise NotFound
    response = send_file(
        path,
        mimetype="image/webp" if small else file.content_type,
        as_attachment=as_attachment,
        download_name=_saved_name(file),
        etag=file.id.hex,
        max_age=_YEAR,
    )
    response.headers["Cache-Control"] = f"private, max-age={_YEAR}, immutable"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def _saved_name(file: StoredFile) -> str:
    """A picture was re-encoded, perhaps into another format than its name says: the name follows the content."""
    suffix = {"image/jpeg": ".jpg", "image/png": ".png"}.get(file.content_type, "")
    path = PurePath(file.name)
    if not suffix or path.suffix.lower() in (suffix, ".jpeg" if suffix == ".jpg" else suffix):
        return file.name
    return f"{path.stem}{suffix}"


def _storage() -> Storage:
    storage: Storage = current_app.extensions["storage"]
    return storage


# --- bodies that are too large ------------------------------------------------------------------------------------


def _limit_body(endpoint: str | None, values: object) -> None:
    """Before anything reads the form (the CSRF check does): one file has to fit, not what a whole form may bring."""
    if endpoint == "files.upload":
        request.max_content_length = MAX_FILE_BYTES + _ENVELOPE


def _drain(response: Response) -> Response:
    """A browser that is still sending when the connection closes shows a lost connection instead of our words."""
    if response.status_code == 413:
        stream, left = request.environ["wsgi.input"], min(request.content_length or 0, _MOST_DRAINED)
        while left > 0 and (chunk := stream.read(min(left, 1 << 16))):
            left -= len(chunk)
    return response
