"""Addresses that the lists' and forms' templates ask a view for. All of them keep the filters of the list."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from flask import request, url_for
from flask_appbuilder.actions import ActionItem

from app.permissions import P
from views.admin import choices, lists
from views.admin.pages import came_from
from views.context import can


class Links:
    """Mixed into AdminView."""

    MOST = lists.MOST
    endpoint: str
    actions: dict[str, ActionItem]

    def away(self, method: str, row: Any = None) -> str:
        """From the list to a form, and back by `from`."""
        return self._to(method, row, self.this_list())

    def onward(self, method: str, row: Any) -> str:
        """From a form to the next page, still knowing the list."""
        return self._to(method, row, came_from())

    def _to(self, method: str, row: Any, query: str) -> str:
        values = {"pk": row.id} if row is not None else {}
        return url_for(f"{self.endpoint}.{method}", **values, **({"from": query} if query else {}))

    @staticmethod
    def this_list() -> str:
        """The present list's filters, for the way back to it."""
        return urlencode(list(request.args.items(multi=True)))

    def sorted_by(self, asked: lists.Asked, column: str) -> str:
        """The same list by this column; by it already: the other way round."""
        turned = column == asked.column and asked.direction == "asc"
        return self._list_url(sort=column, order="desc" if turned else "asc", page=None)

    def turned(self, page: int) -> str:
        return self._list_url(page=page)

    def _list_url(self, **changed: Any) -> str:
        pairs = {name: value for name, value in request.args.items() if name not in changed}
        pairs |= {name: value for name, value in changed.items() if value is not None}
        return f"{request.path}?{urlencode(pairs)}"

    @staticmethod
    def picked(search: lists.Picked, asked: lists.Asked) -> list[tuple[int, str]]:
        """What a filter's picker shows as chosen."""
        row = choices.load(search.what, asked.typed.get(search.name, ""))
        return [(row.id, choices.label(search.what, row))] if row is not None else []

    def acts(self, item: Any = None) -> list[ActionItem]:
        """The actions offered for chosen rows, or for this one."""
        return list(self.actions.values())

    def links(self, item: Any) -> list[tuple[object, str, str]]:
        """Further pages of a row: (label, address, icon)."""
        return []

    def journal_of(self, item: Any) -> str:
        """The journal's lines of this row, for those who may read them."""
        if not can(P.JOURNAL_READ):
            return ""
        return url_for("JournalView.entries", subject=self.subject_of(item))

    def subject_of(self, item: Any) -> str:
        raise NotImplementedError
