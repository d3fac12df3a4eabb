"""A region's directory is loaded again beside a process that works: when it decides by it, and how long it pauses."""

import asyncio
import gc
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from hub import settings
from hub.following import InForce, follow, in_force
from hub.intake import Order
from hub.record import Version
from hub.registry import archive
from hub.store import Store
from hub.store.migrate import migrate

# So many patients change in the list, and somebody goes on leave.
CHANGED = 500


@dataclass(frozen=True, slots=True)
class Reload:
    """Seconds from the commit of a version until it is decided by, and the longest pause of the process meanwhile."""

    seconds: float
    pause: float


def measured(folder: Path) -> Reload:
    """One reload of this folder with a few changes, by a process that has it already."""
    url = f"sqlite:///{folder.parent}/reload.db"
    migrate(url)
    return asyncio.run(_reloaded(url, folder))


async def _reloaded(url: str, folder: Path) -> Reload:
    async with Store(url) as store:
        files = archive.gather(folder)
        await _put(store, 1, files)
        found = await in_force(store, folder)
        gc.freeze()
        done: asyncio.Future[float] = asyncio.get_running_loop().create_future()
        following = asyncio.create_task(follow(store, found, settings.load(settings.sample()), _told(done)))
        await asyncio.sleep(1.0)
        await _put(store, 2, _changed(files))
        begun, pauses = time.perf_counter(), list[float]()
        ticking = asyncio.create_task(_tick(pauses))
        seconds = await done - begun
        # What it leaves behind is cleared away after it.
        await asyncio.sleep(1.0)
        for task in (ticking, following):
            task.cancel()
        await asyncio.gather(ticking, following, return_exceptions=True)
        return Reload(seconds, max(pauses))


def _told(done: "asyncio.Future[float]") -> Callable[[InForce, Order], None]:
    return lambda found, order: done.set_result(time.perf_counter())


async def _put(store: Store, number: int, files: dict[str, bytes]) -> None:
    named = {name: archive.digest(content) for name, content in files.items()}
    version = Version(number, datetime.now(UTC), "bench", "", named)
    await store.put_version(version, {named[name]: content for name, content in files.items()})


def _changed(files: dict[str, bytes]) -> dict[str, bytes]:
    lines = files["patients.csv"].splitlines()
    step = max(1, len(lines) // CHANGED)
    for n in range(1, len(lines), step):
        lines[n] = lines[n].rsplit(b";", 1)[0] + b";nn"
    found = re.search(rb'\[\[person\]\]\n(?:.*\n)*?id = "([^"]+)"', files["centre.toml"])
    assert found is not None, "somebody works there"
    person = found[1].decode()
    away = f'\n[[absence]]\nperson = "{person}"\nfrom = 2026-12-01\nto = 2026-12-24\n'.encode()
    return files | {"patients.csv": b"\n".join(lines) + b"\n", "centre.toml": files["centre.toml"] + away}


async def _tick(pauses: list[float]) -> None:
    """How much later than asked for the process goes on, each time."""
    while True:
        asked = time.perf_counter() + 0.001
        await asyncio.sleep(0.001)
        pauses.append(time.perf_counter() - asked)
