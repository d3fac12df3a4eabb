"""What happened, who runs it, and by what it decides."""

from sqlalchemy import Column, Index, Integer, LargeBinary, Table, Text

from hub.store.tables.base import Moment, Number, metadata, short

# How many messages of a kind each sender sent in each hour, up to the message whose number is the mark of this name.
traffic = Table(
    "traffic",
    metadata,
    Column("sender", short(64), primary_key=True),
    Column("kind", short(64), primary_key=True),
    Column("hour", Moment, primary_key=True),
    Column("messages", Integer, nullable=False),
)
# What is compared are days, and old ones are let go.
Index("ix_traffic_hour", traffic.c.hour)

# What was unusual about a sender's messages of a kind on a day of the practice's; told once, until it has ended.
unusual = Table(
    "unusual",
    metadata,
    Column("sender", short(64), primary_key=True),
    Column("kind", short(64), primary_key=True),
    Column("what", short(16), primary_key=True),
    Column("day", short(10), primary_key=True),
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
    Column("name", short(64), primary_key=True),
    Column("number", Number, nullable=False),
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
    Column("event", short(32), nullable=False),
    Column("message", short(300)),
    Column("item_id", short(20), index=True),
    Column("inbox", short(64)),
    Column("who", short(64), nullable=False),
    Column("detail", Text, nullable=False),
)

# Each configuration that was loaded; the last one is in force. `files` names each of its files by the digest of its
# content, and `again` the version that was taken up again.
configuration = Table(
    "configuration",
    metadata,
    Column("number", Number, primary_key=True, autoincrement=False),
    Column("at", Moment, nullable=False),
    Column("who", short(64), nullable=False),
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
