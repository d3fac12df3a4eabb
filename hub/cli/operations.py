"""Commands for whoever runs the hub: its processes, how it is, and what is stored."""

import asyncio
import logging
import os
import sys
import warnings
from enum import StrEnum
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from hub import settings
from hub.cli.terminal import AsJson, Config, asked, in_force, print_json
from hub.errors import BadConfiguration, Unknown


class Kind(StrEnum):
    """The worker processes."""

    INTAKE = "intake"  # from the broker's queues into the inboxes
    RELAY = "relay"  # from the outbox to the broker
    WATCH = "watch"  # the clocks: what is late is told
    AUDIT = "audit"  # the proof: whatever is open has somebody and a clock


def serve(config: Config = None) -> None:
    """Open the doors: messages, inboxes and pages over HTTP, with the clock's watch beside them."""
    _become("serve", config)


def worker(
    kind: Annotated[Kind, typer.Argument(help="Which worker this process is.", show_default=False)],
    config: Config = None,
) -> None:
    """Run one worker process, beside `hub serve` or on another machine with the same database.

    intake takes messages from the broker's queues: each is on disk before the broker hears that it is ours.

    relay brings acknowledgements and answers to the broker, tries again what fails, and parks what never gets there.

    watch lets deadlines lapse. `hub serve` does that too; a watch of its own does it when no door is open.

    audit proves that whatever is open has somebody and a clock, mends what has not, and tells of it. `hub serve` does
    that where no broker is configured.

    Start as many of each as you like, and stop one with SIGTERM or Ctrl-C: it ends what it has in hand, at most
    worker.drain_seconds. intake and relay need broker.urls in hub.toml, and wait for a broker that is away. With
    worker.health_port a probe is answered there. `hub status` shows who is alive.
    """
    if kind in (Kind.INTAKE, Kind.RELAY) and not settings.load(config).broker.urls:
        reason = 'is empty, and this worker needs a broker, as in ["amqps://sambud:secret@mq.example:5671/"]'
        raise BadConfiguration(str(settings.find(config)), "broker.urls", reason)
    _become(kind.value, config)


def topology(config: Config = None, as_json: AsJson = False) -> None:
    """List the broker's queues, the addresses that lead to them, and where their dead letters go.

    The workers declare all of it when they connect, so they must be allowed to. To have it there before them, --json is
    what a broker imports: `hub topology --json > definitions.json`, then `rabbitmqctl import_definitions
    definitions.json`. Nothing is asked of a broker.
    """
    from hub import broker, overview
    from hub.broker.topology import definitions

    found = broker.topology(in_force(settings.load(config)).directory)
    if as_json:
        print_json(definitions(found))
    else:
        print("\n".join(overview.topology(found)))


def status(config: Config = None, as_json: AsJson = False) -> None:
    """Say whether the hub is well, what is wrong, and what to do about it; nothing is changed.

    Looks at the workers' heartbeats, the broker's queues, late items, the outbox, and what was put aside. The last line
    is the verdict. Exits with 0 when all is well, 1 when something needs attention, 2 when something is broken: a
    message may be waiting that nobody takes; 78 when the configuration is wrong.
    """
    from hub import overview
    from hub import status as looking
    from hub.finding import worst

    found = settings.load(config)
    clock = found.running_clock()
    _quieten()
    facts = asyncio.run(looking.gather(found, clock))
    now = clock.now()
    findings = looking.judge(facts, now)
    if as_json:
        print_json(overview.status(facts, findings, now))
    else:
        print("\n".join(overview.status_in_words(facts, findings, now)))
    raise typer.Exit(worst(findings))


def cover(
    days: Annotated[int, typer.Option(help="How many days from today on.", min=1, max=366)] = 14,
    directory: Annotated[
        Path | None,
        typer.Option(exists=True, file_okay=False, help="A folder instead of what is in force.", show_default=False),
    ] = None,
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """List the working days on which nobody covers: for a GP who is away, in a team, on duty, as coordinator.

    What comes then would lie with the coordinator. Exits with 0 when there is no such day, 1 when there is one.
    """
    from hub import presence, registry, report

    found = settings.load(config)
    known = (registry.load(directory) if directory else in_force(found)).directory
    gaps = presence.coming(known, found.running_clock().now(), days)
    if as_json:
        print_json([report.gap(gap) for gap in gaps])
    else:
        print(report.gaps_in_words(gaps, known) or f"Somebody covers everywhere, {days} days ahead.")
    raise typer.Exit(1 if gaps else 0)


def tally(config: Config = None, as_json: AsJson = False) -> None:
    """Count what is stored, and prove that nothing was lost: exits with 1 when a message has nobody.

    Every accepted message must have an item and an acknowledgement; what is missing is named.
    """
    from hub import report

    counted = asyncio.run(asked(settings.load(config), lambda store: store.tally()))
    if as_json:
        print_json(counted)
    else:
        print(report.tally_in_words(counted))
    raise typer.Exit(1 if any(counted["lost"].values()) else 0)


def quarantine(
    config: Config = None,
    raw: Annotated[
        int | None,
        typer.Option(help="Write the bytes of this one instead.", show_default=False, min=1, max=2**63 - 1),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List what is held because nobody could or may be answered: when, from whom, why, and what to mend.

    What was replayed or discarded is not listed; `hub dead` does that, and lists by reason.
    """
    from hub import report

    if raw is not None:
        (found,) = asyncio.run(asked(settings.load(config), lambda store: store.held(raw - 1, 1))) or (None,)
        if found is None or found.id != raw:
            raise Unknown(f"there is no number {raw} in quarantine")
        sys.stdout.buffer.write(found.raw)
        return
    held = asyncio.run(asked(settings.load(config), lambda store: store.held(limit=1_000, ended=False)))
    if as_json:
        print_json([report.kept(k) for k in held])
    else:
        print("\n".join(report.kept_in_words(k) for k in held) or "Nothing is held.")


def _quieten() -> None:
    """What the broker's library says about a broker that is away, we say ourselves."""
    logging.disable()
    warnings.simplefilter("ignore")


def _become(process: str, config: Path | None) -> NoReturn:
    """Hand over to the process itself, so that its signals and its exit code are this command's."""
    named = ["--config", str(config)] if config else []
    os.execv(sys.executable, [sys.executable, "-m", "workers", process, *named])
