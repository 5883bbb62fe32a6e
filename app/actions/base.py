"""The transaction around every action, and what is done when it has ended."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from app.errors import Stale
from app.extensions import db

Params = ParamSpec("Params")
Result = TypeVar("Result")
_log = logging.getLogger(__name__)


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
                _settle(session, kept=True)
            return result
        except StaleDataError as error:
            _undo(session)
            raise Stale from error
        except BaseException:
            if depth == 0:
                _undo(session)
            raise
        finally:
            session.info["depth"] = depth
            if reads:
                session.reads = True

    return run


def many(table: type[Any], *conditions: Any) -> int:
    """How many rows there are already, for a limit: of two that come at once both may pass, which harms nobody."""
    return db.session.scalar(select(func.count()).select_from(table).where(*conditions)) or 0


def once_kept(act: Callable[[], object]) -> None:
    """Within an action: do this after the outermost commit, when nothing can bring back what was before. For what no
    rollback undoes, as bytes on a disk."""
    _later(act, kept=True)


def if_undone(act: Callable[[], object]) -> None:
    """Within an action: do this if it all is rolled back."""
    _later(act, kept=False)


def _later(act: Callable[[], object], *, kept: bool) -> None:
    db.session().info.setdefault("later", []).append((kept, act))


def _undo(session: Session) -> None:
    session.rollback()
    _settle(session, kept=False)


def _settle(session: Session, *, kept: bool) -> None:
    """The transaction has ended, and what fails now changes nothing of that."""
    for when, act in session.info.pop("later", ()):
        if when is kept:
            try:
                act()
            except OSError:
                _log.exception("what follows a transaction failed")
