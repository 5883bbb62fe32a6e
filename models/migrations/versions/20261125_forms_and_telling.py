"""Forms that were sent; how far clients have been told of a new version of terms; who has signed a version, in order."""

from __future__ import annotations

from alembic import op
import sqlalchemy as sa

revision = '4c8e1f7a90b3'
down_revision = '82fdf48dd2de'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('form_presses',
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('made', sa.BigInteger(), nullable=True),
    sa.Column('at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.PrimaryKeyConstraint('digest')
    )
    op.create_index(op.f('ix_form_presses_at'), 'form_presses', ['at'], unique=False)


def downgrade() -> None:
    op.drop_index(op.f('ix_form_presses_at'), table_name='form_presses')
    op.drop_table('form_presses')
