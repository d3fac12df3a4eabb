"""What was committed: one transaction for a batch of Changes, durable when it returns."""

from hub.store.store import Store
from hub.store.writing import Committed, Conflict, Duplicate, Outdated, Writing, Written

__all__ = ["Committed", "Conflict", "Duplicate", "Outdated", "Store", "Writing", "Written"]
