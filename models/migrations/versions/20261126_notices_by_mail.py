"""Notices by mail, and when to be reminded, as each person likes it."""

from __future__ import annotations

from alembic import op
import sqlalchemy as sa
revision = '5d0c1b7e94aa'
down_revision = '4c8e1f7a90b3'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('ab_user', sa.Column('mails', sa.Boolean(), server_default='true', nullable=False))
    op.add_column('ab_user', sa.Column('reminder', sa.SmallInteger(), nullable=True))


def downgrade() -> None:
    op.execute("DELETE FROM notices WHERE channel = 'mail'")
    op.drop_column('ab_user', 'reminder')
    op.drop_column('ab_user', 'mails')
