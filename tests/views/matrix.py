"""The table of the matrix: what each address answers to each role, for a thing of one's own and for somebody else's.

It is written from the requirements (I-22, I-26, S0-54), not from app/permissions.py: the two must agree.
A row says who gets in; everybody else gets `rest`; strangers get the sign-in page (GET) or 401.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from tests.views.world import PEOPLE, STRANGER, World

ALL = frozenset(PEOPLE)
NOBODY: frozenset[str] = frozenset()
DESK = frozenset(
    {"executor", "mate", "other_executor", "dispatcher", "rental", "events", "guard", "operator"}
)
#: Who sees every order; who serves the one of `owner`; who may look at it; who may write in it.
OVERSEERS = frozenset({"dispatcher", "rental", "operator"})
SERVE = OVERSEERS | {"executor", "mate"}
LOOK = SERVE | {"owner", "landlady"}
WRITE = SERVE | {"owner"}
#: The administration by its parts: who reads, who writes.
OFFICE = frozenset({"dispatcher", "operator"})
OPERATOR = frozenset({"operator"})

Params = Callable[[World, str], dict[str, Any]]


@dataclass(frozen=True)
class Row:
    """One address for one thing. `answers` maps every person, and the stranger, to a status."""

    endpoint: str
    method: str
    thing: str
    answers: dict[str, int]
    path: Params = lambda _world, _who: {}
    data: Params = lambda _world, _who: {}
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return f"{self.method} {self.endpoint}{f' ({self.thing})' if self.thing else ''}"


def answers(
    method: str,
    ok: int,
    who: Iterable[str] = ALL,
    rest: int = 404,
    stranger: int | None = None,
    **single: int,
) -> dict[str, int]:
    door = 302 if method == "GET" else 401
    given = {name: ok if name in who else rest for name in PEOPLE} | single
    return {STRANGER: door if stranger is None else stranger, **given}


def row(
    address: str,
    ok: int,
    who: Iterable[str] = ALL,
    rest: int = 404,
    *,
    thing: str = "",
    path: Params = lambda _world, _who: {},
    data: Params = lambda _world, _who: {},
    stranger: int | None = None,
    headers: dict[str, str] | None = None,
    **single: int,
) -> Row:
    method, endpoint = address.split()
    given = answers(method, ok, who, rest, stranger, **single)
    return Row(endpoint, method, thing, given, path, data, headers or {})


def open_to_all(
    address: str, ok: int = 200, path: Params = lambda _w, _n: {}, data: Params = lambda _w, _n: {}
) -> Row:
    return row(address, ok, stranger=ok, path=path, data=data)


def fixed(**values: Any) -> Params:
    return lambda _world, _who: values


def of_rows(name: str, key: str) -> Params:
    return lambda world, _who: {name: world.rows[key]}


# --- things --------------------------------------------------------------------------------------------------------


def foreign_order(**more: Any) -> Params:
    return lambda world, _who: {"number": world.order["number"], **more}


def own_order(**more: Any) -> Params:
    """Strangers have none: they try the owner's."""
    return lambda world, who: {"number": world.own_order.get(who, world.order)["number"], **more}


def no_order(**more: Any) -> Params:
    return lambda _world, _who: {"number": 999_999_999, **more}


def foreign_thread(kind: str = "thread") -> Params:
    return lambda world, _who: {"thread_id": world.order[kind]}


def own_thread(kind: str = "thread") -> Params:
    return lambda world, who: {"thread_id": world.own_order.get(who, world.order)[kind]}


def file(name: str) -> Params:
    return lambda world, _who: {"file_id": world.files[name]}


def own_draft(world: World, who: str) -> dict[str, Any]:
    return {"file_id": world.own_draft.get(who, world.own_draft["owner"])}


def drafts_of(whose: str) -> Params:
    return lambda world, _who: {"file_id": world.own_draft[whose]}


def order_rows(
    address: str, ok: int, who: Iterable[str], own: int, rest: int = 404, **options: Any
) -> list[Row]:
    """Somebody else's order, one's own, one that is not there."""
    data: Params = options.pop("data", lambda _world, _who: {})
    more: dict[str, Any] = options.pop("more", {})
    own_who: Iterable[str] = options.pop("own_who", ALL)
    own_rest: int = options.pop("own_rest", 403)
    gone: int = options.pop("gone", 404)
    gone_who: Iterable[str] = options.pop("gone_who", ALL)
    return [
        row(
            address, ok, who, rest, thing="somebody else's", path=foreign_order(**more), data=data, **options
        ),
        row(address, own, own_who, own_rest, thing="own", path=own_order(**more), data=data),
        row(address, gone, gone_who, own_rest, thing="not there", path=no_order(**more), data=data),
    ]


# --- for everybody -------------------------------------------------------------------------------------------------

