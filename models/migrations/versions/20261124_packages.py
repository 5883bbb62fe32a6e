"""Packages of sessions; payments for them."""

from __future__ import annotations

from alembic import op
import sqlalchemy as sa

revision = 'c3b71e5d9a64'
down_revision = '82fdf48dd2de'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('packages',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('provider_id', sa.Integer(), nullable=False),
    sa.Column('offer_id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('sessions', sa.SmallInteger(), nullable=False),
    sa.Column('price', sa.Integer(), server_default='0', nullable=False),
    sa.Column('days', sa.SmallInteger(), server_default='0', nullable=False),
    sa.Column('active', sa.Boolean(), server_default='true', nullable=False),
    sa.Column('position', sa.Integer(), server_default='0', nullable=False),
    sa.CheckConstraint('sessions BETWEEN 2 AND 200 AND price >= 0 AND days >= 0', name='ck_packages_amounts'),
    sa.ForeignKeyConstraint(['offer_id'], ['offers.id'], ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['provider_id'], ['providers.id'], ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index('ix_packages_offer', 'packages', ['offer_id'], unique=False)
    op.create_index('ix_packages_provider', 'packages', ['provider_id'], unique=False)
    op.create_table('client_packages',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('client_id', sa.Integer(), nullable=False),
    sa.Column('package_id', sa.Integer(), nullable=False),
    sa.Column('offer_id', sa.Integer(), nullable=False),
    sa.Column('title', sa.String(length=200), nullable=False),
    sa.Column('sessions', sa.SmallInteger(), nullable=False),
    sa.Column('used', sa.SmallInteger(), server_default='0', nullable=False),
    sa.Column('price', sa.Integer(), nullable=False),
    sa.Column('currency', sa.String(length=3), nullable=False),
    sa.Column('sold_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('sold_by', sa.Integer(), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('cancelled_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('form_key', sa.UUID(), nullable=True),
    sa.CheckConstraint('sessions > 0 AND price >= 0', name='ck_client_packages_amounts'),
    sa.CheckConstraint('used BETWEEN 0 AND sessions', name='ck_client_packages_used'),
    sa.ForeignKeyConstraint(['client_id'], ['clients.id'], ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['offer_id'], ['offers.id'], ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['package_id'], ['packages.id'], ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['sold_by'], ['ab_user.id'], ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('form_key')
    )
    op.create_index('ix_client_packages_client', 'client_packages', ['client_id', 'offer_id'], unique=False)
    op.create_index('ix_client_packages_offer', 'client_packages', ['offer_id'], unique=False)
    op.create_index('ix_client_packages_package', 'client_packages', ['package_id'], unique=False)
    op.add_column('appointments', sa.Column('package_id', sa.Integer(), nullable=True))
    op.create_foreign_key('appointments_package_id_fkey', 'appointments', 'client_packages', ['package_id'], ['id'], ondelete='RESTRICT')
    op.create_index('ix_appointments_package', 'appointments', ['package_id', 'starts_at'], unique=False, postgresql_where=sa.text('package_id IS NOT NULL'))
    op.alter_column('payments', 'appointment_id', existing_type=sa.BigInteger(), nullable=True)
    op.add_column('payments', sa.Column('package_id', sa.Integer(), nullable=True))
    op.create_foreign_key('payments_package_id_fkey', 'payments', 'client_packages', ['package_id'], ['id'], ondelete='RESTRICT')
    op.create_check_constraint('ck_payments_bill', 'payments', 'num_nonnulls(appointment_id, package_id) = 1')
    op.create_index('ix_payments_package', 'payments', ['package_id'], unique=False)


def downgrade() -> None:
    op.drop_index('ix_payments_package', table_name='payments')
    op.drop_constraint('ck_payments_bill', 'payments', type_='check')
    # Rows that take others back first: they name them.
    op.execute('DELETE FROM payments WHERE package_id IS NOT NULL AND reverses_id IS NOT NULL')
    op.execute('DELETE FROM payments WHERE package_id IS NOT NULL')
    op.drop_column('payments', 'package_id')
    op.alter_column('payments', 'appointment_id', existing_type=sa.BigInteger(), nullable=False)
    op.drop_index('ix_appointments_package', table_name='appointments')
    op.drop_column('appointments', 'package_id')
    op.drop_table('client_packages')
    op.drop_table('packages')
