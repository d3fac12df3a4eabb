"""`make chaos`: a hundred kills of nodes, ten of all three, freezes, restarts of the database, every link failing."""

import argparse
import asyncio
import json
import sys
import tempfile
import time
from pathlib import Path

from hub.store.migrate import migrate
from tests.chaos import campaign
from tests.servers import postgresql, rabbitmq

LINKS = ("database", "broker 1", "broker 2", "broker 3")


def main() -> int:
    """Deal the blows in rounds, each with its own books.

    1 when anything was lost, doubled or had to be mended, and when a check overlooked what was planted.
    """
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--kills", type=int, default=100, help="of single nodes, half of them the leader")
    parser.add_argument("--all", type=int, default=10, help="of all three nodes at once")
    parser.add_argument("--freezes", type=int, default=10)
    parser.add_argument("--restarts", type=int, default=10, help="of the database")
    parser.add_argument("--links", type=int, default=1, help="times that each link fails in each way")
    parser.add_argument("--round", type=int, default=25, help="blows in a round, after which the books are checked")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kept", type=Path, help="a file of rounds that were played; they are not played again")
    asked = parser.parse_args()
    links = LINKS * asked.links
    all = campaign.blows(asked.kills, asked.all, asked.freezes, asked.restarts, links, asked.seed)
    rounds = [all[n : n + asked.round] for n in range(0, len(all), asked.round)]
    played = [json.loads(line) for line in asked.kept.read_text().splitlines()] if _there(asked.kept) else []
    with tempfile.TemporaryDirectory(prefix="sambud-chaos-") as folder:
        _play(rounds[len(played) :], asked, Path(folder), played)
    blows = sum(sum(each["blows"].values()) for each in played)
    wrong = [line for each in played for line in each["wrong"]]
    print(f"{blows} blows, {sum(each['counts']['sent'] for each in played)} messages sent")
    if played:
        print("Planted and found in the last round: " + ", ".join(played[-1].get("planted", ())))
    print("\n".join(wrong) or "Nothing was lost, nothing was done twice, and nobody mended anything.")
    return 1 if wrong else 0


def _there(kept: Path | None) -> bool:
    return kept is not None and kept.exists()


def _play(rounds: list[list[campaign.Blow]], asked: argparse.Namespace, folder: Path, played: list[dict]) -> None:
    with rabbitmq.running(count=3) as cluster, postgresql.running() as server:
        for blows in rounds:
            database = server.create()
            migrate(server.url(database))
            begun, seed = time.monotonic(), asked.seed + len(played)
            with (folder / "log").open("ab") as log:
                done = asyncio.run(campaign.play(cluster, server, database, blows, seed, log))
            told = {
                "seconds": round(time.monotonic() - begun, 1),
                "blows": dict(done.blows),
                "slowest recovery": max(done.recovered, default=0.0),
                "counts": done.counts,
                "planted": [name for name, said in done.planted.items() if said],
                "wrong": done.wrong,
            }
            played.append(told)
            print(json.dumps(told), flush=True)
            if asked.kept:
                with asked.kept.open("a") as file:
                    file.write(json.dumps(told) + "\n")


if __name__ == "__main__":
    sys.exit(main())
