"""What the demo shows: a live table in a terminal, else a plain line now and then."""

import time
from collections.abc import Iterable
from types import TracebackType
from typing import Self, TextIO

from rich.columns import Columns
from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.panel import Panel
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from hub.demo import hours
from hub.demo.figures import Figures, Row

LINE_SECONDS = 10.0
FRAMES = 4


class Screen:
    """The terminal, or the file that the output goes to. Use it as a context manager while the day is played."""

    def __init__(self, out: TextIO) -> None:
        self.title = "Sambud"
        self._console = Console(file=out, highlight=False)
        self._live: Live | None = None
        self._shown = time.monotonic()

    def __enter__(self) -> Self:
        if self._console.is_terminal:
            self._live = Live(console=self._console, refresh_per_second=FRAMES, transient=True)
            self._live.start()
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        if self._live:
            self._live.stop()
        self._live = None

    def say(self, words: str, style: str = "") -> None:
        """Print lines, above the table when there is one; a file gets them as they are."""
        if self._console.is_terminal:
            self._console.print(Text(words, style=style), soft_wrap=True)
        else:
            print(words, file=self._console.file, flush=True)

    def say_all(self, lines: Iterable[str], style: str = "") -> None:
        """Print lines one after the other."""
        for each in lines:
            self.say(each, style)

    def show(self, f: Figures) -> None:
        """The figures as they stand."""
        if self._live:
            self._live.update(picture(f, self.title))
        elif time.monotonic() - self._shown >= LINE_SECONDS:
            self._shown = time.monotonic()
            self.say(line(f))


def line(f: Figures) -> str:
    """The figures in one line."""
    done, still = sum(r.done for r in f.rows), sum(r.open for r in f.rows)
    parts = (
        f"received {f.received}",
        f"acknowledged {f.acknowledged}",
        f"open {still}",
        f"done {done} (in time {f.in_time})",
        f"warned {f.warned}",
        f"escalated {f.escalated}",
        f"late {f.late}",
        f"rejected {f.rejected}" + (f" ({_codes(f)})" if f.codes else ""),
        f"duplicates {f.duplicates}",
        f"quarantined {f.quarantined}",
    )
    return f"{hours.local(f.now):%H:%M}  {', '.join(parts)}"


def picture(f: Figures, title: str) -> RenderableType:
    """The figures as a table that fits a terminal of 80 columns."""
    whole = (hours.END - hours.BEGIN).total_seconds()
    passed = max(0.0, min(whole, (f.now - hours.BEGIN).total_seconds()))
    head = Table.grid(padding=(0, 2))
    head.add_row(Text(f"{hours.local(f.now):%H:%M}", style="bold"), ProgressBar(whole, passed, width=50), "18:10")
    body = Columns([_counts(f), _inboxes(f.rows)], padding=(0, 3))
    return Panel(Group(head, Text(), body), title=title, title_align="left", expand=False)


def _counts(f: Figures) -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column()
    table.add_column(justify="right")
    lines: tuple[tuple[str, int, str], ...] = (
        ("received", f.received, "bold"),
        ("acknowledged", f.acknowledged, ""),
        ("answers sent back", f.answers, ""),
        ("done in time", f.in_time, "green"),
        ("warned", f.warned, "yellow" if f.warned else ""),
        ("escalated", f.escalated, "red" if f.escalated else ""),
        ("late", f.late, "red" if f.late else ""),
        ("duplicates", f.duplicates, ""),
        ("quarantined", f.quarantined, ""),
        ("rejected", f.rejected, ""),
    )
    for name, n, style in lines:
        table.add_row(name, Text(str(n), style=style))
    for code, n in f.codes:
        table.add_row(Text(f"  {code}", style="dim"), Text(str(n), style="dim"))
    return table


def _inboxes(rows: tuple[Row, ...]) -> Table:
    table = Table(box=None, padding=(0, 1), show_footer=True)
    table.add_column("inbox", footer="all")
    for name, total in (("open", sum(r.open for r in rows)), ("done", sum(r.done for r in rows))):
        table.add_column(name, justify="right", footer=str(total))
    table.add_column("late", justify="right", footer=str(sum(r.overdue for r in rows)))
    for r in rows:
        late = Text(str(r.overdue or ""), style="red")
        table.add_row(r.name, str(r.open), str(r.done), late)
    return table


def _codes(f: Figures) -> str:
    return ", ".join(f"{code} {n}" for code, n in f.codes)
