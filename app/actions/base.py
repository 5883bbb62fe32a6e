"""The transaction around every action."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from sqlalchemy.orm.exc import StaleDataError

from app.errors import Stale
from app.extensions import db

Params = ParamSpec("Params")
Result = TypeVar("Result")


def action(function: Callable[Params, Result]) -> Callable[Params, Result]:
    """Commit when the outermost action returns, roll everything back when one raises.

    A row that somebody else changed in between (version_id_col) raises Stale. A request that reads without a
    transaction has one for the time of the action.
    """

    @wraps(function)
    def run(*args: Params.args, **kwargs: Params.kwargs) -> Result:
        session = db.session()
        if reads := session.reads:
            session.reads = False
        depth = session.info.get("depth", 0)
        session.info["depth"] = depth + 1
        try:
            result = function(*args, **kwargs)
            if depth == 0:
                session.commit()
            return result
        except StaleDataError as error:
            session.rollback()
            raise Stale from error
        except BaseException:
            if depth == 0:
                session.rollback()
            raise
        finally:
            session.info["depth"] = depth
            if reads:
                session.reads = True

    return run
