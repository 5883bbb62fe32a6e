"""What is done in a thread: post a message, say how far one has read, show that one is typing."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID, uuid4

from flask_babel import gettext as _
from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError

from app import clock, journal
from app.actions import countdown, inbox, steps
from app.actions.base import action
from app.errors import Forbidden, Invalid
from app.extensions import db
from app.kinds import kind_of
from app.policy import Actor, Talk, load_order, load_talk
from app.storage import MAX_FILES
from models import Client, Message, Order, ReadMark, StoredFile, Thread, ThreadKind

MAX_LENGTH = 5000
#: How much of a message a notice quotes.
_QUOTE = 140


@action
def post(actor: Actor, thread_id: int, text: str, client_id: UUID, file_ids: Sequence[UUID] = ()) -> Message:
    """Send a message (S0-50..S0-53). The same `client_id` again gives the message that it made before, so a repeated
    send is harmless; numbers in the thread are gapless. Raises Invalid, Forbidden, NotFound."""
    talk = load_talk(db.session, actor, thread_id)
    thread = talk.thread
    if not talk.may_write:
        raise Forbidden
    if talk.order and thread.kind == ThreadKind.ORDER:
        # The order's row before the thread's, as orders.move does: two writers never wait for each other in a ring.
        load_order(db.session, actor, talk.order.id, lock=True)
    if before := _sent_before(actor, thread_id, client_id):
        return before
    text = text.replace("\r\n", "\n").replace("\0", "").strip()
    if len(text) > MAX_LENGTH:
        raise Invalid({"text": _("At most %(limit)s characters.", limit=MAX_LENGTH)})
    if len(file_ids) > MAX_FILES:
        raise Invalid({"files": _("At most %(limit)s files in a message.", limit=MAX_FILES)})
    files = _own_drafts(actor, file_ids)
    if not text and not files:
        raise Invalid({"text": _("Write something or attach a file.")})
    try:
        message = _append(thread, actor.id, text, client_id, staff=talk.staff)
    except IntegrityError:
        # The same message arrived twice at once, and the other one was first.
        db.session.rollback()
        if before := _sent_before(actor, thread_id, client_id):
            return before
        raise
    for position, file in enumerate(files):
        file.message_id, file.subject, file.position = message.id, f"thread:{thread.id}", position
    mark(actor, thread, message.staff, message.number)
    _tell(actor, talk, message, files)
    return message


def _sent_before(actor: Actor, thread_id: int, client_id: UUID) -> Message | None:
    message: Message | None = db.session.scalar(
        select(Message).where(
            Message.thread_id == thread_id, Message.author_id == actor.id, Message.client_id == client_id
        )
    )
    return message


def _own_drafts(actor: Actor, file_ids: Sequence[UUID]) -> list[StoredFile]:
    if not file_ids:
        return []
    found = {
        file.id: file
        for file in db.session.scalars(
            select(StoredFile)
            .where(StoredFile.id.in_(file_ids), StoredFile.owner_id == actor.id, StoredFile.subject == "")
            .with_for_update()
        )
    }
    if len(found) < len(set(file_ids)):
        raise Invalid({"files": _("Please attach the file again.")})
    return [found[file_id] for file_id in dict.fromkeys(file_ids)]


def _append(thread: Thread, author_id: int | None, text: str, client_id: UUID, *, staff: bool) -> Message:
    """The next number is taken under the thread's row lock, which is held to the commit: no gap, no disorder."""
    number = db.session.scalar(
        update(Thread)
        .where(Thread.id == thread.id)
        .values(last_number=Thread.last_number + 1)
        .returning(Thread.last_number)
        .execution_options(synchronize_session=False)
    )
    message = Message(
        thread_id=thread.id,
        number=number,
        author_id=author_id,
        text=text,
        client_id=client_id,
        staff=staff,
        created_at=clock.now(),
    )
    db.session.add(message)
    db.session.flush()
    db.session.refresh(thread, ["last_number"])
    return message


def open_thread(thread: Thread, text: str) -> None:
    """The service's automatic first message (S0-26), from nobody, in a thread that has just been made."""
    _append(thread, None, text, uuid4(), staff=True)
    thread.opening = 1


