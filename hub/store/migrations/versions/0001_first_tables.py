"""The first tables: messages, items, deadlines, notices, outbox, quarantine, journal and sign-ins."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from hub.store.tables import Moment, Number

revision = "0001"
down_revision = None


def _required(name: str, type_: Any) -> sa.Column[Any]:
    return sa.Column(name, type_, nullable=False)


def _number() -> sa.Column[Any]:
    return sa.Column("id", Number, primary_key=True, autoincrement=True)


def _message(name: str = "message_id") -> sa.Column[Any]:
    return sa.Column(name, Number, sa.ForeignKey("message.id"), nullable=False)


def _partial(name: str, table: str, columns: list[str], where: str) -> None:
    op.create_index(name, table, columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))


def upgrade() -> None:
    """Make them."""
    _arrivals()
    _work()
    _traces()


def downgrade() -> None:
    """Drop them, those that refer to others first."""
    for table in ("session", "journal", "outbox", "notice", "deadline", "item", "quarantine", "message"):
        op.drop_table(table)


def _arrivals() -> None:
    op.create_table(
        "message",
        _number(),
        _required("sender", sa.String(64)),
        _required("msg_id", sa.String(200)),
        _required("digest", sa.LargeBinary(32)),
        _required("raw", sa.LargeBinary()),
        _required("verdict", sa.String(16)),
        _required("kind", sa.String(64)),
        _required("patient", sa.String(16)),
        _required("received_at", Moment()),
        _required("via", sa.String(64)),
        sa.UniqueConstraint("sender", "msg_id", name="uq_message_sender"),
    )
    op.create_table(
        "quarantine",
        _number(),
        _required("raw", sa.LargeBinary()),
        _required("digest", sa.LargeBinary(32)),
        sa.Column("sender", sa.String(64)),
        sa.Column("msg_id", sa.String(200)),
        _required("why", sa.String(16)),
        _required("faults", sa.Text()),
        _required("received_at", Moment()),
        _required("via", sa.String(64)),
    )


def _work() -> None:
    op.create_table(
        "item",
        sa.Column("id", sa.String(20), primary_key=True),
        _message(),
        _required("inbox", sa.String(64)),
        _required("purpose", sa.String(16)),
        _required("state", sa.String(16)),
        sa.Column("owner", sa.String(64)),
        _required("level", sa.Integer()),
        _required("version", sa.Integer()),
        _required("note", sa.Text()),
        _required("headline", sa.Text()),
        _required("placing", sa.Text()),
        sa.Column("due_at", Moment()),
    )
    op.create_index("ix_item_message_id", "item", ["message_id"])
    op.create_index("ix_item_inbox", "item", ["inbox", "due_at"])
    _partial("ix_item_open", "item", ["inbox", "due_at", "state"], "state IN ('new', 'claimed')")
    op.create_table(
        "deadline",
        sa.Column("item_id", sa.String(20), sa.ForeignKey("item.id"), primary_key=True),
        _required("due_at", Moment()),
        _required("steps", sa.Text()),
        _required("why", sa.Text()),
        _required("step", sa.Integer()),
        sa.Column("fires_at", Moment()),
    )
    _partial("ix_deadline_fires", "deadline", ["fires_at"], "fires_at IS NOT NULL")
    op.create_table(
        "notice",
        _number(),
        _required("inbox", sa.String(64)),
        sa.Column("item_id", sa.String(20), sa.ForeignKey("item.id"), nullable=False),
        _required("step", sa.Integer()),
        _required("due_at", Moment()),
        _required("at", Moment()),
        _required("late", sa.Boolean()),
        sa.UniqueConstraint("item_id", "step", "inbox", name="uq_notice_item_id"),
    )
    op.create_index("ix_notice_inbox", "notice", ["inbox"])


def _traces() -> None:
    op.create_table(
        "outbox",
        _number(),
        _required("her_id", sa.String(64)),
        _required("level_1", sa.String(64)),
        _message(),
        sa.Column("msg_id", sa.String(64), nullable=False, unique=True),
        _required("kind", sa.String(16)),
        _required("body", sa.LargeBinary()),
        _required("created_at", Moment()),
        sa.Column("confirmed_at", Moment()),
    )
    op.create_index("ix_outbox_message_id", "outbox", ["message_id"])
    _partial("ix_outbox_waiting", "outbox", ["her_id", "id"], "confirmed_at IS NULL")
    _partial("ix_outbox_level_1", "outbox", ["level_1", "id"], "confirmed_at IS NULL")
    op.create_table(
        "journal",
        _number(),
        _required("at", Moment()),
        _required("event", sa.String(32)),
        sa.Column("message", sa.String(300)),
        sa.Column("item_id", sa.String(20)),
        sa.Column("inbox", sa.String(64)),
        _required("who", sa.String(64)),
        _required("detail", sa.Text()),
    )
    op.create_index("ix_journal_item_id", "journal", ["item_id"])
    op.create_table(
        "session",
        sa.Column("token", sa.LargeBinary(32), primary_key=True),
        _required("person", sa.String(64)),
        _required("expires_at", Moment()),
    )
