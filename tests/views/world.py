"""The small world of the matrix: one person of every role, and things that belong to some of them."""

from __future__ import annotations

import datetime as dt
import io
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from flask import Flask
from PIL import Image

from app import clock, tokens
from app.actions import alarms, chat, documents, files, invitations, orders, people, profiles, schedule, terms
from app.actions import places as place_actions
from app.extensions import db
from app.permissions import (
    DISPATCHER,
    EMPLOYEE,
    EVENT_MANAGER,
    EXECUTOR,
    GUARD,
    OPERATOR,
    RENTAL_MANAGER,
    RESIDENT,
    TENANT_ADMIN,
)
from app.storage import Storage
from models import Client, FormField, Order, RetiredCode, User
from tests import factories as make
from tests.shared import session_cookie

#: Name → role. `owner`, `employee` and `landlady` are of one company, `rival` runs another one; `mate` is in the team
#: of the order, `other_executor` in another team.
PEOPLE = {
    "owner": RESIDENT,
    "other": RESIDENT,
    "employee": EMPLOYEE,
    "landlady": TENANT_ADMIN,
    "rival": TENANT_ADMIN,
    "executor": EXECUTOR,
    "mate": EXECUTOR,
    "other_executor": EXECUTOR,
    "dispatcher": DISPATCHER,
    "rental": RENTAL_MANAGER,
    "events": EVENT_MANAGER,
    "guard": GUARD,
    "operator": OPERATOR,
}
STRANGER = "stranger"
EVERYBODY = (STRANGER, *PEOPLE)


@dataclass
class World:
    """Ids only: the databases are copies, the objects belong to none of them."""

    people: dict[str, int] = field(default_factory=dict)
    cookies: dict[str, str] = field(default_factory=dict)
    #: The order of `owner`, in progress, done by `executor` of the team; and one of everybody's own.
    order: dict[str, int] = field(default_factory=dict)
    own_order: dict[str, dict[str, int]] = field(default_factory=dict)
    own_draft: dict[str, str] = field(default_factory=dict)
    #: The open call for help of `owner`.
    alarm: dict[str, int] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)
    reset_token: str = ""
    #: The code of a place with a plan, and of one that is gone.
    code: str = ""
    gone_code: str = "GGGGGGGGGG"
    #: An invitation that lives, and one that was taken back, of the specialist whose client is `owner`.
    invitation: str = ""
    ended_invitation: str = ""
    #: A link of five minutes that `owner` has made to his document.
    download: str = ""
    #: The end of the link to the page of his specialist.
    slug: str = ""


def build(app: Flask) -> World:
    world = World()
    storage: Storage = app.extensions["storage"]
    persons = {name: make.user(name.title(), "Матрицын", roles=(role,)) for name, role in PEOPLE.items()}
    world.people = {name: person.id for name, person in persons.items()}
    world.cookies = {name: session_cookie(app, person) for name, person in persons.items()}
    _groups(world, persons)
    _catalogue(world, persons, storage)
    _orders(world, persons, storage)
    _calls(world, persons)
    people.set_avatar(persons["owner"], storage, _picture(), "owner.png")
    for name, person in persons.items():
        world.own_draft[name] = str(files.upload(person, storage, _picture(), "draft.png").id)
    _place(world, persons["operator"], storage)
    world.reset_token = people.make_reset_link(persons["owner"])
    _practice(world, persons)
    _meetings(world, persons["owner"])
    _papers(app, world, persons["owner"])
    return world


def _groups(world: World, persons: dict[str, User]) -> None:
    company = make.company(
        "ООО «Матрица»", members=(persons["owner"], persons["employee"]), admins=(persons["landlady"],)
    )
    make.company("ООО «Соседи»", admins=(persons["rival"],))
    team = make.team(persons["executor"], persons["mate"])
    other = make.team(persons["other_executor"])
    world.rows |= {"company": company.id, "membership": company.members[0].id}
    world.rows |= {"team": team.id, "other_team": other.id}
    world.rows["role"] = persons["owner"].roles[0].id


def _catalogue(world: World, persons: dict[str, User], storage: Storage) -> None:
    picture = files.upload(persons["operator"], storage, _picture(), "service.png", subject="service:1")
    category = make.category()
    fields = [FormField(label="Вопрос", kind="text", limits={}, choices=[])]
    service = make.service(fields=fields, category=category, picture_id=picture.id)
    limited = make.service("Только для сотрудников", category=category)
    limited.roles = list(persons["employee"].roles)
    world.files["picture"] = str(picture.id)
    world.rows |= {
        "category": category.id,
        "service": service.id,
        "limited": limited.id,
        "place": make.place().id,
        "person": persons["other"].id,
    }


