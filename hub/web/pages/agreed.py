"""What is agreed with the sender of an item, in the reader's language."""

from collections.abc import Iterator
from dataclasses import dataclass

from babel import Locale

from hub.agreement import Agreement, Agreements
from hub.web import wording
from hub.web.language import Language


@dataclass(frozen=True, slots=True)
class Agreed:
    """An agreement as a page shows it; `used` when it gave the item's deadline."""

    topic: str
    name: str
    until: str
    speaks: str
    contact: str
    phone: str
    deadlines: tuple[tuple[str, str], ...]
    tasks: tuple[tuple[str, str], ...]
    used: bool


def shown(language: Language, every: Agreements, valid: tuple[Agreement, ...], used: str) -> Iterator[Agreed]:
    """Valid agreements in words; `used` names the one that gave the deadline."""
    for a in valid:
        yield Agreed(
            topic=every.topics[a.topic].name(language.code),
            name=a.name,
            until=f"{a.last:%d.%m.%Y}" if a.last else "",
            speaks=(Locale.parse(a.language).get_display_name(language.code) or a.language) if a.language else "",
            contact=a.contact.text if a.contact else "",
            phone=a.contact.phone if a.contact else "",
            deadlines=tuple((wording.told(language, kind), ladder) for kind, ladder in a.deadlines.items()),
            tasks=tuple((task.who, task.what) for task in a.tasks),
            used=a.name == used,
        )
