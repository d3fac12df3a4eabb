"""One item: its page, and what a person does on it."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields, replace
from datetime import date, time, timedelta

from fastapi import APIRouter, BackgroundTasks, Request, Response
from fastapi.responses import RedirectResponse

from hub.calendar import Hours
from hub.change import File
from hub.desk import REASONS, Act
from hub.directory import InboxId, Person
from hub.errors import BadRequest, HubError, IllegalMove, NotAllowed, NotSignedIn, Stale
from hub.item import Action, Item, ItemId, Outcome
from hub.message import HerId
from hub.offer import Offer
from hub.record import Told
from hub.service import Hub, Opened
from hub.web import access, accounts, form, language, length, ready, wording
from hub.web.access import TheHub, Visitor, Who
from hub.web.form import FORGED, Form
from hub.web.guessing import TooManyGuesses
from hub.web.language import N_
from hub.web.pages import beside, onward, page, preparing, reading, signing, undoing
from hub.web.pages.opened import Happening, Reader
from hub.web.pages.page import Place

router = APIRouter()

# What the page says when a session ended while somebody wrote.
AGAIN = N_("You are signed in again, and nothing is done yet")


@dataclass(frozen=True, slots=True)
class Typed:
    """What stood in the form: kept, whatever became of it.

    `seen` is the last line of history the person saw. `chosen` names the files, one on each line: browsers let no
    page choose them again, so the page can only say which they were.
    """

    action: str = ""
    version: str = ""
    seen: str = ""
    text: str = ""
    outcome: str = ""
    note: str = ""
    reason: str = ""
    to: str = ""
    beyond: str = ""
    profession: str = ""
    chosen: str = ""
    # What is offered with an answer: which of both, and when, with whom and where.
    offer: str = ""
    day: str = ""
    clock: str = ""
    whom: str = ""
    place: str = ""
    # The list that the person came from, and "next" when they want the next message of it.
    list: str = ""
    then: str = ""
    # The name of an answer that is ready, to stand after what is written.
    template: str = ""
    insert: str = ""

    def act(self, files: tuple[File, ...] = (), undo: timedelta = timedelta(0)) -> Act:
        """The act that the form asks for, with the line ends of text, not of forms. Raises BadRequest."""
        text, note = (x.replace("\r\n", "\n") for x in (self.text, self.note))
        for name, written, most in (("text", text, length.TEXT), ("note", note, length.NOTE)):
            if len(written) > most:
                raise BadRequest(f"{name}: at most {most} characters can be sent")
        try:
            action, outcome = Action(self.action), Outcome(self.outcome) if self.outcome else None
        except ValueError:
            raise BadRequest(FORGED) from None
        to, beyond = InboxId(self.to) if self.to else None, HerId(self.beyond) if self.beyond else None
        reason, offer = REASONS.get(self.reason), self.offered() if self.offer else None
        return Act(
            action,
            text,
            outcome,
            note,
            files,
            reason,
            to=to,
            beyond=beyond,
            profession=self.profession,
            offer=offer,
            undo=undo,
        )

    def offered(self) -> Offer:
        """What the form offers. Raises BadRequest."""
        if max(map(len, (self.whom, self.place))) > length.NAME:
            raise BadRequest(f"offer: at most {length.NAME} characters can be sent as a name or a place")
        try:
            kind, day, clock = Outcome(self.offer), date.fromisoformat(self.day), time.fromisoformat(self.clock)
        except ValueError:
            raise BadRequest("offer: choose a day and a time") from None
        return Offer(kind, day, clock.replace(second=0, microsecond=0, tzinfo=None), self.whom, self.place)

    def number(self) -> int:
        """The version that the person saw. Raises BadRequest."""
        if not self.version.isdecimal() or len(self.version) > 9:
            raise BadRequest(FORGED)
        return int(self.version)


@dataclass(frozen=True, slots=True)
class Returning:
    """Who signs in anew from an item's form, because the session ended meanwhile."""

    username: str
    password: str


@dataclass(frozen=True, slots=True)
class Problem:
    """Why an act was refused: a heading, a sentence, and what happened since the person saw the item."""

    status: int
    heading: str
    words: str
    since: tuple[Happening, ...] = ()


@router.get("/items/{id}")
async def item(request: Request, id: str, who: Who, hub: TheHub, background: BackgroundTasks) -> Response:
    """The page of an item."""
    shown = await _page(request, ItemId(id), who, hub, Typed())
    reading.opened(request, background, ItemId(id), who)
    return shown