def _place(world: World, operator: User, storage: Storage) -> None:
    place = place_actions.set_plan(operator, storage, world.rows["place"], _picture(), "plan.png")
    world.code, world.files["plan"] = place.code, str(place.plan_id)
    db.session.add(RetiredCode(code=world.gone_code, name="Кофемат", retired_at=clock.now()))


def _orders(world: World, persons: dict[str, User], storage: Storage) -> None:
    service_id = world.rows["service"]
    owner, dispatcher, executor = persons["owner"], persons["dispatcher"], persons["executor"]
    order = orders.place(owner, service_id, {}, uuid4())
    orders.assign(dispatcher, order.id, executor_id=executor.id, team_id=world.rows["team"])
    orders.move(executor, order.id, "start")
    world.order = _of(order)
    for place, writer in (("thread", owner), ("notes", executor)):
        draft = files.upload(writer, storage, _picture(), f"{place}.png")
        chat.post(writer, world.order[place], "С картинкой", uuid4(), [draft.id])
        world.files[place] = str(draft.id)
    for name, person in persons.items():
        world.own_order[name] = _of(orders.place(person, service_id, {}, uuid4()))
    db.session.commit()


def _calls(world: World, persons: dict[str, User]) -> None:
    for name, who in (("alarm", "other"), ("guards_alarm", "guard")):
        world.rows[name] = alarms.call(persons[who], uuid4()).alarm_id
    call = alarms.call(persons["owner"], uuid4())
    world.alarm = {"alarm": call.alarm_id or 0, "number": call.id}
    db.session.commit()


def _meetings(world: World, owner: User) -> None:
    pair = make.client_of(make.specialist(), owner)
    world.rows |= {"pair": pair.id, "appointment": make.appointment(pair).id}
    host = pair.provider.owner
    made = [invitations.invite(host, pair.provider_id, "secret") for _ in range(2)]
    world.invitation, world.ended_invitation = (
        tokens.derived("secret", "invitation", one.nonce) for one in made
    )
    invitations.revoke(host, made[1].id)
    db.session.commit()


def _papers(app: Flask, world: World, owner: User) -> None:
    """A chat with a message, a document and terms between `owner` and his specialist; a link to the document."""
    pair = db.session.get(Client, world.rows["pair"])
    assert pair is not None
    safe, host = app.extensions["safe"], pair.provider.owner
    chat.post(owner, pair.thread_id, "Между нами", uuid4())
    document = documents.upload(owner, pair.id, safe, io.BytesIO(b"letter"), "letter.txt")
    papers = terms.add(
        host,
        pair.provider_id,
        "Договор",
        safe=safe,
        stream=io.BytesIO(b"terms"),
        filename="terms.txt",
        required=True,
    )
    # Not the one that rows delete: the databases are copies, the bytes are not.
    kept = documents.upload(owner, pair.id, safe, io.BytesIO(b"kept"), "kept.txt")
    [link] = documents.links(owner, "", [kept.file])
    world.rows |= {"document": document.id, "version": papers.versions[0].id, "terms": papers.id}
    world.rows |= {"pair_thread": pair.thread_id, "host": pair.provider_id}
    profiles.save(host, pair.provider_id, {"slug": "anna-svetlova", "published": "yes"})
    photo = profiles.add_photo(host, pair.provider_id, app.extensions["storage"], _picture(), "room.png")
    world.slug, world.files["photo"] = "anna-svetlova", str(photo.id)
    world.files["sealed"] = str(document.file_id)
    world.download = link.token
    db.session.commit()


def _of(order: Order) -> dict[str, int]:
    return {"number": order.id, "thread": order.thread_id, "notes": order.notes_id}


def _picture() -> Any:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "teal").save(out, "PNG")
    out.seek(0)
    return out


def _practice(world: World, persons: dict[str, User]) -> None:
    """The organization of `owner`: `mate` serves in it, `other` is a client of the specialist beside him."""
    provider = make.organization(persons["owner"])
    first, second = provider.specialists
    invited = invitations.invite(persons["owner"], provider.id, "secret", specialist_id=first.id)
    invitations.accept(persons["mate"], tokens.derived("secret", "invitation", invited.nonce))
    pair = make.client_of(provider, persons["other"])
    asked = make.appointment(pair, specialist_id=second.id)
    day = asked.starts_at.replace(tzinfo=None)
    absence = schedule.add_absence(
        persons["owner"], provider.id, specialist_id=None, starts=day, ends=day + dt.timedelta(days=1)
    )
    link = invitations.invite(persons["owner"], provider.id, "secret")
    world.rows |= {
        "provider": provider.id,
        "specialist": second.id,
        "offer": provider.offers[0].id,
        "client": pair.id,
        "served": asked.id,
        "absence": absence.id,
        "invitation": link.id,
    }
    sold = make.sold(pair)
    world.rows |= {"package": sold.package_id, "sold": sold.id}
