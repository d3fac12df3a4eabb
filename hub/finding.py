"""Something that is wrong with the hub, for whoever operates it: how bad it is, what it means, and what to do."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from enum import IntEnum


class Severity(IntEnum):
    """How bad it is, and the exit code that says so."""

    WELL = 0  # nobody need do anything
    ATTENTION = 1  # somebody must look at it, but messages flow
    BROKEN = 2  # messages may be waiting that nobody takes


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is wrong: what it is about, what it means, and what to do next."""

    severity: Severity
    about: str
    what: str
    do: str


def worst(findings: Iterable[Finding]) -> Severity:
    """The severity of the worst of them."""
    return max((finding.severity for finding in findings), default=Severity.WELL)


def words(span: timedelta) -> str:
    """A span of time as people say it."""
    seconds = int(span.total_seconds())
    for size, unit in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if seconds >= 2 * size:
            return f"{seconds // size} {unit}s"
    return "1 second" if seconds == 1 else f"{seconds} seconds"


def many(count: int, thing: str) -> str:
    """A number of things, and that they are: the beginning of a sentence."""
    return f"1 {thing} is" if count == 1 else f"{count} {thing}s are"