@router.post("/items/{id}")
async def act(request: Request, id: str, who: Visitor, hub: TheHub) -> Response:
    """Do what the form asks, or show the item as it is now with what was typed.

    Without a session the sign-in form keeps what was typed; after it the page shows it again, and sends nothing.
    """
    async with form.read(request, who) as sent:
        typed = _typed(sent)
        if username := sent.fields.get("username"):
            returning = Returning(username, sent.fields.get("password", ""))
            return await _returned(request, ItemId(id), hub, typed, returning)
        if who is None:
            return signing.form(request, f"/items/{id}", kept=asdict(typed))
        if typed.insert:
            return await _inserted(request, ItemId(id), who, hub, typed)
        return await _answered(request, ItemId(id), hub, typed, sent, who)


async def _inserted(request: Request, id: ItemId, who: Person, hub: Hub, typed: Typed) -> Response:
    """The item with what was typed, and after it the answer that was chosen; nothing is done."""
    opened = await hub.open(id, who)
    chosen = (x.text for x in ready.answers(hub, opened, who) if x.name == typed.template)
    text = "\n\n".join(x for x in (typed.text.rstrip(), *chosen) if x)
    return await show(request, who, hub, opened, replace(typed, text=text, insert=""))


def _typed(sent: Form) -> Typed:
    known = {x.name for x in fields(Typed)}
    stood = {"chosen": "\n".join(sent.names), **sent.fields}
    return Typed(**{name: value for name, value in stood.items() if name in known})


async def _answered(request: Request, id: ItemId, hub: Hub, typed: Typed, sent: Form, who: Person) -> Response:
    """Where a form that was sent leads: on, when it is done, else to the item with what was typed."""
    if sent.cut:
        return await refused(request, id, who, hub, typed, sent.cut)
    try:
        done = await _act(hub, id, typed.act(sent.files, request.app.state.undo), typed, who)
    except (Stale, IllegalMove, BadRequest, NotAllowed) as error:
        return await refused(request, id, who, hub, typed, error)
    place = await placed(await page.places(hub, who), done, hub)
    return RedirectResponse(await onward.path(hub, Action(typed.action), done, typed, place, who), 303)


async def _returned(request: Request, id: ItemId, hub: Hub, typed: Typed, returning: Returning) -> Response:
    """Begin a session, and show the item with what was typed; it is the person who sends it."""
    try:
        signed = await accounts.check(hub, returning.username, returning.password, request.app.state.guesses)
    except (NotSignedIn, TooManyGuesses) as error:
        return signing.form(request, f"/items/{id}", returning.username, error, asdict(typed))
    if access.left_by(request) not in (None, signed.person):
        # Nobody is shown what somebody else typed on the same computer.
        return await signing.begun(request, hub, signed, RedirectResponse("/", 303))
    who = hub.directory.people[signed.person]
    shown = await refused(request, id, who, hub, typed, NotSignedIn(AGAIN))
    return await signing.begun(request, hub, signed, shown)


async def _act(hub: Hub, id: ItemId, act: Act, typed: Typed, who: Person) -> Item:
    version = typed.number()
    try:
        return await hub.act(id, act, version, who, hub.clock.now())
    except Stale as stale:
        # A reminder that went out while somebody wrote is nobody's competing act: the answer must not wait for it.
        if not _only_clock(_since(await hub.store.history(id), typed)):
            raise
        return await hub.act(id, act, stale.version, who, hub.clock.now())


async def refused(request: Request, id: ItemId, who: Person, hub: Hub, typed: Typed, error: HubError) -> Response:
    """The item with what was typed and why nothing was done; what was typed alone, when they may not see the item."""
    try:
        return await _page(request, id, who, hub, typed, error)
    except NotAllowed as fault:
        values = {"places": await page.places(hub, who), "typed": typed, "where": await _whither(hub, id, who)}
        return page.show(request, "moved.html", values, who, fault.status)


async def _whither(hub: Hub, id: ItemId, who: Person) -> str:
    """In whose inbox an item lies that once was in one of the person's; nothing is said of any other item."""
    stored, been = await hub.store.stored(id), {line.inbox for line in await hub.store.history(id)}
    if stored is None or been.isdisjoint(who.inboxes):
        return ""
    inbox = hub.directory.inboxes.get(stored.item.inbox)
    return inbox.name if inbox else stored.item.inbox


async def _page(
    request: Request,
    id: ItemId,
    who: Person,
    hub: Hub,
    typed: Typed,
    error: HubError | None = None,
) -> Response:
    return await show(request, who, hub, await hub.open(id, who), typed, error)


