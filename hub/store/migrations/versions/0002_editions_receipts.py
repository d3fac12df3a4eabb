"""Editions of a document, acknowledgements of what we sent, alerts, and attachments kept once."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from hub.store.tables import Moment, Number

revision = "0002"
down_revision = "0001"

_MESSAGE = ("status", "document", "parent", "thread", "generated_at", "test")
_OUTBOX = ("item_id", "author", "receipt", "receipt_at", "receipt_due", "faults")


def _required(name: str, type_: Any, **more: Any) -> sa.Column[Any]:
    return sa.Column(name, type_, nullable=False, **more)


def _partial(name: str, table: str, columns: list[str], where: str) -> None:
    op.create_index(name, table, columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))


def upgrade() -> None:
    """Add them; what is there stands by itself."""
    op.add_column("message", _required("status", sa.String(16), server_default="new"))
    for name in ("document", "parent", "thread"):
        op.add_column("message", _required(name, sa.String(256), server_default=""))
    op.add_column("message", sa.Column("generated_at", Moment()))
    op.add_column("message", _required("test", sa.Boolean(), server_default=sa.false()))
    _partial("ix_message_document", "message", ["sender", "document"], "document <> ''")
    for name in ("parent", "thread"):
        _partial(f"ix_message_successor_{name}", "message", ["sender", name], "status <> 'new'")
    _files()
    _alerts()
    _receipts()


def downgrade() -> None:
    """Take them away again."""
    for name in ("ix_outbox_unacknowledged", "ix_outbox_item_id"):
        op.drop_index(name, "outbox")
    for name in _OUTBOX:
        op.drop_column("outbox", name)
    for table in ("alert", "cutting", "blob"):
        op.drop_table(table)
    for name in ("ix_message_successor_parent", "ix_message_successor_thread", "ix_message_document"):
        op.drop_index(name, "message")
    for name in _MESSAGE:
        op.drop_column("message", name)


def _files() -> None:
    op.create_table(
        "blob",
        sa.Column("digest", sa.LargeBinary(32), primary_key=True),
        _required("content", sa.LargeBinary()),
    )
    op.create_table(
        "cutting",
        sa.Column("message_id", Number, sa.ForeignKey("message.id"), primary_key=True),
        sa.Column("start", sa.Integer(), primary_key=True),
        sa.Column("digest", sa.LargeBinary(32), sa.ForeignKey("blob.digest"), nullable=False),
    )


def _alerts() -> None:
    op.create_table(
        "alert",
        sa.Column("id", Number, primary_key=True, autoincrement=True),
        _required("kind", sa.String(16)),
        _required("inbox", sa.String(64)),
        sa.Column("item_id", sa.String(20), sa.ForeignKey("item.id"), nullable=False),
        _required("about", sa.String(256)),
        _required("words", sa.Text()),
        _required("at", Moment()),
        sa.Column("seen_at", Moment()),
        sa.Column("seen_by", sa.String(64)),
        sa.UniqueConstraint("item_id", "kind", "about", name="uq_alert_item_id"),
    )
    op.create_index("ix_alert_item_id", "alert", ["item_id"])
    _partial("ix_alert_unseen", "alert", ["inbox", "id"], "seen_at IS NULL")


def _receipts() -> None:
    op.add_column("outbox", sa.Column("item_id", sa.String(20)))
    op.add_column("outbox", sa.Column("author", sa.String(64)))
    op.add_column("outbox", sa.Column("receipt", sa.String(16)))
    op.add_column("outbox", sa.Column("receipt_at", Moment()))
    op.add_column("outbox", sa.Column("receipt_due", Moment()))
    op.add_column("outbox", sa.Column("faults", sa.Text()))
    op.create_index("ix_outbox_item_id", "outbox", ["item_id"])
    _partial("ix_outbox_unacknowledged", "outbox", ["receipt_due"], "receipt IS NULL AND receipt_due IS NOT NULL")
