"""The sample centre running behind a real server, and who works there: browsers, forms, and what partners say."""

import asyncio
import re
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from html import escape, unescape
from itertools import count
from pathlib import Path
from typing import Literal
from uuid import UUID

import httpx2
import uvicorn
from playwright.async_api import Browser, BrowserContext, Page

from hub.desk import Act
from hub.directory import InboxId, PersonId
from hub.item import Action, Item
from hub.message import HerId
from hub.outcome import Accepted, Noted
from hub.service import Delivery, Hub
from hub.settings import Rehearsal
from hub.web.app import app
from tests.centre import configured, opened
from tests.wire.builders import dialogue, ident, note, organisation, patient
from workers.serve import Server

# A Tuesday at the sample centre, 09:00 in Oslo; everything is due at 16:00 unless a word in it hurries.
MORNING = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
TEAM, COORDINATOR = InboxId("primaerhelseteam"), InboxId("koordinator")
HOME_SERVICE = HerId("900201")

# Anna Aas has municipal services; Andreas Aas only a GP, who is off on Fridays.
ANNA, ANDREAS = ("Aas", "Anna", "01864612632"), ("Aas", "Andreas", "26868035306")
SENDER = organisation(
    "Fjordbyen kommune", ident("900200"), inner=organisation("Sykepleietjeneste", ident(HOME_SERVICE))
)
RECEIVER = organisation(
    "Fjordbyen legesenter", ident("900100"), inner=organisation("Fastlegetjeneste", ident("900101"))
)
SCRIPT = "<script>document.title = 'caught'; alert(1)</script>"
BAD_TEXT = f"{SCRIPT}\n<img src=x onerror=alert(2)> & <b>fet</b>"

RECEIPT = """<AppRec xmlns="http://www.kith.no/xmlstds/apprec/2012-02-15"><MsgType V="APPREC"/>
 <MIGversion>v1.1 2012-02-15</MIGversion><GenDate>2026-11-24T10:00:00</GenDate>
 <Id>5e0a4c1e-7c0a-4a55-9f0b-3b1c6a0d9999</Id>
 <Sender><HCP><Inst><Name>Fjordbyen kommune</Name><Id>900200</Id><TypeId V="HER"/>
  <Dept><Name>Sykepleietjeneste</Name><Id>900201</Id><TypeId V="HER"/></Dept></Inst></HCP></Sender>
 <Receiver><HCP><Inst><Id>900100</Id><TypeId V="HER"/></Inst></HCP></Receiver>
 <Status V="2" DN="Avvist"/><Error V="E21" S="2.16.578.1.12.4.1.1.8221" DN="Mottaker finnes ikke" OT="Ukjent"/>
 <OriginalMsgId><MsgType V="DIALOG_HELSEFAGLIG"/><IssueDate>2026-11-24T09:00:00</IssueDate><Id>{}</Id></OriginalMsgId>
</AppRec>"""

_numbers = count(1)

Scheme = Literal["light", "dark"]

SAMPLES = Path(__file__).parent.parent / "samples"


def message(
    text: str = "Blodtrykk 180/100.", subject: str = "Blodtrykk", about: tuple[str, ...] = ANNA, **more: str
) -> bytes:
    """A professional dialogue from the home service, with its own MsgId."""
    family, given, number = about
    return dialogue(
        msg_id=str(UUID(int=next(_numbers), version=4)),
        gen_date="2026-11-24T08:55:00+01:00",
        sender=SENDER,
        receiver=f"<Receiver>{RECEIVER}</Receiver>",
        patient=patient(family, given, idents=ident(number, "FNR", "8116"), born=more.pop("born", "")),
        body=note(text=escape(text), subject=subject, rest=more.pop("rest", "")),
        **more,
    )


