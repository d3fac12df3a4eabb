"""What all commands share: their options, how they answer, and the exit codes."""

import asyncio
import json
import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn, TypeVar

import typer

from hub.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sized

    from hub.registry import Configuration
    from hub.store import Store

T = TypeVar("T")

# sysexits.h: a file that was named cannot be opened; nothing can be written; something in the configuration is wrong.
EX_NOINPUT = 66
EX_IOERR = 74
EX_CONFIG = 78

# The years in which something may be thought to come; calendars end somewhere, and time zones go a day beyond.
YEARS = range(1900, 2200)

Config = Annotated[
    Path | None,
    typer.Option(
        "--config", "-c", help="hub.toml; else the one HUB_CONFIG names, else ./hub.toml.", show_default=False
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for machines.")]


def in_our_time(at: datetime | None) -> datetime | None:
    """A moment that calendars know of. Raises BadParameter."""
    if at and at.year not in YEARS:
        raise typer.BadParameter(f"give a year from {YEARS[0]} to {YEARS[-1]}")
    return at


async def asked(found: Settings, question: "Callable[[Store], Awaitable[T]]") -> T:
    """What the store answers to a question; it is opened and closed for it."""
    from hub.store import Store

    async with Store(found.database.url) as store:
        return await question(store)


def in_force(found: Settings) -> "Configuration":
    """The configuration by which the hub decides. Raises BadConfiguration."""
    from hub import following

    known, why = asyncio.run(following.known(found))
    if why:
        say(f"{why}; so this goes by the folder {found.folder}")
    return known


def counted(known: "Configuration") -> str:
    """How much of each thing there is, in two lines."""
    who, accounts = known.directory, known.accounts
    people: dict[str, Sized] = {
        "practices": who.practices,
        "people": who.people,
        "inboxes": who.inboxes,
        "patients": who.listings,
        "partners": who.partners,
    }
    rules: dict[str, Sized] = {
        "rules": known.rules,
        "ladders": known.ladders,
        "agreements": who.agreements,
        "personal accounts": accounts.people,
        "system accounts": accounts.systems,
    }
    return "\n".join(", ".join(f"{thing}: {len(of)}" for thing, of in line.items()) for line in (people, rules))


def print_json(value: object) -> None:
    """Print a value for machines."""
    # Letters that cannot be written as they are must be written as JSON writes them.
    plain = "utf" not in (sys.stdout.encoding or "").lower()
    print(json.dumps(value, ensure_ascii=plain, indent=2))


def say(words: str) -> None:
    """Tell something beside what was asked for."""
    print(f"hub: {words}", file=sys.stderr)


def fail(words: str, code: int) -> NoReturn:
    """Say what is wrong, and end the command."""
    say(words)
    sys.exit(code)
