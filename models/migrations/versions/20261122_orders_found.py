"""Which orders have the words: by the index of words alone, whatever the planner believes of their number."""

from __future__ import annotations

from alembic import op

revision = "a51f0c7d83be"
down_revision = "b2f6a91c04d7"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        CREATE FUNCTION orders_found(wanted tsquery, most bigint) RETURNS SETOF bigint
        LANGUAGE sql STABLE
        SET enable_seqscan = off SET enable_indexscan = off SET enable_indexonlyscan = off
        AS 'SELECT id FROM orders WHERE search @@ wanted LIMIT most'
    """)


def downgrade() -> None:
    op.execute("DROP FUNCTION orders_found")
