"""The directory and the rules, read from a folder of files that people write.

`load` reads centre.toml, partners.toml, routes.toml, ladders.toml, accounts.toml and patients.csv. What it
returns is whole and checked; a folder with anything wrong in it gives BadConfiguration and nothing else.
"""

from dataclasses import replace
from pathlib import Path

from hub.registry import account, directory, files, patients, references, sense, table
from hub.registry.configuration import Configuration
from hub.registry.problem import refuse

__all__ = ["Configuration", "load"]


def load(folder: Path) -> Configuration:
    """Read one folder whole.

    Raises BadConfiguration, which names file, key and reason of the first thing that is wrong, counts the
    others and carries them as notes. Names are checked before what they mean, and the patients last.
    """
    found = files.read(folder)
    refuse(references.wrong(found))
    refuse(sense.wrong(found))
    who = directory.made(found)
    listings = patients.read(folder / files.PATIENTS, who)
    return Configuration(
        replace(who, listings=listings),
        table.rules(found.routes),
        table.ladders(found.ladders),
        account.accounts(found.accounts),
    )
