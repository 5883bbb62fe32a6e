"""Lists: which page, order and filters the URL asks for, and the query that answers. What a row looks like is in the
templates."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_appbuilder.models.filters import BaseFilter, Filters
from flask_appbuilder.models.sqla.interface import SQLAInterface
from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Query

from views.admin import choices

#: Rows are counted up to here: a page needs "more than 1000", not the number.
MOST = 1000
SIZES = (25, 50, 100)
#: Beyond this page nobody turns pages, and OFFSET gets slow: one searches.
_LAST_PAGE = 200
_LONGEST = 100


class Chosen(Filters):  # type: ignore[misc]  # Flask-AppBuilder is untyped
    """The filters of one request. Flask-AppBuilder's own class prepares a dozen filters for every column each time."""

    def _get_filters(self, cols: Sequence[str]) -> dict[str, list[BaseFilter]]:
        return {}

    def get_joined_filters(self, filters: Filters) -> Chosen:
        joined = self.copy()
        joined.filters += filters.filters
        joined.values += filters.values
        return joined

    def copy(self) -> Chosen:
        made = Chosen(self.filter_converter, self.datamodel)
        made.filters, made.values = list(self.filters), list(self.values)
        return made


class Table(SQLAInterface):  # type: ignore[misc]  # Flask-AppBuilder is untyped
    """Flask-AppBuilder's access to a table, with relations loaded together and the count capped."""

    def __init__(self, obj: type, session: Any = None, load: Sequence[Any] = ()) -> None:
        super().__init__(obj, session)
        self.load = load

    def get_filters(self, *_columns: Any, **_options: Any) -> Chosen:
        return Chosen(self.filter_converter_class, self)

    def get_inner_filters(self, filters: Filters | None) -> Filters:
        """Flask-AppBuilder makes a set of filters anew to leave out columns of other tables; ours name none."""
        return filters if filters is not None else self.get_filters()

    def query(
        self,
        filters: Filters | None = None,
        order_column: str = "",
        order_direction: str = "",
        page: int | None = None,
        page_size: int | None = None,
        *_args: Any,
        **_options: Any,
    ) -> tuple[int, list[Any]]:
        """How many rows match (at most MOST + 1) and those of the page, in a stable order. Two statements and one for
        each collection to load."""
        found = self.apply_filters(self.session.query(self.obj), filters)
        matching = found.with_entities(self.get_pk()).limit(MOST + 1).subquery()
        count = self.session.scalar(select(func.count()).select_from(matching)) or 0
        found = self.apply_order_by(found, order_column, order_direction, add_pk=True)
        return count, self.apply_pagination(found.options(*self.load), page, page_size).all()


# --- filters ------------------------------------------------------------------------------------------------------


class Search(BaseFilter):  # type: ignore[misc]
    """One control above a list. `name` is its parameter in the URL; `read` refuses (None) what it does not know."""

    kind = ""

    def __init__(self, name: str, label: object) -> None:
        self.name, self.label = name, label
        self.column_name = name

    def read(self, text: str) -> Any:
        return text

    def apply(self, query: Query[Any], value: Any) -> Query[Any]:
        raise NotImplementedError


class Words(Search):
    """Every word occurs in one of the columns, in any case."""

    kind = "words"

    def __init__(self, label: object, *columns: Any) -> None:
        super().__init__("q", label)
        self.columns = columns

    def read(self, text: str) -> list[str] | None:
        return text.split() or None

    def apply(self, query: Query[Any], value: Sequence[str]) -> Query[Any]:
        for word in [value] if isinstance(value, str) else value[:8]:
            query = query.filter(or_(*(column.icontains(word, autoescape=True) for column in self.columns)))
        return query


class Contact(Words):
    """Words as well, or a phone number as people write it: it is compared by its digits."""

    def read(self, text: str) -> list[str] | None:
        digits = "".join(sign for sign in text if sign.isdigit())
        if len(digits) < 4 or set(text) - set("+-() 0123456789\N{NO-BREAK SPACE}"):
            return super().read(text)
        # The eight of a call within the country is the +7 of a number that is kept. Within a number it finds more.
        return [digits[1:] if len(digits) > 4 and digits[0] == "8" else digits]


class OneOf(Search):
    """One of a few values; `options` gives (value, label), `where` the condition of a value."""

    kind = "one_of"

    def __init__(
        self,
        name: str,
        label: object,
        options: Callable[[], Sequence[tuple[str, object]]],
        where: Callable[[str], ColumnElement[bool]],
    ) -> None:
        super().__init__(name, label)
        self.options, self.where = options, where

    def read(self, text: str) -> str | None:
        return text if text in {value for value, _ in self.options()} else None

    def apply(self, query: Query[Any], value: str) -> Query[Any]:
        return query.filter(self.where(value))


class Picked(Search):
    """A row of another table, chosen by typing a part of its name."""

    kind = "picked"

    def __init__(
        self, name: str, label: object, what: str, where: Callable[[int], ColumnElement[bool]]
    ) -> None:
        super().__init__(name, label)
        self.what, self.where = what, where

    def read(self, text: str) -> int | None:
        return choices.key(text)

    def apply(self, query: Query[Any], value: int) -> Query[Any]:
        return query.filter(self.where(value))


# --- what the URL asks for ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Asked:
    """Everything within bounds; `values` holds the filters that were understood, by name."""

    page: int
    size: int
    column: str
    direction: str
    values: dict[str, Any]
    #: The filters as they were typed, for the form and for links.
    typed: dict[str, str]


def asked(
    args: Mapping[str, str], searches: Sequence[Search], columns: Sequence[str], order: tuple[str, str]
) -> Asked:
    """Read a list's URL. What is not understood, or not allowed, is as if it were not there."""
    values, typed = {}, {}
    for search in searches:
        text = " ".join(args.get(search.name, "").replace("\0", "").split())[:_LONGEST]
        if text and (value := search.read(text)) is not None:
            values[search.name], typed[search.name] = value, text
    size = _number(args.get("size", ""))
    column, direction = args.get("sort", ""), args.get("order", "asc")
    if column not in columns or direction not in ("asc", "desc"):
        column, direction = order
    return Asked(
        page=min(max(_number(args.get("page", "")), 1), _LAST_PAGE),
        size=size if size in SIZES else SIZES[0],
        column=column,
        direction=direction,
        values=values,
        typed=typed,
    )


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 7 else 0
