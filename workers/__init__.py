"""The processes: loops and signals, nothing about care."""
