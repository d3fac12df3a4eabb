"""What a search finds and what a read gives, of each type of resource."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from hub import browsing
from hub.browsing import Scope, Seen
from hub.directory import InboxId
from hub.errors import HubError, NotAllowed, Unknown
from hub.item import OPEN, ItemId
from hub.web.fhir import communication, outcome, paging, search, task, team
from hub.web.fhir.bundle import Results
from hub.web.fhir.call import Call
from hub.web.fhir.outcome import TooCostly
from hub.web.fhir.search import COMMUNICATION, Query
from hub.web.fhir.terms import Json


@dataclass(frozen=True, slots=True)
class Found:
    """A resource that was read; `steady` when its version tells all that changed of it, and when it was changed."""

    resource: Json
    version: int | None = None
    steady: bool = True
    changed_at: datetime | None = None


async def tasks(call: Call, query: Query) -> Results:
    """The Tasks that somebody asks for."""
    now = call.hub.clock.now()

    def shown(seen: Seen) -> Json:
        return task.of(seen, call.hub.directory, now)

    if query.include and not query.summary:
        # Each message must be read.
        query = replace(query, count=min(query.count, COMMUNICATION.most))
    found, results = await _page(call, query, shown)
    if not query.include:
        return results
    included, issues = await _messages(call, found)
    return replace(results, included=included, issues=issues)


async def communications(call: Call, query: Query) -> Results:
    """The Communications that somebody asks for."""
    found, results = await _page(call, query, communication.sketch)
    messages, issues = await _messages(call, found)
    return replace(results, matches=messages, issues=issues)


async def care_teams(call: Call, query: Query) -> Results:
    """The inboxes of whoever asks; there are few, so all come on one page."""
    directory = call.hub.directory
    found = [x for id in call.inboxes if query.holds(x := team.of(directory.inboxes[id], directory))]
    return Results([] if query.summary else found, total=len(found))


async def task_of(call: Call, id: str) -> Found:
    """One Task. Raises Unknown or NotAllowed."""
    seen = await browsing.one(call.hub, ItemId(id), call.who)
    now = call.hub.clock.now()
    resource = task.of(seen, call.hub.directory, now)
    return Found(resource, seen.line.item.version, task.steady(seen, now), seen.more.changed_at)


async def communication_of(call: Call, id: str) -> Found:
    """One Communication. Raises Unknown, NotAllowed or Unavailable."""
    seen = await browsing.one(call.hub, ItemId(id), call.who)
    resource = await _message(call, seen)
    return Found(resource, communication.VERSION, True, seen.more.received_at)


async def care_team_of(call: Call, id: str) -> Found:
    """One CareTeam. Raises Unknown or NotAllowed."""
    directory = call.hub.directory
    inbox = next((x for x in directory.inboxes.values() if team.named(x.id) == id), None)
    if inbox is None:
        raise Unknown(f"there is no CareTeam {id!r}")
    if inbox.id not in call.inboxes:
        raise NotAllowed(f"{call.who.id} does not belong to the inbox {inbox.id!r}")
    return Found(team.of(inbox, directory))


async def _page(call: Call, query: Query, shown: Callable[[Seen], Json]) -> tuple[Sequence[Seen], Results]:
    """A page of items that a query wants, and what is told of it; of a count nothing else."""
    place, whose = paging.read(query.page) if query.page else (None, None)
    scope = await _scope(call, query, whose)

    def wanted(seen: Seen) -> bool:
        return query.holds(shown(seen))

    count = browsing.LOOKED if query.summary else query.count
    found = await browsing.page(call.hub, scope, place, wanted, count)
    if query.summary:
        if found.following:
            raise TooCostly(f"there are more than {browsing.LOOKED} to look at: ask for less, by status or inbox")
        return (), Results(total=len(found.items))
    following = paging.write(found.following, found.last if scope.patient else None) if found.following else ""
    # The first page tells how many there are, where it is the only one.
    total = None if following or query.page else len(found.items)
    return found.items, Results([shown(x) for x in found.items], following=following, total=total)


async def _scope(call: Call, query: Query, whose: ItemId | None) -> Scope:
    """Where to look, so that as little as can be is looked at; the query itself says what is wanted there."""
    patient: str | None = None
    if numbers := query.values(search.PATIENT):
        patient = numbers[0][0].rpartition("|")[2]
    elif whose:
        patient = (await browsing.one(call.hub, whose, call.who)).more.patient
    ids = query.values("_id")
    return Scope(
        call.who,
        _inboxes(call, query),
        _parts(query),
        patient,
        tuple(dict.fromkeys(map(ItemId, ids[0]))) if ids else None,
    )


def _inboxes(call: Call, query: Query) -> tuple[InboxId, ...]:
    mine = call.inboxes
    for values in query.values("_tag"):
        codes = {x.rpartition("|")[2] for x in values}
        if "" not in codes:
            mine = tuple(id for id in mine if id in codes)
    return mine


def _parts(query: Query) -> tuple[bool, ...]:
    """Whether what is open is asked for, what has ended, or both."""
    wanted = {False, True}
    for values in query.values("status"):
        codes = {x.rpartition("|")[2] for x in values}
        if "" not in codes:
            wanted &= {state not in OPEN for state, status in task.STATUS.items() if status in codes}
    return tuple(sorted(wanted)) or (False,)


async def _messages(call: Call, found: Sequence[Seen]) -> tuple[list[Json], list[Json]]:
    """The messages of some items, and what could not be read."""
    messages: list[Json] = []
    issues: list[Json] = []
    for seen in found:
        try:
            messages.append(await _message(call, seen))
        except HubError as error:
            issues.append(outcome.issue("warning", "incomplete", str(error), error.title))
    return messages, issues


async def _message(call: Call, seen: Seen) -> Json:
    opened = await call.hub.open(seen.line.item.id, call.who)
    return communication.of(seen, opened.message, call.root)
