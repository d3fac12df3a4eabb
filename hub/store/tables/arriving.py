"""What came in: messages with their bytes, what could not be read, and what registers were asked about them."""

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
)

from hub.store.tables.base import Moment, Number, metadata, short

message = Table(
    "message",
    metadata,
    Column("id", Number, primary_key=True, autoincrement=True),
    Column("sender", short(64), nullable=False),
    # The service or person there that sent it, by which a sender is known whose organisation is not.
    Column("service", short(64), nullable=False, server_default=""),
    Column("msg_id", short(200), nullable=False),
    Column("digest", LargeBinary(32), nullable=False),
    Column("verdict", short(16), nullable=False),
    Column("kind", short(64), nullable=False),
    Column("patient", short(16), nullable=False),
    Column("received_at", Moment, nullable=False),
    Column("via", short(64), nullable=False),
    Column("status", short(16), nullable=False, server_default="new"),
    Column("document", short(256), nullable=False, server_default=""),
    Column("parent", short(256), nullable=False, server_default=""),
    Column("thread", short(256), nullable=False, server_default=""),
    Column("generated_at", Moment),
    Column("test", Boolean, nullable=False, server_default=false()),
    UniqueConstraint("sender", "msg_id"),
)
# What came about a patient, in the order in which it came.
Index(
    "ix_message_patient",
    message.c.patient,
    message.c.id,
    sqlite_where=text("patient <> ''"),
    postgresql_where=text("patient <> ''"),
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
    Column("sender", short(64)),
    Column("msg_id", short(200)),
    Column("why", short(16), nullable=False),
    Column("faults", Text, nullable=False),
    Column("received_at", Moment, nullable=False),
    Column("via", short(64), nullable=False),
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

# Deliveries that came back from the broker, by the digest of their bytes: how often their handling began.
trial = Table(
    "trial",
    metadata,
    Column("digest", LargeBinary(32), primary_key=True),
    Column("begun", Integer, nullable=False),
    Column("at", Moment, nullable=False),
)

# Questions to the national registers with what they answered: `next_at` is when somebody is to ask or look, or None.
enquiry = Table(
    "enquiry",
    metadata,
    Column("register", short(16), primary_key=True),
    Column("key", short(64), primary_key=True),
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
