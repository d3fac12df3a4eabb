"""Which configuration is in force: the one that was loaded last, else the folder's; and seeing when another is."""

import asyncio
import gc
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import structlog

from hub import registry
from hub.acceptance import Acceptance
from hub.errors import BadConfiguration, Unavailable
from hub.intake import Order
from hub.record import Version
from hub.registry import Configuration, archive
from hub.registry.files import PATIENTS
from hub.settings import Settings
from hub.store import Store, engine

log = structlog.get_logger()

# How often it is looked whether another one was loaded, and when one that cannot be used is tried again.
LOOK_SECONDS, AGAIN_SECONDS = 0.25, 30.0


@dataclass(frozen=True, slots=True)
class InForce:
    """A configuration that is in force, and of which version; 0 where none was ever loaded."""

    configuration: Configuration
    number: int = 0
    files: Mapping[str, str] = field(default_factory=dict)

    def order(self, acceptance: Acceptance) -> Order:
        """What decisions stand on."""
        known = self.configuration
        return Order(known.directory, known.rules, known.ladders, acceptance)


async def in_force(
    store: Store, folder: Path, before: InForce | None = None, given: Configuration | None = None
) -> InForce:
    """What was loaded last; where nothing ever was, what is given, or the folder as it is now.

    Of what was in force `before`, the patients that are still the same are not read again.
    Raises BadConfiguration when it is not as it must be, and Unavailable.
    """
    version = await store.version_in_force()
    if version is None:
        return InForce(await asyncio.to_thread(registry.load, folder) if given is None else given)
    return InForce(await _loaded(store, version, before), version.number, version.files)


async def known(settings: Settings) -> tuple[Configuration, str]:
    """What is in force; where the database cannot say that, the folder as it is now, and why it cannot.

    Raises BadConfiguration when it is not as it must be.
    """
    why, version, contents = "", None, dict[str, bytes]()
    # Nothing was loaded where there is no database yet, and none is to be made by asking.
    if engine.there(settings.database.url):
        try:
            async with Store(settings.database.url) as store:
                version = await store.version_in_force()
                contents = await store.contents(set(version.files.values())) if version else {}
        except (BadConfiguration, Unavailable) as fault:
            why = str(fault)
    if version is None:
        return await asyncio.to_thread(registry.load, settings.folder), why
    return await _read(version, contents, None), why


@asynccontextmanager
async def opened(settings: Settings, given: Configuration | None = None) -> AsyncIterator[Store]:
    """The store, open. Raises BadConfiguration and Unavailable.

    Whoever sets a centre up has written the folder first: what is wrong there is told before what the database lacks.
    """
    async with AsyncExitStack() as stack:
        try:
            store = await stack.enter_async_context(Store(settings.database.url))
        except BadConfiguration:
            if given is None:
                await asyncio.to_thread(registry.load, settings.folder)
            raise
        yield store


async def follow(store: Store, found: InForce, acceptance: Acceptance, renew: Callable[[InForce, Order], None]) -> None:
    """Hand on each configuration that is put in force from now on, until cancelled."""
    following = Following(store, found)
    while True:
        found = await following.next()
        renew(found, await asyncio.to_thread(found.order, acceptance))


async def _loaded(store: Store, version: Version, before: InForce | None) -> Configuration:
    wanted = {*version.files.values()}
    # What was there before is needed to see which patients are the same.
    old = before.files.get(PATIENTS) if before else None
    contents = await store.contents({*wanted, old} if old else wanted)
    listed = registry.Before(contents[old], before.configuration.directory.listings) if before and old else None
    return await _read(version, contents, listed)


async def _read(version: Version, contents: Mapping[str, bytes], listed: registry.Before | None) -> Configuration:
    files = {name: contents[digest] for name, digest in version.files.items()}

    def load() -> Configuration:
        with archive.spread_out(files) as folder:
            return registry.load(folder, before=listed)

    try:
        return await asyncio.to_thread(load)
    except BadConfiguration as wrong:
        # The folder that the error names is gone, and nobody could mend it there.
        reason = f"cannot be used by this version of the hub: {wrong.reason}"
        raise BadConfiguration(f"version {version.number}", Path(wrong.file).name, reason) from wrong


class Following:
    """Sees when another configuration is put in force."""

    def __init__(self, store: Store, found: InForce) -> None:
        self._store = store
        self._found = found
        # One that cannot be used, and until when it is not tried again.
        self._unusable, self._until = 0, 0.0

    async def next(self) -> InForce:
        """Wait until another one is in force; one that cannot be used is told, and the old one stays."""
        while True:
            try:
                if found := await self._newer():
                    return found
            except Unavailable as fault:
                log.warning("configuration.unseen", exc_info=fault)
            await asyncio.sleep(LOOK_SECONDS)

    async def _newer(self) -> InForce | None:
        began = time.monotonic()
        newest = await self._store.newest_version()
        if newest == self._found.number or (newest == self._unusable and began < self._until):
            return None
        try:
            self._found = await in_force(self._store, Path(), self._found)
        except BadConfiguration as wrong:
            self._unusable, self._until = newest, began + AGAIN_SECONDS
            log.error("configuration.unusable", version=newest, exc_info=wrong)
            return None
        if gc.get_freeze_count():
            # As at the start: it is here to stay, and nobody needs to look for circles in it.
            gc.freeze()
        log.info("configuration.read", version=newest, seconds=round(time.monotonic() - began, 3))
        return self._found
