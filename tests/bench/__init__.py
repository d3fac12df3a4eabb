"""Benchmarks: figures beside the bare floor of the same run, never a timed assertion."""
