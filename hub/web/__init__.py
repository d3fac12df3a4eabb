"""The doors: messages and inboxes over HTTP, for systems and for people."""
