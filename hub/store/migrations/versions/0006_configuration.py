"""Configurations that were loaded, with what their files hold."""

import sqlalchemy as sa
from alembic import op

from hub.store.tables import Moment, Number

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Add the tables; nothing has been loaded yet, and the folder's files are in force."""
    op.create_table(
        "configuration",
        sa.Column("number", Number, primary_key=True, autoincrement=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("who", sa.String(64).with_variant(sa.Text(), "postgresql"), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("again", Number),
        sa.Column("files", sa.Text(), nullable=False),
    )
    op.create_table(
        "configuration_file",
        sa.Column("digest", sa.LargeBinary(32), primary_key=True),
        sa.Column("content", sa.LargeBinary(), nullable=False),
    )


def downgrade() -> None:
    """Take them away again: the folder's files are in force."""
    op.drop_table("configuration_file")
    op.drop_table("configuration")
