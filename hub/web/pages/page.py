"""A page: how it is rendered, which inboxes stand beside it, and what is shown when something fails."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path
from typing import overload
from urllib.parse import quote, urlencode, urlsplit

from fastapi import Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.datastructures import URL

from hub import __version__, presence
from hub.directory import Inbox, InboxId, Person
from hub.errors import HubError, NotSignedIn
from hub.item import OPEN
from hub.selection import Folder
from hub.service import Hub
from hub.web import access, accounts, choices, language, wording
from hub.web.answers import ANEW, Answers
from hub.web.keys import KEYS
from hub.web.language import LANGUAGES
from hub.web.pages.rows import Row

TEMPLATES = Path(__file__).parent.parent / "templates"

# So many lines of lists are kept as they were drawn, for each language.
KEPT_LINES = 2_000
# And so many whole lists, which are soon others.
KEPT_LISTS = 32


@dataclass(frozen=True, slots=True)
class Place:
    """An inbox as it stands in the navigation, with how many items are open in it; `covered` is a colleague's today."""

    inbox: Inbox
    open: int
    covered: bool = False


@dataclass(frozen=True, slots=True)
class Shelf:
    """A folder as it stands in the navigation; the archive has no count."""

    folder: Folder
    name: str
    count: int | None


@dataclass(frozen=True, slots=True)
class Beside(Sequence[Place]):
    """What stands beside a page: the person's inboxes, which it is a sequence of, their folders and saved views."""

    inboxes: tuple[Place, ...]
    folders: tuple[Shelf, ...] = ()
    views: Mapping[str, str] = field(default_factory=dict)
    # Whether they plan, and so see all teams.
    plans: bool = False

    @overload
    def __getitem__(self, index: int) -> Place: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Place]: ...
    def __getitem__(self, index: int | slice) -> Place | Sequence[Place]:
        """The inbox at a place."""
        return self.inboxes[index]

    def __len__(self) -> int:
        return len(self.inboxes)


async def places(hub: Hub, who: Person, answers: Answers = ANEW) -> Beside:
    """The person's inboxes and folders with their counts, and the lists that they saved."""
    counts = await answers.ask("places", hub.store.counts)
    inboxes, lists = [hub.directory.inboxes[i] for i in seen(hub, who)], hub.store.lists
    ids = tuple(x.id for x in inboxes)
    found = await answers.ask(("folders", ids, who.id), lambda: lists.counts(ids, who.id))
    covered = presence.covered(who.id, hub.directory, hub.clock.now())
    return Beside(
        tuple(Place(x, sum(counts.get(x.id, {}).get(s.value, 0) for s in OPEN), x.id in covered) for x in inboxes),
        tuple(Shelf(folder, wording.FOLDERS[folder], found.get(folder)) for folder in Folder),
        await answers.ask(("views", who.id), lambda: lists.views(who.id)),
        bool(hub.directory.planned(who)),
    )


def seen(hub: Hub, who: Person) -> tuple[InboxId, ...]:
    """The inboxes that a person sees; another directory may be in force since the person was known."""
    return tuple(i for i in who.inboxes if i in hub.directory.inboxes)


def show(
    request: Request, template: str, values: Mapping[str, object], who: Person | None = None, status: int = 200
) -> HTMLResponse:
    """Render a template in the reader's language."""
    reader = language.of(request)
    common = {
        "language": reader,
        "languages": LANGUAGES,
        "who": who,
        "here": _here(request),
        # A page that answers a form may hold what was written, which another language would not have.
        "answers": request.method != "GET",
        "places": [],
        "place": None,
        "version": __version__,
        "choices": choices.of_request(request),
        "keys": KEYS,
        "lock_minutes": request.app.state.lock_minutes,
        "username": _username(request, who) if who else "",
    }
    html = _environment(reader.code).get_template(template).render(common | dict(values))
    return HTMLResponse(html, status, {"Content-Language": reader.code, "Vary": "Cookie, Accept-Language"})


async def failed(request: Request, error: HubError) -> Response:
    """What a person sees when a page cannot be shown: the sign-in, or the failure in words."""
    if isinstance(error, NotSignedIn):
        # What was typed into an item's form is kept by the item's page itself.
        return RedirectResponse(f"/sign-in?next={quote(_here(request), safe='/')}", 303)
    words = wording.FAILURES.get(error.code, wording.FAILURES["internal"])
    return show(request, "failed.html", {"failure": words, "status": error.status}, status=error.status)


def missed(request: Request) -> Response:
    """The way to go for who comes to where only forms are sent: to the item that it was about, else to their inbox."""
    of, _, id = request.url.path[1:].partition("/")
    return RedirectResponse(f"/items/{quote(id.partition('/')[0], safe='')}" if of == "items" else "/", 303)


def before(request: Request) -> str:
    """The path of the page that somebody came from, with its query; nothing where it is none of this hub."""
    referer = request.headers.get("referer", "")
    if not access.same_host(request, referer):
        return ""
    at = urlsplit(referer)
    return f"{at.path}?{at.query}" if at.query else at.path


def local(path: str) -> str:
    """The path if it stays on this site, else the front page."""
    plain = path.isprintable() and "\\" not in path and " " not in path
    return path if plain and path.startswith("/") and not path.startswith("//") else "/"


def told(path: str, done: str, **more: object) -> str:
    """A page's address with what was just done there."""
    return f"{path}{'&' if '?' in path else '?'}{urlencode({'done': done, **more})}"


def inbox_path(id: InboxId) -> str:
    """Where an inbox is."""
    return f"/inboxes/{quote(id, safe='')}"


def _username(request: Request, who: Person) -> str:
    """By which name somebody signs in again, when their page was locked."""
    return next((x.name for x in accounts.of(request.app.state.hub, who.id)), "")


def _here(request: Request) -> str:
    """The page to come back to: of a form's answer the one that the form stood on."""
    stood = before(request) if request.method != "GET" else ""
    url = (URL(stood) if stood else request.url).remove_query_params("language")
    return f"{url.path}?{url.query}" if url.query else url.path


@cache
def _environment(code: str) -> Environment:
    """Templates that speak one language; whatever is put into them is escaped."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        auto_reload=False,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    catalogue = language.load(code).catalogue
    made.install_gettext_callables(catalogue.gettext, catalogue.ngettext, newstyle=True)  # type: ignore[attr-defined]
    made.filters["begin"] = lambda text: text[:1].upper() + text[1:]
    made.globals["drawn"] = _drawn(made)
    return made


def _drawn(made: Environment) -> Callable[..., Markup]:
    """Lines of lists, each list and each line drawn once for all who see it so: many look at the same moment."""

    @lru_cache(KEPT_LINES)
    def line(row: Row, holder: str, choosing: bool, where: bool) -> Markup:
        return Markup(made.get_template("rows.html").module.line(row, holder, choosing, where))  # type: ignore[attr-defined]

    @lru_cache(KEPT_LISTS)
    def lines(rows: Sequence[Row], holder: str, choosing: bool, where: bool) -> Markup:
        return Markup("\n").join(line(row, holder, choosing, where) for row in rows)

    return lines
