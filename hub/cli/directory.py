"""Commands for whoever keeps the directory and the rules: check a folder, see what it changes, load it, undo that."""

import asyncio
import getpass
import os
import sys
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hub import settings
from hub.cli.terminal import AsJson, Config, asked, counted, fail, print_json, say

if TYPE_CHECKING:
    from hub.record import Version
    from hub.registry import Configuration
    from hub.settings import Settings

directory = typer.Typer(
    help="Who is who, who is away, and the rules: check a folder of files, see what it changes, load it, undo that.",
    no_args_is_help=True,
)

# How long it is waited until all processes have what was loaded: they tell of themselves every five seconds.
HEARD_SECONDS, LOOK_SECONDS = 12.0, 0.25

Folder = Annotated[
    Path | None,
    typer.Argument(help="A folder of files; else the one that hub.toml names.", show_default=False),
]
Why = Annotated[str, typer.Option(help="Why, in a few words; it is kept with the version.", show_default=False)]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]


@directory.command("check")
def check(folder: Folder = None, config: Config = None) -> None:
    """Say what is in a folder, or what is wrong with it: file, line, what is there and what is allowed.

    First the form of all files is checked, then the names in them, then what they mean, then the patients, and the
    examples last. All that is wrong in one of these is told at once, and hides what is wrong in a later one; of a file
    that is no TOML or CSV only the first place is told.

    Exits with 0 when everything is in order, 78 when something is not. Nothing is changed.
    """
    place = folder or settings.load(config).folder
    known, _ = _checked(place)
    print(f"{place.resolve()} is in order:\n{counted(known)}")


@directory.command("diff")
def diff(folder: Folder = None, config: Config = None, as_json: AsJson = False) -> None:
    """Show what loading a folder would change in what is in force; nothing is changed.

    Exits with 0 when nothing would change, 1 when something would, 78 when the folder is wrong. Patients are counted,
    and secrets are not shown.
    """
    found = settings.load(config)
    _, contents = _checked(folder or found.folder)
    before, files = asyncio.run(_in_force(found))
    if before is None:
        say("nothing was ever loaded: each process has the folder as it was when it started")
    told = _differences(files, contents)
    if as_json:
        print_json([asdict(x) for x in told])
    else:
        print("\n".join(_lines(told)) or f"Nothing: this is version {before.number if before else 0}.")
    raise typer.Exit(bool(told))


@directory.command("load")
def load(folder: Folder = None, config: Config = None, why: Why = "", yes: Yes = False) -> None:
    """Check a folder, show what it changes, and put it in force in all running processes, all of it or nothing.

    No process has to be restarted. What was loaded is kept as a version: `hub directory undo` takes it back. From the
    first load on, what is loaded counts, and no longer the folder. Exits with 78 when the folder is wrong.
    """
    from hub import reaching

    found = settings.load(config)
    known, contents = _checked(folder or found.folder)
    reaching.check(known, found.notices, folder or found.folder)
    before, files = asyncio.run(_in_force(found))
    told = _differences(files, contents)
    if before and not told and contents == files:
        print(f"Nothing is new: this is version {before.number}, which is in force.")
        return
    print("\n".join(_lines(told)) if before else f"This is the first version:\n{counted(known)}")
    who = _who()
    _sure(yes)
    _put(found, before, contents, who, why)


@directory.command("undo")
def undo(config: Config = None, why: Why = "", yes: Yes = False) -> None:
    """Put the version before the one in force in force again; doing it once more takes that back.

    It becomes a version of its own, so nothing is lost. Exits with 78 when this version of the hub cannot use it.
    """
    from hub import following

    found = settings.load(config)
    now, files = asyncio.run(_in_force(found))
    if now is None or now.number == 1:
        reason = "it is the first version" if now else "nothing was ever loaded"
        fail(f"there is nothing to go back to: {reason}", 1)
    before, contents = asyncio.run(_version(found, now.number - 1))
    asyncio.run(following.read(before, {digest: contents[name] for name, digest in before.files.items()}))
    print("\n".join(_lines(_differences(files, contents))) or "Nothing but comments, order or spacing.")
    who = _who()
    _sure(yes)
    _put(found, now, contents, who, why or f"undo of {now.number}", before.number)


@directory.command("export")
def export(
    to: Annotated[Path, typer.Argument(help="A folder; it is made if need be.", show_default=False)],
    version: Annotated[int | None, typer.Option(help="Which one; else the one in force.", show_default=False)] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Write over files that are there.")] = False,
    config: Config = None,
) -> None:
    """Write the files of a version into a folder, as they were loaded.

    They hold patients and what passwords are checked by, so only you may read them; put them nowhere that others may.
    """
    from hub.registry import archive

    found = settings.load(config)
    before, contents = asyncio.run(_in_force(found) if version is None else _version(found, version))
    if before is None:
        fail("nothing was ever loaded, so there is nothing to write", 1)
    there = [name for name in contents if (to / name).exists() and (to / name).read_bytes() != contents[name]]
    if there and not overwrite:
        fail(f"{to} has other files of these names: {', '.join(there)}; give --overwrite, or another folder", 1)
    archive.spread(contents, to)
    print(f"Version {before.number} is in {to}: {', '.join(contents)}")


