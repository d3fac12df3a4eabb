"""Commands for whoever writes rules: try the examples, and rehearse a change on what came."""

import asyncio
import re
from datetime import UTC, date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo

import typer

from hub import settings
from hub.cli.terminal import EX_IOERR, YEARS, AsJson, Config, fail, in_force, print_json

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from hub.intake import Order
    from hub.rehearsal import Fated, Rehearsal, Way
    from hub.settings import Settings

routes = typer.Typer(help="The routing table and its examples.", no_args_is_help=True)

# What becomes of a deadline (hub.rehearsal).
FATES = ("met", "missed", "open")

# How a moment is told in a practice's wall time; the zone tells the two hours of a night in autumn apart.
_LOCAL = "%Y-%m-%d %H:%M %Z"

_SPAN = re.compile(r"(\d{1,4})([hdw])")
_HOURS = {"h": 1, "d": 24, "w": 168}


def span(written: str) -> timedelta:
    """A length of time such as 30d. Raises BadParameter."""
    found = _SPAN.fullmatch(written)
    if found is None:
        raise typer.BadParameter(
            'must be a number of hours, days or weeks, such as "12h", "30d" or "4w"', param_hint="--last"
        )
    return timedelta(hours=int(found[1]) * _HOURS[found[2]])


def day(written: str) -> date:
    """A day such as 2026-11-25. Raises BadParameter."""
    try:
        found = date.fromisoformat(written)
    except ValueError:
        found = date.min
    if found.year in YEARS:
        return found
    raise typer.BadParameter('must be a day, such as "2026-11-25"', param_hint="--as-of")


AsOf = Annotated[
    str | None,
    typer.Option(metavar="DAY", help="As if all of it had come on this day: 2026-11-25.", show_default=False),
]
Last = Annotated[str, typer.Option(metavar="SPAN", help="How far back: 12h, 30d or 4w.")]
Instead = Annotated[
    Path | None, typer.Option(exists=True, dir_okay=False, help="This file in its place.", show_default=False)
]
Folder = Annotated[
    Path | None,
    typer.Option(
        exists=True, file_okay=False, help="A folder whose people and patients count instead.", show_default=False
    ),
]


@routes.callback()
def _routes() -> None:
    """The routing table and its examples."""


@routes.command("test")
def test(config: Config = None, routes: Instead = None, as_json: AsJson = False) -> None:
    """Try every example of examples.toml, which lies beside the rules; exits with 1 when one lies elsewhere.

    An example is a message in a few words and the inbox where it must lie. With --routes they are tried on other rules.
    """
    from hub import example, registry
    from hub.registry import files
    from hub.route import Table

    found = settings.load(config)
    instead = {files.ROUTES: routes} if routes else {}
    known = registry.load(found.folder, instead)
    table, now = Table(known.rules), found.running_clock().now()
    tried = [(e, example.placed(e, table, known.directory, now)) for e in registry.examples(found.folder, instead)]
    told: list[dict[str, Any]] = [
        {
            "example": e.name,
            "inbox": d.inbox.id,
            "rule": d.placing.rule,
            "because": d.placing.because,
            "wrong": list(example.wrong(e, d)),
            "passed_over": [{"rule": rule, "because": because} for rule, because in d.placing.missed],
        }
        for e, d in tried
    ]
    wrong = [x for x in told if x["wrong"]]
    if as_json:
        print_json(told)
    else:
        print("\n".join((*map(_told, wrong), f"{len(told)} examples, {len(wrong)} lie elsewhere.")))
    raise typer.Exit(bool(wrong))


def _told(x: dict[str, Any]) -> str:
    lines = [f"{x['example']}: {'; '.join(x['wrong'])}", f"    because {x['because']}"]
    return "\n".join((*lines, *(f"    passed over {each['rule']}: {each['because']}" for each in x["passed_over"])))


def ladders(config: Config = None, ladders: Instead = None) -> None:
    """Draw the ladders in force, in the order in which they are asked: when each holds, and what happens when.

    With --ladders another file is drawn before it is put in force; exits with 78 when it is wrong.
    """
    from hub import drawing, registry
    from hub.registry import files

    found = settings.load(config)
    known = registry.load(found.folder, {files.LADDERS: ladders}) if ladders else in_force(found)
    print("\n\n".join(map(drawing.ladder, known.ladders)))


def rehearse(
    config: Config = None,
    routes: Instead = None,
    ladders: Instead = None,
    directory: Folder = None,
    calendar: Instead = None,
    last: Last = "30d",
    as_of: AsOf = None,
    examples: Annotated[
        int, typer.Option(min=0, help="So many examples of each way, and of the deadlines that change.")
    ] = 3,
    as_json: AsJson = False,
) -> None:
    """Judge what came by other rules, ladders or people, and show what would have moved. Nothing is written.

    Each message is judged twice at the moment when it came: by the configuration in force, and by the folder that
    hub.toml names, with the files that are named in the place of its own. With --as-of each is judged as if it had come
    on that day, at its own time of the day: so a leave that begins tomorrow is rehearsed today. Shown are the inboxes
    between which messages would go, how many, by which rule, with examples; how many would be due sooner or later; and
    how many deadlines were met and missed, and would have been by the same work at the same time, with the items that
    would have been due at another time: first those that would have been missed or met instead, then those that shift
    most. --calendar names another centre.toml, as with a short day or other hours. Exits with 0 whatever moves; 78 when
    a file is wrong.
    """
    from hub import following, registry
    from hub.errors import Unavailable

    length, as_if = span(last), day(as_of) if as_of is not None else None
    found = settings.load(config)
    now = found.running_clock().now()
    old = following.order(in_force(found), found)
    new = following.order(registry.load(found.folder, _instead(routes, ladders, directory, calendar)), found)
    try:
        done = asyncio.run(_rehearsed(found, old, new, now, length, as_if, examples))
    except Unavailable as fault:
        fail(str(fault), EX_IOERR)
    if as_json:
        print_json({"as_of": as_if.isoformat() if as_if else None, **_plain(done)})
    else:
        print("\n".join(_in_words(done, as_if)))


