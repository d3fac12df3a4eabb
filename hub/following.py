"""Which configuration is in force: the one that was loaded last, else the folder's; and seeing when another is."""

import asyncio
import gc
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import structlog

from hub import reaching, registry
from hub.errors import BadConfiguration, Unavailable
from hub.intake import Order
from hub.record import Version
from hub.registry import Configuration, archive
from hub.registry.files import NONE, PATIENTS
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


def order(known: Configuration, settings: Settings, instead: Mapping[str, Path] = NONE) -> Order:
    """What decisions stand on; `instead` are the files that were read in the place of the folder's.

    Raises BadConfiguration when the files ask for what hub.toml does not have.
    """
    reaching.check(known, settings.notices, settings.folder, instead)
    acceptance, registers = settings.acceptance.choices(), frozenset(settings.registers.addresses)
    return Order(known.directory, known.rules, known.ladders, acceptance, registers, known.templates)


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
    version, contents, why = await last(settings)
    if version is None:
        return await asyncio.to_thread(registry.load, settings.folder), why
    return await read(version, contents), why


async def last(settings: Settings) -> tuple[Version | None, Mapping[str, bytes], str]:
    """What was loaded last and what its files hold, by their digests; and why the database cannot say it, if so."""
    # Nothing was loaded where there is no database yet, and none is to be made by asking.
    if not engine.there(settings.database.url):
        return None, {}, ""
    try:
        async with Store(settings.database.url) as store:
            version = await store.version_in_force()
            return version, await store.contents(set(version.files.values())) if version else {}, ""
    except (BadConfiguration, Unavailable) as fault:
        return None, {}, str(fault)


async def read(version: Version, contents: Mapping[str, bytes], listed: registry.Before | None = None) -> Configuration:
    """What a version says; `contents` has what its files hold, by their digests.

    They are read from memory: a copy on a disk would tell of patients, and outlive a process that is killed.
    Raises BadConfiguration when this version of the hub cannot use it.
    """
    place = Path(f"version {version.number}")
    files = archive.held({name: contents[digest] for name, digest in version.files.items()}, place)
    try:
        return await asyncio.to_thread(registry.load, place, files, listed)
    except BadConfiguration as wrong:
        reason = f"cannot be used by this version of the hub: {wrong.reason}"
        told = BadConfiguration(wrong.file, wrong.key, reason, wrong.line)
        for note in getattr(wrong, "__notes__", ()):
            told.add_note(note)
        raise told from wrong


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


async def follow(store: Store, found: InForce, settings: Settings, renew: Callable[[InForce, Order], None]) -> None:
    """Hand on each configuration that is put in force from now on, until cancelled: nothing else ends it."""

    async def take(found: InForce) -> None:
        renew(found, await asyncio.to_thread(order, found.configuration, settings))

    await Following(store, found, take).run()


async def _loaded(store: Store, version: Version, before: InForce | None) -> Configuration:
    wanted = {*version.files.values()}
    # What was there before is needed to see which patients are the same.
    old = before.files.get(PATIENTS) if before else None
    contents = await store.contents({*wanted, old} if old else wanted)
    listed = registry.Before(contents[old], before.configuration.directory.listings) if before and old else None
    return await read(version, contents, listed)


class Following:
    """Sees when another configuration is put in force, and hands it on to `take`."""

    def __init__(self, store: Store, found: InForce, take: Callable[[InForce], Awaitable[None]]) -> None:
        self._store = store
        self._found = found
        self._take = take
        # One that cannot be used, and until when it is not tried again.
        self._unusable, self._until = 0, 0.0

    async def run(self) -> None:
        """Look until cancelled; one that cannot be used is told and tried again, and the old one stays meanwhile."""
        while True:
            try:
                await self._look()
            except Unavailable as fault:
                log.warning("configuration.unseen", exc_info=fault)
            except Exception as fault:
                # If this ended, the process would go by what it has for ever, and nobody would hear of it.
                log.error("configuration.failed", exc_info=fault)
                await asyncio.sleep(AGAIN_SECONDS)
            await asyncio.sleep(LOOK_SECONDS)

    async def _look(self) -> None:
        began = time.monotonic()
        newest = await self._store.newest_version()
        if newest == self._found.number or (newest == self._unusable and began < self._until):
            return
        try:
            await self._renew()
        except Unavailable:
            raise
        except Exception as wrong:
            # A machine without memory or threads left comes back, and a newer version may be well.
            self._unusable, self._until = newest, began + AGAIN_SECONDS
            event = "configuration.unusable" if isinstance(wrong, BadConfiguration) else "configuration.failed"
            log.error(event, version=newest, exc_info=wrong)
            return
        log.info("configuration.read", version=newest, seconds=round(time.monotonic() - began, 3))

    async def _renew(self) -> None:
        found = await in_force(self._store, Path(), self._found)
        await self._take(found)
        self._found = found
        if gc.get_freeze_count():
            # As at the start: it is here to stay, and nobody needs to look for circles in it.
            gc.freeze()
