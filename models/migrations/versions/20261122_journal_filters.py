"""Indexes for the filters of the journal's page."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "7c1d40b2a9e3"
down_revision = "e6db927160af"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_journal_kind", "journal", ["kind", sa.text("id DESC")])
    op.create_index("ix_journal_actor", "journal", ["actor_id", sa.text("id DESC")])
    op.create_index("ix_journal_at", "journal", ["at"], postgresql_using="brin")


def downgrade() -> None:
    for name in ("ix_journal_at", "ix_journal_actor", "ix_journal_kind"):
        op.drop_index(name, table_name="journal")
