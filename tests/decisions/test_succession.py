"""Which edition of a document stands in the end, however their references and their clocks contradict each other."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from hub import succession
from hub.message import MessageId, MessageKey, Status
from hub.succession import Edition
from tests.builders import TUESDAY

IDS = ("0", "1", "2", "3", "4")


@st.composite
def families(draw: st.DrawFn) -> list[Edition]:
    """An original and its editions in the order in which they arrive; any may name any, itself too."""
    names = st.sampled_from(("", *IDS))
    editions = [
        Edition(
            key=MessageKey("200", MessageId(id)),
            kind="dialogue",
            patient="",
            test=False,
            status=draw(st.sampled_from([Status.CHANGED, Status.CANCELLED])) if n else Status.NEW,
            document=draw(st.sampled_from(["", "D"])),
            parent=draw(names),
            thread=draw(names),
            generated=TUESDAY + timedelta(minutes=draw(st.integers(0, 3))),
        )
        for n, id in enumerate(IDS[: draw(st.integers(2, 5))])
    ]
    return draw(st.permutations(editions))


@given(families())
def test_there_is_always_one_that_stands(come: list[Edition]) -> None:
    here: list[Edition] = []
    standing: set[Edition] = set()
    for x in come:
        here.append(x)
        if succession.overtaker(x, here) is None:
            standing.add(x)
        standing -= {y for y in here if succession.comes_after(x, y)}
    assert standing


@given(families())
def test_of_two_editions_at_most_one_comes_after_the_other(come: list[Edition]) -> None:
    pairs = [(x, y) for x in come for y in come]
    assert [] == [(x, y) for x, y in pairs if succession.comes_after(x, y) and succession.comes_after(y, x)]
