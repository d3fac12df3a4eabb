"""Commands for what could not be handled: bytes in quarantine, and documents that the broker did not take."""

import asyncio
import getpass
import logging
import os
import re
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from hub import settings
from hub.cli.terminal import AsJson, Config, asked, print_json
from hub.clock import Clock
from hub.errors import Unknown

if TYPE_CHECKING:
    from hub.record import Dead
    from hub.service import Hub
    from hub.settings import Settings
    from hub.store import Store

T = TypeVar("T")

dead = typer.Typer(
    help="Look at what could not be handled, and try it again or give it up.\n\n"
    "Messages in quarantine have ids like q12; documents that the broker did not take, and that were parked, have ids "
    "like o7. Start with `hub dead list`."
)

# As large as a number of a row can be.
LARGEST = 2**63 - 1
# As many as are listed or taken by their reason at once.
MOST = 10_000


def _id(written: str) -> str:
    """An id as it is listed. Raises BadParameter."""
    if not re.fullmatch(r"[qo][1-9][0-9]{0,18}", written) or int(written[1:]) > LARGEST:
        raise typer.BadParameter(f"{written!r} is no id; `hub dead list` has them, like q12 or o7")
    return written


def _ids(written: list[str] | None) -> list[str]:
    return list(dict.fromkeys(map(_id, written or [])))


def _why(written: str) -> str:
    if not written.strip():
        raise typer.BadParameter("say why; it stands in the journal")
    return written.strip()


Ids = Annotated[
    list[str] | None, typer.Argument(metavar="ID...", help="As listed: q12, o7.", show_default=False, callback=_ids)
]
Reason = Annotated[
    str, typer.Option(help="All of one reason, as `hub dead list` names it, instead of ids.", show_default=False)
]


@dead.command("list")
def list_dead(
    config: Config = None,
    all: Annotated[bool, typer.Option("--all", help="List every one, not only the oldest of each reason.")] = False,
    as_json: AsJson = False,
) -> None:
    """List all that nobody has ended yet by reason: how many, what to do about it, and the oldest of them."""
    from hub import overview

    async def look(store: "Store") -> "tuple[list[Dead], tuple[int, int]]":
        return await store.dead(MOST), await store.dead_count()

    found, (held, parked) = asyncio.run(asked(settings.load(config), look))
    if as_json:
        print_json([overview.dead(x) for x in found])
    else:
        print("\n".join(overview.dead_in_words(found, held, parked, all)))


@dead.command()
def show(
    id: Annotated[str, typer.Argument(metavar="ID", help="As listed: q12, o7.", show_default=False, callback=_id)],
    config: Config = None,
    raw: Annotated[bool, typer.Option("--raw", help="Write its bytes instead: they may be patient data.")] = False,
    as_json: AsJson = False,
) -> None:
    """Tell all that is known of one, and what to do next; its bytes only with --raw."""
    from hub import overview

    found = settings.load(config)
    if raw:
        sys.stdout.buffer.write(_there(id, asyncio.run(asked(found, lambda store: store.dead_raw(id)))))
        return
    one = _there(id, asyncio.run(asked(found, lambda store: store.dead_one(id))))
    if as_json:
        print_json(overview.dead(one))
    else:
        print("\n".join(overview.one_in_words(one)))


@dead.command()
def replay(ids: Ids = None, reason: Reason = "", config: Config = None) -> None:
    """Try again: take quarantined messages in as if they came now, and send parked documents from the beginning.

    Mend the cause first. What is held again has a new id, and the old one is ended. A message that was here already
    changes nothing, so a replay may be repeated. A document keeps its MsgId, by which its receiver knows it.
    Who did it stands in the journal. Exits with 1 when one of them could not be tried, or is held again.
    """
    found = settings.load(config)
    raise typer.Exit(asyncio.run(_replay(found, found.running_clock(), ids or [], reason)))


@dead.command()
def discard(
    why: Annotated[str, typer.Option(help="Why it may be given up, without any names: it is kept.", callback=_why)],
    ids: Ids = None,
    reason: Reason = "",
    config: Config = None,
) -> None:
    """Give up for good: nothing is taken in or sent. The bytes stay where they are; who and why is kept.

    Exits with 1 when one of them was not there any more.
    """
    found = settings.load(config)
    raise typer.Exit(asyncio.run(_discard(found, found.running_clock(), ids or [], reason, why)))


