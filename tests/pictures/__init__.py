"""The pictures of README and docs/inbox.md, taken of the demo's day."""
