"""Questions to the national registers, and what they answered."""

import sqlalchemy as sa
from alembic import op

from hub.store.tables import Moment

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Add the table; nothing was asked yet."""
    op.create_table(
        "enquiry",
        sa.Column("register", sa.String(16).with_variant(sa.Text(), "postgresql"), primary_key=True),
        sa.Column("key", sa.String(64).with_variant(sa.Text(), "postgresql"), primary_key=True),
        sa.Column("asked_at", Moment(), nullable=False),
        sa.Column("next_at", Moment()),
        sa.Column("times", sa.Integer, nullable=False, server_default=sa.text("1")),
        sa.Column("attempts", sa.Integer, nullable=False, server_default=sa.text("0")),
        sa.Column("answered_at", Moment()),
        sa.Column("answer", sa.Text()),
        sa.Column("fault", sa.Text(), nullable=False, server_default=""),
    )
    op.create_index(
        "ix_enquiry_next",
        "enquiry",
        ["next_at"],
        sqlite_where=sa.text("next_at IS NOT NULL"),
        postgresql_where=sa.text("next_at IS NOT NULL"),
    )


def downgrade() -> None:
    """Take it away again, with the answers."""
    op.drop_table("enquiry")