@dataclass(frozen=True)
class Centre:
    """The sample centre, running: its hub, and a client for each person who signs in."""

    hub: Hub
    url: str

    async def receive(self, *messages: bytes, at: datetime = MORNING) -> None:
        """Messages arrive, each of them accepted."""
        exchange = next(a for a in self.hub.accounts.systems.values() if a.any)
        outcomes = await self.hub.receive([Delivery(m, exchange) for m in messages], at)
        assert [] == [o for o in outcomes if not isinstance(o, Accepted)]

    async def item(self, inbox: InboxId = TEAM, nth: int = 0) -> Item:
        """An open item of an inbox as it is now."""
        return (await self.hub.store.lines(inbox))[nth].item

    async def act(self, person: str, act: Act, item: Item | None = None) -> Item:
        """Somebody does something elsewhere."""
        item = item or await self.item()
        who = self.hub.directory.people[PersonId(person)]
        return await self.hub.act(item.id, act, item.version, who, self.hub.clock.now())

    @asynccontextmanager
    async def client(self, person: str = "", language: str = "nb") -> AsyncIterator[httpx2.AsyncClient]:
        """A browser without scripts, signed in when a person is named."""
        headers = {"Accept-Language": language}
        async with httpx2.AsyncClient(base_url=self.url, headers=headers) as client:
            if person:
                response = await client.post("/sign-in", data={"username": person, "password": "sambud"})
                assert 303 == response.status_code
            yield client


@asynccontextmanager
async def running(folder: Path, undo_seconds: int = 0) -> AsyncIterator[Centre]:
    """The sample centre on a Tuesday at 09:05, with a database of its own; what its pages send goes at once."""
    clock = Rehearsal(start=MORNING + timedelta(minutes=5), anchor=time.time())
    settings = await asyncio.to_thread(configured, folder, clock=clock)
    async with opened(settings) as hub, served(hub, undo_seconds) as address:
        yield Centre(hub, address)


@asynccontextmanager
async def served(hub: Hub, undo_seconds: int = 0) -> AsyncIterator[str]:
    made = app(hub, limit=1_000_000, undo_seconds=undo_seconds)
    server = Server(uvicorn.Config(made, port=0, lifespan="on", log_config=None, ws="none"))
    running = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    host, port = server.servers[0].sockets[0].getsockname()[:2]
    try:
        yield f"http://{host}:{port}"
    finally:
        server.should_exit = True
        made.state.stopping.set()
        hub.ring()
        await running


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


def text_of(page: httpx2.Response) -> str:
    """What a reader sees: without tags, blanks as one."""
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", page.text)).split())


def form(item: Item, action: Action, **fields: str) -> dict[str, str]:
    """What the page's form sends."""
    return {"action": action.value, "version": str(item.version), **fields}


def hidden(page: httpx2.Response) -> dict[str, str]:
    """What a page's form carries along unseen."""
    fields = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page.text)
    return {name: unescape(value) for name, value in fields}


def member(centre: Centre, inbox: InboxId) -> str:
    """The username of somebody who belongs to an inbox."""
    people = centre.hub.directory.people
    return next(a.username for a in centre.hub.accounts.people.values() if inbox in people[a.person].inboxes)


@asynccontextmanager
async def browsing(
    chromium: Browser, centre: Centre, person: str = "", **options: object
) -> AsyncIterator[tuple[Page, list[str]]]:
    """A page of a signed-in person, and all that its console complains about."""
    wishes = {"locale": "nb-NO", "viewport": {"width": 1366, "height": 900}, **options}
    context: BrowserContext = await chromium.new_context(base_url=centre.url, **wishes)  # type: ignore[arg-type]
    context.set_default_timeout(10_000)
    page = await context.new_page()
    complaints: list[str] = []
    page.on("console", lambda m: complaints.append(m.text) if m.type in ("error", "warning") else None)
    page.on("pageerror", lambda e: complaints.append(str(e)))
    page.on("dialog", lambda d: complaints.append(f"dialog: {d.message}"))
    try:
        if person:
            await page.goto("/")
            await page.get_by_label("Brukernavn").fill(person)
            await page.get_by_label("Passord").fill("sambud")
            await page.get_by_role("button", name="Logg inn").click()
            await page.wait_for_selector("#lines")
        yield page, complaints
    finally:
        await context.close()


async def followed(page: Page) -> None:
    """Load the page anew until its stream has begun and has looked once: then what follows is sure to be seen."""
    url = page.url
    # What the page as it was still asks for ends here, and is not taken for the new one's look.
    await page.goto("about:blank")
    async with page.expect_event("requestfinished", lambda request: "/lines?" in request.url):
        await page.goto(url)
