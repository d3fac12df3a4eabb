"""What goes out: documents to partners, and notices to people beside their inboxes."""

from sqlalchemy import Column, ForeignKey, Index, Integer, LargeBinary, Table, Text, text

from hub.store.tables.base import Moment, Number, metadata, short

# What goes to people and systems beside their inboxes: counts, ids and a link, never about whom. `key` makes it once.
dispatch = Table(
    "dispatch",
    metadata,
    Column("id", Number, primary_key=True, autoincrement=True),
    Column("key", short(200), nullable=False, unique=True),
    Column("way", short(16), nullable=False),
    Column("target", Text, nullable=False),
    Column("content", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("next_attempt_at", Moment),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    Column("sent_at", Moment),
    Column("given_up_at", Moment),
    Column("fault", Text, nullable=False, server_default=""),
)
# What is still to go, what nobody could be told, and when somebody was told last: nobody is told too often.
for _name, _at in (("next", dispatch.c.next_attempt_at), ("given_up", dispatch.c.given_up_at)):
    Index(f"ix_dispatch_{_name}", _at, sqlite_where=_at.is_not(None), postgresql_where=_at.is_not(None))
Index("ix_dispatch_target", dispatch.c.target, dispatch.c.created_at)

outbox = Table(
    "outbox",
    metadata,
    Column("id", Number, primary_key=True, autoincrement=True),
    Column("her_id", short(64), nullable=False),
    Column("level_1", short(64), nullable=False),
    # A transport error is about bytes that became no message.
    Column("message_id", Number, ForeignKey("message.id"), index=True),
    Column("msg_id", short(64), nullable=False, unique=True),
    Column("kind", short(16), nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("confirmed_at", Moment),
    # Until when whoever wrote it can take it back: nobody gets it before.
    Column("held_until", Moment),
    # What goes by the broker: its properties, when it is tried next and how often it was, and how that ended.
    Column("label", Text),
    Column("next_attempt_at", Moment),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    Column("sent_at", Moment),
    Column("parked_at", Moment),
    Column("item_id", short(20), index=True),
    Column("author", short(64)),
    # What the partner said: accepted, rejected, or missing when it said nothing in time.
    Column("receipt", short(16)),
    Column("receipt_at", Moment),
    Column("receipt_due", Moment),
    Column("faults", Text),
)
# What still waits for the partner's acknowledgement.
Index(
    "ix_outbox_unacknowledged",
    outbox.c.receipt_due,
    sqlite_where=text("receipt IS NULL AND receipt_due IS NOT NULL"),
    postgresql_where=text("receipt IS NULL AND receipt_due IS NOT NULL"),
)
# What is to be acknowledged, and nobody waits for that: nothing at all, or an auditor finds it.
Index(
    "ix_outbox_unexpected",
    outbox.c.id,
    sqlite_where=text("kind IN ('answer', 'forward') AND receipt IS NULL AND receipt_due IS NULL"),
    postgresql_where=text("kind IN ('answer', 'forward') AND receipt IS NULL AND receipt_due IS NULL"),
)
Index(
    "ix_outbox_waiting",
    outbox.c.her_id,
    outbox.c.id,
    sqlite_where=outbox.c.confirmed_at.is_(None),
    postgresql_where=outbox.c.confirmed_at.is_(None),
)
Index(
    "ix_outbox_level_1",
    outbox.c.level_1,
    outbox.c.id,
    sqlite_where=outbox.c.confirmed_at.is_(None),
    postgresql_where=outbox.c.confirmed_at.is_(None),
)

# What the broker is to get, the longest overdue first.
Index(
    "ix_outbox_relay",
    outbox.c.next_attempt_at,
    sqlite_where=outbox.c.next_attempt_at.is_not(None),
    postgresql_where=outbox.c.next_attempt_at.is_not(None),
)
Index(
    "ix_outbox_parked",
    outbox.c.parked_at,
    sqlite_where=outbox.c.parked_at.is_not(None),
    postgresql_where=outbox.c.parked_at.is_not(None),
)

# Each try to hand a document to the broker, under an AMQP id of its own; `outcome` is empty while nobody knows it.
attempt = Table(
    "attempt",
    metadata,
    Column("amqp_id", Text, primary_key=True),
    Column("outbox_id", Number, ForeignKey("outbox.id"), nullable=False, index=True),
    Column("at", Moment, nullable=False),
    Column("ended_at", Moment),
    Column("outcome", Text),
)
