"""A site that runs: its processes as their supervisor starts them, and a webhook's receiver who is the person."""

import asyncio
import json
import os
import shutil
import signal
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hub import settings
from hub.store import Store
from tests.servers import hooks
from tests.servers.hooks import Hooks

# What is stopped, and how: at once, frozen, or in order.
PARTS = ("intake", "relay", "watch", "audit")
HOWS = {"killed": signal.SIGKILL, "frozen": signal.SIGSTOP, "ended": signal.SIGTERM}

ROOT = Path(__file__).parents[2]
# How long a site may take to start, and to tell.
PATIENCE, LOOK_SECONDS = 120.0, 0.05
HOOK, SECRET = "operations", "a-secret-of-drills-only"


@dataclass(slots=True)
class Site:
    """One of each process, and what its person was told."""

    person: Hooks
    environment: dict[str, str]
    log: Path
    processes: dict[str, asyncio.subprocess.Process] = field(default_factory=dict)

    async def start(self, part: str) -> None:
        """Start a process."""
        words = (sys.executable, "-m", "workers", part)
        with self.log.open("ab") as out:
            self.processes[part] = await asyncio.create_subprocess_exec(
                *words, cwd=ROOT, env=self.environment, stdin=asyncio.subprocess.DEVNULL, stdout=out, stderr=out
            )

    def stop(self, part: str, how: str) -> None:
        """Stop a process in one of the ways."""
        self.processes[part].send_signal(HOWS[how])

    async def back(self, part: str, how: str) -> None:
        """Bring it back: one that is frozen goes on, the others are started anew."""
        process = self.processes[part]
        if how == "frozen":
            process.send_signal(signal.SIGCONT)
            return
        await process.wait()
        await self.start(part)

    async def told(self, kind: str, part: str, after: int) -> float:
        """When the person was told something of a part, after so many other things (monotonic)."""
        return await until(lambda: self._heard(kind, part, after), f"nobody was told that {part} is {kind}")

    async def end(self) -> None:
        """End all of it at once."""
        for process in self.processes.values():
            if process.returncode is None:
                process.kill()
        await asyncio.gather(*(process.wait() for process in self.processes.values()))

    async def _heard(self, kind: str, part: str, after: int) -> bool:
        lines = (line for told in self.person.told[after:] for line in told.json["lines"])
        return any((line["kind"], line.get("about")) == (kind, part) for line in lines)


async def until(holds: Callable[[], Awaitable[object]], otherwise: str) -> float:
    """Wait until something holds, and say when it did (monotonic). Raises TimeoutError."""
    last = time.monotonic() + PATIENCE
    while not await holds():
        if time.monotonic() > last:
            raise TimeoutError(f"{otherwise} in {PATIENCE:.0f} s")
        await asyncio.sleep(LOOK_SECONDS)
    return time.monotonic()


@asynccontextmanager
async def running(folder: Path, database: str, broker: str) -> AsyncIterator[Site]:
    """A site with all its parts at work, on an empty and migrated database and a broker of its own."""
    async with hooks.serving() as person:
        site = Site(person, _environment(_centre(folder), database, broker, person.url), folder / "log")
        try:
            await asyncio.gather(*(site.start(part) for part in PARTS))
            async with Store(database) as store:
                await until(lambda: _at_work(store), "not all of the site came")
            yield site
        finally:
            await site.end()


async def _at_work(store: Store) -> bool:
    found = await store.workers()
    return {x.kind for x in found} >= set(PARTS) and not any(x.state.get("trouble") for x in found)


def _centre(folder: Path) -> Path:
    """The sample centre, whose operations have asked to be told by the webhook."""
    place = folder / "centre"
    shutil.copytree(settings.sample().parent, place)
    file = place / "centre.toml"
    asked = 'kind = "operations"\n'
    text = file.read_text(encoding="utf-8")
    assert text.count(asked) == 1, "the sample centre has one inbox for operations"
    file.write_text(text.replace(asked, f'{asked}webhook = ["{HOOK}"]\n'), encoding="utf-8")
    return place


def _environment(centre: Path, database: str, broker: str, hook: str) -> dict[str, str]:
    webhooks: dict[str, Any] = {HOOK: {"url": f"{hook}/told", "secret": SECRET}}
    return {
        **os.environ,
        "HUB_CONFIG": str(centre / "hub.toml"),
        "HUB_DATABASE__URL": database,
        "HUB_BROKER__URLS": json.dumps([broker]),
        "HUB_NOTICES__WEBHOOKS": json.dumps(webhooks),
    }
