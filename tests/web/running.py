"""The sample centre running behind a real server, with what partners say of what it sends."""

import asyncio
import re
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

from hub.service import Delivery, Noted, open_hub
from hub.settings import Rehearsal
from tests.centre import configured
from tests.web.test_pages import MORNING, Centre, _served
from tests.web.test_sending import RECEIPT

SAMPLES = Path(__file__).parent.parent / "samples"


@asynccontextmanager
async def running(folder: Path) -> AsyncIterator[Centre]:
    """The sample centre on a Tuesday at 09:05, with a database of its own."""
    clock = Rehearsal(start=MORNING + timedelta(minutes=5), anchor=time.time())
    settings = await asyncio.to_thread(configured, folder, clock=clock)
    async with open_hub(settings) as hub, _served(hub) as address:
        yield Centre(hub, address)


def sample(name: str) -> bytes:
    """A sample message by the beginning of its file's name."""
    (path,) = SAMPLES.glob(f"{name}.xml")
    return path.read_bytes()


async def refuse(centre: Centre, msg_id: str, why: str = "Ukjent") -> None:
    """The partner turns away what was sent to it; `why` is XML text."""
    await _acknowledge(centre, RECEIPT.format(msg_id).replace('OT="Ukjent"', f'OT="{why}"'))


async def accept(centre: Centre, msg_id: str) -> None:
    """The partner acknowledges what was sent to it."""
    refused = RECEIPT.format(msg_id).replace('<Status V="2" DN="Avvist"/>', '<Status V="1" DN="OK"/>')
    await _acknowledge(centre, re.sub("<Error .*?/>", "", refused))


async def _acknowledge(centre: Centre, receipt: str) -> None:
    exchange = next(a for a in centre.hub.accounts.systems.values() if a.any)
    (outcome,) = await centre.hub.receive([Delivery(receipt.encode(), exchange)], MORNING)
    assert isinstance(outcome, Noted)


async def unacknowledged(centre: Centre) -> None:
    """So much time passes that nobody waits for an acknowledgement any more."""
    assert await centre.hub.tick(centre.hub.clock.now() + timedelta(hours=97))
