"""Inboxes as FHIR R4 has them, to be read: items are Tasks, messages are Communications, inboxes are CareTeams."""

from hub.web.fhir.door import router as router
