"""One thing that is wrong in a file."""

from collections.abc import Iterable
from typing import NamedTuple

from hub.errors import BadConfiguration


class Problem(NamedTuple):
    """Where it is and what is wrong; `key` is "" when the whole file is."""

    file: str
    key: str
    reason: str


def refuse(problems: Iterable[Problem]) -> None:
    """Raise BadConfiguration for the first problem, when there is one."""
    if found := tuple(problems):
        raise refusal(found)


def refusal(problems: tuple[Problem, ...]) -> BadConfiguration:
    """The failure that names the first problem and counts the others, which it carries as notes."""
    return BadConfiguration.of(*problems)
