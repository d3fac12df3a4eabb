"""A deadline's own sentence: when it is due and because of what, in the reader's language."""

from datetime import datetime

from hub.calendar import Hours
from hub.deadline import Deadline
from hub.directory import Directory
from hub.web import wording
from hub.web.language import N_, Language

# What the urgent mark and the partner's clock say instead of when the message came.
DUE = N_("Due %(when)s, because it came %(begun)s")
URGED = N_("Due %(when)s, because it was marked as urgent %(begun)s")
WAITED = N_("A reply is expected by %(when)s, because the sender was asked %(begun)s")
AGREED = N_("by the agreement “%(agreement)s”")
NOT_COUNTED = N_("%(day)s does not count")


def because(language: Language, d: Deadline, directory: Directory, hours: Hours, now: datetime) -> str:
    """All of it, as "Due today 16:00, because it came today 11:02, kind is ready; Friday 1 May does not count".

    It is told from what was stored when the deadline was computed, and not computed anew.
    """
    why = d.why
    begins = WAITED if d.paused else URGED if why.by else DUE
    when, begun = (language.moment(x, hours, now) for x in (d.due, why.begun))
    parts = [language.gettext(begins, when=when, begun=begun), *(_fact(language, x, directory) for x in why.facts)]
    if why.agreement:
        parts.append(language.gettext(AGREED, agreement=why.agreement))
    skipped = (language.gettext(NOT_COUNTED, day=wording.skipped(language, x)) for x in why.skipped)
    return "; ".join((", ".join(parts), *skipped))


def _fact(language: Language, fact: str, directory: Directory) -> str:
    """What the ladder holds for; whoever is named by a HER-id is called by name."""
    said, _, id = fact.rpartition(" ")
    return wording.told(language, f"{said} {wording.party(directory, id)}" if id.isdigit() else fact)
