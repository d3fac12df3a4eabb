"""`make crash`: ten thousand kills, on SQLite and PostgreSQL; can be stopped, and goes on where it stopped."""

import argparse
import asyncio
import json
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

from hub.settings import Settings
from hub.store.migrate import migrate
from tests.crash import campaign, nursery, plant, steps
from tests.servers import postgresql, rabbitmq

DATABASES = ("sqlite", "postgresql")

Played = dict[tuple[str, int], dict[str, Any]]


def main() -> int:
    """Play rounds until so many kills are done on each database.

    1 when anything was lost or doubled, when a check overlooked what was planted, and when a step was never reached.
    """
    parser = argparse.ArgumentParser(prog="python -m tests.crash", description=__doc__)
    parser.add_argument("--kills", type=int, default=10_000, help="how many in all, shared by the databases")
    parser.add_argument("--round", type=int, default=250, help="how many in one round, after which books are checked")
    parser.add_argument("--database", choices=DATABASES, action="append", help="only this one")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kept", type=Path, help="a file of rounds that were played; they are not played again")
    asked = parser.parse_args()
    databases = asked.database or list(DATABASES)
    each = -(-asked.kills // len(databases))
    kills = min(asked.round, each)
    rounds = [(database, asked.seed + n) for n in range(-(-each // kills)) for database in databases]
    played = _kept(asked.kept)
    with tempfile.TemporaryDirectory(prefix="sambud-crash-") as folder:
        _play([each for each in rounds if each not in played], kills, Path(folder), asked.kept, played)
    return _tell(played, rounds)


def _play(rounds: list[tuple[str, int]], kills: int, place: Path, kept: Path | None, played: Played) -> None:
    with rabbitmq.running() as cluster, postgresql.running() as server:
        for database, seed in rounds:
            url = server.url(server.create()) if database == "postgresql" else f"sqlite:///{place}/{seed}.db"
            migrate(url)
            begun = time.monotonic()
            done = _round(nursery.configured(url, (cluster.nodes[0].url,), time.time()), kills, seed, place / "log")
            told = {
                "database": database,
                "seed": seed,
                "seconds": round(time.monotonic() - begun, 1),
                "kills": dict(done.kills),
                "steps": dict(done.steps),
                # Steps at which a worker was to die and where it never came; each may have been reached another time.
                "missed": dict(done.missed),
                "never reached": [str(step) for step in steps.ALL if not done.steps[str(step)]],
                "counts": done.counts,
                "planted": [name for name, said in done.planted.items() if said],
                "wrong": done.wrong,
            }
            played[database, seed] = told
            print(json.dumps(told), flush=True)
            if kept:
                with kept.open("a") as file:
                    file.write(json.dumps(told) + "\n")


def _round(found: Settings, kills: int, seed: int, log: Path) -> campaign.Round:
    """Play a round; what its processes said last is told when it breaks."""
    try:
        with log.open("wb") as out:
            return asyncio.run(campaign.play(found, kills, seed, out))
    except Exception:
        print(log.read_text(errors="replace")[-3000:], file=sys.stderr)
        raise


def _kept(kept: Path | None) -> Played:
    """The rounds that were played; those that older versions played did not tell which steps were reached."""
    if kept is None or not kept.exists():
        return {}
    found = [json.loads(line) for line in kept.read_text().splitlines()]
    return {(each["database"], each["seed"]): each for each in found if "missed" in each}


def _tell(played: Played, rounds: list[tuple[str, int]]) -> int:
    mine = [played[each] for each in rounds if each in played]
    wrong = [f"{each['database']} seed {each['seed']}: {line}" for each in mine for line in each["wrong"]]
    for database in dict.fromkeys(each["database"] for each in mine):
        wrong += _summed(database, [each for each in mine if each["database"] == database])
    print("\n".join(wrong) or "Nothing was lost, and nothing was done twice.")
    return 1 if wrong else 0


def _summed(database: str, rounds: list[dict[str, Any]]) -> list[str]:
    """Tell of all rounds on a database together; returns what is wrong with their sum: steps never reached."""
    kills = sum(sum(each["kills"].values()) for each in rounds)
    counts, reached, missed = Counter[str](), Counter[str](), Counter[str]()
    for each in rounds:
        counts.update(each["counts"])
        reached.update(each["steps"])
        missed.update(each["missed"])
    print(f"{database}: {kills} kills; " + ", ".join(f"{n} {what}" for what, n in counts.items()))
    print(f"{database}: {reached.total()} deaths at {len(reached)} of {len(steps.ALL)} named steps")
    found = [name for name in plant.PLANTS if all(name in each["planted"] for each in rounds)]
    print(f"{database}: planted and found in each round: {len(found)} of {len(plant.PLANTS)}: " + ", ".join(found))
    untried = [str(step) for step in steps.ALL if str(step) not in reached | missed]
    if untried:
        print(f"{database}: too few kills to try each step; not tried: " + ", ".join(untried))
    return [f"{database}: never reached in {n} tries: {step}" for step, n in missed.items() if not reached[step]]


if __name__ == "__main__":
    sys.exit(main())
