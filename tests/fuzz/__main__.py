"""`make fuzz`: mutants of the samples through the full reader. Ends with 1 when any breaks a law."""

import argparse
import asyncio
import os
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from hub.acceptance import Acceptance, Choice
from tests.fuzz.campaign import Campaign, Tally

MILLION = 1_000_000
SHOWN = 20
EVERY = 30.0


def main() -> int:
    """Run a campaign and print what came of it."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--seed", type=int, default=1, help="another seed makes other mutants")
    parser.add_argument("--count", type=int, default=MILLION, help="how many")
    parser.add_argument("--first", type=int, default=0, help="the number of the first, to go on or to see one again")
    parser.add_argument("--readers", type=int, default=os.cpu_count() or 1, help="how many processes read")
    parser.add_argument("--lenient", action="store_true", help="as a site that accepts what breaks the schema")
    parser.add_argument(
        "--keep", type=Path, default=Path(tempfile.gettempdir()) / "sambud-fuzz", help="where findings go"
    )
    asked = parser.parse_args()
    campaign = Campaign(asked.seed, asked.count, asked.readers, asked.first, asked.keep)
    if asked.lenient:
        campaign = replace(campaign, acceptance=Acceptance(invalid=Choice.ACCEPT))
    tally = asyncio.run(campaign.run(_Progress(asked.count)))
    _tell(tally, asked.keep, " --lenient" if asked.lenient else "")
    return 1 if tally.findings else 0


class _Progress:
    """A line now and then."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._said = time.monotonic()

    def __call__(self, tally: Tally) -> None:
        if time.monotonic() - self._said < EVERY:
            return
        self._said = time.monotonic()
        print(f"{tally.read:,} of {self._count:,}, {tally.rate:.0f}/s, {len(tally.findings)} findings", flush=True)


def _tell(tally: Tally, keep: Path, how: str) -> None:
    print(f"{tally.read:,} mutants of seed {tally.seed} in {tally.seconds:.0f} s, {tally.rate:.0f}/s")
    for verdict, number in tally.verdicts.most_common(SHOWN):
        print(f"  {number:9,} {verdict}")
    print(f"{tally.compared:,} messages were compared with what their senders wrote")
    if tally.slowest[0]:
        print(f"The slowest that was timed alone took {tally.slowest[0]:.2f} s ({tally.slowest[1]})")
    print(f"{len(tally.findings)} findings{f', kept in {keep}' if tally.findings else ''}")
    for each in tally.findings[:SHOWN]:
        print(f"  {each.kind} --seed {tally.seed} --first {each.number} --count 1{how} ({each.sample}): {each.what}")


if __name__ == "__main__":
    sys.exit(main())
