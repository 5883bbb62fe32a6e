"""Payments for appointments; where clients of a provider pay."""

from __future__ import annotations

from alembic import op
import sqlalchemy as sa

revision = 'aebd126d2882'
down_revision = '607277a1e480'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('payments',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('appointment_id', sa.BigInteger(), nullable=False),
    sa.Column('amount', sa.Integer(), nullable=False),
    sa.Column('currency', sa.String(length=3), nullable=False),
    sa.Column('method', sa.String(length=20), nullable=False),
    sa.Column('note', sa.String(length=200), server_default='', nullable=False),
    sa.Column('recorded_by', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('reverses_id', sa.BigInteger(), nullable=True),
    sa.Column('form_key', sa.UUID(), nullable=True),
    sa.CheckConstraint('(amount > 0) = (reverses_id IS NULL) AND amount <> 0', name='ck_payments_amount'),
    sa.ForeignKeyConstraint(['appointment_id'], ['appointments.id'], ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['recorded_by'], ['ab_user.id'], ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['reverses_id'], ['payments.id'], ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('form_key'),
    sa.UniqueConstraint('reverses_id')
    )
    op.create_index('ix_payments_appointment', 'payments', ['appointment_id'], unique=False)
    op.add_column('providers', sa.Column('payment_url', sa.String(length=500), server_default='', nullable=False))


def downgrade() -> None:
    op.drop_column('providers', 'payment_url')
    op.drop_index('ix_payments_appointment', table_name='payments')
    op.drop_table('payments')
