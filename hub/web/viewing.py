"""Saved views: what may be saved, by whichever door."""

from urllib.parse import urlsplit

from hub.directory import Person
from hub.errors import BadRequest
from hub.service import Hub

# How long a name and an address may be, and how many views a person may have.
NAME, QUERY, MOST = 80, 2_000, 50

# What can be saved: lists, and nothing that does something.
LISTS = ("/folders/", "/inboxes/", "/search")


async def save(hub: Hub, who: Person, name: str, query: str) -> str:
    """Save a list under a name; returns that as it is kept.

    Raises BadRequest when it has no name, is no list, or when there are too many.
    """
    name = " ".join(name.split())
    if not name or not name.isprintable() or len(name) > NAME:
        raise BadRequest(f"name: give the view a name of at most {NAME} characters")
    if not is_list(query):
        raise BadRequest("query: give the path and the query of a list, as /folders/new?urgent=1")
    if not await hub.store.lists.save_view(who.id, name, query, MOST):
        raise BadRequest(f"name: there are {MOST} views already; delete one first")
    return name


def is_list(query: str) -> bool:
    """Whether an address is that of a list of ours."""
    at = urlsplit(query)
    plain = query.isprintable() and "\\" not in query and " " not in query and len(query) <= QUERY
    return plain and not at.scheme and not at.netloc and not at.fragment and at.path.startswith(LISTS)