async def show(
    request: Request,
    who: Person,
    hub: Hub,
    opened: Opened,
    typed: Typed,
    error: HubError | None = None,
    done: str = "",
) -> Response:
    """The page of an item that was opened, with what was typed, and why that could not be done or what was done."""
    # What happens from here on is told by the page's stream.
    newest = await hub.store.newest()
    history = _noted(_once(await hub.store.history(opened.item.id)), opened.item)
    places = await page.places(hub, who)
    place = await placed(places, opened.item, hub)
    reader = Reader(hub, who, language.of(request), _hours(hub, opened.item), hub.clock.now())
    since = [x for x in _since(history, typed) if x.event not in wording.UNTOLD]
    problem = _problem(error, reader, opened.item, since, history) if error else None
    sent = await hub.store.sent(opened.item.id)
    about: dict[str, object] = {"places": places, "place": place, "typed": typed, "problem": problem, "length": length}
    status = problem.status if problem else 200
    about["newest"] = newest
    about["done"] = undoing.told(done or request.query_params.get("done", ""))
    about |= await preparing.values(request, reader, opened, typed.list) | await beside.values(reader, opened)
    values = reader.values(opened, history, sent) | about | _elsewhere(hub, opened.item, who)
    if not about["may_act"]:
        # Whoever is only asked what they think reads, and writes that.
        values["actions"] = frozenset()
    return page.show(request, "item.html", values, who, status)


async def placed(places: Sequence[Place], item: Item, hub: Hub) -> Place | None:
    """The person's own inbox that the item is seen from: where it lies or belongs, else one that was told about it."""
    own = next((p for id in (item.inbox, item.home) for p in places if p.inbox.id == id), None)
    if own is not None:
        return own
    told = await hub.store.told(item.id)
    return next((p for p in places if p.inbox.id in told), None)


def _hours(hub: Hub, item: Item) -> Hours:
    """The opening hours of the practice where the item lies; an inbox that is gone was one of the first's."""
    inbox, practices = hub.directory.inboxes.get(item.inbox), hub.directory.practices
    return (practices[inbox.practice] if inbox else next(iter(practices.values()))).hours


def _elsewhere(hub: Hub, item: Item, who: Person) -> dict[str, str]:
    """Which inbox's events the page follows, or in whose inbox the item lies when it is not the person's own."""
    if item.inbox in who.inboxes:
        return {"followed": item.inbox, "elsewhere": ""}
    inbox = hub.directory.inboxes.get(item.inbox)
    return {"followed": "", "elsewhere": inbox.name if inbox else item.inbox}


def _problem(error: HubError, reader: Reader, item: Item, since: Sequence[Told], history: Sequence[Told]) -> Problem:
    standing = wording.standing(reader.language, item, reader.directory, history)
    happened = tuple(map(reader.happening, since))
    if isinstance(error, NotSignedIn):
        return Problem(200, reader.language.gettext(AGAIN), standing, happened)
    heading = reader.language.gettext(wording.FAILURES.get(error.code, wording.FAILURES["internal"]))
    if isinstance(error, Stale | IllegalMove):
        return Problem(error.status, heading, standing, happened)
    return Problem(error.status, heading, wording.told(reader.language, str(error)))


def _since(history: Sequence[Told], typed: Typed) -> list[Told]:
    """What happened after the person saw the item; all of it, when the form does not say."""
    seen = int(typed.seen) if typed.seen.isdecimal() and len(typed.seen) <= 18 else 0
    return [x for x in history if x.id > seen]


def _once(history: Sequence[Told]) -> list[Told]:
    """The history without what is told once more in the inbox of a colleague who is asked."""
    return [
        x
        for before, x in zip((None, *history), history, strict=False)
        if not (before and x.event.startswith("opinion.") and (x.event, x.at) == (before.event, before.at))
    ]


def _noted(history: Sequence[Told], item: Item) -> list[Told]:
    """The history with what was written for the next, which stands on the item: the journal has no such words.

    Of several who handed it on nobody can tell who wrote what; then it stands on the page by itself alone.
    """
    undone = any(x.event == "item.undone" for x in history)
    if undone or not item.open or sum(x.event == "item.handed_on" for x in history) != 1:
        return list(history)
    note = {"note": item.note}
    return [replace(x, detail=note | dict(x.detail)) if x.event == "item.handed_on" else x for x in history]


def _only_clock(lines: Sequence[Told]) -> bool:
    """Whether nobody did anything to the item: what a colleague was asked changes nothing of it."""
    return bool(lines) and all(x.event in wording.BY_CLOCK or x.event.startswith("opinion.") for x in lines)
