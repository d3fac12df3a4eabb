"""Who is signed in: whose a session is, when they did something last, and whether it is locked."""

from datetime import datetime

from sqlalchemy import Connection, delete, insert, select, update

from hub.directory import PersonId
from hub.record import Session
from hub.store.tables import session


def begin(c: Connection, token: bytes, person: PersonId, now: datetime, expires_at: datetime) -> None:
    """Keep a sign-in by its token's digest; those that have expired are let go."""
    c.execute(delete(session).where(session.c.expires_at <= now))
    c.execute(insert(session), {"token": token, "person": person, "expires_at": expires_at, "seen_at": now})


def end(c: Connection, token: bytes) -> None:
    """End a sign-in."""
    c.execute(delete(session).where(session.c.token == token))


def found(c: Connection, token: bytes, now: datetime) -> Session | None:
    """The session of a token, while it lasts."""
    wanted = (session.c.token == token, session.c.expires_at > now)
    row = c.execute(select(session.c.person, session.c.seen_at, session.c.locked).where(*wanted)).first()
    return Session(PersonId(row.person), row.seen_at, row.locked) if row else None


def seen(c: Connection, token: bytes, now: datetime) -> None:
    """The person did something; one who is locked out did not."""
    c.execute(update(session).where(session.c.token == token, session.c.locked.is_(False)).values(seen_at=now))


def lock(c: Connection, token: bytes) -> None:
    """Nobody sees or does anything in a session until it is unlocked."""
    c.execute(update(session).where(session.c.token == token).values(locked=True))


def unlock(c: Connection, token: bytes, now: datetime) -> bool:
    """The person is here again; false when the session is gone meanwhile."""
    done = c.execute(update(session).where(session.c.token == token).values(locked=False, seen_at=now))
    return done.rowcount > 0