PUBLIC = [
    open_to_all("GET public.healthz"),
    open_to_all("GET public.manifest"),
    open_to_all("GET public.offline"),
    open_to_all("GET public.robots"),
    open_to_all("GET public.service_worker"),
    open_to_all("GET static", path=fixed(filename="img/logo.svg")),
    open_to_all("GET vendor.serve", path=fixed(version="x", name="icons.svg")),
    open_to_all("POST auth.locale", 303, data=fixed(locale="en")),
    open_to_all("POST auth.password_hint", data=fixed(password="x")),
    row("GET auth.sign_in", 302, stranger=200),
    row("GET auth.sign_up", 302, stranger=200),
    open_to_all("POST auth.do_sign_in", 422, data=fixed(email="x", password="x")),
    open_to_all("POST auth.do_sign_up", 422),
    open_to_all("POST auth.sign_out", 303),
    open_to_all("GET auth.ask_reset"),
    open_to_all("POST auth.do_ask_reset", data=fixed(email="nobody@example.org")),
    open_to_all("GET auth.reset", path=lambda world, _who: {"token": world.reset_token}),
    open_to_all("GET auth.reset", 422, path=fixed(token="made-up")),
    open_to_all(
        "POST auth.do_reset", 422, path=fixed(token="made-up"), data=fixed(password="зелёный чайник")
    ),
]

# --- the own account -----------------------------------------------------------------------------------------------

ACCOUNT = [
    row("GET auth.profile", 200),
    row("POST auth.edit_profile", 303, data=fixed(first_name="А", last_name="Б")),
    row("POST auth.set_avatar", 422),
    row("POST auth.remove_avatar", 303),
    row("POST auth.change_password", 422),
    row("GET auth.zone_name", 422),
    row("POST auth.timezone", 303, data=fixed(timezone="UTC")),
    row("POST auth.set_notices", 303, data=fixed(mails="yes", reminder="3")),
]

# --- the resident's pages ------------------------------------------------------------------------------------------

PORTAL = [
    row("GET portal.home", 200),
    row("GET portal.orders", 200),
    row("GET portal.notices", 200),
    row("GET portal.notice", 302, NOBODY, path=fixed(notice_id=1 << 40)),
    row("GET portal.bell", 200),
    row("POST portal.read_notices", 303),
    row("GET portal.category", 200, path=of_rows("category_id", "category")),
    row("GET portal.category", 404, thing="not there", path=fixed(category_id=999)),
    row("GET portal.service", 200, path=of_rows("service_id", "service")),
    row("POST portal.place", 303, path=of_rows("service_id", "service")),
    # A service for one role only (I-26).
    row("GET portal.service", 200, {"employee"}, thing="limited", path=of_rows("service_id", "limited")),
    row("POST portal.place", 303, {"employee"}, thing="limited", path=of_rows("service_id", "limited")),
    row("GET portal.scan", 200),
    open_to_all("GET portal.place_page", path=lambda world, _who: {"code": world.code}),
    row(
        "GET portal.place_page",
        302,
        stranger=302,
        thing="typed otherwise",
        path=lambda world, _who: {"code": world.code.lower()},
    ),
    row(
        "GET portal.place_page",
        410,
        stranger=410,
        thing="gone",
        path=lambda world, _who: {"code": world.gone_code},
    ),
    row("GET portal.place_page", 404, stranger=404, thing="not there", path=fixed(code="AAAAAAAAAA")),
    row("GET portal.find_place", 422, stranger=422),
    row("GET portal.find_place", 302, stranger=302, thing="typed", path=fixed(code="k7m2q 9xh4t")),
    # Who serves an order meets it at the desk.
    *order_rows("GET portal.order", 302, SERVE, own=200, owner=200, landlady=200),
    *order_rows("GET portal.status", 200, LOOK, own=200),
    *order_rows("GET portal.close", 302, LOOK, own=200, owner=200),
    *order_rows("POST portal.move", 403, LOOK, own=303, owner=303, more={"name": "cancel"}),
    *order_rows("POST portal.close_as", 403, LOOK, own=303, owner=303, data=fixed(**{"as": "close"})),
]

# --- the call for help ---------------------------------------------------------------------------------------------

#: What a browser says of a form on a page of ours; these addresses ask for it instead of a CSRF mark.
_OURS = {"Origin": "http://localhost"}
#: All staff respond to calls, and meet them at the desk.
RESPOND = DESK


def _call_rows(address: str, own: int, staff: int, **options: Any) -> list[Row]:
    """The owner's call: his own page, nobody else's (D-12)."""
    alarm: Params = lambda world, _who: {"alarm_id": world.alarm["alarm"]}  # noqa: E731
    return [
        row(address, staff, RESPOND, thing="the owner's", path=alarm, owner=own, **options),
        row(address, 404, thing="not there", path=fixed(alarm_id=999_999_999), **options),
    ]


