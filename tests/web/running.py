"""The sample centre running behind a real server, and who works there: browsers, forms, and what partners say."""

import asyncio
import re
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from html import escape, unescape
from http import HTTPStatus
from itertools import count
from pathlib import Path
from typing import Literal
from uuid import UUID

import httpx2
import uvicorn
from playwright.async_api import Browser, BrowserContext, Locator, Page, expect

from hub.desk import Act
from hub.directory import InboxId, Listing, PersonId
from hub.item import Action, Item
from hub.message import HerId
from hub.outcome import Accepted, Noted
from hub.service import Delivery, Hub
from hub.settings import Rehearsal
from hub.web.app import app
from hub.web.language import COOKIE, Language
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

# As long as a page may take on a machine that others use too; one that waits for longer waits in vain.
PATIENCE = 20_000  # milliseconds
# Sooner than a page would see by itself what its stream did not tell: that looks every 15 seconds.
BY_STREAM = 10_000  # milliseconds
expect.set_options(timeout=PATIENCE)

_numbers, _subjects = count(1), count(1)

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
        async with httpx2.AsyncClient(base_url=self.url, headers=headers, timeout=60) as client:
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
    context.set_default_timeout(PATIENCE)
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
            # Its scripts have run.
            await page.wait_for_load_state()
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


@dataclass
class Room:
    """The centre, and those who work in it: signed in once each."""

    chromium: Browser
    centre: Centre
    patients: Iterator[Listing]
    sami: Iterator[Listing]
    sessions: dict[str, str] = field(default_factory=dict)

    async def session(self, person: str) -> str:
        if person not in self.sessions:
            async with self.centre.client(person) as client:
                self.sessions[person] = client.cookies["sambud"]
        return self.sessions[person]

    async def lines(self) -> list[tuple[str, Item]]:
        """All that is open where journeys leave something, with who may end it."""
        places = ((TEAM, "kari.moen"), (InboxId("vakt"), "nora.nordli"))
        return [(person, x.item) for place, person in places for x in await self.centre.hub.store.lines(place)]


@dataclass
class Seat:
    """A person at a browser, in one language, with scripts or without; `refused` is what a journey is told no by."""

    room: Room
    words: Language
    scripts: bool
    page: Page
    stack: AsyncExitStack
    refused: list[HTTPStatus] = field(default_factory=list)

    @property
    def centre(self) -> Centre:
        return self.room.centre

    def say(self, msgid: str, **values: object) -> str:
        """What a page says for a text, as it stands at the beginning of a line."""
        said = self.words.gettext(msgid, **values)
        return said[:1].upper() + said[1:]

    def button(self, msgid: str) -> Locator:
        return self.page.get_by_role("button", name=self.say(msgid), exact=True)

    def field(self, msgid: str) -> Locator:
        return self.page.get_by_label(self.say(msgid), exact=True)

    async def unfolds(self, msgid: str) -> None:
        await self.page.locator("summary").filter(has_text=self.say(msgid)).click()

    async def receives(
        self, *texts: str, at: datetime = MORNING, about: Listing | None = None, **more: str
    ) -> list[Item]:
        """Messages for the team about one patient arrive, each with a subject of its own."""
        who = about or next(self.room.patients)
        subjects = [f"Sak {next(_subjects):04}" for _ in texts]
        person = (who.family_name, who.given_name, who.national_id)
        raws = [message(text, x, person, **more) for text, x in zip(texts, subjects, strict=True)]
        await self.centre.receive(*raws, at=at)
        found = {x.item.headline.subject: x.item for x in await self.centre.hub.store.lines(TEAM)}
        return [found[x] for x in subjects]

    async def now(self, item: Item) -> Item:
        stored = await self.centre.hub.store.stored(item.id)
        assert stored is not None
        return stored.item

    def line(self, item: Item) -> Locator:
        return self.page.locator("#main tbody tr").filter(has_text=item.headline.subject)

    async def opens(self, item: Item | None = None) -> Item:
        """Opens a message, or one that comes now."""
        item = item or (await self.receives("Tungpustet."))[0]
        await self.page.goto(f"/items/{item.id}")
        return item

    async def told(self, msgid: str, **values: object) -> None:
        """What was just done is said, on a page whose scripts have run."""
        await self.hears(self.say(msgid, **values))

    async def hears(self, words: str) -> None:
        await expect(self.page.get_by_role("status").filter(has_text=words)).to_be_visible()
        await self.page.wait_for_load_state()

    async def sent(self, item: Item) -> list[str]:
        """The documents that left for the sender about a message, as soon as nobody can take them back any more."""
        later = self.centre.hub.clock.now() + timedelta(seconds=61)
        ids = {x.msg_id for x in await self.centre.hub.store.sent(item.id)}
        mailbox = await self.centre.hub.store.mailbox(HOME_SERVICE, limit=10_000, now=later)
        return [x.body.decode() for x in mailbox if x.msg_id in ids]

    @asynccontextmanager
    async def evening(self) -> AsyncIterator[datetime]:
        """It is eight hours later, and whoever sits here has signed in anew; the time it is then."""
        hub, context = self.centre.hub, self.page.context
        morning = hub.clock
        assert morning.start is not None
        hub.clock = replace(morning, start=morning.start + timedelta(hours=8))
        try:
            async with self.centre.client("kari.moen") as client:
                cookie = {"name": "sambud", "value": client.cookies["sambud"], "url": self.centre.url}
                await context.add_cookies([cookie])  # type: ignore[list-item]
                yield hub.clock.now()
        finally:
            hub.clock = morning

    async def tabs_to(self, wanted: Locator) -> None:
        """On with Tab alone until this has the focus; no page has so many places to stand on."""
        for _ in range(100):
            if await wanted.evaluate("x => x === document.activeElement"):
                return
            await self.page.keyboard.press("Tab")
        raise AssertionError("Tab does not lead there")

    async def beside(self, person: str) -> "Seat":
        """Somebody else at a browser of their own, in the same language."""
        return await self.stack.enter_async_context(seated(self.room, person, self.words, self.scripts))


@asynccontextmanager
async def seated(room: Room, person: str, words: Language, scripts: bool) -> AsyncIterator[Seat]:
    """A person's browser; when they leave, its console has complained of nothing but of what was refused."""
    own = {"name": COOKIE, "value": words.code, "url": room.centre.url}
    session = await room.session(person) if person else ""
    cookies = [own, *([{**own, "name": "sambud", "value": session}] if session else [])]
    async with (
        AsyncExitStack() as stack,
        browsing(room.chromium, room.centre, java_script_enabled=scripts) as (page, complaints),
    ):
        await page.context.add_cookies(cookies)  # type: ignore[arg-type]
        seat = Seat(room, words, scripts, page, stack)
        yield seat
        refused = "Failed to load resource: the server responded with a status of {} ({})"
        assert [refused.format(x.value, x.phrase) for x in seat.refused] == complaints
