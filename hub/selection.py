"""What somebody wants to see of what lies in their inboxes: a folder, narrowed by filters."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from hub.directory import InboxId, PersonId

# What is due within this time is due soon.
SOON = timedelta(minutes=60)


class Folder(StrEnum):
    """A way to look at several inboxes at once; alerts, and not items, are what lies in DEVIATIONS."""

    NEW = "new"  # to be acted on, and nobody has taken it
    MINE = "mine"  # taken by the person
    GROUP = "group"  # all that is open
    WAITING = "waiting"  # the sender was asked something
    DEVIATIONS = "deviations"  # what we sent did not get through
    INFORMATION = "information"  # open, and only to be read
    ARCHIVE = "archive"  # ended


@dataclass(frozen=True, slots=True)
class Filters:
    """What narrows a list; what is not said holds nothing back.

    `kind` is a message's kind and `sender` the key of its sender, `theme` is a part of what it is said to be about,
    and `owner` is who has taken it, or NOBODY. `late` and `soon` are about what is open.
    """

    kind: str = ""
    theme: str = ""
    sender: str = ""
    owner: str = ""
    urgent: bool = False
    late: bool = False
    soon: bool = False
    attachments: bool = False

    @property
    def beside(self) -> bool:
        """Whether something is asked for that stands beside the index of a list."""
        return bool(self.kind or self.theme or self.sender or self.urgent or self.attachments)


# What nobody has taken.
NOBODY = "nobody"
NO_FILTERS = Filters()


@dataclass(frozen=True, slots=True)
class Selection:
    """A folder over some inboxes, for a person who may see these."""

    folder: Folder
    inboxes: tuple[InboxId, ...]
    person: PersonId
    filters: Filters = NO_FILTERS

    @property
    def ended(self) -> bool:
        """Whether it is about what is done, the last due first."""
        return self.folder is Folder.ARCHIVE
