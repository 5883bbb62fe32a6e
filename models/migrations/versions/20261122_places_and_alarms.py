"""Plans, marks and codes of places; calls of help, who is told of them, duty, consoles, heartbeats."""

from __future__ import annotations

import json
import secrets

from alembic import op
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

revision = 'f35703167e8c'
down_revision = 'a51f0c7d83be'
branch_labels = None
depends_on = None


def _code() -> str:
    return ''.join(secrets.choice('23456789ABCDEFGHJKMNPQRSTWXYZ') for _ in range(10))


def upgrade() -> None:
    op.create_table('alarm_steps',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('position', sa.SmallInteger(), nullable=False),
    sa.Column('audience', sa.String(length=20), nullable=False),
    sa.Column('channels', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('after', sa.SmallInteger(), nullable=False),
    sa.CheckConstraint('after >= 0', name='ck_alarm_steps_after'),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_table('heartbeats',
    sa.Column('name', sa.String(length=40), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('data', postgresql.JSONB(astext_type=sa.Text()), server_default='{}', nullable=False),
    sa.PrimaryKeyConstraint('name')
    )
    op.create_table('retired_codes',
    sa.Column('code', sa.String(length=16), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('retired_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.PrimaryKeyConstraint('code')
    )
    op.create_table('alarms',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('status', sa.String(length=30), nullable=False),
    sa.Column('author_id', sa.Integer(), nullable=False),
    sa.Column('lead_id', sa.BigInteger(), nullable=True),
    sa.Column('place_id', sa.Integer(), nullable=True),
    sa.Column('place_name', sa.String(length=300), server_default='', nullable=False),
    sa.Column('words', sa.Text(), server_default='', nullable=False),
    sa.Column('drill', sa.Boolean(), server_default='false', nullable=False),
    sa.Column('calls', sa.Integer(), server_default='1', nullable=False),
    sa.Column('pressed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('called_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('repeated_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('sounding', sa.Boolean(), server_default='true', nullable=False),
    sa.Column('step', sa.SmallInteger(), server_default='0', nullable=False),
    sa.Column('told_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('step_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('delivered_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('seen_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('accepted_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('on_way_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('on_site_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('result', sa.Text(), server_default='', nullable=False),
    sa.ForeignKeyConstraint(['author_id'], ['ab_user.id'], ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['place_id'], ['places.id'], ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index('ix_alarms_called', 'alarms', ['called_at'], unique=False)
    op.create_index('ix_alarms_open', 'alarms', ['id'], unique=False, postgresql_where=sa.text('closed_at IS NULL'))
    op.create_index('ix_alarms_place', 'alarms', ['place_id'], unique=False)
    op.create_index('uq_alarms_open', 'alarms', ['author_id', 'drill'], unique=True, postgresql_where=sa.text('closed_at IS NULL'))
    op.create_table('consoles',
    sa.Column('id', sa.UUID(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('beat_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('sound', sa.Boolean(), nullable=False),
    sa.Column('visible', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['user_id'], ['ab_user.id'], ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index(op.f('ix_consoles_beat_at'), 'consoles', ['beat_at'], unique=False)
    op.create_index(op.f('ix_consoles_user_id'), 'consoles', ['user_id'], unique=False)
    op.create_table('duty_handovers',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('from_id', sa.Integer(), nullable=False),
    sa.Column('to_id', sa.Integer(), nullable=False),
    sa.Column('starts_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ends_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('note', sa.String(length=300), server_default='', nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.CheckConstraint('ends_at > starts_at', name='ck_duty_handovers_span'),
    sa.ForeignKeyConstraint(['from_id'], ['ab_user.id'], ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['to_id'], ['ab_user.id'], ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index(op.f('ix_duty_handovers_ends_at'), 'duty_handovers', ['ends_at'], unique=False)
    op.create_index(op.f('ix_duty_handovers_from_id'), 'duty_handovers', ['from_id'], unique=False)
    op.create_table('duty_slots',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('place_id', sa.Integer(), nullable=True),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('weekday', sa.SmallInteger(), nullable=False),
    sa.Column('starts', sa.SmallInteger(), nullable=False),
    sa.Column('ends', sa.SmallInteger(), nullable=False),
    sa.CheckConstraint('starts BETWEEN 0 AND 1439 AND ends BETWEEN 0 AND 1440', name='ck_duty_slots_hours'),
    sa.CheckConstraint('weekday BETWEEN 0 AND 6', name='ck_duty_slots_weekday'),
    sa.ForeignKeyConstraint(['place_id'], ['places.id'], ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['user_id'], ['ab_user.id'], ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index(op.f('ix_duty_slots_place_id'), 'duty_slots', ['place_id'], unique=False)
    op.create_index(op.f('ix_duty_slots_user_id'), 'duty_slots', ['user_id'], unique=False)
    op.create_table('alarm_receipts',
    sa.Column('alarm_id', sa.BigInteger(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('channel', sa.String(length=20), nullable=False),
    sa.Column('step', sa.SmallInteger(), nullable=False),
    sa.Column('times', sa.Integer(), server_default='1', nullable=False),
    sa.Column('told_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('delivered_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('seen_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['alarm_id'], ['alarms.id'], ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['user_id'], ['ab_user.id'], ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('alarm_id', 'user_id', 'channel')
    )
    op.create_table('alarm_responders',
    sa.Column('alarm_id', sa.BigInteger(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('accepted_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('on_way_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('on_site_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('left_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['alarm_id'], ['alarms.id'], ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['user_id'], ['ab_user.id'], ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('alarm_id', 'user_id')
    )
    op.add_column('orders', sa.Column('alarm_id', sa.BigInteger(), nullable=True))
    op.alter_column('orders', 'service_id',
               existing_type=sa.INTEGER(),
               nullable=True)
    op.create_index('ix_orders_alarm', 'orders', ['alarm_id', sa.literal_column('id')], unique=False, postgresql_where=sa.text('alarm_id IS NOT NULL'))
    op.create_foreign_key('fk_orders_alarm_id_alarms', 'orders', 'alarms', ['alarm_id'], ['id'], ondelete='RESTRICT')
    op.create_foreign_key('fk_alarms_lead_id_orders', 'alarms', 'orders', ['lead_id'], ['id'])
    op.create_check_constraint('ck_orders_service_or_alarm', 'orders', '(alarm_id IS NULL) = (service_id IS NOT NULL)')
    op.add_column('places', sa.Column('code', sa.String(length=16), nullable=True))
    op.add_column('places', sa.Column('seats', sa.Integer(), nullable=True))
    op.add_column('places', sa.Column('staff_phone', sa.String(length=20), server_default='', nullable=False))
    op.add_column('places', sa.Column('sos_minutes', sa.Integer(), nullable=True))
    op.add_column('places', sa.Column('plan_id', sa.UUID(), nullable=True))
    op.add_column('places', sa.Column('plan_width', sa.Integer(), nullable=True))
    op.add_column('places', sa.Column('plan_height', sa.Integer(), nullable=True))
    op.add_column('places', sa.Column('mark', postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True))
    op.add_column('places', sa.Column('area', postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True))
    connection = op.get_bind()
    for place_id in connection.scalars(sa.text('SELECT id FROM places')).all():
        connection.execute(sa.text('UPDATE places SET code = :code WHERE id = :id'), {'code': _code(), 'id': place_id})
    op.alter_column('places', 'code', existing_type=sa.String(length=16), nullable=False)
    op.create_unique_constraint('places_code_key', 'places', ['code'])
    # Whoever is on duty hears it first, then everybody; after that it never falls silent.
    for position, audience, after in ((1, 'duty', 0), (2, 'everybody', 30), (3, 'managers', 30), (4, 'everybody', 60)):
        connection.execute(
            sa.text('INSERT INTO alarm_steps (position, audience, channels, after) VALUES (:position, :audience, CAST(:channels AS jsonb), :after)'),
            {'position': position, 'audience': audience, 'channels': json.dumps(['screen']), 'after': after},
        )


def downgrade() -> None:
    op.drop_constraint('places_code_key', 'places', type_='unique')
    op.drop_column('places', 'area')
    op.drop_column('places', 'mark')
    op.drop_column('places', 'plan_height')
    op.drop_column('places', 'plan_width')
    op.drop_column('places', 'plan_id')
    op.drop_column('places', 'sos_minutes')
    op.drop_column('places', 'staff_phone')
    op.drop_column('places', 'seats')
    op.drop_column('places', 'code')
    op.drop_constraint('fk_alarms_lead_id_orders', 'alarms', type_='foreignkey')
    op.execute('DELETE FROM orders WHERE alarm_id IS NOT NULL')
    op.drop_constraint('ck_orders_service_or_alarm', 'orders')
    op.drop_constraint('fk_orders_alarm_id_alarms', 'orders', type_='foreignkey')
    op.drop_index('ix_orders_alarm', table_name='orders', postgresql_where=sa.text('alarm_id IS NOT NULL'))
    op.alter_column('orders', 'service_id',
               existing_type=sa.INTEGER(),
               nullable=False)
    op.drop_column('orders', 'alarm_id')
    op.drop_table('alarm_responders')
    op.drop_table('alarm_receipts')
    op.drop_index(op.f('ix_duty_slots_user_id'), table_name='duty_slots')
    op.drop_index(op.f('ix_duty_slots_place_id'), table_name='duty_slots')
    op.drop_table('duty_slots')
    op.drop_index(op.f('ix_duty_handovers_from_id'), table_name='duty_handovers')
    op.drop_index(op.f('ix_duty_handovers_ends_at'), table_name='duty_handovers')
    op.drop_table('duty_handovers')
    op.drop_index(op.f('ix_consoles_user_id'), table_name='consoles')
    op.drop_index(op.f('ix_consoles_beat_at'), table_name='consoles')
    op.drop_table('consoles')
    op.drop_index('uq_alarms_open', table_name='alarms', postgresql_where=sa.text('closed_at IS NULL'))
    op.drop_index('ix_alarms_place', table_name='alarms')
    op.drop_index('ix_alarms_open', table_name='alarms', postgresql_where=sa.text('closed_at IS NULL'))
    op.drop_index('ix_alarms_called', table_name='alarms')
    op.drop_table('alarms')
    op.drop_table('retired_codes')
    op.drop_table('heartbeats')
    op.drop_table('alarm_steps')