SOS = [
    # Who has called meets the own call; strangers read whom to phone (S1-4).
    row("GET portal.sos", 200, stranger=200, owner=303, other=303, guard=303),
    row("GET portal.sos_place", 200),
    row("GET portal.sos_resume", 302),
    # A stranger's press waits for the sign-in.
    row("POST portal.sos_call", 303, stranger=303, headers=_OURS),
    row("POST portal.sos_call", 403, stranger=403, thing="from elsewhere"),
    row("POST portal.sos_describe", 422, stranger=303, headers=_OURS),
    row("POST portal.sos_describe", 403, stranger=403, thing="from elsewhere"),
    *_call_rows("GET portal.sos_alarm", 200, 302),
    *_call_rows("GET portal.sos_state", 200, 403),
    *_call_rows("GET portal.sos_close", 200, 403),
    *_call_rows("POST portal.sos_close_as", 303, 403, data=fixed(**{"as": "close"})),
    row(
        "GET portal.order",
        302,
        RESPOND,
        thing="of a call",
        path=lambda world, _who: {"number": world.alarm["number"]},
        owner=302,
    ),
]

# --- chat and files ------------------------------------------------------------------------------------------------

_SAID = fixed(text="Здравствуйте", client_id="3f6d3a57-9f2b-4b5e-9b53-0a3a3f0b5d11")
_CHAT = {"GET chat.messages": 200, "POST chat.post": 303, "POST chat.seen": 204, "POST chat.typing": 204}


def _chat_rows(address: str, ok: int) -> list[Row]:
    """In an order's chat the orderer and the staff write, onlookers read (S0-54); notes are for the staff alone."""
    writing = address == "POST chat.post"
    readers = {"landlady": 403} if writing else {}
    return [
        row(address, ok, LOOK, thing="somebody else's", path=foreign_thread(), data=_SAID, **readers),
        row(address, ok, thing="own", path=own_thread(), data=_SAID),
        row(address, ok, SERVE, thing="notes", path=foreign_thread("notes"), data=_SAID),
        row(address, ok, NOBODY, thing="notes on the own order", path=own_thread("notes"), data=_SAID),
        row(address, 404, thing="not there", path=fixed(thread_id=999_999), data=_SAID),
    ]


CHAT = [one for address, ok in _CHAT.items() for one in _chat_rows(address, ok)]


def _file_rows(address: str) -> list[Row]:
    return [
        row(address, 200, LOOK, thing="in a chat", path=file("thread")),
        row(address, 200, SERVE, thing="in notes", path=file("notes")),
        row(address, 200, thing="a service's", path=file("picture")),
        row(address, 200, thing="own draft", path=own_draft),
        row(address, 200, {"owner"}, thing="somebody else's draft", path=drafts_of("owner")),
        row(address, 404, thing="not there", path=fixed(file_id="3f6d3a57-9f2b-4b5e-9b53-0a3a3f0b5d11")),
    ]


FILES = [
    *_file_rows("GET files.download"),
    *_file_rows("GET files.preview"),
    *_file_rows("GET files.picture"),
    row("GET files.plan", 200, path=file("plan")),
    row("GET files.plan", 404, NOBODY, thing="no plan", path=file("picture")),
    row("GET files.avatar", 200, path=lambda world, _who: {"user_id": world.people["owner"]}),
    row(
        "GET files.avatar",
        404,
        thing="of somebody without",
        path=lambda world, _who: {"user_id": world.people["other"]},
    ),
    row("POST files.upload", 422),
    row("POST files.discard", 204, thing="own draft", path=own_draft),
    row("POST files.discard", 204, {"owner"}, thing="somebody else's draft", path=drafts_of("owner")),
    row("POST files.discard", 404, thing="sent", path=file("thread")),
]

# --- the desk ------------------------------------------------------------------------------------------------------


def _desk(address: str, ok: int, who: Iterable[str] = SERVE, own: int = 404, **options: Any) -> list[Row]:
    """Residents have no desk (403); its staff finds there what it serves, never the own order (404)."""
    outside = dict.fromkeys(ALL - DESK, 403)
    return order_rows(address, ok, who, own=own, own_who=DESK, gone_who=DESK, **outside, **options)


