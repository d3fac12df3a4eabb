"""The tables; the migrations make them, and a test sees to it that both say the same."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.types import TypeDecorator, TypeEngine

# The migration that these tables are; start-up refuses another one.
REVISION = "0008"

NAMES = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

metadata = MetaData(naming_convention=NAMES)

# SQLite counts only INTEGER primary keys by itself.
Number = BigInteger().with_variant(Integer, "sqlite")


def _short(length: int) -> TypeEngine[str]:
    """A short text. SQLite ignores its length; in PostgreSQL it has none, as it would only fail when it is written."""
    return String(length).with_variant(Text(), "postgresql")


class Moment(TypeDecorator[datetime]):
    """An aware moment, kept in UTC; naive ones are refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """To UTC; SQLite has no zones, so there the UTC wall time is kept."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs a zone")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """From UTC, aware again."""
        if value is None:
            return None
        found: datetime = value
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


message = Table(
    "message",
    metadata,
    Column("id", Number, primary_key=True, autoincrement=True),
    Column("sender", _short(64), nullable=False),
    Column("msg_id", _short(200), nullable=False),
    Column("digest", LargeBinary(32), nullable=False),
    Column("verdict", _short(16), nullable=False),
    Column("kind", _short(64), nullable=False),
    Column("patient", _short(16), nullable=False),
    Column("received_at", Moment, nullable=False),
    Column("via", _short(64), nullable=False),
    Column("status", _short(16), nullable=False, server_default="new"),
    Column("document", _short(256), nullable=False, server_default=""),
    Column("parent", _short(256), nullable=False, server_default=""),
    Column("thread", _short(256), nullable=False, server_default=""),
    Column("generated_at", Moment),
    Column("test", Boolean, nullable=False, server_default=false()),
    UniqueConstraint("sender", "msg_id"),
)
# Editions of a document, and what changes or cancels a message: few, and asked for with every message.
Index(
    "ix_message_document",
    message.c.sender,
    message.c.document,
    sqlite_where=text("document <> ''"),
    postgresql_where=text("document <> ''"),
)
for _referred in ("parent", "thread"):
    Index(
        f"ix_message_successor_{_referred}",
        message.c.sender,
        message.c[_referred],
        sqlite_where=text("status <> 'new'"),
        postgresql_where=text("status <> 'new'"),
    )

# The messages' bytes without what was cut out; in PostgreSQL a partition for each month, so that old ones are dropped.
body = Table(
    "body",
    metadata,
    Column("message_id", Number, primary_key=True, autoincrement=False),
    Column("received_at", Moment, primary_key=True),
    Column("raw", LargeBinary, nullable=False),
    postgresql_partition_by="RANGE (received_at)",
)

# What is cut out of messages, because it is long and comes more than once: base64 as it stood in the bytes.
blob = Table(
    "blob",
    metadata,
    Column("digest", LargeBinary(32), primary_key=True),
    Column("content", LargeBinary, nullable=False),
)

# Where in a message it stood.
cutting = Table(
    "cutting",
    metadata,
    Column("message_id", Number, ForeignKey("message.id"), primary_key=True),
    Column("start", Integer, primary_key=True),
    # Indexed, or what nobody needs any more could not be let go: each time all the rest would be looked through.
    Column("digest", LargeBinary(32), ForeignKey("blob.digest"), nullable=False, index=True),
)

quarantine = Table(
    "quarantine",
    metadata,
    Column("id", Number, primary_key=True, autoincrement=True),
    Column("raw", LargeBinary, nullable=False),
    Column("digest", LargeBinary(32), nullable=False),
    Column("sender", _short(64)),
    Column("msg_id", _short(200)),
    Column("why", _short(16), nullable=False),
    Column("faults", Text, nullable=False),
    Column("received_at", Moment, nullable=False),
    Column("via", _short(64), nullable=False),
    # Who ended it, how (replayed or discarded), and why.
    Column("ended_at", Moment),
    Column("ended_by", Text),
    Column("ending", Text),
)
# What nobody has ended: the watch and the metrics ask for it every few seconds.
Index(
    "ix_quarantine_open",
    quarantine.c.id,
    sqlite_where=quarantine.c.ended_at.is_(None),
    postgresql_where=quarantine.c.ended_at.is_(None),
)

item = Table(
    "item",
    metadata,
    Column("id", _short(20), primary_key=True),
    Column("message_id", Number, ForeignKey("message.id"), nullable=False, index=True),
    Column("inbox", _short(64), nullable=False),
    Column("purpose", _short(16), nullable=False),
    Column("state", _short(16), nullable=False),
    Column("owner", _short(64)),
    Column("level", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    Column("note", Text, nullable=False),
    Column("headline", Text, nullable=False),
    Column("placing", Text, nullable=False),
    Column("due_at", Moment),
    # The inbox that it belongs to, while it lies with whoever covers there.
    Column("home", _short(64)),
)
# What lies open in an inbox, in the order of the list; with the state, so that counts need no look at the rows.
Index(
    "ix_item_open",
    item.c.inbox,
    item.c.due_at,
    item.c.state,
    sqlite_where=text("state IN ('new', 'claimed', 'waiting')"),
    postgresql_where=text("state IN ('new', 'claimed', 'waiting')"),
)
Index("ix_item_inbox", item.c.inbox, item.c.due_at)
# What lies away from home: little, and asked for every half minute.
Index(
    "ix_item_home",
    item.c.home,
    sqlite_where=text("home IS NOT NULL AND state IN ('new', 'claimed', 'waiting')"),
    postgresql_where=text("home IS NOT NULL AND state IN ('new', 'claimed', 'waiting')"),
)

deadline = Table(
    "deadline",
    metadata,
    Column("item_id", _short(20), ForeignKey("item.id"), primary_key=True),
    Column("due_at", Moment, nullable=False),
    Column("steps", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("step", Integer, nullable=False),
    Column("fires_at", Moment),
    Column("urgent", Boolean, nullable=False, server_default=false()),
    # How often it was set anew, the last time then, and the digest of what it was computed from.
    Column("round", Integer, nullable=False, server_default=text("0")),
    Column("set_at", Moment),
    Column("basis", _short(32), nullable=False, server_default=""),
    # Our clock while the partner's runs, and when their reply came.
    Column("paused", Text),
    Column("replied_at", Moment),
)
# Only running clocks, the urgent ones first: the watch's cost grows with what is due, not with what is stored.
Index(
    "ix_deadline_fires",
    deadline.c.urgent.desc(),
    deadline.c.fires_at,
    sqlite_where=deadline.c.fires_at.is_not(None),
    postgresql_where=deadline.c.fires_at.is_not(None),
)
# By what the clocks of open items were computed: those by something that holds no longer are found without the others.
Index(
    "ix_deadline_basis",
    deadline.c.basis,
    sqlite_where=text("basis <> ''"),
    postgresql_where=text("basis <> ''"),
)

notice = Table(
    "notice",
    metadata,
    Column("id", Number, primary_key=True, autoincrement=True),
    Column("inbox", _short(64), nullable=False, index=True),
    Column("item_id", _short(20), ForeignKey("item.id"), nullable=False),
    Column("round", Integer, nullable=False, server_default=text("0")),
    Column("step", Integer, nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("at", Moment, nullable=False),
    Column("late", Boolean, nullable=False),
    # By which ways beside the inbox it is to be told, and when somebody saw to that.
    Column("through", Text, nullable=False, server_default=""),
    Column("sorted_at", Moment),
    UniqueConstraint("item_id", "round", "step", "inbox"),
)
# What nobody has seen to yet.
Index(
    "ix_notice_unsorted",
    notice.c.id,
    sqlite_where=notice.c.sorted_at.is_(None),
    postgresql_where=notice.c.sorted_at.is_(None),
)

# What goes to people and systems beside their inboxes: counts, ids and a link, never about whom. `key` makes it once.
dispatch = Table(
    "dispatch",
    metadata,
    Column("id", Number, primary_key=True, autoincrement=True),
    Column("key", _short(200), nullable=False, unique=True),
    Column("way", _short(16), nullable=False),
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

# How many messages of a kind each sender sent in each hour, up to the message whose number is the mark of this name.
traffic = Table(
    "traffic",
    metadata,
    Column("sender", _short(64), primary_key=True),
    Column("kind", _short(64), primary_key=True),
    Column("hour", Moment, primary_key=True),
    Column("messages", Integer, nullable=False),
)
# What is compared are days, and old ones are let go.
Index("ix_traffic_hour", traffic.c.hour)

# What was unusual about a sender's messages of a kind on a day of the practice's; told once, until it has ended.
unusual = Table(
    "unusual",
    metadata,
    Column("sender", _short(64), primary_key=True),
    Column("kind", _short(64), primary_key=True),
    Column("what", _short(16), primary_key=True),
    Column("day", _short(10), primary_key=True),
    Column("told", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("ended_at", Moment),
)
Index(
    "ix_unusual_open",
    unusual.c.at,
    sqlite_where=unusual.c.ended_at.is_(None),
    postgresql_where=unusual.c.ended_at.is_(None),
)

mark = Table(
    "mark",
    metadata,
    Column("name", _short(64), primary_key=True),
    Column("number", Number, nullable=False),
)

# What somebody must hear of beside their deadlines, until it is seen.
alert = Table(
    "alert",
    metadata,
    Column("id", Number, primary_key=True, autoincrement=True),
    Column("kind", _short(16), nullable=False),
    Column("inbox", _short(64), nullable=False),
    Column("item_id", _short(20), ForeignKey("item.id"), nullable=False, index=True),
    Column("about", _short(256), nullable=False),
    Column("words", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("seen_at", Moment),
    Column("seen_by", _short(64)),
    UniqueConstraint("item_id", "kind", "about", "inbox"),
)
Index(
    "ix_alert_unseen",
    alert.c.inbox,
    alert.c.id,
    sqlite_where=alert.c.seen_at.is_(None),
    postgresql_where=alert.c.seen_at.is_(None),
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", Number, primary_key=True, autoincrement=True),
    Column("her_id", _short(64), nullable=False),
    Column("level_1", _short(64), nullable=False),
    # A transport error is about bytes that became no message.
    Column("message_id", Number, ForeignKey("message.id"), index=True),
    Column("msg_id", _short(64), nullable=False, unique=True),
    Column("kind", _short(16), nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("confirmed_at", Moment),
    # What goes by the broker: its properties, when it is tried next and how often it was, and how that ended.
    Column("label", Text),
    Column("next_attempt_at", Moment),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    Column("sent_at", Moment),
    Column("parked_at", Moment),
    Column("item_id", _short(20), index=True),
    Column("author", _short(64)),
    # What the partner said: accepted, rejected, or missing when it said nothing in time.
    Column("receipt", _short(16)),
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

# Deliveries that came back from the broker, by the digest of their bytes: how often their handling began.
trial = Table(
    "trial",
    metadata,
    Column("digest", LargeBinary(32), primary_key=True),
    Column("begun", Integer, nullable=False),
    Column("at", Moment, nullable=False),
)

# The processes that say that they live.
worker = Table(
    "worker",
    metadata,
    Column("name", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("started_at", Moment, nullable=False),
    Column("seen_at", Moment, nullable=False),
    Column("state", Text, nullable=False),
)

journal = Table(
    "journal",
    metadata,
    Column("id", Number, primary_key=True, autoincrement=True),
    Column("at", Moment, nullable=False),
    Column("event", _short(32), nullable=False),
    Column("message", _short(300)),
    Column("item_id", _short(20), index=True),
    Column("inbox", _short(64)),
    Column("who", _short(64), nullable=False),
    Column("detail", Text, nullable=False),
)

# Each configuration that was loaded; the last one is in force. `files` names each of its files by the digest of its
# content, and `again` the version that was taken up again.
configuration = Table(
    "configuration",
    metadata,
    Column("number", Number, primary_key=True, autoincrement=False),
    Column("at", Moment, nullable=False),
    Column("who", _short(64), nullable=False),
    Column("why", Text, nullable=False),
    Column("again", Number),
    Column("files", Text, nullable=False),
)

# What files of configurations hold, compressed; most versions share most of it.
configuration_file = Table(
    "configuration_file",
    metadata,
    Column("digest", LargeBinary(32), primary_key=True),
    Column("content", LargeBinary, nullable=False),
)

# Questions to the national registers with what they answered: `next_at` is when somebody is to ask or look, or None.
enquiry = Table(
    "enquiry",
    metadata,
    Column("register", _short(16), primary_key=True),
    Column("key", _short(64), primary_key=True),
    Column("asked_at", Moment, nullable=False),
    Column("next_at", Moment),
    # How often somebody wanted to know: who did while it was being asked is not forgotten.
    Column("times", Integer, nullable=False, server_default=text("1")),
    # How often in vain since the last answer, and why the last time.
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    Column("answered_at", Moment),
    Column("answer", Text),
    Column("fault", Text, nullable=False, server_default=""),
)
Index(
    "ix_enquiry_next",
    enquiry.c.next_at,
    sqlite_where=enquiry.c.next_at.is_not(None),
    postgresql_where=enquiry.c.next_at.is_not(None),
)

session = Table(
    "session",
    metadata,
    Column("token", LargeBinary(32), primary_key=True),
    Column("person", _short(64), nullable=False),
    Column("expires_at", Moment, nullable=False),
)