async def _replay(found: "Settings", clock: Clock, ids: Sequence[str], reason: str) -> int:
    code = 0
    async with _chosen(found, ids, reason) as (store, chosen):
        if not any(id[0] == "q" for id in chosen):
            return max([await _unpark(store, id, clock) for id in chosen], default=0)
        async with _opened(found) as hub:
            for id in chosen:
                code |= await (_take_in(hub, id, clock) if id[0] == "q" else _unpark(store, id, clock))
    return code


async def _discard(found: "Settings", clock: Clock, ids: Sequence[str], reason: str, why: str) -> int:
    code = 0
    async with _chosen(found, ids, reason) as (store, chosen):
        for id in chosen:
            number, who, now = [int(id[1:])], _who(), clock.now()
            if id[0] == "q":
                done = await store.end_held(number, "discarded", who, why, now)
            else:
                done = await store.discard_parked(number, who, why, now)
            code |= _say(f"{id}: discarded.") if done else await _not_there(store, id)
    return code


@asynccontextmanager
async def _chosen(found: "Settings", ids: Sequence[str], reason: str) -> "AsyncIterator[tuple[Store, list[str]]]":
    """The store, and what was asked for: by id or by reason."""
    from hub import overview
    from hub.store import Store

    if bool(ids) is bool(reason):
        raise typer.BadParameter("give ids, or --reason")
    if reason and reason not in overview.REASONS:
        raise typer.BadParameter(f"--reason is one of {', '.join(overview.REASONS)}")
    async with Store(found.database.url) as store:
        chosen = list(ids) or [x.id for x in await store.dead(MOST) if x.why == reason]
        if not chosen:
            _say(f"Nothing waits because of {reason!r}.")
        yield store, chosen


@asynccontextmanager
async def _opened(found: "Settings") -> "AsyncIterator[Hub]":
    """The hub; of what it says of itself only what is wrong is shown."""
    import structlog

    from hub import telemetry
    from hub.service import open_hub

    telemetry.configure()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    async with open_hub(found) as hub:
        yield hub


async def _take_in(hub: "Hub", id: str, clock: Clock) -> int:
    """Take one in once more as it came, whoever may send it; only then its row is ended.

    If the process ends in between, the row stays, and the next replay finds that the message is here.
    """
    from hub import overview
    from hub.account import SystemAccount
    from hub.service import Delivery

    one, raw = await hub.store.dead_one(id), await hub.store.dead_raw(id)
    if one is None or raw is None or one.ended:
        return await _not_there(hub.store, id)
    account = SystemAccount(one.told["through"], "", frozenset(), any=True)
    (outcome,) = await hub.receive([Delivery(raw, account)], clock.now())
    again = await hub.store.held_again(int(id[1:]))
    await hub.store.end_held([int(id[1:])], "replayed", _who(), "", clock.now())
    return _say(overview.replayed(id, outcome, again), overview.exit_code(outcome))


async def _unpark(store: "Store", id: str, clock: Clock) -> int:
    if not await store.unpark([int(id[1:])], _who(), clock.now()):
        return await _not_there(store, id)
    return _say(f"{id}: `hub worker relay` tries it again from the beginning.")


async def _not_there(store: "Store", id: str) -> int:
    one = await store.dead_one(id)
    if one and one.ended:
        ended = f"{one.ended.how}, by {one.ended.who} {one.ended.at:%Y-%m-%d %H:%M} UTC"
        return _say(f"{id}: nothing was done: it was {ended}.", 1)
    return _say(f"{id}: nothing was done: there is none such; `hub dead list` has those that there are.", 1)


def _there(id: str, found: T | None) -> T:
    if found is None:
        raise Unknown(f"there is no {id}; `hub dead list` has those that there are")
    return found


def _say(words: str, code: int = 0) -> int:
    """Say at once what was done: there may be thousands."""
    print(words, flush=True)
    return code


def _who() -> str:
    """Who runs the command. A container's user may have no name."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"uid {os.getuid()}"