DESK_ROWS = [
    row("GET desk.queue", 200, DESK, 403),
    row("GET desk.bell", 200, DESK, 403),
    row("GET desk.keys", 200, DESK, 403),
    row("GET desk.changes", 200, DESK, 403),
    row("GET desk.filters", 200, DESK, 403),
    row("GET desk.export", 200, DESK, 403),
    row("GET desk.choices", 200, DESK, 403, thing="who", path=fixed(what="who")),
    row("GET desk.choices", 200, DESK, 403, thing="executor", path=fixed(what="executor")),
    *_desk("GET desk.order", 200, own=200),
    *_desk("GET desk.state", 200),
    *_desk("GET desk.talk_panel", 200, more={"which": "chat"}),
    *_desk("GET desk.talk_panel", 200, more={"which": "notes"}),
    *_desk("GET desk.hands", 200),
    *_desk("GET desk.choose", 200, executor=409, mate=409),
    *_desk("POST desk.assign", 303, own=403, executor=403, mate=403, data=fixed(to="nobody")),
    *_desk("GET desk.reason", 200, more={"name": "reject"}, executor=409, mate=409),
    *_desk("POST desk.move", 303, own=403, more={"name": "finish"}),
    *_desk(
        "POST desk.move",
        303,
        own=403,
        more={"name": "reject"},
        data=fixed(comment="Нет"),
        executor=403,
        mate=403,
    ),
    *_desk("POST desk.settle", 303, own=403),
]

# --- duty, escalation, watch, reports of calls of help -------------------------------------------------------------

SOS_ROWS = [
    row("GET desk.duty", 200, DESK, 403),
    row("POST desk.add_duty", 422, OFFICE, 403),
    row("POST desk.remove_duty", 404, OFFICE, 403, path=fixed(slot_id=999)),
    row("POST desk.hand_over", 422, DESK, 403),
    row("POST desk.end_handover", 404, DESK, 403, path=fixed(handover_id=999)),
    row("GET desk.steps", 200, OFFICE, 403),
    row("POST desk.change_steps", 409, OFFICE, 403, data=fixed(do="save")),
    row("GET desk.watch", 200, OFFICE, 403),
    row("POST desk.hold_drill", 303, OFFICE, 403),
    row("GET desk.report", 200, OFFICE, 403),
    row("GET desk.report_file", 200, OFFICE, 403),
    row("GET desk.sheet", 404, DESK, 403, thing="not there", path=fixed(alarm_id=999)),
]

# --- calls of help at the desk -------------------------------------------------------------------------------------

#: Everybody of the staff hears and answers them.
HELP = DESK


def _alarms(address: str, ok: int, own: int, **more: Any) -> list[Row]:
    """Somebody else's call, the own one of the guard, one that is not there."""
    data: Params = more.pop("data", lambda _world, _who: {})
    return [
        row(address, ok, HELP, 403, thing="a resident's", path=_alarm("alarm", more), data=data),
        row(
            address,
            ok,
            HELP,
            403,
            thing="the guard's",
            path=_alarm("guards_alarm", more),
            data=data,
            guard=own,
        ),
        row(address, 404, HELP, 403, thing="not there", path=fixed(number=999_999_999, **more), data=data),
    ]


def _alarm(key: str, more: dict[str, Any]) -> Params:
    return lambda world, _who: {"number": world.rows[key], **more}


_BEAT = {"id": "3f6d3a57-9f2b-4b5e-9b53-0a3a3f0b5d11", "sound": "1", "visible": "1"}

ALARMS = [
    row("GET desk.alarms", 200, HELP, 403),
    row("GET desk.bar", 200, HELP, 403),
    row("POST desk.beat", 200, HELP, 403, data=fixed(**_BEAT)),
    row("POST desk.leave", 204, HELP, 403, data=fixed(**_BEAT)),
    row("POST desk.delivered", 204, HELP, 403, data=fixed(id="1")),
    row("POST desk.seen_alarms", 204, HELP, 403, data=fixed(id="1")),
    *_alarms("GET desk.alarm", 200, own=200),
    *_alarms("GET desk.alarm_state", 200, own=404),
    *_alarms("GET desk.alarm_window", 200, own=409, name="false_call"),
    *_alarms("POST desk.alarm_move", 303, own=403, name="accept"),
]

# --- the administration --------------------------------------------------------------------------------------------


def _admin(
    view: str,
    key: str,
    readers: Iterable[str],
    writers: Iterable[str],
    *,
    deletes: bool = True,
    edited: int = 422,
) -> list[Row]:
    one = of_rows("pk", key)
    gone = fixed(pk="999999")
    rows = [
        row(f"GET {view}.list", 200, readers, 403),
        row(f"GET {view}.show", 200, readers, 403, path=one),
        row(f"GET {view}.show", 404, readers, 403, thing="not there", path=gone),
        row(f"GET {view}.add", 200, writers, 403),
        row(f"POST {view}.add", 422, writers, 403),
        row(f"GET {view}.edit", 200, writers, 403, path=one),
        row(f"POST {view}.edit", edited, writers, 403, path=one, data=fixed(nothing="1")),
        row(f"POST {view}.act", 404, writers, 403, path=fixed(name="made-up")),
    ]
    if deletes:
        rows += [
            row(f"GET {view}.delete", 200, writers, 403, path=one),
            row(f"POST {view}.delete", 404, writers, 403, thing="not there", path=gone),
        ]
    return rows


