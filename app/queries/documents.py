"""What a client and a provider have given each other."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload

from app.queries.paging import newest
from models import Client, SharedDocument


def of_client(
    session: Session, client: Client, before: int | None = None
) -> tuple[Sequence[SharedDocument], int | None]:
    """The documents of the pair with their files, newest first (S2-56). One statement."""
    return newest(session, _of(client), SharedDocument.id, before)


def chosen(session: Session, client: Client, numbers: Sequence[int]) -> Sequence[SharedDocument]:
    """Those of them that were ticked, newest first. One statement."""
    query = _of(client).where(SharedDocument.id.in_(numbers))
    return session.scalars(query.order_by(SharedDocument.id.desc())).all()


def _of(client: Client) -> Select[SharedDocument]:
    return (
        select(SharedDocument)
        .where(SharedDocument.client_id == client.id)
        .options(joinedload(SharedDocument.file))
    )
