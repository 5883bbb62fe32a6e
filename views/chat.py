"""HTTP of chat: the panel for order pages, messages after or before a number, sending, read marks, typing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from babel.dates import format_skeleton
from flask import Blueprint, Flask, current_app, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_date, get_locale
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.datastructures import FileStorage, MultiDict

from app import clock
from app.actions import chat as actions
from app.actions import files as file_actions
from app.actions.chat import MAX_LENGTH
from app.errors import AtriumError, Invalid
from app.extensions import db
from app.permissions import P
from app.policy import Talk, can, load_file, load_talk, talk_of
from app.queries import chat as queries
from app.storage import ACCEPT, MAX_FILE_BYTES, MAX_FILES, Storage
from models import Client, Message, Order, StoredFile, Thread, ThreadKind
from views.context import actor, local, signed_in
from views.errors import wants_json
from views.links import linked

#: Messages of one author within this time stand together under one name.
_RUN = dt.timedelta(minutes=5)
#: For people: generous. Two tabs that come back from a break send one after another, not at once.
_LIMITS = {
    "post": "60/minute; 1000/hour",
    "seen": "300/minute",
    "typing": "60/minute",
    "messages": "600/minute",
}


def init_app(app: Flask) -> None:
    limiter = app.extensions["appbuilder"].sm.limiter
    blueprint = Blueprint("chat", __name__, url_prefix="/threads/<int(max=9223372036854775807):thread_id>")
    for path, method, view in (
        ("/messages", "GET", messages),
        ("/messages", "POST", post),
        ("/seen", "POST", seen),
        ("/typing", "POST", typing),
    ):
        limit = limiter.limit(_LIMITS[view.__name__], key_func=reader_key)
        blueprint.add_url_rule(path, view.__name__, limit(signed_in(view)), methods=[method])
    app.register_blueprint(blueprint)
    app.jinja_env.filters["linked"] = linked
    app.jinja_env.globals.update(
        chat_rows=rows,
        chat_limits={"text": MAX_LENGTH, "files": MAX_FILES, "bytes": MAX_FILE_BYTES, "accept": ACCEPT},
        new_uuid=uuid4,
    )


def reader_key() -> str:
    """Whose rate limit it is: the person's, wherever he is; strangers share their address's."""
    return f"user:{current_user.id}" if current_user.is_authenticated else f"address:{request.remote_addr}"


# --- what pages include -------------------------------------------------------------------------------------------


def panel(
    owner: Order | Client,
    thread: Thread,
    found: Sequence[Message] | None = None,
    marks: Mapping[int, queries.Marks] | None = None,
) -> dict[str, Any]:
    """What parts/chat.html needs from a page that includes it: the last messages, unless others were `found`, and
    the marks, unless the page knows them. Two statements, a third if the roles of the staff are not known."""
    talk = talk_of(db.session, actor(), owner, thread)
    shown = queries.messages(db.session, thread.id) if found is None else found
    marks = marks or queries.marks(db.session, owner, actor(), staff=talk.staff)
    people = (owner.user,) if isinstance(owner, Client) else (owner.author, owner.executor)
    return {
        "talk": talk,
        "order": talk.order,
        "thread": thread,
        "messages": shown,
        "marks": marks[thread.id],
        "may_write": talk.may_write,
        "staff": talk.staff,
        "older": bool(shown) and shown[0].number > 1,
        # Who may be typing without having written yet.
        "people": {str(who.id): who.name for who in people if who},
    }


@dataclass(frozen=True)
class Row:
    """A message as the reader sees it. `day` is set on the first one of a day, `first_unread` where the divider
    stands, `goes_on` when it continues its author's run."""

    message: Message
    at: dt.datetime
    mine: bool
    state: str
    role: object
    day: str
    first_unread: bool
    goes_on: bool


def rows(
    messages: Sequence[Message], talk: Talk, marks: queries.Marks, *, divide: bool = False
) -> Iterator[Row]:
    """The messages in order, with what depends on the reader and on the message before."""
    thread = talk.thread
    roles = queries.staff_roles(db.session, messages, talk.owner)
    read = max(marks.mine, thread.opening)
    before: Message | None = None
    for message in messages:
        at, mine = local(message.created_at), message.author_id == actor().id
        new_day = before is None or local(before.created_at).date() != at.date()
        first_unread = divide and not mine and message.number > read
        yield Row(
            message,
            at,
            mine,
            _state(message, thread, marks) if mine else "",
            roles.get(message.author_id or 0, ""),
            day_name(at.date()) if new_day else "",
            first_unread,
            not new_day and not first_unread and before is not None and _together(before, message),
        )
        divide = divide and not first_unread
        before = message


def _state(message: Message, thread: Thread, marks: queries.Marks) -> str:
    """How far an own message has come. Notes are between colleagues: nobody counts who has read them."""
    if thread.kind == ThreadKind.NOTES:
        return ""
    if message.number <= marks.read:
        return "read"
    return "delivered" if message.number <= marks.delivered else "sent"


