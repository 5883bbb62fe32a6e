"""What a client and a provider have given each other."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from models import Client, SharedDocument


def of_client(session: Session, client: Client) -> Sequence[SharedDocument]:
    """All documents of the pair with their files, newest first (S2-56); there are 500 at most. One statement."""
    return session.scalars(
        select(SharedDocument)
        .where(SharedDocument.client_id == client.id)
        .options(joinedload(SharedDocument.file))
        .order_by(SharedDocument.id.desc())
    ).all()
