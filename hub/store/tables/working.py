"""What people work on: items with their clocks, what their inboxes are told, and who is signed in."""

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

item = Table(
    "item",
    metadata,
    Column("id", short(20), primary_key=True),
    Column("message_id", Number, ForeignKey("message.id"), nullable=False, index=True),
    Column("inbox", short(64), nullable=False),
    Column("purpose", short(16), nullable=False),
    Column("state", short(16), nullable=False),
    Column("owner", short(64)),
    Column("level", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    Column("note", Text, nullable=False),
    Column("headline", Text, nullable=False),
    Column("placing", Text, nullable=False),
    Column("due_at", Moment),
    # The inbox that it belongs to, while it lies with whoever covers there.
    Column("home", short(64)),
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
# What lies open only to be read: a part, and shown and counted by itself.
Index(
    "ix_item_reading",
    item.c.inbox,
    item.c.due_at,
    item.c.state,
    item.c.purpose,
    sqlite_where=text("purpose <> 'action' AND state IN ('new', 'claimed', 'waiting')"),
    postgresql_where=text("purpose <> 'action' AND state IN ('new', 'claimed', 'waiting')"),
)
# What somebody has.
Index(
    "ix_item_owner",
    item.c.owner,
    item.c.due_at,
    sqlite_where=text("state = 'claimed'"),
    postgresql_where=text("state = 'claimed'"),
)
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
    Column("item_id", short(20), ForeignKey("item.id"), primary_key=True),
    Column("due_at", Moment, nullable=False),
    Column("steps", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("step", Integer, nullable=False),
    Column("fires_at", Moment),
    Column("urgent", Boolean, nullable=False, server_default=false()),
    # How often it was set anew, the last time then, and the digest of what it was computed from.
    Column("round", Integer, nullable=False, server_default=text("0")),
    Column("set_at", Moment),
    Column("basis", short(32), nullable=False, server_default=""),
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
    Column("inbox", short(64), nullable=False, index=True),
    Column("item_id", short(20), ForeignKey("item.id"), nullable=False),
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

# What somebody must hear of beside their deadlines, until it is seen.
alert = Table(
    "alert",
    metadata,
    Column("id", Number, primary_key=True, autoincrement=True),
    Column("kind", short(16), nullable=False),
    Column("inbox", short(64), nullable=False),
    Column("item_id", short(20), ForeignKey("item.id"), nullable=False, index=True),
    Column("about", short(256), nullable=False),
    Column("words", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("seen_at", Moment),
    Column("seen_by", short(64)),
    UniqueConstraint("item_id", "kind", "about", "inbox"),
)
Index(
    "ix_alert_unseen",
    alert.c.inbox,
    alert.c.id,
    sqlite_where=alert.c.seen_at.is_(None),
    postgresql_where=alert.c.seen_at.is_(None),
)

# What somebody just did, with how it was before and what it sends: it can be taken back until then, by nobody else.
undo = Table(
    "undo",
    metadata,
    Column("item_id", short(20), ForeignKey("item.id"), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("person", short(64), nullable=False),
    Column("until", Moment, nullable=False),
    Column("was", Text, nullable=False),
    Column("letters", Text, nullable=False),
)

# Who has an item open, or writes an answer to it; whoever was not seen for a while has left.
reader = Table(
    "reader",
    metadata,
    Column("item_id", short(20), ForeignKey("item.id"), primary_key=True),
    Column("person", short(64), primary_key=True),
    Column("inbox", short(64), nullable=False),
    Column("writing", Boolean, nullable=False),
    Column("since", Moment, nullable=False),
    Column("seen_at", Moment, nullable=False, index=True),
)

# A colleague who is asked for a second opinion, in their inbox; the item stays where it is.
opinion = Table(
    "opinion",
    metadata,
    Column("id", Number, primary_key=True, autoincrement=True),
    Column("item_id", short(20), ForeignKey("item.id"), nullable=False, index=True),
    Column("inbox", short(64), nullable=False),
    Column("asked_by", short(64), nullable=False),
    Column("question", Text, nullable=False),
    Column("asked_at", Moment, nullable=False),
    Column("answer", Text),
    Column("answered_by", short(64)),
    Column("answered_at", Moment),
)
Index(
    "ix_opinion_open",
    opinion.c.inbox,
    opinion.c.id,
    sqlite_where=opinion.c.answered_at.is_(None),
    postgresql_where=opinion.c.answered_at.is_(None),
)

# What a client has asked for under a key of its own: done once, however often it asks.
once = Table(
    "once",
    metadata,
    Column("person", short(64), primary_key=True),
    Column("key", short(200), primary_key=True),
    Column("digest", LargeBinary(32), nullable=False),
    Column("item_id", short(20), nullable=False),
    Column("at", Moment, nullable=False, index=True),
)

# What somebody looks at again and again, under a name.
view = Table(
    "view",
    metadata,
    Column("person", short(64), primary_key=True),
    Column("name", short(80), primary_key=True),
    Column("query", Text, nullable=False),
)

session = Table(
    "session",
    metadata,
    Column("token", LargeBinary(32), primary_key=True),
    Column("person", short(64), nullable=False),
    Column("expires_at", Moment, nullable=False),
    # When the person did something last; a shared computer is locked when that was long ago, or when they say so.
    Column("seen_at", Moment),
    Column("locked", Boolean, nullable=False, server_default=false()),
)
