"""Which rows of a table a thing can meet, asked of all rows at once: a row is a bit, and a condition a set of rows.

What is asked of a row is one of some values, or nothing. With hundreds of rows this is a few additions of long numbers,
where asking each in turn would be a thousand questions.
"""

from collections.abc import Iterator, Mapping, Sequence

# Rows as the bits of a number: the first row is the lowest bit.
Rows = int


class Sieve:
    """Rows with what they ask of each column, ready to be asked."""

    def __init__(self, columns: Sequence[str], rows: Sequence[Mapping[str, Sequence[object]]]) -> None:
        self._all: Rows = (1 << len(rows)) - 1
        self._columns = [(name, *_column(name, rows)) for name in columns]

    def sift(self, found: Mapping[str, Sequence[object]]) -> tuple[Rows, list[tuple[str, Rows]]]:
        """The rows that these values meet, and by column those that fail there first."""
        left, failed = self._all, list[tuple[str, Rows]]()
        for name, indifferent, takers in self._columns:
            met = indifferent
            for value in found[name]:
                met |= takers.get(value, 0)
            if lost := left & ~met:
                failed.append((name, lost))
                left &= met
        return left, failed


def bits(rows: Rows) -> Iterator[int]:
    """The numbers of rows, the first first."""
    while rows:
        lowest = rows & -rows
        yield lowest.bit_length() - 1
        rows ^= lowest


def numbers(rows: Rows) -> list[int]:
    """The numbers of many rows, in order: read off in one go."""
    return [n for n, bit in enumerate(reversed(f"{rows:b}")) if bit == "1"]


def _column(name: str, rows: Sequence[Mapping[str, Sequence[object]]]) -> tuple[Rows, dict[object, Rows]]:
    """The rows that do not ask, and those that take each value."""
    indifferent, takers = 0, dict[object, Rows]()
    for n, row in enumerate(rows):
        wanted = row.get(name, ())
        if not wanted:
            indifferent |= 1 << n
        for value in wanted:
            takers[value] = takers.get(value, 0) | 1 << n
    return indifferent, takers
