"""Forms that were sent; how far clients have been told of a new version of terms; who has signed a version, in order."""

from __future__ import annotations

from alembic import op
import sqlalchemy as sa

revision = '4c8e1f7a90b3'
down_revision = 'c3b71e5d9a64'
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
    op.add_column('terms_versions', sa.Column('told_to', sa.Integer(), nullable=True))
    op.create_index('ix_consents_version', 'consents', ['version_id', 'client_id', sa.text('id DESC')], unique=False)
    op.drop_index(op.f('ix_consents_version_id'), table_name='consents')


def downgrade() -> None:
    op.create_index(op.f('ix_consents_version_id'), 'consents', ['version_id'], unique=False)
    op.drop_index('ix_consents_version', table_name='consents')
    op.drop_column('terms_versions', 'told_to')
    op.drop_index(op.f('ix_form_presses_at'), table_name='form_presses')
    op.drop_table('form_presses')
