"""The directory and the rules, read from a folder of files that people write.

`load` reads centre.toml, partners.toml, topics.toml, agreements.toml, routes.toml, ladders.toml, accounts.toml and
patients.csv, and templates.toml where there is one. What it returns is whole and checked; a folder with anything wrong
in it gives BadConfiguration and nothing else.
"""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from hub.example import Example
from hub.registry import account, directory, example, files, patients, references, sense, table
from hub.registry.configuration import Configuration
from hub.registry.patients import Before

__all__ = ["Before", "Configuration", "examples", "load"]


def load(folder: Path, instead: Mapping[str, Path] = files.NONE, before: Before | None = None) -> Configuration:
    """Read one folder whole; `instead` has other files for some of its names, for a rehearsal or from an archive.

    Patients who are the same as `before` are not read again.

    Raises BadConfiguration, which names file, key and reason of the first thing that is wrong, counts the
    others and carries them as notes. The shape of all files is checked first, then names and what needs none, then what
    they mean, and the patients last; what is checked later is not told while something before it is wrong.
    """
    found = files.read(folder, instead)
    found.refuse([*references.wrong(found), *sense.alone(found)])
    found.refuse(sense.wrong(found))
    who = directory.made(found)
    listings = patients.read(found.place(files.PATIENTS), who, before)
    return Configuration(
        replace(who, listings=listings),
        table.rules(found.routes),
        table.ladders(found.ladders),
        account.accounts(found.accounts),
        table.templates(found.templates),
    )


def examples(folder: Path, instead: Mapping[str, Path] = files.NONE) -> tuple[Example, ...]:
    """The examples that lie beside the rules in a folder, all of whose names are known. Raises BadConfiguration."""
    return example.read(files.read(folder, instead))
