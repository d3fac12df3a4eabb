"""One thing that is wrong in a file."""

from collections.abc import Iterable, Iterator
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


def refuse(problems: Iterable[Problem]) -> None:
    """Raise BadConfiguration for the first problem, when there is one."""
    if found := tuple(problems):
        raise refusal(found)


def refusal(problems: tuple[Problem, ...]) -> BadConfiguration:
    """The failure that names the first problem and counts the others, which it carries as notes."""
    return BadConfiguration.of(*_placed(problems))


def _placed(problems: Iterable[Problem]) -> Iterator[Problem]:
    """The problems with their lines; each TOML file is looked through once, and what cannot be read has none."""
    lines = cache(place.lines)
    for problem in problems:
        path = Path(problem.file)
        yield problem._replace(line=place.line(lines(path), problem.key)) if path.suffix == ".toml" else problem
