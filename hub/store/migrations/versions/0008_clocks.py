"""Clocks that are set anew or wait for a partner, what is told beside the inboxes, and how much traffic is usual."""

import sqlalchemy as sa
from alembic import op

from hub.store.tables import Moment

revision = "0008"
down_revision = "0007"

_RUNNING = sa.text("fires_at IS NOT NULL")
_UNEXPECTED = sa.text("kind IN ('answer', 'forward') AND receipt IS NULL AND receipt_due IS NULL")
_UNUSUAL = {"sender": 64, "kind": 64, "what": 16, "day": 10}


def upgrade() -> None:
    """Add them; every clock is in its first round, and what inboxes were told is told."""
    _clocks()
    _notices()
    _alerts("inbox")
    _open("'new', 'claimed', 'waiting'")
    _partial("ix_outbox_unexpected", "outbox", ["id"], _UNEXPECTED)
    op.create_table(
        "dispatch",
        _number("id", primary_key=True, autoincrement=True),
        sa.Column("key", _short(200), nullable=False),
        sa.Column("way", _short(16), nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("next_attempt_at", Moment()),
        sa.Column("attempts", sa.Integer, nullable=False, server_default=sa.text("0")),
        sa.Column("sent_at", Moment()),
        sa.Column("given_up_at", Moment()),
        sa.Column("fault", sa.Text(), nullable=False, server_default=""),
        sa.UniqueConstraint("key", name="uq_dispatch_key"),
    )
    _partial("ix_dispatch_next", "dispatch", ["next_attempt_at"], sa.text("next_attempt_at IS NOT NULL"))
    _partial("ix_dispatch_given_up", "dispatch", ["given_up_at"], sa.text("given_up_at IS NOT NULL"))
    op.create_index("ix_dispatch_target", "dispatch", ["target", "created_at"])
    op.create_table(
        "traffic",
        sa.Column("sender", _short(64), primary_key=True),
        sa.Column("kind", _short(64), primary_key=True),
        sa.Column("hour", Moment(), primary_key=True),
        sa.Column("messages", sa.Integer, nullable=False),
    )
    op.create_index("ix_traffic_hour", "traffic", ["hour"])
    op.create_table(
        "unusual",
        *(sa.Column(name, _short(length), primary_key=True) for name, length in _UNUSUAL.items()),
        sa.Column("told", sa.Text(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("ended_at", Moment()),
    )
    _partial("ix_unusual_open", "unusual", ["at"], sa.text("ended_at IS NULL"))
    op.create_table(
        "mark",
        sa.Column("name", _short(64), primary_key=True),
        _number("number", nullable=False),
    )


def downgrade() -> None:
    """Take them away again; what waits for a partner has nobody any more, and its clock is the partner's."""
    for table in ("mark", "unusual", "traffic", "dispatch"):
        op.drop_table(table)
    op.execute("UPDATE item SET state = 'new' WHERE state = 'waiting'")
    _open("'new', 'claimed'")
    op.drop_index("ix_outbox_unexpected", "outbox")
    op.execute("DELETE FROM alert WHERE id NOT IN (SELECT min(id) FROM alert GROUP BY item_id, kind, about)")
    _alerts()
    op.execute("DELETE FROM notice WHERE round > 0")
    op.drop_index("ix_notice_unsorted", "notice")
    with op.batch_alter_table("notice") as notice:
        notice.drop_constraint("uq_notice_item_id", type_="unique")
        notice.create_unique_constraint("uq_notice_item_id", ["item_id", "step", "inbox"])
        for column in ("sorted_at", "through", "round"):
            notice.drop_column(column)
    op.drop_index("ix_deadline_basis", "deadline")
    op.drop_index("ix_deadline_fires", "deadline")
    with op.batch_alter_table("deadline") as deadline:
        for column in ("replied_at", "paused", "basis", "set_at", "round", "urgent"):
            deadline.drop_column(column)
    _partial("ix_deadline_fires", "deadline", ["fires_at"], _RUNNING)


def _clocks() -> None:
    op.add_column("deadline", sa.Column("urgent", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("deadline", sa.Column("round", sa.Integer(), nullable=False, server_default=sa.text("0")))
    op.add_column("deadline", sa.Column("set_at", Moment()))
    op.add_column("deadline", sa.Column("basis", _short(32), nullable=False, server_default=""))
    op.add_column("deadline", sa.Column("paused", sa.Text()))
    op.add_column("deadline", sa.Column("replied_at", Moment()))
    op.drop_index("ix_deadline_fires", "deadline")
    _partial("ix_deadline_fires", "deadline", [sa.text("urgent DESC"), "fires_at"], _RUNNING)
    # Nobody wrote down by what these were computed, so they are computed once more.
    op.execute(
        "UPDATE deadline SET basis = 'unknown' WHERE item_id IN (SELECT id FROM item WHERE state IN ('new', 'claimed'))"
    )
    _partial("ix_deadline_basis", "deadline", ["basis"], sa.text("basis <> ''"))


def _notices() -> None:
    with op.batch_alter_table("notice") as notice:
        notice.add_column(sa.Column("round", sa.Integer(), nullable=False, server_default=sa.text("0")))
        notice.add_column(sa.Column("through", sa.Text(), nullable=False, server_default=""))
        notice.add_column(sa.Column("sorted_at", Moment()))
        notice.drop_constraint("uq_notice_item_id", type_="unique")
        notice.create_unique_constraint("uq_notice_item_id", ["item_id", "round", "step", "inbox"])
    op.execute("UPDATE notice SET sorted_at = at")
    _partial("ix_notice_unsorted", "notice", ["id"], sa.text("sorted_at IS NULL"))


def _alerts(*more: str) -> None:
    """What makes one the same as another."""
    with op.batch_alter_table("alert") as alert:
        alert.drop_constraint("uq_alert_item_id", type_="unique")
        alert.create_unique_constraint("uq_alert_item_id", ["item_id", "kind", "about", *more])


def _open(states: str) -> None:
    """The indexes of what is open, by the states that are."""
    op.drop_index("ix_item_open", "item")
    op.drop_index("ix_item_home", "item")
    _partial("ix_item_open", "item", ["inbox", "due_at", "state"], sa.text(f"state IN ({states})"))
    _partial("ix_item_home", "item", ["home"], sa.text(f"home IS NOT NULL AND state IN ({states})"))


def _partial(name: str, table: str, columns: list[str | sa.TextClause], where: sa.TextClause) -> None:
    op.create_index(name, table, columns, sqlite_where=where, postgresql_where=where)


def _short(length: int) -> sa.types.TypeEngine[str]:
    return sa.String(length).with_variant(sa.Text(), "postgresql")


def _number(name: str, **more: object) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger().with_variant(sa.Integer(), "sqlite"), **more)  # type: ignore[arg-type]