ADMIN = [
    row("GET AdminIndex.index", 200, OFFICE, 403),
    open_to_all("GET SignInDoor.login", 302),
    *_admin("PersonView", "person", OFFICE, OPERATOR, deletes=False),
    row(
        "POST PersonView.act",
        303,
        OPERATOR,
        403,
        thing="block",
        path=fixed(name="block"),
        data=lambda world, _who: {"row": world.rows["person"], "sure": "yes"},
    ),
    *_admin("CompanyView", "company", OFFICE, OPERATOR),
    # Nothing in its form is required.
    *_admin("MembershipView", "membership", OFFICE, OPERATOR, edited=303),
    *_admin("TeamView", "team", OFFICE, OPERATOR),
    *_admin("RoleView", "role", OPERATOR, OPERATOR),
    *_admin("PlaceView", "place", OFFICE, OFFICE),
    row("POST PlaceView.move", 303, OFFICE, 403, path=of_rows("pk", "place"), data=fixed(step="up")),
    row("POST PlaceView.move", 404, OFFICE, 403, thing="not there", path=fixed(pk="999999")),
    row("GET PlanPage.page", 200, OFFICE, 403, path=of_rows("pk", "place")),
    row("GET PlanPage.page", 404, OFFICE, 403, thing="not there", path=fixed(pk="999999")),
    row("POST PlanPage.upload", 422, OFFICE, 403, path=of_rows("pk", "place")),
    row("POST PlanPage.remove", 303, OFFICE, 403, path=of_rows("pk", "place")),
    row("POST PlanPage.draw", 303, OFFICE, 403, path=of_rows("pk", "place"), data=fixed(drawn="{}")),
    row("GET StickerPage.picture", 200, OFFICE, 403, path=of_rows("pk", "place")),
    row("GET StickerPage.one", 200, OFFICE, 403, path=of_rows("pk", "place")),
    row("GET StickerPage.choose", 200, OFFICE, 403),
    row("GET StickerPage.sheet", 422, OFFICE, 403),
    *_admin("CategoryView", "category", OFFICE, OPERATOR),
    *_admin("ServiceView", "service", OFFICE, OPERATOR),
    row("GET FormBuilder.build", 200, OFFICE, 403, path=of_rows("service_id", "service")),
    row(
        "POST FormBuilder.change",
        200,
        OPERATOR,
        403,
        path=of_rows("service_id", "service"),
        data=fixed(do="look"),
    ),
    row("GET JournalView.entries", 200, OFFICE, 403),
    row("GET SettingsView.values", 200, OPERATOR, 403),
    row("POST SettingsView.change", 422, OPERATOR, 403),
    *(
        row("GET ChoicesView.find", 200, OFFICE, 403, thing=what, path=fixed(what=what))
        for what in ("people", "executors", "companies", "teams", "services", "places")
    ),
]

# --- a client and a provider: nobody else sees them, whatever the role (S2-61) -------------------------------------


def _invited(address: str, token: str, ok: int, stranger: int, **options: Any) -> Row:
    return row(
        address, ok, stranger=stranger, path=lambda world, _who: {"token": getattr(world, token)}, **options
    )


def _of_client(address: str, ok: int, key: str, name: str, **options: Any) -> list[Row]:
    """Of `owner` and his specialist; and one that is not there. `terms`: the row of a document that it names, too."""
    terms = options.pop("terms", "")

    def path(world: World, _who: str) -> dict[str, Any]:
        return {name: world.rows[key]} | _named(world)

    def nowhere(world: World, _who: str) -> dict[str, Any]:
        return {name: 999_999_999} | _named(world)

    def _named(world: World) -> dict[str, Any]:
        return {"terms_id": world.rows[terms]} if terms else {}

    return [
        row(address, ok, {"owner"}, thing="the owner's", path=path, **options),
        row(address, 404, thing="not there", path=nowhere, **options),
    ]


_WISH: Params = lambda world, _who: {"client": world.rows["pair"], "step": "offer"}  # noqa: E731

