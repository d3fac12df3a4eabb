"""The processes: loops and signals, nothing about care."""

import gc

# Before anything else is imported: a message makes hundreds of small objects that are gone a moment later, a start
# makes a great many that stay. Looking for cycles as often as Python does by itself costs a tenth of the one's time and
# a fourth of the other's.
gc.set_threshold(20_000, 20, 50)
