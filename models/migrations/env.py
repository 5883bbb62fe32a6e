"""How Alembic meets our database: on the app's own connection, all migrations of one run in one transaction."""

from __future__ import annotations

from alembic import context
from flask import current_app

from models import Model

#: Tables of the job queue are Procrastinate's own.
_FOREIGN = ("procrastinate_",)


def _ours(thing: object, name: str | None, type_: str, reflected: bool, compare_to: object) -> bool:
    # PostgreSQL writes an expression index in other words than we do: it would always seem to differ.
    return not str(name).startswith(_FOREIGN) and not str(name).endswith("_trgm")


engine = current_app.extensions["migrate"].db.engine
with engine.connect() as connection:
    context.configure(
        connection=connection,
        target_metadata=Model.metadata,
        include_object=_ours,
        compare_type=True,
        compare_server_default=False,
    )
    with context.begin_transaction():
        context.run_migrations()
