"""The reader processes that a site's settings ask for."""

from hub import wire
from hub.settings import Acceptance, Signatures, Wire


def readers_of(limits: Wire, acceptance: Acceptance, signatures: Signatures, lazy: bool = False) -> wire.Readers:
    """The reader processes that a site's settings ask for, not yet started; one that is `lazy` is enough for few."""
    return wire.Readers(
        count=1 if lazy else limits.readers,
        limit=limits.limit_bytes,
        memory=limits.memory_mb * 2**20,
        seconds=limits.seconds,
        schemas=limits.schemas,
        acceptance=acceptance.choices(),
        trust=signatures.trust,
        lazy=lazy,
    )
