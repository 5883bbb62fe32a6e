"""Documents of clients and providers, terms with versions and consents, links of five minutes."""

from __future__ import annotations

from alembic import op
import sqlalchemy as sa

revision = '607277a1e480'
down_revision = '286ac21a2e30'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('terms',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('provider_id', sa.Integer(), nullable=False),
    sa.Column('title', sa.String(length=200), nullable=False),
    sa.Column('required', sa.Boolean(), server_default='true', nullable=False),
    sa.Column('active', sa.Boolean(), server_default='true', nullable=False),
    sa.Column('position', sa.Integer(), server_default='0', nullable=False),
    sa.ForeignKeyConstraint(['provider_id'], ['providers.id'], ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index('ix_terms_provider', 'terms', ['provider_id'], unique=False)
    op.create_table('download_links',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('token_hash', sa.String(length=64), nullable=False),
    sa.Column('file_id', sa.UUID(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('sign_in_hash', sa.String(length=64), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['file_id'], ['files.id'], ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['user_id'], ['ab_user.id'], ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('token_hash')
    )
    op.create_index(op.f('ix_download_links_expires_at'), 'download_links', ['expires_at'], unique=False)
    op.create_index(op.f('ix_download_links_file_id'), 'download_links', ['file_id'], unique=False)
    op.create_table('offer_terms',
    sa.Column('offer_id', sa.Integer(), nullable=False),
    sa.Column('terms_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['offer_id'], ['offers.id'], ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['terms_id'], ['terms.id'], ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('offer_id', 'terms_id')
    )
    op.create_index(op.f('ix_offer_terms_terms_id'), 'offer_terms', ['terms_id'], unique=False)
    op.create_table('shared_documents',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('client_id', sa.Integer(), nullable=False),
    sa.Column('file_id', sa.UUID(), nullable=False),
    sa.Column('by_provider', sa.Boolean(), server_default='false', nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.ForeignKeyConstraint(['client_id'], ['clients.id'], ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['file_id'], ['files.id'], ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('file_id')
    )
    op.create_index('ix_shared_documents_client', 'shared_documents', ['client_id', 'id'], unique=False)
    op.create_table('terms_versions',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('terms_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('file_id', sa.UUID(), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('published_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('published_by', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['file_id'], ['files.id'], ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['published_by'], ['ab_user.id'], ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['terms_id'], ['terms.id'], ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('file_id'),
    sa.UniqueConstraint('terms_id', 'number')
    )
    op.create_table('consents',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('client_id', sa.Integer(), nullable=False),
    sa.Column('version_id', sa.Integer(), nullable=False),
    sa.Column('given', sa.Boolean(), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.ForeignKeyConstraint(['client_id'], ['clients.id'], ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['user_id'], ['ab_user.id'], ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['version_id'], ['terms_versions.id'], ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index('ix_consents_client', 'consents', ['client_id', 'version_id', 'id'], unique=False)
    op.create_index(op.f('ix_consents_version_id'), 'consents', ['version_id'], unique=False)
    op.add_column('files', sa.Column('sealed', sa.Boolean(), server_default='false', nullable=False))


def downgrade() -> None:
    # Nothing could open their bytes any more.
    op.drop_table('download_links')
    op.drop_table('shared_documents')
    op.drop_table('consents')
    op.drop_table('terms_versions')
    op.execute('DELETE FROM files WHERE sealed')
    op.drop_column('files', 'sealed')
    op.drop_index(op.f('ix_offer_terms_terms_id'), table_name='offer_terms')
    op.drop_table('offer_terms')
    op.drop_index('ix_terms_provider', table_name='terms')
    op.drop_table('terms')
