"""`make contract`: every check that makes sense, in all phases. Ends with 1 when an answer is not as described."""

import argparse
import sys
import tempfile
from pathlib import Path

from tests.contract import campaign


def main() -> int:
    """Run a campaign and print what came of it."""
    parser = argparse.ArgumentParser(prog="python -m tests.contract", description=__doc__)
    parser.add_argument("--max-examples", type=int, default=100, help="how many calls of each kind")
    parser.add_argument("--seed", type=int, default=1, help="another seed makes other calls")
    parser.add_argument("--phases", default=campaign.PHASES, help="which phases, of " + campaign.PHASES)
    asked = parser.parse_args()
    counted = ("--max-examples", str(asked.max_examples), "--seed", str(asked.seed), "--phases", asked.phases)
    made = tempfile.TemporaryDirectory(prefix="sambud-contract-")
    with made as folder, campaign.site(Path(folder)) as (url, told):
        found = campaign.run(Path(folder), url, told, *counted)
    print(found.said)
    return 1 if found.code else 0


if __name__ == "__main__":
    sys.exit(main())
