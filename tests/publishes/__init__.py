"""Publishes of every kind by the thousand while the broker freezes, has no memory or hangs up; then an audit."""
