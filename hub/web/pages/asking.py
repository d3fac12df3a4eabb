"""Which list is asked for: an inbox or a folder, narrowed by filters, all of which stand in the address."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Annotated
from urllib.parse import urlencode

from fastapi import Depends, Query

from hub.directory import InboxId
from hub.message import Kind
from hub.selection import NO_FILTERS, NOBODY, Filters, Selection
from hub.web import wording
from hub.web.language import N_, Language

Written = Annotated[str, Query(max_length=200)]

# What a filter that is on or off is called.
SWITCHES = {
    "urgent": N_("Urgent"),
    "late": N_("Late"),
    "soon": N_("Due within the hour"),
    "attachments": N_("With attachments"),
}


async def _filters(
    kind: Written = "",
    theme: Written = "",
    sender: Written = "",
    owner: Written = "",
    urgent: bool = False,
    late: bool = False,
    soon: bool = False,
    attachments: bool = False,
) -> Filters:
    """The filters of an address."""
    return Filters(kind, theme.strip(), sender, owner, urgent, late, soon, attachments)


Narrowed = Annotated[Filters, Depends(_filters)]
Ended = Annotated[bool, Query()]
After = Annotated[str | None, Query()]
New = Annotated[int, Query(ge=0, le=9999)]


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter that is on, in words, and the address of the list without it."""

    name: str
    words: str
    without: str


@dataclass(frozen=True, slots=True)
class Asked:
    """Which part of which list is shown; `new` is how many messages came while the page stood open.

    `inbox` is the one that a folder is narrowed to or the page is about, and `of_inbox` tells which of both.
    """

    where: str
    name: str
    selection: Selection
    inbox: InboxId | None = None
    of_inbox: bool = False
    after: str | None = None
    new: int = 0

    @property
    def ended(self) -> bool:
        """Whether it is about what is done."""
        return self.selection.ended

    @property
    def filters(self) -> Filters:
        """What narrows it."""
        return self.selection.filters

    @property
    def narrowed(self) -> bool:
        """Whether anything is held back."""
        return self.filters != NO_FILTERS or (self.inbox is not None and not self.of_inbox)

    @property
    def first(self) -> bool:
        """Whether it is the beginning of all of it."""
        return not (self.narrowed or self.after)

    def path(self, part: str = "", after: str | None = None) -> str:
        """Where this is, or where it goes on."""
        return self._address(part, self.filters, self.inbox, after)

    def plain(self) -> str:
        """The same list without any filter."""
        return self._address("", NO_FILTERS, self.inbox if self.of_inbox else None, None)

    def chips(self, language: Language, names: Mapping[str, str]) -> Iterator[Chip]:
        """The filters that are on; `names` are what senders, people and inboxes are called."""
        for name, words in worded(self.filters, language, names):
            without = replace(self.filters, **{name: getattr(NO_FILTERS, name)})
            yield Chip(name, words, self._address("", without, self.inbox, None))
        if self.inbox is not None and not self.of_inbox:
            words = names.get(self.inbox, self.inbox)
            yield Chip("inbox", words, self._address("", self.filters, None, None))

    def _address(self, part: str, filters: Filters, inbox: InboxId | None, after: str | None) -> str:
        query = {"ended": "1" if self.ended and self.of_inbox else "", **query_of(filters)}
        query |= {"inbox": inbox or "" if not self.of_inbox else "", "after": after or ""}
        written = urlencode({name: value for name, value in query.items() if value})
        return f"{self.where}{part}{'?' if written else ''}{written}"


@dataclass(frozen=True, slots=True)
class Offers:
    """What the form of filters offers: each as its value and its words, and nothing where it would tell nothing."""

    kinds: list[tuple[str, str]]
    senders: list[tuple[str, str]]
    owners: list[tuple[str, str]]
    inboxes: list[tuple[str, str]]
    switches: list[tuple[str, str]] = field(default_factory=list)


def query_of(filters: Filters) -> dict[str, str]:
    """Filters as they stand in an address."""
    values = ((x.name, getattr(filters, x.name)) for x in fields(filters))
    return {name: "1" if value is True else value for name, value in values if value}


def worded(filters: Filters, language: Language, names: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """The filters that are on, each with its words."""
    if filters.kind:
        yield "kind", kind(filters.kind, language)
    if filters.theme:
        yield "theme", language.gettext("About “%(words)s”", words=filters.theme)
    if filters.sender:
        yield "sender", language.gettext("From %(name)s", name=names.get(filters.sender, filters.sender))
    if filters.owner == NOBODY:
        yield "owner", language.gettext("Taken by nobody")
    elif filters.owner:
        yield "owner", language.gettext("Taken by %(name)s", name=names.get(filters.owner, filters.owner))
    yield from ((name, language.gettext(words)) for name, words in SWITCHES.items() if getattr(filters, name))


def kind(value: str, language: Language) -> str:
    """A kind of message in words, with a capital."""
    words = wording.told(language, value)
    return words[:1].upper() + words[1:]


def kinds(language: Language) -> list[tuple[str, str]]:
    """All kinds of messages by their words."""
    return sorted(((each.value, kind(each.value, language)) for each in Kind), key=lambda x: x[1].casefold())
