"""Brokers, databases and links that fail under load, again and again: nothing is lost, and nobody mends anything."""
