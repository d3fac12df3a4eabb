"""The log of the senders' side: what was written is read back, whatever happened while it was written."""

from pathlib import Path

from hub.demo.hours import at
from hub.demo.logbook import (
    Again,
    Claiming,
    Closed,
    Cut,
    Died,
    Fetched,
    Got,
    Handed,
    Logbook,
    Opened,
    Stood,
    Strange,
    Tried,
    Unsent,
)
from hub.demo.post import Post
from hub.demo.sending import Verdict

LINES = (
    Opened(7, "digest"),
    Tried("m", at(8)),
    Unsent("m", at(8, 1)),
    Tried("m", at(8, 2)),
    Tried("m", at(8, 3)),
    Got("m", at(8, 4), 200, "duplicate", Post("ack", about="id", status="2", codes=("E36",))),
    Fetched(at(8, 5), "900201", 4, "apprec", Post("ack")),
    Fetched(at(8, 6), "900201", 4, "apprec", Post("ack")),
    Tried("b", at(8, 6), "id"),
    Handed("b", at(8, 6), "id"),
    Again(at(8, 6), "900201", "ack"),
    Cut(at(8, 6)),
    Claiming(at(8, 6), "item"),
    Strange(at(8, 7), "what"),
    Died(at(8, 8)),
    Stood(at(8, 9)),
)


def test_what_was_written_is_read_back(tmp_path: Path) -> None:
    with Logbook(tmp_path / "log") as written:
        for line in LINES:
            written.add(line)
    with Logbook(tmp_path / "log") as read:
        assert (LINES[0], None, at(8, 9), 1) == (read.opened, read.closed, read.stood, read.deaths)
        assert written.deliveries == read.deliveries
        assert ("b", 1, 1, ["id"]) == (read.keys["id"], len(read.again), read.cuts, read.of("b").silent)
        assert (1, {"item"}, ["what"]) == (len(read.fetched), read.claimed, [s.what for s in read.strange])


def test_a_verdict_whose_answer_was_lost_is_learned_from_the_repetition(tmp_path: Path) -> None:
    with Logbook(tmp_path / "log") as book:
        for line in LINES:
            book.add(line)
        assert (Verdict.REJECTED, 1) == (book.of("m").verdict, book.of("m").loose)


def test_a_line_that_was_cut_off_is_taken_away(tmp_path: Path) -> None:
    with Logbook(tmp_path / "log") as book:
        book.add(Tried("m", at(8)))
    whole = (tmp_path / "log").read_bytes()
    (tmp_path / "log").write_bytes(whole + b'{"type":"got","key":')
    with Logbook(tmp_path / "log") as book:
        assert 1 == book.of("m").loose
        book.add(Closed(at(18), True))
    assert whole == (tmp_path / "log").read_bytes()[: len(whole)]
    with Logbook(tmp_path / "log") as book:
        assert book.closed and book.closed.adds_up
