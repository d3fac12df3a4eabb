"""Sambud: what a message hub for integrated care knows and decides.

Three things happen to the hub: a message arrives (`intake`), a person acts (`desk`), time passes
(`watch`). Each is a pure function of values that returns one `Change`: everything that one decision
writes. The store commits a batch of Changes in one transaction, so an item, its deadline, its
acknowledgement and its line in the journal exist together or not at all. The outbox is the only way
out, the journal the only history. The edges turn bytes into words (`wire`), Changes into rows
(`store`) and files into a directory (`registry`); `service` is the one place where the parts meet.
Importing this package starts nothing.
"""

__version__ = "0.1.0"
