"""Marks: how far something has come, or when it was done last, whoever did it."""

from sqlalchemy import Connection, update

from hub.store import lane
from hub.store.tables import mark


def put(c: Connection, name: str, number: int) -> bool:
    """Put a mark forward; false when it stands there already, as whoever puts it there does what it stands for."""
    if lane.add(c, mark, [{"name": name, "number": number}], ignore=True):
        return True
    return (
        c.execute(update(mark).where(mark.c.name == name, mark.c.number < number).values(number=number)).rowcount == 1
    )