@directory.command("list")
def list_(config: Config = None, as_json: AsJson = False) -> None:
    """List the versions that were loaded, the one in force first: when, by whom and why."""
    versions = asyncio.run(asked(settings.load(config), lambda store: store.versions(1000)))
    if as_json:
        print_json([_plain(x) for x in versions])
    elif versions:
        print("\n".join(_line(x) for x in versions))
    else:
        print("Nothing was ever loaded: each process has the folder as it was when it started.")


def _checked(place: Path) -> "tuple[Configuration, Mapping[str, bytes]]":
    """What a folder says, and its files' very bytes: what is loaded is what was checked."""
    from hub import registry
    from hub.registry import archive
    from hub.registry.example import EXAMPLES

    contents = archive.gather(place)
    held = archive.held(contents, place)
    known = registry.load(place, held)
    if EXAMPLES in contents:
        registry.examples(place, held)
    return known, contents


async def _in_force(found: "Settings") -> "tuple[Version | None, Mapping[str, bytes]]":
    newest = await asked(found, lambda store: store.newest_version())
    return await _version(found, newest) if newest else (None, {})


async def _version(found: "Settings", number: int) -> "tuple[Version, Mapping[str, bytes]]":
    newest = await asked(found, lambda store: store.newest_version())
    # No database need know a number of any size.
    version = await asked(found, lambda store: store.version(number)) if 0 < number <= newest else None
    if version is None:
        fail(f"there is no version {number}; `hub directory list` shows those that there are", 1)
    files = version.files
    contents = await asked(found, lambda store: store.contents(set(files.values())))
    return version, {name: contents[digest] for name, digest in files.items()}


def _differences(old: Mapping[str, bytes], new: Mapping[str, bytes]) -> list[Any]:
    from hub.registry import comparison

    return comparison.compare(old, new)


def _lines(told: list[Any]) -> list[str]:
    lines = []
    for n, x in enumerate(told):
        if n == 0 or told[n - 1].file != x.file:
            lines.append(x.file)
        lines.append(f"  {x.sign} {x.what}")
        lines += [f"      {detail}" for detail in x.details]
    return lines


def _sure(yes: bool) -> None:
    if yes:
        return
    if not sys.stdin.isatty():
        fail("nobody can be asked here whether this is to be put in force: give --yes", 2)
    typer.confirm("Put this in force?", abort=True)


def _who() -> str:
    """Who sits here, by name, or by number where the machine has no name for them."""
    try:
        return _printable(getpass.getuser()).strip()
    except (KeyError, OSError):
        return str(os.getuid())


def _printable(words: str) -> str:
    """The words with blanks for what would do something to a terminal, or cannot be stored."""
    return "".join(x if x.isprintable() else " " for x in words)


def _put(
    found: "Settings",
    before: "Version | None",
    contents: Mapping[str, bytes],
    who: str,
    why: str,
    again: int | None = None,
) -> None:
    from hub.record import Version
    from hub.registry import archive

    files = {name: archive.digest(content) for name, content in contents.items()}
    number = before.number + 1 if before else 1
    version = Version(number, found.running_clock().now(), who, _printable(why).strip(), files, again)
    by_digest = {archive.digest(content): content for content in contents.values()}
    if not asyncio.run(asked(found, lambda store: store.put_version(version, by_digest))):
        fail(f"somebody else loaded version {number} meanwhile; look at `hub directory diff` and try again", 1)
    print(f"Version {number} is in force.")
    print(asyncio.run(_heard(found)))


async def _heard(found: "Settings") -> str:
    """Which processes say that they have it, as soon as all do."""
    from hub import status
    from hub.store import Store

    clock = found.running_clock()
    async with Store(found.database.url) as store:
        until = asyncio.get_running_loop().time() + HEARD_SECONDS
        while True:
            now = clock.now()
            facts = status.Facts(await status.look(store, clock), speed=status.speed(clock))
            alive, behind = status.alive(facts, now), [x.name for x in status.behind(facts, now)]
            if not behind or asyncio.get_running_loop().time() > until:
                break
            await asyncio.sleep(LOOK_SECONDS)
    if not alive:
        return "No process of the hub runs; each reads it when it starts."
    told = f"{len(alive) - len(behind)} of {len(alive)} running processes decide by it."
    return f"{told} Not yet: {', '.join(behind)}; `hub status` tells what keeps them." if behind else told


def _plain(x: "Version") -> dict[str, Any]:
    return {"number": x.number, "at": x.at.isoformat(), "who": x.who, "why": x.why, "again": x.again}


def _line(x: "Version") -> str:
    again = f", version {x.again} again" if x.again else ""
    return _printable(f"{x.number:>4}  {x.at:%Y-%m-%d %H:%M} UTC  {x.who}{again}{f'  {x.why}' if x.why else ''}")