MEETINGS = [
    _invited("GET public.invitation", "invitation", 200, 200, owner=302),
    _invited("GET public.invitation", "ended_invitation", 410, 410, thing="ended", owner=302),
    row("GET public.invitation", 404, stranger=404, thing="not there", path=fixed(token="made-up")),
    _invited("POST public.accept_invitation", "invitation", 303, 422),
    _invited("POST public.accept_invitation", "ended_invitation", 410, 410, thing="ended", owner=303),
    row("POST public.accept_invitation", 404, stranger=404, thing="not there", path=fixed(token="made-up")),
    row("GET portal.providers", 200),
    row("GET portal.appointments", 200),
    row("GET portal.past_appointments", 200),
    *_of_client("GET portal.provider", 200, "pair", "client_id"),
    *_of_client("GET portal.provider_chat", 200, "pair", "client_id"),
    *_of_client("GET portal.appointment", 200, "appointment", "appointment_id"),
    *_of_client("GET portal.appointment_state", 200, "appointment", "appointment_id"),
    *_of_client("GET portal.cancel_appointment", 200, "appointment", "appointment_id"),
    *_of_client("POST portal.do_cancel_appointment", 303, "appointment", "appointment_id"),
    # With one provider the step of choosing him is passed over.
    row("GET portal.ask", 200, owner=302, other=302),
    row("GET portal.ask", 200, {"owner"}, thing="the owner's", path=_WISH),
    row("POST portal.send_request", 303, {"owner"}, thing="the owner's", data=_WISH),
    row("POST portal.send_request", 404, thing="of nobody"),
]

#: Chat, documents and terms of a pair: its two halves, and nobody whatever his role (S2-46, S2-61).
_TICKED: Params = lambda world, _who: {"chosen": world.rows["document"]}  # noqa: E731
_TICKED_TERMS: Params = lambda world, _who: {"chosen": world.rows["version"]}  # noqa: E731
_SIGNED: Params = lambda world, _who: {"sign": world.rows["version"]}  # noqa: E731
_THREAD = of_rows("thread_id", "pair_thread")

PAIRS = [
    *_of_client("GET pair.documents", 200, "pair", "client_id"),
    *_of_client("GET pair.still_open", 204, "pair", "client_id"),
    *_of_client("POST pair.upload", 422, "pair", "client_id"),
    *_of_client("POST pair.download_documents", 200, "pair", "client_id", data=_TICKED),
    *_of_client("POST pair.removal", 200, "pair", "client_id", data=_TICKED),
    *_of_client("POST pair.remove_documents", 303, "pair", "client_id", data=_TICKED),
    *_of_client("GET pair.terms", 200, "pair", "client_id"),
    *_of_client("POST pair.download_terms", 200, "pair", "client_id", data=_TICKED_TERMS),
    *_of_client("POST pair.ask_consent", 200, "pair", "client_id", data=_TICKED_TERMS),
    *_of_client("POST pair.change_consent", 303, "pair", "client_id", data=_SIGNED),
    *_of_client("GET pair.terms_document", 200, "pair", "client_id", terms="terms"),
    *_of_client("POST pair.download_document", 200, "pair", "client_id", data=_TICKED_TERMS, terms="terms"),
    row("GET pair.fetch", 200, {"owner"}, path=lambda world, _who: {"token": world.download}),
    row("GET pair.fetch", 404, thing="not there", path=fixed(token="made-up")),
    row("GET chat.messages", 200, {"owner"}, thing="a pair's", path=_THREAD),
    row("POST chat.post", 303, {"owner"}, thing="a pair's", path=_THREAD, data=_SAID),
    row("POST chat.seen", 204, {"owner"}, thing="a pair's", path=_THREAD, data=fixed(read=1)),
    row("POST chat.typing", 204, {"owner"}, thing="a pair's", path=_THREAD),
    row(
        "GET files.download", 404, thing="sealed", path=lambda world, _who: {"file_id": world.files["sealed"]}
    ),
    row(
        "GET files.preview", 404, thing="sealed", path=lambda world, _who: {"file_id": world.files["sealed"]}
    ),
    row("GET practice.terms", 404, thing="a foreign one", path=of_rows("provider_id", "host")),
    row("POST practice.add_terms", 404, thing="a foreign one", path=of_rows("provider_id", "host")),
    *(
        row(f"{address}", 404, thing="a foreign one", path=of_rows("terms_id", "terms"))
        for address in (
            "GET practice.one_terms",
            "POST practice.edit_terms",
            "POST practice.publish_terms",
        )
    ),
]

#: A page that is not open to strangers is for the provider's clients; nobody else learns that there is one (S2-1).
_PAGE: Params = lambda world, _who: {"slug": world.slug}  # noqa: E731
_PHOTO: Params = lambda world, _who: {"slug": world.slug, "file_id": world.files["photo"]}  # noqa: E731

PROFILES = [
    row("GET public.profile", 200, {"owner"}, path=_PAGE),
    row("GET public.profile", 404, thing="not there", path=fixed(slug="made-up")),
    row("GET public.profile_photo", 200, {"owner"}, path=_PHOTO, stranger=404),
    row("GET public.profile_code", 200, {"owner"}, path=_PAGE, stranger=404),
    row(
        "GET files.download",
        404,
        thing="of a page",
        path=lambda world, _who: {"file_id": world.files["photo"]},
    ),
]

