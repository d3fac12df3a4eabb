"""One item: its page, and what a person does on it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse

from hub.desk import Act
from hub.directory import Person
from hub.errors import BadRequest, IllegalMove, Stale
from hub.item import Action, Item, ItemId, Outcome
from hub.record import Told
from hub.service import Hub
from hub.web import language
from hub.web.access import TheHub, Who
from hub.web.pages import page, wording
from hub.web.pages.opened import Happening, Reader

router = APIRouter()

# As long a text as can be sent, the same as in the API.
CHARACTERS = 100_000
FORGED = "the form is not as this page gave it"

Field = Annotated[str, Form()]


@dataclass(frozen=True, slots=True)
class Typed:
    """What stood in the form: kept, whatever became of it. `seen` is the last line of history the person saw."""

    action: Field = ""
    version: Field = ""
    seen: Field = ""
    text: Field = ""
    outcome: Field = ""
    note: Field = ""

    def act(self) -> Act:
        """The act that the form asks for, with the line ends of text, not of forms. Raises BadRequest."""
        text, note = (x.replace("\r\n", "\n") for x in (self.text, self.note))
        if max(len(text), len(note)) > CHARACTERS:
            raise BadRequest(f"text: at most {CHARACTERS} characters can be sent")
        try:
            return Act(Action(self.action), text, Outcome(self.outcome) if self.outcome else None, note)
        except ValueError:
            raise BadRequest(FORGED) from None

    def number(self) -> int:
        """The version that the person saw. Raises BadRequest."""
        if not self.version.isdecimal() or len(self.version) > 9:
            raise BadRequest(FORGED)
        return int(self.version)


@dataclass(frozen=True, slots=True)
class Problem:
    """Why an act was refused: a heading, a sentence, and what happened since the person saw the item."""

    status: int
    heading: str
    words: str
    since: tuple[Happening, ...] = ()


@router.get("/items/{id}")
async def item(request: Request, id: str, who: Who, hub: TheHub) -> Response:
    """The page of an item."""
    return await _page(request, ItemId(id), who, hub, Typed())


@router.post("/items/{id}")
async def act(request: Request, id: str, who: Who, hub: TheHub, typed: Annotated[Typed, Depends()]) -> Response:
    """Do what the form asks, or show the item as it is now with what was typed."""
    try:
        done = await _act(hub, ItemId(id), typed, who)
    except (Stale, IllegalMove, BadRequest) as error:
        return await _page(request, ItemId(id), who, hub, typed, error)
    if done.open:
        return RedirectResponse(f"/items/{id}", 303)
    return RedirectResponse(f"{page.inbox_path(done.inbox)}?done={done.state.value}", 303)


async def _act(hub: Hub, id: ItemId, typed: Typed, who: Person) -> Item:
    act, version = typed.act(), typed.number()
    try:
        return await hub.act(id, act, version, who, hub.clock.now())
    except Stale as stale:
        # A reminder that went out while somebody wrote is nobody's competing act: the answer must not wait for it.
        if not _only_clock(_since(await hub.store.history(id), typed)):
            raise
        return await hub.act(id, act, stale.version, who, hub.clock.now())


async def _page(
    request: Request,
    id: ItemId,
    who: Person,
    hub: Hub,
    typed: Typed,
    error: Stale | IllegalMove | BadRequest | None = None,
) -> Response:
    opened, history = await hub.open(id, who), await hub.store.history(id)
    places = await page.places(hub, who)
    place = next(p for p in places if p.inbox.id == opened.item.inbox)
    hours = hub.directory.practices[place.inbox.practice].hours
    reader = Reader(hub, who, language.of(request), hours, hub.clock.now())
    since = [x for x in _since(history, typed) if x.event not in wording.UNTOLD]
    problem = _problem(error, reader, opened.item, since) if error else None
    about = {"places": places, "place": place, "typed": typed, "problem": problem}
    status = problem.status if problem else 200
    return page.show(request, "item.html", reader.values(opened, history) | about, who, status)


def _problem(error: Stale | IllegalMove | BadRequest, reader: Reader, item: Item, since: Sequence[Told]) -> Problem:
    heading = reader.language.gettext(wording.FAILURES[error.code])
    if isinstance(error, BadRequest):
        return Problem(error.status, heading, wording.told(reader.language, str(error)))
    standing = wording.standing(reader.language, item, reader.directory)
    return Problem(error.status, heading, standing, tuple(map(reader.happening, since)))


def _since(history: Sequence[Told], typed: Typed) -> list[Told]:
    """What happened after the person saw the item; all of it, when the form does not say."""
    seen = int(typed.seen) if typed.seen.isdecimal() and len(typed.seen) <= 18 else 0
    return [x for x in history if x.id > seen]


def _only_clock(lines: Sequence[Told]) -> bool:
    return bool(lines) and all(x.event in wording.BY_CLOCK for x in lines)
