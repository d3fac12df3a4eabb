"""A deadline's own sentence: when it is due and because of what, in the reader's language."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from hub import deadline
from hub.calendar import Hours
from hub.deadline import Deadline, Paused
from hub.directory import Directory, InboxId
from hub.web import wording
from hub.web.language import N_, Language, load

# What the urgent mark and the partner's clock say instead of when the message came.
DUE = N_("Due %(when)s, because it came %(begun)s")
URGED = N_("Due %(when)s, because it was marked as urgent %(begun)s")
WAITED = N_("A reply is expected by %(when)s, because the sender was asked %(begun)s")
OURS = N_("Our own deadline stands meanwhile: %(reason)s")
# From so many closed days on end on they are told together.
MANY = 3
AGREED = N_("by the agreement “%(agreement)s”")
NOT_COUNTED = N_("%(day)s does not count")
ALL_OF_THEM = N_("%(first)s to %(last)s do not count")
STOOD = N_("it stood from %(since)s to %(until)s, while the sender was asked")


# In which languages it is said whatever somebody reads.
SAID = ("nb", "en")


def said(d: Deadline, directory: Directory) -> dict[str, str]:
    """All of it in bokmål and in English, by their codes, as of when it was received."""
    hours = directory.hours(InboxId(d.why.inbox))
    return {code: because(load(code), d, directory, hours, d.why.received) for code in SAID}


def because(language: Language, d: Deadline, directory: Directory, hours: Hours, now: datetime) -> str:
    """All of it, as "Due Monday 16:00, because it came Friday 11:02, kind is ready; Friday 1 May does not count".

    It is told from what was stored when the deadline was computed, and not computed anew. While a sender is waited for
    it tells of both clocks. A pause that added nothing, as it was closed, is not told of.
    """
    if ours := d.paused:
        reason = because(language, _standing(d, ours), directory, hours, now)
        return f"{_because(language, d, directory, hours, now)}. {language.gettext(OURS, reason=reason)}"
    return _because(language, d, directory, hours, now)


def _standing(d: Deadline, ours: Paused) -> Deadline:
    """Our clock as it stands while the sender's runs."""
    return replace(d, due=ours.due, why=ours.why, paused=None)


def _because(language: Language, d: Deadline, directory: Directory, hours: Hours, now: datetime) -> str:
    why = d.why
    begins = WAITED if d.paused else URGED if why.by else DUE
    when, begun = (language.moment(x, hours, now) for x in (d.due, why.begun))
    parts = [language.gettext(begins, when=when, begun=begun), *(_fact(language, x, directory) for x in why.facts)]
    if why.agreement:
        parts.append(language.gettext(AGREED, agreement=why.agreement))
    counted = () if d.paused else (wording.told(language, why.counted),)
    told = (x for x in why.pauses if deadline.waited(x, hours, why.begun, why.elapsed))
    stood = (_stood(language, pause, hours, now) for pause in told)
    return "; ".join((", ".join(parts), *counted, *_skipped(language, why.skipped), *stood))


def _skipped(language: Language, days: Sequence[str]) -> Iterator[str]:
    """The days that do not count; of many on end the first and the last."""
    for run in _runs(days):
        if len(run) < MANY:
            yield from (language.gettext(NOT_COUNTED, day=wording.skipped(language, x)) for x in run)
        else:
            first, last = wording.skipped(language, run[0]), wording.skipped(language, run[-1])
            yield language.gettext(ALL_OF_THEM, first=first, last=last)


def _runs(days: Sequence[str]) -> Iterator[list[str]]:
    """Days as they follow each other without another between."""
    run: list[str] = []
    for day in days:
        if run and date.fromisoformat(day[:10]) - date.fromisoformat(run[-1][:10]) > timedelta(days=1):
            yield run
            run = []
        run.append(day)
    if run:
        yield run


def _stood(language: Language, pause: tuple[datetime, datetime], hours: Hours, now: datetime) -> str:
    since, until = (language.moment(x, hours, now) for x in pause)
    return language.gettext(STOOD, since=since, until=until)


def _fact(language: Language, fact: str, directory: Directory) -> str:
    """What the ladder holds for; whoever is named by a HER-id is called by name."""
    said, _, id = fact.rpartition(" ")
    return wording.told(language, f"{said} {wording.party(directory, id)}" if id.isdigit() else fact)
