"""The inbox that an item belongs to, while it lies with whoever covers there."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Add it; what is there lies at home."""
    op.add_column("item", sa.Column("home", sa.String(64).with_variant(sa.Text(), "postgresql")))
    where = sa.text("home IS NOT NULL AND state IN ('new', 'claimed')")
    op.create_index("ix_item_home", "item", ["home"], sqlite_where=where, postgresql_where=where)


def downgrade() -> None:
    """Take it away again; what lies elsewhere stays there."""
    op.drop_index("ix_item_home", "item")
    op.drop_column("item", "home")
