"""Drills: one part of a running site is stopped, and it is measured how long it takes until a person is told."""
