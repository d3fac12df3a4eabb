"""How long a text may be, the same on the pages as in the API."""

# Characters of an answer to the sender, and of a note that says how an item was closed.
TEXT = 100_000
NOTE = 10_000
# Characters of a name or a place.
NAME = 200
