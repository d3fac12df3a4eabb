"""The place in a pasted message that a fault is about: a few lines around it, and within a long line the part."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

# So many lines are shown before and after the one in question, and so much of a line.
AROUND = 2
WIDTH = 160


@dataclass(frozen=True, slots=True)
class Line:
    """A line as it is shown; `here` for the one in question."""

    number: int
    text: str
    here: bool


def around(text: str, line: int, path: str) -> tuple[Line, ...]:
    """The lines around a place; none when the text has no such line."""
    text = text.replace("\r\n", "\n")
    lines = text.split("\n")
    if not 0 < line <= len(lines):
        return ()
    first, last = max(1, line - AROUND), min(len(lines), line + AROUND)
    return tuple(
        Line(n, _cut(lines[n - 1], _column(text, lines, line, path) if n == line else 0), n == line)
        for n in range(first, last + 1)
    )


def place(text: str, path: str) -> int | None:
    """Where the start tag of the element at a path (/MsgHead/MsgInfo/OtherReceiver[2]) begins, or None."""
    wanted = [_step(step) for step in path.strip("/").split("/")] if path else []
    if not wanted:
        return None
    counts, depth, matched = [0] * (len(wanted) + 1), 0, 0
    for at, name, kind in _tags(text):
        if kind == "end":
            depth -= 1
            matched = min(matched, max(depth, 0))
            continue
        if matched == depth < len(wanted) and name == wanted[depth][0]:
            counts[depth] += 1
            if counts[depth] == wanted[depth][1]:
                matched += 1
                if matched == len(wanted):
                    return at
                counts[matched] = 0
        if kind == "start":
            depth += 1
        else:
            matched = min(matched, depth)
    return None


def _step(step: str) -> tuple[str, int]:
    name, _, index = step.rstrip("]").partition("[")
    return name, int(index) if index.isdecimal() and len(index) < 9 else 1


def _tags(text: str) -> Iterator[tuple[int, str, str]]:
    """Where each tag begins, its name without prefix, and whether it is a start, an end or both (empty)."""
    at = text.find("<")
    while at >= 0:
        closing = next(
            (c for o, c in (("<!--", "-->"), ("<![CDATA[", "]]>"), ("<?", "?>")) if text.startswith(o, at)), ""
        )
        end = text.find(closing or ">", at + 1)
        if end < 0:
            return
        if not closing:
            inner = text[at + 1 : end]
            kind = "end" if inner.startswith("/") else "empty" if inner.endswith("/") else "start"
            name = inner.strip("/").split(None, 1)
            yield at, name[0].rpartition(":")[2] if name else "", kind
        at = text.find("<", end)


def _column(text: str, lines: Sequence[str], line: int, path: str) -> int:
    """Where in the line the element is; 0 in a line that is shown whole, or when it is not found."""
    start = sum(len(each) + 1 for each in lines[: line - 1])
    if len(lines[line - 1]) <= WIDTH or (found := place(text, path)) is None:
        return 0
    return found - start if start <= found <= start + len(lines[line - 1]) else 0


def _cut(line: str, column: int) -> str:
    """The line, or so much of it around the column as is shown."""
    if len(line) <= WIDTH:
        return line
    first = max(0, min(column - WIDTH // 4, len(line) - WIDTH))
    shown = line[first : first + WIDTH]
    return f"{'…' if first else ''}{shown}{'…' if first + WIDTH < len(line) else ''}"
