"""`make cluster`: everything that a site has, started privately; ends with 0 when the day played through it adds up."""

import argparse
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from types import FrameType

from hub import demo
from hub.errors import HubError
from tests.servers import postgresql, rabbitmq

NODES = 3
# By which somebody ends it; what it has started is ended in order whichever it is.
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stopped(BaseException):
    """Somebody ended it while the servers were starting."""

    def __init__(self, number: int) -> None:
        self.number = number


def main() -> int:
    """Start the servers, play, and take everything down again: 0 when all adds up, 128 and the signal's number else."""
    asked = _asked()
    for number in SIGNALS:
        signal.signal(number, _stop)
    try:
        with _servers() as (database, broker):
            return demo.play(demo.Plan(asked.speed, asked.once, asked.port, None, asked.seed, broker, database))
    except Stopped as fault:
        print("Broken off while the servers were starting. Nothing is kept.", flush=True)
        return 128 + fault.number
    except (HubError, RuntimeError) as fault:
        print(f"cluster: {fault}", file=sys.stderr)
        return 1


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.cluster", description=__doc__)
    parser.add_argument("--speed", type=float, default=300, help="times real time; 300 plays the day in two minutes")
    parser.add_argument("--once", action="store_true", help="exit after the day: 0 only if everything adds up")
    parser.add_argument("--port", type=int, default=8460, help="where the page is; another free port when it is taken")
    parser.add_argument("--seed", type=int, default=1, help="another seed plays another day")
    return parser.parse_args()


@contextmanager
def _servers() -> Iterator[tuple[str, tuple[str, ...]]]:
    """A database's address and the brokers', gone at the end whatever happens meanwhile."""
    begun = time.monotonic()
    with ExitStack() as stack:
        # A program that was broken off may still write a file or two.
        place = Path(stack.enter_context(TemporaryDirectory(prefix="sambud-cluster-", ignore_cleanup_errors=True)))
        print("Starting PostgreSQL ...", flush=True)
        server = stack.enter_context(postgresql.running(_folder(place, "postgresql")))
        print(f"Starting {NODES} RabbitMQ nodes as a cluster, which takes half a minute ...", flush=True)
        cluster = stack.enter_context(rabbitmq.running(_folder(place, "rabbitmq"), NODES))
        print(f"They are ready after {time.monotonic() - begun:.0f} s.", flush=True)
        # Nobody hurries what follows when the day is done.
        stack.callback(_quietly)
        yield server.url(server.create()), tuple(cluster.urls)


def _folder(place: Path, name: str) -> Path:
    made = place / name
    made.mkdir()
    return made


def _quietly() -> None:
    for number in SIGNALS:
        signal.signal(number, signal.SIG_IGN)


def _stop(number: int, _: FrameType | None) -> None:
    _quietly()
    raise Stopped(number)


if __name__ == "__main__":
    sys.exit(main())
