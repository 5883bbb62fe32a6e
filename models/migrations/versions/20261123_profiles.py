"""Pages by which specialists and organizations show themselves."""

from __future__ import annotations

from alembic import op
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
revision = '82fdf48dd2de'
down_revision = 'aebd126d2882'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('profiles',
    sa.Column('provider_id', sa.Integer(), nullable=False),
    sa.Column('slug', sa.String(length=60), nullable=False),
    sa.Column('published', sa.Boolean(), server_default='false', nullable=False),
    sa.Column('open', sa.Boolean(), server_default='false', nullable=False),
    sa.Column('design', sa.String(length=20), server_default='plain', nullable=False),
    sa.Column('about', sa.Text(), server_default='', nullable=False),
    sa.Column('education', sa.Text(), server_default='', nullable=False),
    sa.Column('website', sa.String(length=500), server_default='', nullable=False),
    sa.Column('email', sa.String(length=320), server_default='', nullable=False),
    sa.Column('phone', sa.String(length=20), server_default='', nullable=False),
    sa.Column('address', sa.String(length=300), server_default='', nullable=False),
    sa.Column('networks', postgresql.JSONB(astext_type=sa.Text()), server_default='[]', nullable=False),
    sa.Column('show_services', sa.Boolean(), server_default='true', nullable=False),
    sa.Column('show_prices', sa.Boolean(), server_default='true', nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.ForeignKeyConstraint(['provider_id'], ['providers.id'], ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('provider_id'),
    sa.UniqueConstraint('slug')
    )


def downgrade() -> None:
    op.execute("DELETE FROM files WHERE subject LIKE 'profile:%'")
    op.drop_table('profiles')
