"""The command `hub`: run it, look into messages with it, try it."""

import asyncio
import json
import os
import sys
from collections.abc import Sized
from dataclasses import asdict
from datetime import UTC, datetime
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn, TypeVar
from zoneinfo import ZoneInfo

import typer

from hub import __version__, settings
from hub.errors import BadConfiguration, HubError, Unknown

T = TypeVar("T")

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from hub.intake import Order
    from hub.registry import Configuration
    from hub.store import Store

# sysexits.h: a file that was named cannot be opened; nothing can be written; something in the configuration is wrong.
EX_NOINPUT = 66
EX_IOERR = 74
EX_CONFIG = 78

# The years in which a message may be thought to come; calendars end somewhere, and time zones go a day beyond.
YEARS = range(1900, 2200)

Config = Annotated[
    Path | None,
    typer.Option(
        "--config", "-c", help="hub.toml; else the one HUB_CONFIG names, else ./hub.toml.", show_default=False
    ),
]
Files = Annotated[
    list[Path],
    typer.Argument(help="Message files, XML as it would be sent.", show_default=False),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for machines.")]


def _in_our_time(at: datetime | None) -> datetime | None:
    if at and at.year not in YEARS:
        raise typer.BadParameter(f"give a year from {YEARS[0]} to {YEARS[-1]}")
    return at


cli = typer.Typer(
    name="hub",
    help="Sambud takes in messages between hospitals, home services and GP centres, puts each in the right "
    "inbox with a deadline, escalates what is late, and sends the answer back.",
    epilog="Try `hub demo` first: a whole working day in two minutes.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)


schemas = typer.Typer(help="List, check and replace the schemas that messages are checked against.")
cli.add_typer(schemas, name="schemas", no_args_is_help=True)


def main() -> None:
    """Run the command; a wrong configuration ends it with 78, what cannot be written with 74, other failures with 1."""
    for stream in (sys.stdout, sys.stderr):
        # A terminal may lack letters of ours: they are shown as what they are, and nothing breaks off.
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        _run()
    except BadConfiguration as fault:
        _fail("\n".join([str(fault), *getattr(fault, "__notes__", ())]), EX_CONFIG)
    except HubError as fault:
        _fail(str(fault), 1)
    except OSError as fault:
        _fail(f"{fault.filename or 'what was to be printed'}: {fault.strerror}", EX_IOERR)


def _run() -> None:
    """Run the command, and see to it that all it printed has arrived."""
    try:
        cli()
    finally:
        if sys.stdout:
            try:
                sys.stdout.flush()
            except OSError:
                # What is left of it is let go, or Python would try again at its end and tell its own story.
                os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
                raise


@cli.callback(invoke_without_command=True)
def version(version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False) -> None:
    """Options that stand before the command."""
    if version:
        print(f"sambud {__version__}")
        raise typer.Exit


@cli.command()
def serve(config: Config = None) -> None:
    """Open the doors: messages, inboxes and pages over HTTP, with the clock's watch beside them."""
    _become("serve", config)


@cli.command()
def migrate(config: Config = None) -> None:
    """Bring the database to this version; safe to run again."""
    from hub.store import migrate

    url = settings.load(config).database.url
    print(f"{url} is at revision {migrate.migrate(url)}")


@cli.command("check-config")
def check_config(config: Config = None) -> None:
    """Read hub.toml and the centre's folder as `hub serve` would, and say what is in them or all that is wrong.

    Exits with 0 when everything is in order, 78 when something is not. Names are checked once every file can
    be read, and what they mean once every name is known; so there may be more when those are mended.
    """
    from hub import registry

    try:
        found = settings.load(config)
        known = registry.load(found.folder)
    except BadConfiguration as fault:
        _fail("\n".join(["the configuration is wrong", str(fault), *getattr(fault, "__notes__", ())]), EX_CONFIG)
    print(f"{settings.find(config)} and {found.folder.resolve()} are in order:")
    print(_counted(known))


@cli.command()
def check(files: Files, config: Config = None, as_json: AsJson = False) -> None:
    """Say what a sender would be told: accepted, rejected or unreadable, with path, line and what to mend.

    Exits with 0 when every file is accepted, 1 when one is rejected, 2 when one is unreadable as a message; 66 when
    there is no such file. With a configuration the receiver is checked too, and JSON tells where the message would
    lie; without one, only the standard's own rules hold.
    """
    from hub import inspection, report

    raws = _bytes(files)
    configured = settings.load(config) if config or settings.configured() else None
    order = _order(configured) if configured else None
    verdicts = asyncio.run(inspection.inspect(raws, configured, order, datetime.now(UTC)))
    judged = list(zip(files, verdicts, strict=True))
    if as_json:
        _print_json([report.verdict(v, order.directory if order else None, str(f)) for f, v in judged])
    else:
        print("\n".join(report.verdict_in_words(v, str(f)) for f, v in judged))
    raise typer.Exit(max(v.exit_code for v in verdicts))


@cli.command()
def explain(
    file: Annotated[Path, typer.Argument(help="A message file.", show_default=False)],
    config: Config = None,
    at: Annotated[
        datetime | None,
        typer.Option(
            help="As if it came then (Norwegian time); now when left out.", show_default=False, callback=_in_our_time
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Say which inbox a message would lie in, which rule hit and which were passed over, and when it is due and why.

    Without a configuration the sample centre's is used. What lies in no inbox gets the verdict of `hub check`, with
    its exit code: 1 when it would be rejected, 2 when it is unreadable; 66 when there is no such file.
    """
    from hub import inspection, report

    raws = _bytes([file])
    found = settings.load(config if config or settings.configured() else settings.sample())
    order = _order(found)
    moment = at.replace(tzinfo=ZoneInfo("Europe/Oslo")) if at else datetime.now(UTC)
    (reading,) = asyncio.run(inspection.read(raws, found))
    verdict = inspection.verdict(reading, order, moment.astimezone(UTC))
    if verdict.explanation is None:
        if as_json:
            _print_json(report.verdict(verdict, order.directory, str(file)))
        else:
            _say(f"the message would be {verdict.word}, so it lies in no inbox; `hub check` says why")
        raise typer.Exit(verdict.exit_code)
    told = report.explanation(verdict.explanation, order.directory)
    if as_json:
        _print_json({"verdict": verdict.word} | told)
    else:
        print(report.explanation_in_words(told))


@schemas.command("list")
def list_schemas(config: Config = None, as_json: AsJson = False) -> None:
    """List the schema files that messages are checked against: namespace, standard, version, whose, and SHA-256."""
    from hub import report
    from hub.wire import schemas

    sheets = schemas.listed(_site_schemas(config))
    if as_json:
        _print_json([asdict(sheet) for sheet in sheets])
    else:
        print("\n".join(report.sheet_in_words(sheet) for sheet in sheets))


@schemas.command("check")
def check_schemas(
    directory: Annotated[
        Path | None,
        typer.Argument(help="A folder with published schemas; the set in use when left out.", show_default=False),
    ] = None,
    config: Config = None,
) -> None:
    """Compile the schemas and say what is wrong, by file and line; nothing is changed.

    Of a folder with published schemas it also says which of the hub's namespaces are not in it: there the hub's own
    files stay in use. Exits with 0 when everything is in order, 78 when something is not.
    """
    from hub import report
    from hub.wire import schemas

    found = schemas.check_files(directory) if directory else schemas.check(_site_schemas(config))
    if found.troubles:
        _fail("\n".join(["the schemas are wrong", *map(str, found.troubles)]), EX_CONFIG)
    print(report.checked_in_words(found, str(directory) if directory else ""))


@schemas.command("use")
def use_schemas(
    directory: Annotated[Path, typer.Argument(help="A folder with published schemas (.xsd).", show_default=False)],
    config: Config = None,
    into: Annotated[
        Path | None,
        typer.Option(help="Where to write the set; the configuration's folder when left out.", show_default=False),
    ] = None,
) -> None:
    """Put a site's officially published schemas in the place of the hub's own.

    Files are matched by namespace, whatever they are called. They are written with the hub's own into one new folder,
    if they make one set, and what to put in hub.toml is printed; until then nothing changes. Taking the line out
    again is the way back. Exits with 78 when they make no set.
    """
    from hub import report
    from hub.wire import schemas

    home = into or settings.find(config).resolve().parent
    place = schemas.use(directory, home)
    named = place if into else Path(place.name)
    print(report.set_in_words(place, str(named), schemas.listed(place)))


@cli.command()
def tally(config: Config = None, as_json: AsJson = False) -> None:
    """Count what is stored, and prove that nothing was lost: exits with 1 when a message has nobody.

    Every accepted message must have an item and an acknowledgement; what is missing is named.
    """
    from hub import report

    counted = asyncio.run(_asked(settings.load(config), lambda store: store.tally()))
    if as_json:
        _print_json(counted)
    else:
        print(report.tally_in_words(counted))
    raise typer.Exit(1 if any(counted["lost"].values()) else 0)


@cli.command()
def quarantine(
    config: Config = None,
    raw: Annotated[
        int | None,
        typer.Option(help="Write the bytes of this one instead.", show_default=False, min=1, max=2**63 - 1),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List what is held because nobody could or may be answered: when, from whom, why, and what to mend."""
    from hub import report

    if raw is not None:
        (found,) = asyncio.run(_asked(settings.load(config), lambda store: store.held(raw - 1, 1))) or (None,)
        if found is None or found.id != raw:
            raise Unknown(f"there is no number {raw} in quarantine")
        sys.stdout.buffer.write(found.raw)
        return
    held = asyncio.run(_asked(settings.load(config), lambda store: store.held(limit=1_000)))
    if as_json:
        _print_json([report.kept(k) for k in held])
    else:
        print("\n".join(report.kept_in_words(k) for k in held) or "Nothing is held.")


@cli.command()
def demo(
    speed: Annotated[
        float, typer.Option(help="Times real time; 300 plays the day in two minutes.", min=1, max=5000)
    ] = 300,
    once: Annotated[bool, typer.Option("--once", help="Exit after the day: 0 only if everything adds up.")] = False,
    port: Annotated[int, typer.Option(help="Where the page is; another free port when it is taken.")] = 8460,
    data: Annotated[
        Path | None,
        typer.Option(help="Keep the day's database here; a temporary folder when left out.", show_default=False),
    ] = None,
    seed: Annotated[int, typer.Option(help="Another seed plays another day.")] = 1,
) -> None:
    """Play one working day of the sample centre through the real door, with simulated nurses and GPs."""
    from hub import demo

    raise typer.Exit(demo.play(demo.Plan(speed=speed, once=once, port=port, data=data, seed=seed)))


@cli.command()
def password() -> None:
    """Ask for a password and print its hash, for accounts.toml."""
    from argon2 import PasswordHasher

    typed = typer.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    print(PasswordHasher().hash(typed))


def _become(process: str, config: Path | None) -> NoReturn:
    """Hand over to the process itself, so that its signals and its exit code are this command's."""
    named = ["--config", str(config)] if config else []
    os.execv(sys.executable, [sys.executable, "-m", "workers", process, *named])


def _order(found: settings.Settings) -> "Order":
    from hub import registry
    from hub.intake import Order

    known = registry.load(found.folder)
    return Order(known.directory, known.rules, known.ladders, found.acceptance.choices())


def _site_schemas(config: Path | None) -> Path | None:
    """The folder of the site's own set, if a configuration names one."""
    return settings.load(config).wire.schemas if config or settings.configured() else None


def _counted(known: "Configuration") -> str:
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


def _bytes(files: list[Path]) -> list[bytes]:
    """What the files hold; one that cannot be opened ends the command."""
    try:
        return [f.read_bytes() for f in files]
    except FileNotFoundError as fault:
        _fail(f"{fault.filename}: there is no such file", EX_NOINPUT)
    except OSError as fault:
        _fail(f"{fault.filename}: the file cannot be read: {fault.strerror}", EX_NOINPUT)


async def _asked(found: settings.Settings, question: "Callable[[Store], Awaitable[T]]") -> "T":
    from hub.store import Store

    async with Store(found.database.url) as store:
        return await question(store)


def _print_json(value: object) -> None:
    # Letters that cannot be written as they are must be written as JSON writes them.
    plain = "utf" not in (sys.stdout.encoding or "").lower()
    print(json.dumps(value, ensure_ascii=plain, indent=2))


def _say(words: str) -> None:
    print(f"hub: {words}", file=sys.stderr)


def _fail(words: str, code: int) -> NoReturn:
    _say(words)
    sys.exit(code)


if __name__ == "__main__":
    main()