def _instead(
    routes: Path | None, ladders: Path | None, directory: Path | None, calendar: Path | None = None
) -> dict[str, Path]:
    from hub.registry import files

    of_people = (files.CENTRE, files.PARTNERS, files.TOPICS, files.AGREEMENTS, files.PATIENTS)
    there = {name: directory / name for name in of_people} if directory else {}
    named = {files.ROUTES: routes, files.LADDERS: ladders, files.CENTRE: calendar}
    return there | {name: path for name, path in named.items() if path}


async def _rehearsed(
    found: "Settings",
    old: "Order",
    new: "Order",
    now: "datetime",
    length: "timedelta",
    as_of: date | None,
    examples: int,
) -> "Rehearsal":
    from hub import rehearsal
    from hub.readers import readers_of
    from hub.store import Store

    async with (
        Store(found.database.url) as store,
        readers_of(found.wire, found.acceptance, found.signatures) as readers,
    ):
        return await rehearsal.rehearse(store, readers, old, new, now - length, as_of, now, examples)


def _plain(done: "Rehearsal") -> dict[str, object]:
    ways = [
        {
            "from": way[0],
            "to": way[1],
            "rule": way[2],
            "messages": count,
            "examples": [
                {
                    "number": x.number,
                    "at": x.at.isoformat(timespec="seconds"),
                    "kind": x.kind,
                    "rule_before": x.before.rule,
                    "due_before": x.before.due.isoformat(timespec="minutes") if x.before.due else None,
                    "due_after": x.after.due.isoformat(timespec="minutes") if x.after.due else None,
                }
                for x in done.examples[way]
            ],
        }
        for way, count in _most(done.ways)
    ]
    counts = {"judged": done.judged, "unread": done.unread, "moved": sum(done.ways.values())}
    fates = {"before": {x: done.before(x) for x in FATES}, "after": {x: done.after(x) for x in FATES}}
    changed = {"changed": done.changed, "examples": [_of_deadline(x) for x in done.fated]}
    return {**counts, "sooner": done.sooner, "later": done.later, "deadlines": {**fates, **changed}, "ways": ways}


def _most(ways: "Mapping[Way, int]") -> "list[tuple[Way, int]]":
    return sorted(ways.items(), key=lambda each: each[1], reverse=True)


def _of_deadline(x: "Fated") -> dict[str, object]:
    return {
        "number": x.number,
        "item": x.item,
        "inbox": x.inbox,
        "ladder_before": x.before.ladder or None,
        "ladder_after": x.after.ladder,
        "due_before": _utc(x.before.due),
        "due_after": _utc(x.after.due),
        "asked": _utc(x.asked) if x.asked else None,
        "ended": _utc(x.ended) if x.ended else None,
        "fate_before": x.before.fate,
        "fate_after": x.after.fate,
    }


def _utc(at: "datetime") -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds")


def _in_words(done: "Rehearsal", as_of: date | None) -> "Iterator[str]":
    moved = sum(done.ways.values())
    judged = f"{done.judged} messages" + (f", as if they had come on {as_of:%Y-%m-%d %a}" if as_of else "")
    yield f"{judged}: {moved} would lie elsewhere, {done.sooner} be due sooner, {done.later} later."
    if done.fates:
        was, would = (", ".join(f"{count(x)} {x}" for x in FATES) for count in (done.before, done.after))
        yield f"Deadlines as they were: {was}. By these, with the same work at the same time: {would}."
        for one, two in (("met", "missed"), ("missed", "met")):
            if flipped := done.fates.get((one, two)):
                yield f"{flipped:>6}  were {one} and would have been {two}"
        if done.changed:
            yield f"{done.changed:>6}  would have been due at another time"
        for each in done.fated:
            yield from _fated(each)
    if done.unread:
        yield f"{done.unread} could not be judged: their bytes were too old to be kept, or cannot be read."
    for way, count in _most(done.ways):
        before, after, rule = way
        yield f"{count:>6}  {before} -> {after}, by the rule “{rule}”"
        for x in done.examples[way]:
            due = f", due {x.after.due:%Y-%m-%d %H:%M} UTC" if x.after.due else ""
            yield f"        {x.at:%Y-%m-%d %H:%M} UTC {x.kind}, until now by “{x.before.rule}”{due}"


def _fated(x: "Fated") -> "Iterator[str]":
    """An example of a deadline in two lines, in the wall time of its practice."""
    zone = ZoneInfo(x.zone)
    was, would = (f"{each.due.astimezone(zone):{_LOCAL}}" for each in (x.before, x.after))
    by = f" by “{x.before.ladder}”" if x.before.ladder else ""
    asked = f", sender asked {x.asked.astimezone(zone):{_LOCAL}}" if x.asked else ""
    ended = f", ended {x.ended.astimezone(zone):{_LOCAL}}" if x.ended else ", not ended"
    one, two = x.fates
    fate = one if one == two else f"{one} -> {two}"
    yield f"        {fate:<14}  message {x.number} in {x.inbox}{asked}{ended}, item {x.item}"
    yield f"        {'':14}  due {was}{by} -> {would} by “{x.after.ladder}”"