def _together(before: Message, message: Message) -> bool:
    return before.author_id == message.author_id and message.created_at - before.created_at < _RUN


def day_name(day: dt.date) -> str:
    """«Сегодня», «Вчера», «23 сентября», in another year «23 сентября 2024 г.»."""
    today = local(clock.now()).date()
    if day == today:
        return str(_("Today"))
    if day == today - dt.timedelta(days=1):
        return str(_("Yesterday"))
    if day.year == today.year:
        return str(format_skeleton("MMMMd", day, locale=get_locale()))
    return str(format_date(day, "long"))


# --- URLs ---------------------------------------------------------------------------------------------------------


def messages(thread_id: int) -> ResponseReturnValue:
    """Messages after a number (everything that was missed) or before one (older), with the marks of now. A fragment
    for the page's script; opened by itself it is a page, for browsers without a script."""
    talk = load_talk(db.session, actor(), thread_id)
    if "HX-Request" not in request.headers:
        return _page(talk, before=_number(request.args, "before"))
    after, before = _number(request.args, "after"), _number(request.args, "before")
    found = queries.messages(db.session, thread_id, after=after, before=before)
    return render_template("parts/chat_messages.html", **panel(talk.owner, talk.thread, found))


def post(thread_id: int) -> ResponseReturnValue:
    """Send a message. A script is answered with its number and fetches it like everybody else's."""
    if wants_json():
        message = actions.post(actor(), thread_id, request.form.get("text", ""), _client_id(), _file_ids())
        return jsonify(number=message.number)
    return _post_form(thread_id)


def seen(thread_id: int) -> ResponseReturnValue:
    """How far the page has received and the reader has seen the thread."""
    read, delivered = (_number(request.form, name) or 0 for name in ("read", "delivered"))
    actions.seen(actor(), thread_id, read=read, delivered=delivered)
    return "", 204


def typing(thread_id: int) -> ResponseReturnValue:
    actions.typing(actor(), thread_id)
    return "", 204


def _number(sent: MultiDict[str, str], name: str) -> int | None:
    """A message's number as the browser names it, within what a column holds."""
    number = sent.get(name, type=int)
    return None if number is None else min(max(number, 0), 2**31 - 1)


def _client_id() -> UUID:
    try:
        return UUID(request.form.get("client_id", ""))
    except ValueError:
        raise Invalid(
            text=_("The message has no mark of its own. Reload the page and send it again.")
        ) from None


def _file_ids() -> list[UUID]:
    try:
        return [UUID(value) for value in request.form.getlist("files")]
    except ValueError:
        raise Invalid({"files": _("Please attach the file again.")}) from None


# --- without a script ---------------------------------------------------------------------------------------------


def _post_form(thread_id: int) -> ResponseReturnValue:
    """The form as browsers send it: files come with the message. What is wrong is said beside what was typed."""
    talk = load_talk(db.session, actor(), thread_id)
    kept: list[StoredFile] = []
    try:
        kept += [load_file(db.session, actor(), file_id) for file_id in _file_ids()]
        for file in _sent_files():
            kept.append(file_actions.upload(actor(), _storage(), file.stream, file.filename or ""))
        ids = [file.id for file in kept]
        actions.post(actor(), thread_id, request.form.get("text", ""), _client_id(), ids)
    except AtriumError as error:
        talk = load_talk(db.session, actor(), thread_id)
        fields = error.fields.values() if isinstance(error, Invalid) else ()
        problem = " ".join(map(str, fields)) or str(error.text)
        return _page(talk, problem=problem, kept=kept), error.status
    return redirect(page_of(talk), 303)


def _sent_files() -> list[FileStorage]:
    sent = [file for file in request.files.getlist("file") if file.filename]
    if len(sent) > MAX_FILES:
        raise Invalid({"files": _("At most %(limit)s files in a message.", limit=MAX_FILES)})
    return sent


def _storage() -> Storage:
    storage: Storage = current_app.extensions["storage"]
    return storage


def page_of(talk: Talk) -> str:
    """The page where the reader has this thread before him."""
    anchor = f"thread-{talk.thread.id}"
    if isinstance(talk.owner, Client):
        endpoint = "practice.chat" if talk.staff else "portal.provider_chat"
        return url_for(endpoint, client_id=talk.owner.id, _anchor=anchor)
    tab = "notes" if talk.thread.kind == ThreadKind.NOTES else "chat"
    endpoint = "desk.order" if talk.staff and can(db.session, actor(), P.DESK) else "portal.order"
    return url_for(endpoint, number=talk.owner.id, tab=tab, _anchor=anchor)


def _page(
    talk: Talk,
    *,
    before: int | None = None,
    problem: str = "",
    kept: Sequence[StoredFile] = (),
) -> str:
    """The thread as a page of its own."""
    found = queries.messages(db.session, talk.thread.id, before=before)
    return render_template(
        "chat_page.html",
        **panel(talk.owner, talk.thread, found),
        home=page_of(talk),
        problem=problem,
        kept=kept,
        typed=request.form.get("text", ""),
    )
