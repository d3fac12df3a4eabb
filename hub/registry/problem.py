"""One thing that is wrong in a file."""

from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

from hub.errors import BadConfiguration
from hub.registry import place


class Problem(NamedTuple):
    """Where it is and what is wrong; `key` is "" when the whole file is, `line` is filled in when it is told."""

    file: str
    key: str
    reason: str
    line: int | None = None


def refuse(problems: Iterable[Problem], path_of: Callable[[str], Path] = Path) -> None:
    """Raise BadConfiguration for the first problem, when there is one; it counts the others and carries them as notes.

    `path_of` finds a file that may be in memory by its name, so that the line of a problem can be told.
    """
    if found := tuple(_placed(problems, path_of)):
        raise BadConfiguration.of(*found)


def _placed(problems: Iterable[Problem], path_of: Callable[[str], Path]) -> Iterator[Problem]:
    """The problems with their lines; each TOML file is looked through once."""
    lines = cache(lambda file: place.lines(path_of(file)))
    for problem in problems:
        toml = problem.file.endswith(".toml")
        yield problem._replace(line=place.line(lines(problem.file), problem.key)) if toml else problem
