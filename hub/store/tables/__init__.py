"""The tables; the migrations make them, and a test sees to it that both say the same."""

from hub.store.tables.arriving import blob, body, cutting, enquiry, message, quarantine, trial
from hub.store.tables.base import Moment, Number, metadata
from hub.store.tables.running import configuration, configuration_file, journal, mark, traffic, unusual, worker
from hub.store.tables.sending import attempt, dispatch, outbox
from hub.store.tables.working import alert, deadline, item, notice, once, opinion, reader, session, undo, view

# The migration that these tables are; start-up refuses another one.
REVISION = "0009"

__all__ = [
    "REVISION",
    "Moment",
    "Number",
    "alert",
    "attempt",
    "blob",
    "body",
    "configuration",
    "configuration_file",
    "cutting",
    "deadline",
    "dispatch",
    "enquiry",
    "item",
    "journal",
    "mark",
    "message",
    "metadata",
    "notice",
    "once",
    "opinion",
    "outbox",
    "quarantine",
    "reader",
    "session",
    "traffic",
    "trial",
    "undo",
    "unusual",
    "view",
    "worker",
]
