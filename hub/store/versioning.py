"""Configurations that were loaded: each is kept whole, and the last one is in force."""

import json
import zlib
from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select

from hub.record import Version
from hub.store import lane, postgresql
from hub.store.tables import configuration, configuration_file


def newest(c: Connection) -> int:
    """The number of the version in force; 0 when nothing was ever loaded."""
    (number,) = c.execute(select(func.coalesce(func.max(configuration.c.number), 0))).one()
    return int(number)


def in_force(c: Connection) -> Version | None:
    """The version in force, or None."""
    last = select(func.max(configuration.c.number)).scalar_subquery()
    row = c.execute(select(configuration).where(configuration.c.number == last)).one_or_none()
    return _version(row) if row else None


def versions(c: Connection, limit: int) -> list[Version]:
    """The last ones, the one in force first."""
    found = c.execute(select(configuration).order_by(configuration.c.number.desc()).limit(limit))
    return [_version(row) for row in found]


def version(c: Connection, number: int) -> Version | None:
    """One of them, or None."""
    row = c.execute(select(configuration).where(configuration.c.number == number)).one_or_none()
    return _version(row) if row else None


def contents(c: Connection, digests: Collection[str]) -> dict[str, bytes]:
    """What files hold, by their digests."""
    wanted = lane.among(c, configuration_file.c.digest, [bytes.fromhex(digest) for digest in digests])
    found = c.execute(select(configuration_file).where(wanted))
    return {row.digest.hex(): zlib.decompress(row.content) for row in found}


def add(c: Connection, version: Version, packed: Mapping[str, bytes]) -> bool:
    """Put a version in force if it comes right after the one that is; `packed` has its files as `pack` makes them."""
    if newest(c) != version.number - 1:
        return False
    digests = [bytes.fromhex(digest) for digest in version.files.values()]
    here = set(c.execute(select(configuration_file.c.digest).where(configuration_file.c.digest.in_(digests))).scalars())
    fresh = {digest for digest in digests if digest not in here}
    rows = [{"digest": digest, "content": packed[digest.hex()]} for digest in fresh]
    lane.add(c, configuration_file, rows)
    c.execute(
        insert(configuration),
        {
            "number": version.number,
            "at": version.at,
            "who": version.who,
            "why": version.why,
            "again": version.again,
            "files": json.dumps(dict(version.files)),
        },
    )
    if c.dialect.name == "postgresql":
        postgresql.tell(c)
    return True


def pack(content: bytes) -> bytes:
    """What a file holds, as it is kept."""
    return zlib.compress(content)


def _version(row: Row[Any]) -> Version:
    return Version(row.number, row.at, row.who, row.why, json.loads(row.files), row.again)
