"""What nobody has ended in quarantine, and who needs what was cut out of a message, are found by an index."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add the indexes."""
    where = sa.text("ended_at IS NULL")
    op.create_index("ix_quarantine_open", "quarantine", ["id"], sqlite_where=where, postgresql_where=where)
    op.create_index("ix_cutting_digest", "cutting", ["digest"])


def downgrade() -> None:
    """Take them away again."""
    op.drop_index("ix_cutting_digest", "cutting")
    op.drop_index("ix_quarantine_open", "quarantine")
