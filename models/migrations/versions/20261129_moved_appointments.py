"""The time that an appointment was moved from, so that its page and the lists say so without its history."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "c2f40b97d81e"
down_revision = "a81d5c3e6f20"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("appointments", sa.Column("moved_from", sa.DateTime(timezone=True), nullable=True))
    op.execute(
        "UPDATE appointments a SET moved_from = (j.data->>'before')::timestamptz FROM ("
        "SELECT DISTINCT ON (subject) subject, data FROM journal "
        "WHERE kind IN ('appointment.moved', 'appointment.accepted_at') ORDER BY subject, id DESC"
        ") j WHERE j.subject = 'appointment:' || a.id AND (j.data->>'before')::timestamptz <> a.starts_at"
    )


def downgrade() -> None:
    op.drop_column("appointments", "moved_from")
