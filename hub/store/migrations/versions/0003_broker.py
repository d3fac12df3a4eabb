"""Bodies apart from messages, what goes by the broker, workers that say they live, and how quarantine ends."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from hub.store import partition
from hub.store.tables import Moment, Number

revision = "0003"
down_revision = "0002"

_OUTBOX = ("label", "next_attempt_at", "attempts", "sent_at", "parked_at")
_QUARANTINE = ("ended_at", "ended_by", "ending")


def _required(name: str, type_: Any, **more: Any) -> sa.Column[Any]:
    return sa.Column(name, type_, nullable=False, **more)


def _partial(name: str, column: str) -> None:
    where = sa.text(f"{column} IS NOT NULL")
    op.create_index(name, "outbox", [column], sqlite_where=where, postgresql_where=where)


def upgrade() -> None:
    """Add them; bodies move out of the messages."""
    _lengths()
    _bodies()
    _relay()
    _workers()
    op.add_column("quarantine", sa.Column("ended_at", Moment()))
    op.add_column("quarantine", sa.Column("ended_by", sa.Text()))
    op.add_column("quarantine", sa.Column("ending", sa.Text()))


def downgrade() -> None:
    """Take them away again, the bodies into the messages."""
    for name in _QUARANTINE:
        op.drop_column("quarantine", name)
    for table in ("worker", "trial", "attempt"):
        op.drop_table(table)
    for name in ("ix_outbox_relay", "ix_outbox_parked"):
        op.drop_index(name, "outbox")
    op.execute("DELETE FROM outbox WHERE message_id IS NULL")
    with op.batch_alter_table("outbox") as outbox:
        for name in _OUTBOX:
            outbox.drop_column(name)
        outbox.alter_column("message_id", existing_type=Number, nullable=False)
    op.add_column("message", sa.Column("raw", sa.LargeBinary()))
    op.execute("UPDATE message SET raw = (SELECT raw FROM body WHERE message_id = message.id)")
    op.execute("UPDATE message SET raw = '' WHERE raw IS NULL")
    with op.batch_alter_table("message") as message:
        message.alter_column("raw", existing_type=sa.LargeBinary(), nullable=False)
    op.drop_table("body")


def _lengths() -> None:
    """In PostgreSQL a text's length is enforced when it is written, and then nothing can be done about it."""
    connection = op.get_bind()
    if connection.dialect.name != "postgresql":
        return
    found = sa.inspect(connection)
    for table in found.get_table_names():
        for column in found.get_columns(table):
            if isinstance(column["type"], sa.String) and column["type"].length and table != "alembic_version":
                op.alter_column(table, column["name"], type_=sa.Text())


def _bodies() -> None:
    op.create_table(
        "body",
        sa.Column("message_id", Number, primary_key=True, autoincrement=False),
        sa.Column("received_at", Moment(), primary_key=True),
        _required("raw", sa.LargeBinary()),
        postgresql_partition_by="RANGE (received_at)",
    )
    connection = op.get_bind()
    for month in connection.execute(sa.text("SELECT min(received_at), max(received_at) FROM message")):
        partition.between(connection, *month)
    op.execute("INSERT INTO body (message_id, received_at, raw) SELECT id, received_at, raw FROM message")
    op.drop_column("message", "raw")


def _relay() -> None:
    with op.batch_alter_table("outbox") as outbox:
        outbox.alter_column("message_id", existing_type=Number, nullable=True)
        outbox.add_column(sa.Column("label", sa.Text()))
        outbox.add_column(sa.Column("next_attempt_at", Moment()))
        outbox.add_column(_required("attempts", sa.Integer(), server_default=sa.text("0")))
        outbox.add_column(sa.Column("sent_at", Moment()))
        outbox.add_column(sa.Column("parked_at", Moment()))
    _partial("ix_outbox_relay", "next_attempt_at")
    _partial("ix_outbox_parked", "parked_at")
    op.create_table(
        "attempt",
        sa.Column("amqp_id", sa.Text(), primary_key=True),
        sa.Column("outbox_id", Number, sa.ForeignKey("outbox.id"), nullable=False),
        _required("at", Moment()),
        sa.Column("ended_at", Moment()),
        sa.Column("outcome", sa.Text()),
    )
    op.create_index("ix_attempt_outbox_id", "attempt", ["outbox_id"])


def _workers() -> None:
    op.create_table(
        "trial",
        sa.Column("digest", sa.LargeBinary(32), primary_key=True),
        _required("begun", sa.Integer()),
        _required("at", Moment()),
    )
    op.create_table(
        "worker",
        sa.Column("name", sa.Text(), primary_key=True),
        _required("kind", sa.Text()),
        _required("started_at", Moment()),
        _required("seen_at", Moment()),
        _required("state", sa.Text()),
    )