def _tell(actor: Actor, talk: Talk, message: Message, files: Sequence[StoredFile]) -> None:
    if isinstance(talk.owner, Client):
        _tell_client(actor, talk.owner, message)
    else:
        _tell_order(actor, talk, talk.owner, message, files)


def _tell_client(actor: Actor, client: Client, message: Message) -> None:
    """The journal is read by administrators, what clients and providers write to each other is not: no quote."""
    kind = "client.answered" if message.staff else "client.wrote"
    data = {"thread": message.thread_id, "message": message.number, "title": client.provider.name}
    journal.write(db.session, kind, actor, client.subject, [client.subject, f"user:{actor.id}"], **data)


def _tell_order(
    actor: Actor, talk: Talk, order: Order, message: Message, files: Sequence[StoredFile]
) -> None:
    data = {
        "title": order.title,
        "thread": talk.thread.id,
        "message": message.number,
        "text": message.text[:_QUOTE] or f"📎 {files[0].name}",
    }
    if talk.thread.kind == ThreadKind.NOTES:
        journal.write(db.session, "note.posted", actor, order.subject, [talk.room], **data)
        return
    if not message.staff:
        _reopen(actor, order)
    held = order.waiting_since
    if message.staff:
        countdown.answered(order)
    else:
        countdown.waiting(order)
    rooms = [order.subject, f"user:{order.author_id}"]
    if held != order.waiting_since or not message.staff:
        # The queue shows who waits for an answer.
        rooms += ["desk"] + ([f"team:{order.team_id}"] if order.team_id else [])
    if order.executor_id:
        rooms.append(f"user:{order.executor_id}")
    kind = "message.answered" if message.staff else "message.posted"
    journal.write(db.session, kind, actor, order.subject, rooms, **data)
    if order.alarm_id and not message.staff:
        # Whoever has called for help says more: the bar of every console shows it.
        journal.signal(db.session, "alarm.written", f"alarm:{order.alarm_id}", ["sos"])


def _reopen(actor: Actor, order: Order) -> None:
    """What is settled is open again when its author writes, where the flow has it so. The desk hears of the message."""
    step = kind_of(order.kind).flow.by_message(order.status)
    if step is None:
        return
    before = order.status
    steps.take(order, step)
    db.session.flush()
    steps.record(order, step.kind, actor, **{"from": before, "to": order.status})


def mark(actor: Actor, thread: Thread, staff: bool, read: int = 0, delivered: int = 0) -> bool:
    """Move the actor's marks forward, never back. Whether they moved."""
    values = {"read": read, "delivered": max(read, delivered)}
    statement = (
        insert(ReadMark)
        .values(thread_id=thread.id, user_id=actor.id, staff=staff, **values)
        .on_conflict_do_update(
            index_elements=["thread_id", "user_id"],
            set_={name: func.greatest(getattr(ReadMark, name), value) for name, value in values.items()},
            where=(ReadMark.read < values["read"]) | (ReadMark.delivered < values["delivered"]),
        )
        .returning(ReadMark.user_id)
    )
    return db.session.scalar(statement) is not None


@action
def seen(actor: Actor, thread_id: int, *, read: int = 0, delivered: int = 0) -> None:
    """The actor's browser has received messages up to `delivered`, the person has seen them up to `read`."""
    talk = load_talk(db.session, actor, thread_id)
    thread = talk.thread
    if talk.side is None:
        return  # an onlooker's reading is nobody's business
    read, delivered = min(read, thread.last_number), min(delivered, thread.last_number)
    if mark(actor, thread, talk.staff, read, delivered):
        rooms = [talk.room, f"user:{actor.id}"]
        journal.signal(db.session, "thread.seen", talk.subject, rooms, thread=thread.id)
        if read:
            inbox.read_messages(actor, talk.subject, thread.id, read)


@action
def typing(actor: Actor, thread_id: int) -> None:
    """The actor is writing: shown to the others for a few seconds, kept nowhere."""
    talk = load_talk(db.session, actor, thread_id)
    if talk.may_write and actor.id is not None:
        journal.signal(
            db.session, "thread.typing", talk.subject, [talk.room], thread=talk.thread.id, user=actor.id
        )
