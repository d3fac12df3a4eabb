"""What people work with: undoing, who reads, second opinions, saved views, search, and calls that count once."""

import sqlalchemy as sa
from alembic import op

from hub.store.tables import Moment

revision = "0009"
down_revision = "0008"

_CLAIMED = sa.text("state = 'claimed'")
_TO_READ = sa.text("purpose <> 'action' AND state IN ('new', 'claimed', 'waiting')")
_KNOWN = sa.text("patient <> ''")
_UNANSWERED = sa.text("answered_at IS NULL")


def upgrade() -> None:
    """Add them; what came before is found by nobody's search until the hub has read it once more."""
    op.add_column("outbox", sa.Column("held_until", Moment()))
    op.add_column("message", sa.Column("service", _short(64), nullable=False, server_default=""))
    op.add_column("session", sa.Column("seen_at", Moment()))
    op.add_column("session", sa.Column("locked", sa.Boolean(), nullable=False, server_default=sa.false()))
    _partial("ix_message_patient", "message", ["patient", "id"], _KNOWN)
    _partial("ix_item_owner", "item", ["owner", "due_at"], _CLAIMED)
    _partial("ix_item_reading", "item", ["inbox", "due_at", "state", "purpose"], _TO_READ)
    op.create_table(
        "undo",
        sa.Column("item_id", _short(20), sa.ForeignKey("item.id", name="fk_undo_item_id_item"), primary_key=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("person", _short(64), nullable=False),
        sa.Column("until", Moment(), nullable=False),
        sa.Column("was", sa.Text(), nullable=False),
        sa.Column("letters", sa.Text(), nullable=False),
    )
    op.create_table(
        "reader",
        sa.Column("item_id", _short(20), sa.ForeignKey("item.id", name="fk_reader_item_id_item"), primary_key=True),
        sa.Column("person", _short(64), primary_key=True),
        sa.Column("inbox", _short(64), nullable=False),
        sa.Column("writing", sa.Boolean(), nullable=False),
        sa.Column("since", Moment(), nullable=False),
        sa.Column("seen_at", Moment(), nullable=False),
    )
    op.create_index("ix_reader_seen_at", "reader", ["seen_at"])
    op.create_table(
        "opinion",
        _number("id", primary_key=True, autoincrement=True),
        sa.Column("item_id", _short(20), sa.ForeignKey("item.id", name="fk_opinion_item_id_item"), nullable=False),
        sa.Column("inbox", _short(64), nullable=False),
        sa.Column("asked_by", _short(64), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("asked_at", Moment(), nullable=False),
        sa.Column("answer", sa.Text()),
        sa.Column("answered_by", _short(64)),
        sa.Column("answered_at", Moment()),
    )
    op.create_index("ix_opinion_item_id", "opinion", ["item_id"])
    _partial("ix_opinion_open", "opinion", ["inbox", "id"], _UNANSWERED)
    op.create_table(
        "once",
        sa.Column("person", _short(64), primary_key=True),
        sa.Column("key", _short(200), primary_key=True),
        sa.Column("digest", sa.LargeBinary(32), nullable=False),
        sa.Column("item_id", _short(20), nullable=False),
        sa.Column("at", Moment(), nullable=False),
    )
    op.create_index("ix_once_at", "once", ["at"])
    op.create_table(
        "view",
        sa.Column("person", _short(64), primary_key=True),
        sa.Column("name", _short(80), primary_key=True),
        sa.Column("query", sa.Text(), nullable=False),
    )
    _search()


def downgrade() -> None:
    """Take them away again; what could still be taken back goes out."""
    for table in ("search", "view", "once", "opinion", "reader", "undo"):
        op.drop_table(table)
    op.execute("DELETE FROM mark WHERE name = 'search'")
    op.drop_index("ix_item_reading", "item")
    op.drop_index("ix_item_owner", "item")
    op.drop_index("ix_message_patient", "message")
    op.drop_column("session", "locked")
    op.drop_column("session", "seen_at")
    op.drop_column("message", "service")
    op.drop_column("outbox", "held_until")


def _search() -> None:
    """The words of each message by its number; each database has its own kind of index of words."""
    if op.get_bind().dialect.name == "sqlite":
        # The words come as letters and digits alone, in small letters: å and a are not the same. Short beginnings have
        # an index of their own: all that many words have in common would be gathered before the first one is told.
        op.execute(
            "CREATE VIRTUAL TABLE search USING"
            " fts5(words, tokenize = 'unicode61 remove_diacritics 0', prefix = '3 4 5')"
        )
    else:
        op.execute("CREATE TABLE search (message_id bigint PRIMARY KEY, words tsvector NOT NULL)")
        op.execute("CREATE INDEX ix_search_words ON search USING gin (words)")


def _partial(name: str, table: str, columns: list[str | sa.TextClause], where: sa.TextClause) -> None:
    op.create_index(name, table, columns, sqlite_where=where, postgresql_where=where)


def _short(length: int) -> sa.types.TypeEngine[str]:
    return sa.String(length).with_variant(sa.Text(), "postgresql")


def _number(name: str, **more: object) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger().with_variant(sa.Integer(), "sqlite"), **more)  # type: ignore[arg-type]