REGISTRATION = [
    row("GET portal.registration", 200),
    row("GET portal.registration_form", 200, path=fixed(kind="specialist"), owner=302),
    row("POST portal.register", 422, path=fixed(kind="organization"), owner=303),
    open_to_all("GET portal.about_service"),
    row("GET portal.support", 200),
    row("POST portal.ask_support", 422),
]

# --- the provider's pages ------------------------------------------------------------------------------------------


def _provider(address: str, ok: int, mate: int, key: str = "provider", **more: Any) -> Row:
    """The organization of `owner`, in which `mate` serves; its client `other` finds nothing here, nor do the others."""
    data: Params = more.pop("data", lambda _world, _who: {})
    also: dict[str, str] = {f"{key}_id": "served" if key == "appointment" else key} | more.pop("also", {})

    def path(world: World, _who: str) -> dict[str, Any]:
        return {name: world.rows[of] for name, of in also.items()} | more

    return row(address, ok, {"owner"}, thing=f"{key} of owner", path=path, data=data, mate=mate)


_OFFER = {"also": {"offer_id": "offer"}}

PRACTICE = [
    row("GET practice.index", 302, {"owner", "mate"}),
    _provider("GET practice.home", 200, 200),
    _provider("GET practice.counts", 200, 200),
    _provider("GET practice.more", 200, 200),
    _provider("GET practice.calendar", 200, 200),
    _provider("GET practice.clients", 200, 200),
    _provider("GET practice.offers", 200, 200),
    _provider("GET practice.hours", 200, 200),
    _provider("GET practice.absences", 200, 200),
    _provider("POST practice.add_absence", 422, 422),
    _provider("GET practice.invitations", 200, 200),
    _provider("POST practice.invite", 303, 303, data=fixed(days="7")),
    _provider("GET practice.book", 200, 200),
    _provider("POST practice.do_book", 422, 422),
    _provider("GET practice.new_offer", 200, 403),
    _provider("POST practice.add_offer", 422, 403),
    _provider("GET practice.offer", 200, 403, **_OFFER),
    _provider("POST practice.edit_offer", 422, 403, **_OFFER),
    _provider("POST practice.switch_offer", 303, 403, **_OFFER),
    _provider("GET practice.terms", 200, 403),
    _provider("POST practice.add_terms", 422, 403),
    _provider("GET practice.profile", 200, 403),
    _provider("POST practice.save_profile", 303, 403),
    _provider("POST practice.add_photos", 422, 403),
    _provider("POST practice.remove_photo", 404, 403, file_id="3f6d3a57-9f2b-4b5e-9b53-0a3a3f0b5d11"),
    _provider("GET practice.team", 200, 403),
    _provider("POST practice.add_specialist", 422, 403),
    _provider("GET practice.settings", 200, 403),
    _provider("POST practice.edit_settings", 422, 403),
    # Of the specialist beside him `mate` knows nothing.
    _provider("GET practice.specialist", 200, 404, "specialist"),
    _provider("POST practice.edit_specialist", 422, 404, "specialist"),
    _provider("POST practice.invite_specialist", 303, 404, "specialist"),
    _provider("POST practice.set_hours", 303, 404, "specialist"),
    _provider("POST practice.serve", 303, 404, "specialist"),
    _provider("GET practice.client", 200, 404, "client"),
    _provider("GET practice.chat", 200, 404, "client"),
    _provider("POST practice.show", 303, 404, "client"),
    _provider("GET practice.appointment", 200, 404, "appointment"),
    _provider("GET practice.status", 200, 404, "appointment"),
    _provider("GET practice.reason", 200, 404, "appointment", name="decline"),
    _provider("POST practice.move", 303, 404, "appointment", name="accept"),
    _provider("GET practice.time", 200, 404, "appointment"),
    _provider("POST practice.reschedule", 422, 404, "appointment"),
    _provider("GET practice.payments", 200, 404, "appointment"),
    _provider("POST practice.record_payment", 422, 404, "appointment"),
    _provider("POST practice.take_back", 404, 404, "appointment", payment_id=1),
    _provider("POST practice.reprice", 422, 404, "appointment"),
    _provider("GET practice.affected", 200, 403, "absence"),
    _provider("POST practice.refuse_affected", 422, 403, "absence"),
    _provider("POST practice.remove_absence", 303, 403, "absence"),
    _provider("GET practice.invitation", 200, 403, "invitation"),
    _provider("GET practice.invitation_code", 200, 403, "invitation"),
    _provider("GET practice.poster", 200, 403, "invitation"),
    _provider("POST practice.revoke", 303, 403, "invitation"),
]

# --- packages of sessions ------------------------------------------------------------------------------------------

_PACKAGE = {"also": {"package_id": "package"}}
#: A payment of a package that nobody has recorded.
_NO_PAYMENT = {"payment_id": 1}

