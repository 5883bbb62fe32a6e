"""Whether the session of an appointment has gone back to its package: what was missed may give it back, too."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "a81d5c3e6f20"
down_revision = "e3a7c05b91d2"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "appointments", sa.Column("session_back", sa.Boolean(), server_default="false", nullable=False)
    )
    op.execute(
        "UPDATE appointments SET session_back = true "
        "WHERE package_id IS NOT NULL AND status IN ('declined', 'called_off')"
    )


def downgrade() -> None:
    # What was missed and forgiven counts as used again, as far as the package has room for it.
    op.execute(
        "UPDATE client_packages p SET used = least(p.sessions, p.used + a.number) FROM ("
        "SELECT package_id, count(*) AS number FROM appointments "
        "WHERE session_back AND status = 'missed' GROUP BY package_id) a WHERE a.package_id = p.id"
    )
    op.drop_column("appointments", "session_back")
