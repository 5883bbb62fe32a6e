"""What the desk's and the portal's pages cost with 10,000 and with 1,000,000 orders."""

from __future__ import annotations

import contextvars
import datetime as dt
import resource
from collections.abc import Iterator
from time import perf_counter

from flask.testing import FlaskClient
from sqlalchemy import func, select

from app import clock
from app.extensions import db
from models import Order, Service, User
from tests.bench.big import LARGE, PASSES, SMALL, Figure, Filled, browser_of, filled, measure_all, person

MEDIAN, P95, STATEMENTS, SIZE, RATIO = 12, 40, 12, 100_000, 1.3
#: By how much an export may grow the process.
MIB = 64

__all__ = ["filled"]


def test_pages(filled: Filled) -> None:
    asked: dict[int, dict[str, tuple[FlaskClient, str]]] = {}
    for orders in (SMALL, LARGE):
        with filled(orders) as app:
            asked[orders] = {name: (browser_of(app, user), address) for name, user, address in pages()}
    small: dict[str, Figure] = {}
    large: dict[str, Figure] = {}
    for name in asked[LARGE]:
        # Each page turn and turn about: a machine's pace changes within a minute, and both have to meet the same.
        for orders, found in [(SMALL, small), (LARGE, large)] * PASSES:
            with filled(orders):
                measure_all(found, {name: asked[orders][name]})
    print(
        f"\n\n{'page':34} {'median':>8} {'p95':>7} {'SQL':>4} {'kB':>6} {'ratio':>6}   ({LARGE:,} orders; {SMALL:,})"
    )
    over = [name for name in large if not fits(name, small[name], large[name])]
    print(f"{'budget':34} {MEDIAN:8} {P95:7} {STATEMENTS:4} {SIZE // 1000:6} {RATIO:6}")
    assert not over, f"over the budget: {', '.join(over)}"


def fits(name: str, small: Figure, large: Figure) -> bool:
    """Whether the page is within every budget. With 10,000 orders some lists have a few rows only, and chats differ in
    length: who shows more may take longer in proportion."""
    ratio = large.median / small.median
    more = max(1.0, large.size / small.size)
    print(
        f"{name:34} {large.median:8.1f} {large.p95:7.1f} {large.statements:4} {large.size / 1000:6.1f}"
        f" {ratio:6.2f}   ({small.median:.1f} ms, {small.size / 1000:.1f} kB)"
    )
    return (
        large.median <= MEDIAN
        and large.p95 <= P95
        and large.statements <= STATEMENTS
        and large.size <= SIZE
        and ratio <= RATIO * more
    )


def pages() -> Iterator[tuple[str, User, str]]:
    """Name, reader and address of each page, for the database that is open."""
    boss, hand = person("dispatcher"), person("executor")
    resident = db.session.scalars(
        select(User)
        .join(Order, Order.author_id == User.id)
        .group_by(User.id)
        .order_by(func.count().desc())
        .limit(1)
    ).one()
    newest = db.session.scalars(select(Order.id).order_by(Order.id.desc()).limit(1)).one()
    oldest = db.session.scalars(select(Order.id).order_by(Order.id).limit(1)).one()
    service = db.session.scalars(select(Order.service_id).where(Order.id == newest)).one()
    day = clock.now().date()
    week = f"from={day - dt.timedelta(days=7)}&to={day}"
    yield from (
        ("queue: open", boss, "/desk/"),
        ("queue: new", boss, "/desk/?status=new"),
        ("queue: without an executor", boss, "/desk/?unassigned=1"),
        ("queue: without an answer", boss, "/desk/?unanswered=1"),
        ("queue: overdue", boss, "/desk/?overdue=1"),
        ("queue: finished", boss, "/desk/?status=completed&status=cancelled"),
        ("queue: all", boss, "/desk/?all=1"),
        ("queue: a service, finished", boss, f"/desk/?service={service}&status=completed"),
        ("queue: a person", boss, f"/desk/?who={resident.id}"),
        ("queue: an executor", boss, f"/desk/?executor={hand.id}"),
        ("queue: a week", boss, f"/desk/?{week}"),
        ("queue: appeals of a week", boss, f"/desk/?{week}&kind=request"),
        ("queue: in the middle", boss, f"/desk/?all=1&before={(newest + oldest) // 2}"),
        ("queue: changes", boss, f"/desk/changes?all=1&top={newest - 3}&rows={newest},{newest - 1}"),
        ("order at the desk", boss, f"/desk/orders/{newest}?open=1"),
        ("order with notes", boss, f"/desk/orders/{newest}?open=1&tab=notes"),
        ("executor: mine", hand, "/desk/"),
        ("executor: open", hand, "/desk/?open=1"),
        ("executor: all", hand, "/desk/?all=1"),
        ("executor: finished", hand, "/desk/?status=completed&status=cancelled"),
        ("executor: order", hand, f"/desk/orders/{served_by(hand)}"),
        ("choosing an executor", boss, f"/desk/orders/{open_order()}/assign"),
        ("choosing a person", boss, "/desk/choices/who?q=ива"),
        ("portal: services", resident, "/"),
        ("portal: my orders", resident, "/orders"),
        ("portal: an order", resident, f"/orders/{ordered_by(resident)}"),
        ("portal: a form", resident, f"/services/{orderable()}"),
        ("portal: notices", resident, "/notices"),
    )


def served_by(hand: User) -> int:
    return db.session.scalars(select(func.max(Order.id)).where(Order.executor_id == hand.id)).one()


def ordered_by(author: User) -> int:
    return db.session.scalars(select(func.max(Order.id)).where(Order.author_id == author.id)).one()


def open_order() -> int:
    return db.session.scalars(select(func.max(Order.id)).where(Order.closed_at.is_(None))).one()


def orderable() -> int:
    return db.session.scalars(
        select(Service.id).where(Service.active, ~Service.roles.any()).order_by(Service.id).limit(1)
    ).one()


def test_export_of_everything(filled: Filled) -> None:
    """The whole table as CSV: streamed, so the memory stays where it was."""
    with filled(LARGE) as app:
        client = browser_of(app, person("dispatcher"))
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        started = perf_counter()
        size = contextvars.Context().run(download, client, "/desk/orders.csv?all=1")
        seconds = perf_counter() - started
        grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    print(
        f"\nexport of {LARGE:,} orders: {seconds:.1f} s, {size / 1e6:.0f} MB, {grown:.0f} MiB more (budget {MIB})"
    )
    assert grown <= MIB


def download(client: FlaskClient, address: str) -> int:
    answer = client.get(address, buffered=False)
    size = sum(len(portion) for portion in answer.response)
    answer.close()
    return size
