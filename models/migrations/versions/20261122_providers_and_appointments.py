"""Specialists and organizations, their clients, bookings that exclude each other, appointments; the support."""

from __future__ import annotations

from alembic import op
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

revision = '286ac21a2e30'
down_revision = 'f35703167e8c'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('providers',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('owner_id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('headline', sa.String(length=200), server_default='', nullable=False),
    sa.Column('timezone', sa.String(length=64), nullable=False),
    sa.Column('currency', sa.String(length=3), server_default='RUB', nullable=False),
    sa.Column('holds_requests', sa.Boolean(), server_default='true', nullable=False),
    sa.Column('step', sa.SmallInteger(), server_default='30', nullable=False),
    sa.Column('notice', sa.Integer(), server_default='120', nullable=False),
    sa.Column('horizon', sa.SmallInteger(), server_default='60', nullable=False),
    sa.Column('reminder', sa.SmallInteger(), server_default='24', nullable=False),
    sa.Column('place', sa.String(length=300), server_default='', nullable=False),
    sa.Column('meeting_url', sa.String(length=500), server_default='', nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.ForeignKeyConstraint(['owner_id'], ['ab_user.id'], ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('owner_id')
    )
    op.create_table('resources',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['user_id'], ['ab_user.id'], ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('user_id')
    )
    op.create_table('bookings',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('resource_id', sa.Integer(), nullable=False),
    sa.Column('span', postgresql.TSTZRANGE(), nullable=False),
    sa.Column('active', sa.Boolean(), server_default='true', nullable=False),
    postgresql.ExcludeConstraint((sa.column('resource_id'), '='), (sa.column('span'), '&&'), where=sa.text('active'), using='gist', name='ex_bookings_span'),
    sa.CheckConstraint('NOT isempty(span) AND NOT lower_inf(span) AND NOT upper_inf(span)', name='ck_bookings_span'),
    sa.ForeignKeyConstraint(['resource_id'], ['resources.id'], ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_table('clients',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('provider_id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('thread_id', sa.BigInteger(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.ForeignKeyConstraint(['provider_id'], ['providers.id'], ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['thread_id'], ['threads.id'], ),
    sa.ForeignKeyConstraint(['user_id'], ['ab_user.id'], ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('provider_id', 'user_id'),
    sa.UniqueConstraint('thread_id')
    )
    op.create_index('ix_clients_user', 'clients', ['user_id', 'created_at'], unique=False)
    op.create_table('offers',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('provider_id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('description', sa.Text(), server_default='', nullable=False),
    sa.Column('minutes', sa.SmallInteger(), nullable=False),
    sa.Column('buffer', sa.SmallInteger(), server_default='0', nullable=False),
    sa.Column('price', sa.Integer(), server_default='0', nullable=False),
    sa.Column('place', sa.String(length=300), server_default='', nullable=False),
    sa.Column('meeting_url', sa.String(length=500), server_default='', nullable=False),
    sa.Column('active', sa.Boolean(), server_default='true', nullable=False),
    sa.Column('position', sa.Integer(), server_default='0', nullable=False),
    sa.CheckConstraint('minutes > 0 AND buffer >= 0 AND price >= 0', name='ck_offers_amounts'),
    sa.ForeignKeyConstraint(['provider_id'], ['providers.id'], ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index('ix_offers_provider', 'offers', ['provider_id'], unique=False)
    op.create_table('specialists',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('provider_id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=True),
    sa.Column('resource_id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('title', sa.String(length=200), server_default='', nullable=False),
    sa.Column('active', sa.Boolean(), server_default='true', nullable=False),
    sa.Column('sees_all', sa.Boolean(), server_default='false', nullable=False),
    sa.Column('position', sa.Integer(), server_default='0', nullable=False),
    sa.ForeignKeyConstraint(['provider_id'], ['providers.id'], ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['resource_id'], ['resources.id'], ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['user_id'], ['ab_user.id'], ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('provider_id', 'user_id')
    )
    op.create_index(op.f('ix_specialists_resource_id'), 'specialists', ['resource_id'], unique=False)
    op.create_index(op.f('ix_specialists_user_id'), 'specialists', ['user_id'], unique=False)
    op.create_table('absences',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('provider_id', sa.Integer(), nullable=False),
    sa.Column('specialist_id', sa.Integer(), nullable=True),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('starts', sa.DateTime(), nullable=False),
    sa.Column('ends', sa.DateTime(), nullable=False),
    sa.Column('reason', sa.String(length=200), server_default='', nullable=False),
    sa.CheckConstraint('starts < ends', name='ck_absences_order'),
    sa.ForeignKeyConstraint(['provider_id'], ['providers.id'], ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['specialist_id'], ['specialists.id'], ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index('ix_absences_provider', 'absences', ['provider_id', 'ends'], unique=False)
    op.create_table('appointments',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False, start=1001), nullable=False),
    sa.Column('status', sa.String(length=30), nullable=False),
    sa.Column('client_id', sa.Integer(), nullable=False),
    sa.Column('provider_id', sa.Integer(), nullable=False),
    sa.Column('specialist_id', sa.Integer(), nullable=False),
    sa.Column('offer_id', sa.Integer(), nullable=False),
    sa.Column('booking_id', sa.BigInteger(), nullable=False),
    sa.Column('title', sa.String(length=200), nullable=False),
    sa.Column('starts_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ends_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('price', sa.Integer(), nullable=False),
    sa.Column('currency', sa.String(length=3), nullable=False),
    sa.Column('place', sa.String(length=300), server_default='', nullable=False),
    sa.Column('meeting_url', sa.String(length=500), server_default='', nullable=False),
    sa.Column('words', sa.Text(), server_default='', nullable=False),
    sa.Column('reason', sa.Text(), server_default='', nullable=False),
    sa.Column('created_by', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('reminded_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('form_key', sa.UUID(), nullable=True),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False),
    sa.CheckConstraint('starts_at < ends_at', name='ck_appointments_order'),
    sa.ForeignKeyConstraint(['booking_id'], ['bookings.id'], ),
    sa.ForeignKeyConstraint(['client_id'], ['clients.id'], ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['created_by'], ['ab_user.id'], ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['offer_id'], ['offers.id'], ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['provider_id'], ['providers.id'], ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['specialist_id'], ['specialists.id'], ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('booking_id'),
    sa.UniqueConstraint('form_key')
    )
    op.create_index('ix_appointments_client', 'appointments', ['client_id', 'starts_at', 'id'], unique=False)
    op.create_index(op.f('ix_appointments_offer_id'), 'appointments', ['offer_id'], unique=False)
    op.create_index('ix_appointments_open', 'appointments', ['ends_at'], unique=False, postgresql_where=sa.text('closed_at IS NULL'))
    op.create_index('ix_appointments_provider', 'appointments', ['provider_id', 'starts_at', 'id'], unique=False)
    op.create_index('ix_appointments_requested', 'appointments', ['provider_id', 'starts_at'], unique=False, postgresql_where=sa.text("status = 'requested'"))
    op.create_index('ix_appointments_specialist', 'appointments', ['specialist_id', 'starts_at', 'id'], unique=False)
    op.create_index('ix_appointments_unreminded', 'appointments', ['starts_at'], unique=False, postgresql_where=sa.text("status = 'agreed' AND reminded_at IS NULL"))
    op.create_table('client_specialists',
    sa.Column('client_id', sa.Integer(), nullable=False),
    sa.Column('specialist_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['client_id'], ['clients.id'], ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['specialist_id'], ['specialists.id'], ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('client_id', 'specialist_id')
    )
    op.create_index(op.f('ix_client_specialists_specialist_id'), 'client_specialists', ['specialist_id'], unique=False)
    op.create_table('invitations',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('provider_id', sa.Integer(), nullable=False),
    sa.Column('specialist_id', sa.Integer(), nullable=True),
    sa.Column('nonce', sa.String(length=32), nullable=False),
    sa.Column('token_hash', sa.String(length=64), nullable=False),
    sa.Column('label', sa.String(length=120), server_default='', nullable=False),
    sa.Column('most', sa.Integer(), nullable=True),
    sa.Column('uses', sa.Integer(), server_default='0', nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('created_by', sa.Integer(), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('revoked_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['created_by'], ['ab_user.id'], ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['provider_id'], ['providers.id'], ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['specialist_id'], ['specialists.id'], ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('token_hash')
    )
    op.create_index(op.f('ix_invitations_provider_id'), 'invitations', ['provider_id'], unique=False)
    op.create_table('offer_specialists',
    sa.Column('offer_id', sa.Integer(), nullable=False),
    sa.Column('specialist_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['offer_id'], ['offers.id'], ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['specialist_id'], ['specialists.id'], ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('offer_id', 'specialist_id')
    )
    op.create_index(op.f('ix_offer_specialists_specialist_id'), 'offer_specialists', ['specialist_id'], unique=False)
    op.create_table('working_hours',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('specialist_id', sa.Integer(), nullable=False),
    sa.Column('weekday', sa.SmallInteger(), nullable=False),
    sa.Column('start', sa.SmallInteger(), nullable=False),
    sa.Column('end', sa.SmallInteger(), nullable=False),
    sa.CheckConstraint('weekday BETWEEN 0 AND 6 AND start >= 0 AND start < "end" AND "end" <= 1440', name='ck_hours'),
    sa.ForeignKeyConstraint(['specialist_id'], ['specialists.id'], ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index('ix_working_hours_specialist', 'working_hours', ['specialist_id'], unique=False)
    # «Поддержка» is an order without a service, one a person.
    op.drop_constraint('ck_orders_service_or_alarm', 'orders')
    op.create_check_constraint('ck_orders_service', 'orders', "(service_id IS NULL) = (kind IN ('sos', 'support'))")
    op.create_check_constraint('ck_orders_alarm', 'orders', "(alarm_id IS NOT NULL) = (kind = 'sos')")
    op.create_index('uq_orders_support', 'orders', ['author_id'], unique=True, postgresql_where=sa.text("kind = 'support'"))


def downgrade() -> None:
    op.execute("DELETE FROM orders WHERE kind = 'support'")
    op.drop_index('uq_orders_support', table_name='orders', postgresql_where=sa.text("kind = 'support'"))
    op.drop_constraint('ck_orders_alarm', 'orders')
    op.drop_constraint('ck_orders_service', 'orders')
    op.create_check_constraint('ck_orders_service_or_alarm', 'orders', '(alarm_id IS NULL) = (service_id IS NOT NULL)')
    op.drop_index('ix_working_hours_specialist', table_name='working_hours')
    op.drop_table('working_hours')
    op.drop_index(op.f('ix_offer_specialists_specialist_id'), table_name='offer_specialists')
    op.drop_table('offer_specialists')
    op.drop_index(op.f('ix_invitations_provider_id'), table_name='invitations')
    op.drop_table('invitations')
    op.drop_index(op.f('ix_client_specialists_specialist_id'), table_name='client_specialists')
    op.drop_table('client_specialists')
    op.drop_index('ix_appointments_unreminded', table_name='appointments', postgresql_where=sa.text("status = 'agreed' AND reminded_at IS NULL"))
    op.drop_index('ix_appointments_specialist', table_name='appointments')
    op.drop_index('ix_appointments_requested', table_name='appointments', postgresql_where=sa.text("status = 'requested'"))
    op.drop_index('ix_appointments_provider', table_name='appointments')
    op.drop_index('ix_appointments_open', table_name='appointments', postgresql_where=sa.text('closed_at IS NULL'))
    op.drop_index(op.f('ix_appointments_offer_id'), table_name='appointments')
    op.drop_index('ix_appointments_client', table_name='appointments')
    op.drop_table('appointments')
    op.drop_index('ix_absences_provider', table_name='absences')
    op.drop_table('absences')
    op.drop_index(op.f('ix_specialists_user_id'), table_name='specialists')
    op.drop_index(op.f('ix_specialists_resource_id'), table_name='specialists')
    op.drop_table('specialists')
    op.drop_index('ix_offers_provider', table_name='offers')
    op.drop_table('offers')
    op.drop_index('ix_clients_user', table_name='clients')
    op.drop_table('clients')
    op.execute("DELETE FROM threads WHERE kind = 'client'")
    op.drop_table('bookings')
    op.drop_table('resources')
    op.drop_table('providers')
