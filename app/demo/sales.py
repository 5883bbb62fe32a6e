"""Packages of sessions in the story of the technopark's specialists: what they offer, and to whom they have sold it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from app.actions import packages
from models import Client, Package, Provider


@dataclass(frozen=True)
class Sale:
    """Sold so many days ago to a client, and what was paid at once."""

    client: str
    days: float
    paid: str = ""


@dataclass(frozen=True)
class Offered:
    """`offer` is the place of the service in the provider's list; `days` empty: to be used without an end."""

    offer: int
    name: str
    sessions: str
    price: str
    days: str = ""
    sales: tuple[Sale, ...] = ()


#: Half-used, with a rest to pay.
POLINA = (
    Offered(1, "Пять консультаций", "5", "16500", "90"),
    Offered(1, "Десять консультаций", "10", "31500", "180", (Sale("marina", 35, "15000"),)),
)
#: Nearly used up; just sold.
BALANCE = (
    Offered(1, "Четыре растяжки", "4", "6800", "60", (Sale("lera", 17.9, "6800"),)),
    Offered(0, "Курс массажа спины", "8", "19600", "", (Sale("dasha", 3),)),
)
MARK = (Offered(0, "Десять уроков", "10", "220"),)


def offer(
    provider: Provider, pairs: Mapping[str, Client], offered: tuple[Offered, ...]
) -> list[tuple[float, Callable[[], object]]]:
    """Put them on offer. Each sale to come: how many days ago it was, and the act."""
    return [sale for one in offered for sale in _sales(provider, pairs, one, _saved(provider, one))]


def _saved(provider: Provider, one: Offered) -> Package:
    sent = {
        "offer": str(provider.offers[one.offer].id),
        "name": one.name,
        "sessions": one.sessions,
        "price": one.price,
        "days": one.days,
    }
    return packages.save(provider.owner, provider.id, None, sent)


def _sales(
    provider: Provider, pairs: Mapping[str, Client], one: Offered, package: Package
) -> Iterator[tuple[float, Callable[[], object]]]:
    for sale in one.sales:

        def sell(sale: Sale = sale) -> object:
            client_id = pairs[sale.client].id
            return packages.sell(provider.owner, client_id, package.id, paid=sale.paid, method="transfer")

        yield sale.days, sell
