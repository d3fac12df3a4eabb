"""`make crash`: ten thousand kills, on SQLite and PostgreSQL; can be stopped, and goes on where it stopped."""

import argparse
import asyncio
import json
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from hub.settings import Settings
from hub.store.migrate import migrate
from tests.crash import campaign, nursery
from tests.servers import postgresql, rabbitmq

DATABASES = ("sqlite", "postgresql")


def main() -> int:
    """Play rounds until so many kills are done on each database; 1 when anything was lost or doubled."""
    parser = argparse.ArgumentParser(prog="python -m tests.crash", description=__doc__)
    parser.add_argument("--kills", type=int, default=10_000, help="how many in all, shared by the databases")
    parser.add_argument("--round", type=int, default=250, help="how many in one round, after which books are checked")
    parser.add_argument("--database", choices=DATABASES, action="append", help="only this one")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kept", type=Path, help="a file of rounds that were played; they are not played again")
    asked = parser.parse_args()
    databases = asked.database or list(DATABASES)
    rounds = [
        (database, asked.seed + n)
        for n in range(-(-asked.kills // len(databases) // asked.round))
        for database in databases
    ]
    played = _kept(asked.kept)
    with tempfile.TemporaryDirectory(prefix="sambud-crash-") as folder:
        place = Path(folder)
        _play([each for each in rounds if each not in played], asked.round, place, asked.kept, played)
    return _tell(played, rounds)


def _play(
    rounds: list[tuple[str, int]], kills: int, place: Path, kept: Path | None, played: dict[tuple[str, int], dict]
) -> None:
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
                "steps": len(done.steps),
                "counts": done.counts,
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


def _kept(kept: Path | None) -> dict[tuple[str, int], dict]:
    if kept is None or not kept.exists():
        return {}
    found = [json.loads(line) for line in kept.read_text().splitlines()]
    return {(each["database"], each["seed"]): each for each in found}


def _tell(played: dict[tuple[str, int], dict], rounds: list[tuple[str, int]]) -> int:
    mine = [played[each] for each in rounds if each in played]
    for database in DATABASES:
        those = [each for each in mine if each["database"] == database]
        kills = sum(sum(each["kills"].values()) for each in those)
        counts: Counter[str] = Counter()
        for each in those:
            counts.update(each["counts"])
        print(f"{database}: {kills} kills; " + ", ".join(f"{n} {what}" for what, n in counts.items()))
    wrong = [f"{each['database']} seed {each['seed']}: {line}" for each in mine for line in each["wrong"]]
    print("\n".join(wrong) or "Nothing was lost, and nothing was done twice.")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
