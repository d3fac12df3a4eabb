"""Where a search goes on, as an opaque word in an address: never with what was searched for."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from json import dumps, loads

from hub.browsing import Place
from hub.errors import BadRequest
from hub.item import ItemId
from hub.web import cursor


def write(place: Place, whose: ItemId | None) -> str:
    """The word for a place; `whose` is an item whose patient was searched for."""
    told = [int(place.ended), *(place.after or ("", "")), whose or ""]
    return urlsafe_b64encode(dumps(told, separators=(",", ":")).encode()).decode().rstrip("=")


def read(word: str) -> tuple[Place, ItemId | None]:
    """The place that a word stands for, and whose patient was searched for. Raises BadRequest."""
    try:
        ended, due, id, whose = loads(urlsafe_b64decode(word.encode() + b"=" * (-len(word) % 4)))
        if not (ended in (0, 1) and isinstance(due, str) and isinstance(id, str) and isinstance(whose, str)):
            raise ValueError
        after = cursor.read(f"{due}~{id}") if due else None
    except (ValueError, TypeError, BadRequest, RecursionError) as fault:
        raise BadRequest("_page: follow the link `next` of the page before, as it stands") from fault
    return Place(bool(ended), after), ItemId(whose) if whose else None
