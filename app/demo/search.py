"""The search words of many orders at once, as the action that places an order makes them for one."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.sql.expression import TextClause

#: Of an order `o` by the author `u`.
WORDS = """to_tsvector('russian', concat_ws(' ', o.id, o.title, o.place_name, u.first_name, u.last_name, (
    SELECT string_agg(answer ->> 'text', ' ' ORDER BY place)
    FROM jsonb_array_elements(o.answers) WITH ORDINALITY AS given (answer, place))))"""


def fill() -> TextClause:
    return text(f"UPDATE orders o SET search = {WORDS} FROM ab_user u WHERE u.id = o.author_id")  # noqa: S608
