"""Attachments cut out of messages: what is long and comes more than once is kept once, and put back byte for byte."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from sqlalchemy import Connection, select

from hub.store import lane
from hub.store.batch import Writing
from hub.store.tables import blob
from hub.store.tables import cutting as place

# What is shorter stays where it is.
SHORTEST = 4_096


@dataclass(frozen=True, slots=True)
class Cut:
    """A message's bytes without its attachments, and those with the places where they stood."""

    rest: bytes
    pieces: tuple[tuple[int, bytes], ...] = ()


def cut(writing: Writing) -> Cut:
    """Take a message's attachments out of its bytes."""
    raw, arrival = writing.raw, writing.change.arrival
    wanted = sorted(p for p in arrival.files if p[1] >= SHORTEST) if arrival else []
    if not wanted:
        return Cut(raw)
    rest, pieces, at = [], [], 0
    for start, length in wanted:
        rest.append(raw[at:start])
        pieces.append((start, raw[start : start + length]))
        at = start + length
    return Cut(b"".join((*rest, raw[at:])), tuple(pieces))


def keep(c: Connection, cuts: Sequence[tuple[int, Cut]]) -> None:
    """Keep what was cut out of messages, by their numbers; what is here already is not kept again."""
    found = [(number, start, sha256(piece).digest(), piece) for number, x in cuts for start, piece in x.pieces]
    if not found:
        return
    blobs = {digest: piece for _, _, digest, piece in found}
    for digest, piece in blobs.items():
        lane.add(c, blob, [{"digest": digest, "content": piece}], ignore=True)
    lane.add(c, place, [{"message_id": n, "start": start, "digest": digest} for n, start, digest, _ in found])


def whole(c: Connection, number: int, rest: bytes) -> bytes:
    """A message's bytes as they came."""
    query = select(place.c.start, blob.c.content).join(blob, blob.c.digest == place.c.digest)
    pieces = c.execute(query.where(place.c.message_id == number).order_by(place.c.start)).all()
    if not pieces:
        return rest
    parts, at, done = [], 0, 0
    for start, content in pieces:
        parts += [rest[at : at + start - done], content]
        at, done = at + start - done, start + len(content)
    return b"".join((*parts, rest[at:]))
