"""What was committed: one transaction for a batch of Changes, durable when it returns."""

from hub.store.batch import Committed, Conflict, Duplicate, Outdated, Writing, Written
from hub.store.store import Store

__all__ = ["Committed", "Conflict", "Duplicate", "Outdated", "Store", "Writing", "Written"]
