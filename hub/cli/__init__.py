"""The command `hub`: run it, look into messages with it, try it."""

import asyncio
import os
import sys
from dataclasses import asdict
from datetime import UTC, datetime
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from hub import __version__, settings
from hub.cli import dead, directory, letter, operations, routing, traffic, who
from hub.cli.terminal import (
    EX_CONFIG,
    EX_IOERR,
    EX_NOINPUT,
    AsJson,
    Config,
    counted,
    fail,
    in_force,
    in_our_time,
    print_json,
    say,
)
from hub.errors import BadConfiguration, HubError

if TYPE_CHECKING:
    from hub.intake import Order

Files = Annotated[
    list[Path],
    typer.Argument(help="Message files, XML as it would be sent.", show_default=False),
]


cli = typer.Typer(
    name="hub",
    rich_markup_mode="markdown",
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
        fail("\n".join([str(fault), *getattr(fault, "__notes__", ())]), EX_CONFIG)
    except HubError as fault:
        fail(str(fault), 1)
    except OSError as fault:
        fail(f"{fault.filename or 'what was to be printed'}: {fault.strerror}", EX_IOERR)


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


cli.command()(operations.serve)
cli.command()(operations.worker)


@cli.command()
def migrate(config: Config = None) -> None:
    """Bring the database to this version; safe to run again."""
    from hub.store import engine, migrate

    url = settings.load(config).database.url
    print(f"{engine.shown(url)} is at revision {migrate.migrate(url)}")


@cli.command("check-config")
def check_config(config: Config = None) -> None:
    """Read hub.toml and the centre's folder as `hub serve` would, and say what is in them or all that is wrong.

    Exits with 0 when everything is in order, 78 when something is not. Names are checked once every file can
    be read, and what they mean once every name is known; so there may be more when those are mended.
    """
    from hub import reaching, registry

    try:
        found = settings.load(config)
        known = registry.load(found.folder)
        reaching.check(known, found.notices, found.folder)
    except BadConfiguration as fault:
        fail("\n".join(["the configuration is wrong", str(fault), *getattr(fault, "__notes__", ())]), EX_CONFIG)
    print(f"{settings.find(config)} and {found.folder.resolve()} are in order:")
    print(counted(known))


@cli.command()
def check(files: Files, config: Config = None, as_json: AsJson = False) -> None:
    """Say what a sender would be told: accepted, rejected or unreadable, with path, line and what to mend.

    Exits with 0 when every file is accepted, 1 when one is rejected, 2 when one is unreadable as a message; 66 when
    there is no such file. With a configuration the receiver is checked too, and JSON tells where the message would
    lie; without one, only the standard's own rules hold.
    """
    from hub import inspection, report
    from hub.web import why

    raws = _bytes(files)
    configured = settings.load(config) if config or settings.configured() else None
    order = _order(configured) if configured else None
    verdicts = asyncio.run(inspection.inspect(raws, configured, order, datetime.now(UTC)))
    judged = list(zip(files, verdicts, strict=True))
    if as_json:
        print_json([report.verdict(v, order.directory if order else None, str(f), why.said) for f, v in judged])
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
            help="As if it came then (Norwegian time); now when left out.", show_default=False, callback=in_our_time
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Say which inbox a message would lie in, which rule hit and which were passed over, and when it is due and why.

    Without a configuration the sample centre's is used. What lies in no inbox gets the verdict of `hub check`, with
    its exit code: 1 when it would be rejected, 2 when it is unreadable; 66 when there is no such file.
    """
    from hub import inspection, report
    from hub.web import why

    raws = _bytes([file])
    found = settings.load(config if config or settings.configured() else settings.sample())
    order = _order(found)
    moment = at.replace(tzinfo=ZoneInfo("Europe/Oslo")) if at else datetime.now(UTC)
    (reading,) = asyncio.run(inspection.read(raws, found))
    verdict = inspection.verdict(reading, order, moment.astimezone(UTC))
    if verdict.explanation is None:
        if as_json:
            print_json(report.verdict(verdict, order.directory, str(file)))
        else:
            say(f"the message would be {verdict.word}, so it lies in no inbox; `hub check` says why")
        raise typer.Exit(verdict.exit_code)
    told = report.explanation(verdict.explanation, order.directory, why.said)
    if as_json:
        print_json({"verdict": verdict.word} | told)
    else:
        print(report.explanation_in_words(told))


@schemas.command("list")
def list_schemas(config: Config = None, as_json: AsJson = False) -> None:
    """List the schema files that messages are checked against: namespace, standard, version, whose, and SHA-256."""
    from hub import report
    from hub.wire import schemas

    sheets = schemas.listed(_site_schemas(config))
    if as_json:
        print_json([asdict(sheet) for sheet in sheets])
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
        fail("\n".join(["the schemas are wrong", *map(str, found.troubles)]), EX_CONFIG)
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


for _command in (operations.status, operations.cover, operations.topology, operations.tally, operations.quarantine):
    cli.command()(_command)
cli.command()(routing.rehearse)
cli.command()(routing.ladders)
cli.command()(letter.returned)
cli.command()(letter.letter)
cli.command()(who.who)
cli.command()(traffic.traffic)
cli.command()(traffic.reconcile)
cli.add_typer(dead.dead, name="dead", no_args_is_help=True)
cli.add_typer(directory.directory, name="directory", no_args_is_help=True)
cli.add_typer(routing.routes, name="routes", no_args_is_help=True)


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


def _order(found: settings.Settings) -> "Order":
    from hub import following

    return following.order(in_force(found), found)


def _site_schemas(config: Path | None) -> Path | None:
    """The folder of the site's own set, if a configuration names one."""
    return settings.load(config).wire.schemas if config or settings.configured() else None


def _bytes(files: list[Path]) -> list[bytes]:
    """What the files hold; one that cannot be opened ends the command."""
    try:
        return [f.read_bytes() for f in files]
    except FileNotFoundError as fault:
        fail(f"{fault.filename}: there is no such file", EX_NOINPUT)
    except OSError as fault:
        fail(f"{fault.filename}: the file cannot be read: {fault.strerror}", EX_NOINPUT)
