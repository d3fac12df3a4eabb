"""What a page with a list shows beside its lines: how it goes on, its filters, and what can be done to several."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from hub.consulting import waiting
from hub.directory import Directory, InboxId, InboxKind, Person
from hub.record import Listed
from hub.selection import NOBODY, Folder
from hub.service import Hub
from hub.web import cursor, wording
from hub.web.language import N_, Language
from hub.web.pages import asking, consulting, page
from hub.web.pages.asking import Asked, Offers
from hub.web.pages.page import Beside
from hub.web.pages.rows import Reader

# As many lines as one page shows, and as many notices and alerts.
LINES = 100
NOTICES = 200
ALERTS = 200

# What an empty list says: why it is empty, and what to do.
EMPTY = {
    Folder.NEW: N_("Nothing new waits to be acted on. New messages appear here by themselves."),
    Folder.MINE: N_(
        "You have taken nothing. Take a message under New or My group; then it stands here until it is done."
    ),
    Folder.GROUP: N_("Nothing is open in your inboxes. New messages appear here by themselves."),
    Folder.WAITING: N_(
        "No sender is being waited for. Ask a sender something from a message, and it waits here until they reply."
    ),
    Folder.DEVIATIONS: N_("All that was sent from your inboxes got through, or somebody has seen what did not."),
    Folder.INFORMATION: N_("There is nothing to be read. What only informs appears here, and leaves when it is read."),
    Folder.ARCHIVE: N_("Nothing has ended here yet. Messages that are answered or closed are kept here."),
}
# What may have been done before the list is shown, and what was done to several.
DONE = {
    "answered": N_("The answer is on its way to the sender."),
    "closed": N_("The message is closed."),
    "returned": N_("The message is on its way back to the sender."),
    "handed_on": N_("The message is handed on."),
    "seen": N_("Marked as seen."),
    "given": N_("Your opinion is given."),
    "saved": N_("The view is saved."),
    "deleted": N_("The view is deleted."),
    "undone": N_("It is taken back."),
    "none": N_("Nothing was chosen. Tick the messages first."),
}


async def values(asked: Asked, reader: Reader, beside: Beside) -> dict[str, Any]:
    """What every list needs: its lines, how it goes on, and how the page keeps itself new."""
    hub, now, wanted = reader.hub, reader.now, asked.selection
    # First of all: what happens while the page is made is told by its stream.
    newest = await reader.answers.ask("newest", hub.store.newest)
    found = Listed()
    if wanted.folder is not Folder.DEVIATIONS:
        # Whose list it is matters for what they have taken alone.
        whose = wanted.person if wanted.folder is Folder.MINE else ""
        question = ("listing", wanted.folder, wanted.inboxes, whose, wanted.filters, asked.after)
        place = cursor.read(asked.after)
        found = await reader.answers.ask(question, lambda: hub.store.lists.listing(wanted, place, LINES, now))
    return {
        "places": beside,
        "place": next((p for p in beside if asked.of_inbox and p.inbox.id == asked.inbox), None),
        "asked": asked,
        "folder": None if asked.of_inbox else asked.selection.folder,
        "count": _count(asked, beside),
        "rows": await reader.rows(found.lines),
        "following": asked.path(after="~".join(found.following)) if found.following else "",
        # The end of what was looked at, and not of the list.
        "further": bool(found.following) and len(found.lines) < LINES,
        "updated": reader.language.clock(now, reader.hours),
        "printed": reader.language.stamp(now, reader.hours),
        "pause": reader.pause(),
        "newest": newest,
        "empty": reader.language.gettext(EMPTY[asked.selection.folder]),
        "alerts": [],
        "notices": [],
        "pressing": [],
        "gaps": [],
        "questions": await _questions(asked, reader) if asked.first and not asked.ended else [],
    }


async def _questions(asked: Asked, reader: Reader) -> list[consulting.Shown]:
    """What colleagues ask those of the list."""
    shown = consulting.Reader(reader.hub.directory, reader.who, reader.language, reader.hours, reader.now)
    inboxes = asked.selection.inboxes
    found = await reader.answers.ask(("questions", inboxes), lambda: waiting(reader.hub, inboxes))
    return [shown.shown(opinion, item) for opinion, item in found]


async def around(asked: Asked, reader: Reader, beside: Beside) -> dict[str, Any]:
    """What stands around a list and is not made anew while the page stands open."""
    hub, reads = reader.hub, reader.language
    senders = (
        {}
        if asked.selection.folder is Folder.DEVIATIONS
        else await hub.store.lists.senders(asked.selection, reader.now)
    )
    names = {**senders, **_names(hub.directory)}
    return {
        "chips": list(asked.chips(reads, names)),
        "offers": _offers(asked, reader, senders, beside),
        # Nothing is done to what has ended, nor to alerts.
        "targets": [] if asked.selection.folder in (Folder.ARCHIVE, Folder.DEVIATIONS) else targets(hub, reader.who),
        "view": next((name for name, query in beside.views.items() if query == asked.path()), ""),
    }


def done(what: str, num: str, reads: Language) -> str:
    """What was just done, in words; nothing for a word that no page says."""
    if what not in SEVERAL:
        return reads.gettext(DONE[what]) if what in DONE else ""
    return several(what, number(num), reads)


def number(written: str) -> int:
    """How many messages an address or a form tells of; 0 for what is no such number."""
    return int(written) if written.isascii() and written.isdecimal() and len(written) < 6 else 0


# What was done to several messages.
SEVERAL = ("taken", "read", "handed", "back")


def several(what: str, num: int, reads: Language) -> str:
    """How many messages something was done to, in words."""
    match what:
        case "taken":
            return reads.ngettext("You have taken %(num)d message.", "You have taken %(num)d messages.", num)
        case "read":
            return reads.ngettext("%(num)d message is marked as read.", "%(num)d messages are marked as read.", num)
        case "back":
            return reads.ngettext("%(num)d message is taken back.", "%(num)d messages are taken back.", num)
    return reads.ngettext("%(num)d message is handed on.", "%(num)d messages are handed on.", num)


def targets(hub: Hub, who: Person) -> list[tuple[InboxId, str]]:
    """The inboxes that a person can hand on to from some inbox of theirs."""
    directory = hub.directory
    practices = {directory.inboxes[i].practice for i in page.seen(hub, who)}
    found = (x for x in directory.inboxes.values() if x.practice in practices and x.kind is not InboxKind.TEST)
    return [(x.id, x.name) for x in found]


def _count(asked: Asked, beside: Beside) -> int | None:
    """How many there are in all of the list, where that is known."""
    if asked.of_inbox:
        return None if asked.ended else next(p.open for p in beside if p.inbox.id == asked.inbox)
    return next(x.count for x in beside.folders if x.folder is asked.selection.folder)


def _names(directory: Directory) -> dict[str, str]:
    names: dict[str, str] = {partner.her_id: partner.name for partner in directory.partners.values()}
    names |= {person.id: person.name for person in directory.people.values()}
    return names | {inbox.id: inbox.name for inbox in directory.inboxes.values()}


def _offers(asked: Asked, reader: Reader, senders: Mapping[str, str], beside: Sequence[Any]) -> Offers:
    directory, inboxes = reader.hub.directory, asked.selection.inboxes
    people = dict.fromkeys(person for inbox in inboxes for person in directory.members(inbox))
    own = asked.selection.folder not in (Folder.NEW, Folder.MINE, Folder.WAITING)
    nobody = [(NOBODY, reader.language.gettext("Nobody"))] if own and not asked.ended else []
    return Offers(
        kinds=asking.kinds(reader.language),
        senders=_by_words(senders.items()),
        owners=nobody + _by_words((x, wording.name(directory, x)) for x in people) if own else [],
        inboxes=[] if asked.of_inbox or len(beside) < 2 else [(p.inbox.id, p.inbox.name) for p in beside],
        switches=[
            (name, reader.language.gettext(words))
            for name, words in asking.SWITCHES.items()
            if not asked.ended or name not in ("late", "soon")
        ],
    )


def _by_words(pairs: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    return sorted(pairs, key=lambda x: x[1].casefold())
