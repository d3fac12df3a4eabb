"""A warmed parent of workers: everything is imported and read, so that a new worker costs a fork and two connections.

Run as `python -m tests.crash.nursery`: each line on standard input is a JSON order, each line on standard output its
answer. {"fork": KIND, "settings": {...}, "step": [NAME, WHEN, TIMES] or null} answers {"pid": N};
{"reached": PID, "seconds": N} waits so long for a worker to come to its step, and answers {"reached": true} when it
said that it did; {"kill": PID, "signal": N} answers {"code": N, "early": true when it had ended before it was told to}.
"""

import asyncio
import gc
import json
import os
import select
import signal
import sys
import traceback
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Any

from hub import settings, telemetry
from hub.deadline import ElapsedHours
from hub.message import Reading
from hub.registry import Configuration
from hub.service import open_hub
from hub.wire import reader, rules
from tests import centre
from tests.crash import steps
from workers import intake, process, relay, watch

# The rehearsal's clock: a day passes in little more than a minute, so that ladders climb while workers die.
START, SPEED = "2026-11-24T14:00:00+01:00", 1200.0

WORK: dict[str, process.Work] = {"intake": intake.run, "relay": relay.run, "watch": watch.work}


def configured(database: str, brokers: Sequence[str], anchor: float) -> settings.Settings:
    """The sample's settings for a round on this database and these brokers, begun at `anchor` (Unix seconds)."""
    found = settings.load(settings.sample())
    clock = settings.Rehearsal.model_validate({"start": START, "anchor": anchor, "speed": SPEED})
    return found.model_copy(
        update={
            "database": settings.Database(url=database),
            "broker": settings.Broker(urls=tuple(brokers), prefetch=64, batch=16),
            "clock": clock,
        }
    )


class Here:
    """Reads in this process: a reader process of its own would take longer to start than the worker lives."""

    async def read(self, raws: Sequence[bytes], stored: bool = False) -> list[Reading]:
        """What the bytes say, as `wire.Readers` would tell."""
        return [reader.again(raw) if stored else reader.arriving(raw, terms=rules.STRICT) for raw in raws]


def main() -> None:
    """Take orders until standard input closes; then end every child."""
    telemetry.configure()
    sample = settings.load(settings.sample())
    centre.configuration(sample.folder)
    _warm()
    gc.freeze()
    # What a killed relay had claimed, and what no queue took, is tried again sooner than in earnest, or a round would
    # take minutes to end.
    relay.LEASE_SECONDS, relay.FIRST_SECONDS, relay.LONGEST_SECONDS = 2.0, 0.5, 4.0
    children: dict[int, int] = {}
    for line in sys.stdin:
        print(json.dumps(_done(json.loads(line), children)), flush=True)
    for pid in children:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)


def _done(order: dict[str, Any], children: dict[int, int]) -> dict[str, Any]:
    """Carry out an order; `children` has, by its id, the end of a pipe in which each says that it is at its step."""
    if "fork" in order:
        hear, tell = os.pipe()
        pid = os.fork()
        if pid == 0:
            _child(order, tell)
        os.close(tell)
        children[pid] = hear
        return {"pid": pid}
    if "reached" in order:
        hear = children[order["reached"]]
        ready, _, _ = select.select([hear], [], [], order["seconds"])
        said = os.read(hear, 1) if ready else b""
        if ready and not said:
            # One that ends without a word closes its end of the pipe, and is gone a moment later.
            os.waitid(os.P_PID, order["reached"], os.WEXITED | os.WNOWAIT)
        return {"reached": said == b"!"}
    return _ended(order["kill"], order.get("signal", signal.SIGKILL), children)


def _ended(pid: int, number: int, children: dict[int, int]) -> dict[str, Any]:
    os.close(children.pop(pid))
    early = os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
    with suppress(ProcessLookupError):
        os.kill(pid, number)
    _, status = os.waitpid(pid, 0)
    return {"code": os.waitstatus_to_exitcode(status), "early": early}


def _warm() -> None:
    reader.arriving(centre.message(1))


def _child(order: dict[str, Any], tell: int) -> None:
    """Be a worker until killed; never returns."""
    devnull = os.open(os.devnull, os.O_RDONLY)
    os.dup2(devnull, 0)
    # What it says goes where the nursery's own words go; orders are answered by the parent only.
    os.dup2(2, 1)
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    code = 1
    try:
        found = configured(*order["settings"])
        configuration = _hurried(centre.configuration(found.folder))
        process.open_hub = partial(_opened, configuration)  # type: ignore[attr-defined]
        if order.get("step"):
            steps.arm(*order["step"], tell)
        asyncio.run(process.run(order["fork"], WORK[order["fork"]], found, reading=False))
        code = 0
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(code)


def _hurried(configuration: Configuration) -> Configuration:
    """What is urgent is due within the hour by day and by night, so that some clock comes every moment of a round."""
    ladders = tuple(replace(x, due=ElapsedHours(1)) if x.urgent else x for x in configuration.ladders)
    return replace(configuration, ladders=ladders)


def _opened(configuration: Any, found: settings.Settings, reading: bool) -> Any:
    return open_hub(found, configuration, Here(), reading=reading)  # type: ignore[arg-type]


if __name__ == "__main__":
    main()
