"""`make publishes`: a hundred thousand publishes, and what was said of each against what the broker has."""

import argparse
import logging
import sys
import time
from collections import Counter
from collections.abc import Sequence

import uvloop

from hub.broker import Sent
from tests.publishes import campaign
from tests.publishes.campaign import Plan, Result
from tests.publishes.mix import Attempt, Kind
from tests.servers import rabbitmq

# A publish that ends earlier than its time was given up by the library or by the broker.
EARLY = 0.95
# So many lines about what is wrong are told.
MOST = 50


def main() -> int:
    """Publish, compare and tell; 1 when anything was classified wrong, or the audit overlooked what was planted."""
    parser = argparse.ArgumentParser(prog="python -m tests.publishes", description=__doc__)
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--every", type=int, default=2_500, help="how many from one episode to the next")
    asked = parser.parse_args()
    # What the library says of connections that break is what is wanted here.
    logging.getLogger("aiormq").setLevel(logging.CRITICAL)
    with rabbitmq.running() as cluster:
        begun = time.monotonic()
        done = uvloop.run(campaign.play(cluster.nodes[0], Plan(asked.count, asked.seed, asked.every)))
    _tell(done, time.monotonic() - begun)
    return 1 if done.wrong or done.overlooked else 0


def _tell(done: Result, seconds: float) -> None:
    told = ", ".join(f"{n} {name}" for name, n in sorted(done.episodes.items()))
    print(f"{len(done.attempts)} publishes over {done.connections} connections in {seconds:.0f} s; episodes: {told}")
    _table("kind", {kind: [x for x in done.attempts if x.kind is kind] for kind in Kind})
    names = ["", *sorted(done.episodes)]
    _table("meanwhile", {name or "well": [x for x in done.attempts if x.episode == name] for name in names})
    unknown = [x for x in done.attempts if x.verdict is Sent.UNKNOWN]
    early = sum(x.seconds < campaign.PATIENCE * EARLY for x in unknown)
    there = sum(bool(done.found[x.queue, x.amqp_id]) for x in unknown)
    print(f"of {len(unknown)} unknown, {there} are in their queue; {early} were given up before their time")
    print(f"{done.found.total()} messages were found in queues")
    print(f"of {len(done.plants)} planted wrong words, the audit found {sum(done.plants.values())}")
    for line in [*done.overlooked, *done.wrong[:MOST]]:
        print(line)
    print(f"{len(done.wrong)} are wrong." if done.wrong else "Each was classified right.")


def _table(title: str, rows: dict[str, Sequence[Attempt]]) -> None:
    print(f"{title:36}" + "".join(f"{sent:>12}" for sent in Sent))
    for name, those in rows.items():
        counted = Counter(x.verdict for x in those)
        print(f"{name:36}" + "".join(f"{counted[sent]:12}" for sent in Sent))


if __name__ == "__main__":
    sys.exit(main())
