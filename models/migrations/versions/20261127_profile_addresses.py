"""Addresses that a provider's page has had: they lead to it for ever."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "e3a7c05b91d2"
down_revision = "5d0c1b7e94aa"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "profile_addresses",
        sa.Column("slug", sa.String(length=60), nullable=False),
        sa.Column("provider_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["provider_id"], ["providers.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("slug"),
    )
    op.create_index("ix_profile_addresses_provider", "profile_addresses", ["provider_id"])
    op.execute("INSERT INTO profile_addresses (slug, provider_id) SELECT slug, provider_id FROM profiles")


def downgrade() -> None:
    op.drop_table("profile_addresses")
