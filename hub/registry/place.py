"""On which line of a TOML file a key is written: tomllib does not say, and a file may have thousands."""

import re
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

# [table] and [[table]], and a key that begins a line.
_TABLE = re.compile(r"\s*\[(\[?)\s*([\w-]+(?:\s*\.\s*[\w-]+)*)\s*\]")
_KEY = re.compile(r"\s*([\w-]+(?:\.[\w-]+)*)\s*=")
# What a key ends in that may be written on the line of what it is inside: an index or one more name.
_LAST = re.compile(r"(\[\d+\]|\.?[^.\[\]]+)$")


def line(known: Mapping[str, int], key: str) -> int | None:
    """The line of a key such as person[3].inboxes[0], or of the nearest around it that begins a line; None if none."""
    while key and key not in known:
        key = _LAST.sub("", key, count=1)
    return known.get(key)


def lines(path: Path) -> dict[str, int]:
    """The first line of each table and key of a file, by the name that problems have for it; none if unreadable."""
    found: dict[str, int] = {}
    counts: Counter[str] = Counter()
    here = ""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        return found
    for number, written in enumerate(text.split("\n"), start=1):
        if table := _TABLE.match(written):
            here = _named(re.split(r"\s*\.\s*", table[2]), bool(table[1]), counts)
            found.setdefault(here, number)
        elif key := _KEY.match(written):
            found.setdefault(f"{here}.{key[1]}".removeprefix("."), number)
    return found


def _named(parts: list[str], array: bool, counts: Counter[str]) -> str:
    """The full name of a table: each array of tables on the way means its last one."""
    name = ""
    for n, part in enumerate(parts, start=1):
        name = f"{name}.{part}".removeprefix(".")
        counts[name] += array and n == len(parts)
        name += f"[{counts[name] - 1}]" if counts[name] else ""
    return name