PACKAGES = [
    _provider("GET practice.packages", 200, 200),
    _provider("GET practice.new_package", 200, 403),
    _provider("POST practice.add_package", 422, 403),
    _provider("GET practice.package", 200, 403, **_PACKAGE),
    _provider("POST practice.edit_package", 422, 403, **_PACKAGE),
    _provider("POST practice.switch_package", 303, 403, **_PACKAGE),
    # `mate` does not see this client.
    _provider("GET practice.sell", 200, 404, "client"),
    _provider("POST practice.do_sell", 422, 404, "client"),
    _provider("GET practice.sold", 200, 404, "sold"),
    _provider("POST practice.record_sold", 422, 404, "sold"),
    _provider("POST practice.take_back_sold", 404, 404, "sold", **_NO_PAYMENT),
    _provider("POST practice.reprice_sold", 422, 404, "sold"),
    _provider("POST practice.cancel_sold", 303, 404, "sold"),
    _provider("POST practice.extend_sold", 422, 404, "sold"),
    row(
        "GET portal.package",
        200,
        {"other"},
        thing="of other",
        path=lambda world, _who: {"sold_id": world.rows["sold"]},
        owner=302,
    ),
]

# --- questions before something ends -------------------------------------------------------------------------------

_FIRST_VERSION: Params = lambda world, _who: {"terms_id": world.rows["terms"], "version": 1}  # noqa: E731

QUESTIONS = [
    # There is no such payment (any more): nothing to ask, back to the money.
    _provider("GET practice.ask_take_back", 302, 404, "appointment", **_NO_PAYMENT),
    _provider("GET practice.ask_take_back_sold", 302, 404, "sold", **_NO_PAYMENT),
    row("GET practice.new_version", 404, thing="a foreign one", path=of_rows("terms_id", "terms")),
    row("GET practice.terms_version", 404, thing="a foreign one", path=_FIRST_VERSION),
    row("POST practice.download_version", 404, thing="a foreign one", path=_FIRST_VERSION),
]

ACCOUNTS_OF_SPECIALISTS = [
    # Nobody is bound: nothing to ask.
    _provider("GET practice.ask_unbind", 302, 404, "specialist"),
    _provider("POST practice.unbind", 303, 404, "specialist"),
    # The addresses of forms alone, as after a reload.
    _provider("GET practice.hours_of", 302, 404, "specialist"),
    _provider("GET practice.price", 302, 404, "appointment"),
    _provider("GET practice.ask_refuse_affected", 302, 403, "absence"),
    # The order of the photos.
    _provider("GET practice.ask_move_photo", 302, 403, file_id="3f6d3a57-9f2b-4b5e-9b53-0a3a3f0b5d11"),
    _provider("POST practice.move_photo", 404, 403, file_id="3f6d3a57-9f2b-4b5e-9b53-0a3a3f0b5d11"),
    # The question before days off are removed.
    _provider("GET practice.ask_remove_absence", 200, 403, "absence"),
]


ROWS = [
    *(*PUBLIC, *ACCOUNT, *PORTAL, *SOS, *CHAT, *FILES, *DESK_ROWS, *ALARMS, *SOS_ROWS, *ADMIN),
    *(
        *MEETINGS,
        *PRACTICE,
        *PAIRS,
        *PROFILES,
        *REGISTRATION,
        *PACKAGES,
        *QUESTIONS,
        *ACCOUNTS_OF_SPECIALISTS,
    ),
]

# --- sockets -------------------------------------------------------------------------------------------------------

#: What a page may ask to hear of → who is let in and into which rooms. {x} is somebody else's order, {own} the own one.
SUBJECTS: dict[str, dict[str, tuple[str, ...]]] = {
    "order:{x}": {
        **dict.fromkeys(SERVE, ("order:{x}", "staff-order:{x}")),
        "owner": ("order:{x}",),
        "landlady": ("order:{x}",),
    },
    "order:{own}": dict.fromkeys(ALL, ("order:{own}",)),
    "client:{pair}": {"owner": ("client:{pair}",)},
    "provider:{provider}": dict.fromkeys(("owner", "other"), ("provider:{provider}",)),
    "alarm:{alarm}": dict.fromkeys(DESK | {"owner"}, ("alarm:{alarm}",)),
    "desk": {
        **dict.fromkeys(OVERSEERS, ("desk",)),
        "executor": ("team:{team}",),
        "mate": ("team:{team}",),
        "other_executor": ("team:{other_team}",),
    },
    "sos": dict.fromkeys(DESK, ("sos",)),
    # Rooms are not subjects: nobody gets in by naming one.
    **{
        name: {}
        for name in (
            "staff-order:{x}",
            "team:{team}",
            "user:{owner}",
            "order:999999999",
            "order:99999999999999999999",
            "order:-1",
            "order:",
            "order:{x} ",
            "order:{x}:1",
            "inbox",
            "settings",
            "",
        )
    },
}
