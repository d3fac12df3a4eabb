"""What one configuration has and another has not, table by table, as people named the things in them."""

import csv
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hub.registry import files

# The keys by which a table in a file is known, the first that it has; several together where one is not enough.
_KEYS = (("id",), ("her_id",), ("username",), ("key",), ("person", "from"), ("every",), ("on",), ("name",))
# What nobody but who signs in should see, not even as it was.
_SECRET = ("password_hash", "key_sha256")
# Where the order of the tables says which goes first.
_ORDERED = (files.ROUTES, files.LADDERS)
# Longer values are told by their beginning.
LONGEST = 60

Table = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Difference:
    """A table of a file that is new ("+"), gone ("-") or another ("~"), with what is other in it, in words."""

    file: str
    sign: str
    what: str
    details: tuple[str, ...] = ()


def compare(old: Mapping[str, bytes], new: Mapping[str, bytes]) -> list[Difference]:
    """What is in one and not in the other, file by file; both must be right by themselves."""
    return [x for name in dict.fromkeys((*old, *new)) for x in _file(name, old.get(name), new.get(name))]


def _file(name: str, old: bytes | None, new: bytes | None) -> Iterator[Difference]:
    if old == new:
        return
    if old is None or new is None:
        yield Difference(name, "+" if old is None else "-", "the file")
    elif name == files.PATIENTS:
        yield from _patients(old, new)
    else:
        found = list(_tables(name, _toml(old), _toml(new)))
        yield from found or [Difference(name, "~", "nothing but comments, order or spacing")]


def _toml(content: bytes) -> Table:
    return tomllib.loads(content.decode("utf-8-sig"))


def _tables(name: str, old: Table, new: Table) -> Iterator[Difference]:
    for key in dict.fromkeys((*old, *new)):
        before, after = old.get(key), new.get(key)
        if _arrays(before) and _arrays(after):
            yield from _array(name, key, before or [], after or [])
        elif before != after:
            yield Difference(name, "~", key, tuple(_values({key: before}, {key: after})))


def _arrays(value: object) -> bool:
    return value is None or (isinstance(value, list) and all(isinstance(x, dict) for x in value))


def _array(name: str, kind: str, old: Sequence[Table], new: Sequence[Table]) -> Iterator[Difference]:
    was, is_ = _named(old), _named(new)
    for label in dict.fromkeys((*was, *is_)):
        what = f"{kind} {label}"
        if label not in was:
            yield Difference(name, "+", what)
        elif label not in is_:
            yield Difference(name, "-", what)
        elif was[label] != is_[label]:
            yield Difference(name, "~", what, tuple(_values(was[label], is_[label])))
    if name in _ORDERED and (moved := tuple(_moved([x for x in was if x in is_], [x for x in is_ if x in was]))):
        yield Difference(name, "~", f"order of {kind}s", moved)


def _moved(old: list[str], new: list[str]) -> Iterator[str]:
    """Who stands behind somebody else than before, among those that both have."""
    behind = dict(zip(old[1:], old, strict=False))
    for n, label in enumerate(new):
        before = new[n - 1] if n else None
        if behind.get(label) != before:
            yield f"{label}: now {'first' if before is None else f'after {before}'}"


def _named(tables: Sequence[Table]) -> dict[str, Table]:
    """The tables by what they are known by; those that have the same are counted."""
    seen: Counter[str] = Counter()
    found: dict[str, Table] = {}
    for table in tables:
        label = _label(table)
        seen[label] += 1
        found[label if seen[label] == 1 else f"{label} ({seen[label]})"] = table
    return found


def _label(table: Table) -> str:
    for keys in _KEYS:
        if all(key in table for key in keys):
            return " ".join(str(table[key]) for key in keys)
    return "without a name"


def _values(old: Table, new: Table) -> Iterator[str]:
    for key in dict.fromkeys((*old, *new)):
        before, after = old.get(key), new.get(key)
        if before == after:
            continue
        if key in _SECRET:
            yield f"{key}: another"
        elif _arrays(before) and _arrays(after):
            yield from _nested(key, before or [], after or [])
        else:
            yield f"{key}: {_shown(before)} -> {_shown(after)}"


def _nested(key: str, old: Sequence[Table], new: Sequence[Table]) -> Iterator[str]:
    for x in _array("", key, old, new):
        yield f"{x.sign} {x.what}{': ' if x.details else ''}{'; '.join(x.details)}"


def _shown(value: object) -> str:
    if value is None:
        return "nothing"
    written = f'"{value}"' if isinstance(value, str) else _list(value) if isinstance(value, list) else str(value)
    return written if len(written) <= LONGEST else f"{written[: LONGEST - 1]}…"


def _list(values: list[Any]) -> str:
    return f"[{', '.join(map(str, values))}]"


def _patients(old: bytes, new: bytes) -> Iterator[Difference]:
    """How many came, went, and are otherwise; nobody is named."""
    was, is_ = _rows(old), _rows(new)
    came, went = len(is_.keys() - was.keys()), len(was.keys() - is_.keys())
    if came:
        yield Difference(files.PATIENTS, "+", _patients_of(came))
    if went:
        yield Difference(files.PATIENTS, "-", _patients_of(went))
    other = [(was[n], is_[n]) for n in was.keys() & is_.keys() if was[n] != is_[n]]
    if other:
        columns = Counter(c for before, after in other for c in after if before.get(c, "") != after[c])
        details = tuple(f"{column}: {count}" for column, count in columns.most_common())
        yield Difference(files.PATIENTS, "~", _patients_of(len(other)), details)
    if not (came or went or other):
        yield Difference(files.PATIENTS, "~", "nothing but order or spacing")


def _patients_of(count: int) -> str:
    return "1 patient" if count == 1 else f"{count:,} patients"


def _rows(content: bytes) -> dict[str, dict[str, str]]:
    reader = csv.reader(content.decode("utf-8-sig").splitlines(keepends=True), delimiter=";", strict=True)
    header = next(reader, [])
    return {row[0].strip(): dict(zip(header, map(str.strip, row), strict=True)) for row in reader if row}
