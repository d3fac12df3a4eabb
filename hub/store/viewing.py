"""The lists that people come back to, each person's own."""

from sqlalchemy import Connection, delete, func, select, update

from hub.directory import PersonId
from hub.store import lane
from hub.store.tables import view


def views(c: Connection, person: PersonId) -> dict[str, str]:
    """A person's lists by name, in the order of the names."""
    found = c.execute(select(view.c.name, view.c.query).where(view.c.person == person))
    return dict(sorted((r.name, r.query) for r in found))


def save(c: Connection, person: PersonId, name: str, query: str, most: int) -> bool:
    """Keep a list under a name, in the place of one that has it; false when the person has `most` already."""
    own = (view.c.person == person, view.c.name == name)
    if c.execute(update(view).where(*own).values(query=query)).rowcount:
        return True
    if c.execute(select(func.count()).where(view.c.person == person)).scalar_one() >= most:
        return False
    lane.add(c, view, [{"person": person, "name": name, "query": query}], ignore=True)
    return True


def forget(c: Connection, person: PersonId, name: str) -> bool:
    """Forget a list; false when there is none of that name."""
    return bool(c.execute(delete(view).where(view.c.person == person, view.c.name == name)).rowcount)
