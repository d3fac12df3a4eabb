"""What the audit of a year must find: faults that are planted in its books one at a time, and watchers that are broken.

An audit that finds nothing is only worth something when it finds each of these.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain

from sqlalchemy import Connection, delete, insert, select, update

from hub.store.tables import deadline, journal, notice
from tests.year import audit
from tests.year.audit import Times
from tests.year.life import Lived
from tests.year.model import Model, Rung
from tests.year.plan import Case, Plan

SECOND = timedelta(seconds=1)
# What somebody who watches wrongly does, and so what the audit must say.
BROKEN = ("missed", "early", "doubled", "late")


@dataclass(frozen=True, slots=True)
class Place:
    """A step that was told, to whose books something is done, and a decision that was made long after it."""

    case: Case
    rung: Rung
    later: datetime

    @property
    def lines(self) -> Iterator[object]:
        """Its lines of the journal."""
        yield from (journal.c.item_id == self.case.item, journal.c.event.in_(audit.LAPSED))
        yield journal.c.detail.like(f'%"step":"{self.rung.step}"%')

    @property
    def notices(self) -> Iterator[object]:
        """Its notices."""
        yield from (notice.c.item_id == self.case.item, notice.c.step == self.rung.step)


def found(c: Connection, plan: Plan, model: Model, lived: Lived) -> dict[str, str]:
    """What the audit says of each plant, by its name, and nothing where it overlooks it; all is as before then."""
    times = Times(lived)
    place = _place(c, plan, model, lived, times)
    return {name: _tried(c, plants, place, model, times, lived.end) for name, plants in PLANTS.items()}


def _tried(
    c: Connection,
    plant: tuple[str, Callable[[Connection, Place], None]],
    place: Place,
    model: Model,
    times: Times,
    end: datetime,
) -> str:
    kind, act = plant
    point = c.begin_nested()
    try:
        act(c, place)
        said = audit.some(c, [place.case], model, times, end).wrong
    finally:
        point.rollback()
    return next((words for words in said if words.startswith(f"{kind}: ")), "")


def _place(c: Connection, plan: Plan, model: Model, lived: Lived, times: Times) -> Place:
    """The first item all of whose ladder was told while somebody watched, with a decision a minute after its end."""
    for case in chain.from_iterable(cases for _, cases in plan.cases()):
        rungs = [x for x in model.rungs(case, None) if x.at < model.over]
        last = rungs[-1]
        # On a clock that was set back two moments have the same name.
        later = next((at for at in sorted(lived.done) if at > last.at + 60 * SECOND), None)
        if lived.answered[case.number] or later is None or any(times.limit(x.at).after for x in rungs):
            continue
        return Place(case, last, later)
    raise LookupError("nothing is left to plant a fault in")


def _untold(c: Connection, place: Place) -> None:
    c.execute(delete(journal).where(*place.lines))
    c.execute(delete(notice).where(*place.notices))


def _never_looked(c: Connection, place: Place) -> None:
    """As if nobody had ever looked."""
    _untold(c, place)
    clock = {"step": place.rung.step, "fires_at": place.rung.at}
    c.execute(update(deadline).where(deadline.c.item_id == place.case.item).values(clock))


def _unheard(c: Connection, place: Place) -> None:
    """It is in the journal, and in nobody's inbox."""
    c.execute(delete(notice).where(*place.notices))


def _moved(c: Connection, place: Place, at: datetime) -> None:
    c.execute(update(journal).where(*place.lines).values(at=at))
    c.execute(update(notice).where(*place.notices).values(at=at))


def _early(c: Connection, place: Place) -> None:
    _moved(c, place, place.rung.at - SECOND)


def _late(c: Connection, place: Place) -> None:
    _moved(c, place, place.later)


def _doubled(c: Connection, place: Place) -> None:
    for table, wanted in ((journal, place.lines), (notice, place.notices)):
        row = dict(c.execute(select(table).where(*wanted)).mappings().first() or {})
        del row["id"]
        c.execute(insert(table).values(row | ({"round": 1} if table is notice else {})))


def _doubled_line(c: Connection, place: Place) -> None:
    """The second notice was refused by its key, and only the journal knows."""
    row = dict(c.execute(select(journal).where(*place.lines)).mappings().one())
    del row["id"]
    c.execute(insert(journal).values(row))


def _otherwise(c: Connection, place: Place) -> None:
    """It was told to somebody else."""
    first = select(notice.c.id).where(*place.notices).order_by(notice.c.id).limit(1).scalar_subquery()
    c.execute(update(notice).where(notice.c.id == first).values(inbox="planted"))


def _unmarked(c: Connection, place: Place) -> None:
    """It says that it was late, and was not."""
    c.execute(update(notice).where(*place.notices).values(late=True))


def _stopped(c: Connection, place: Place) -> None:
    """The clock of an item stands on a step that it had taken."""
    c.execute(update(deadline).where(deadline.c.item_id == place.case.item).values(fires_at=place.rung.at))


# What the audit calls each of them, and what is done.
PLANTS: dict[str, tuple[str, Callable[[Connection, Place], None]]] = {
    "a step that nobody heard of": ("missed", _untold),
    "a step that never happened": ("missed", _never_looked),
    "a step's notices lost": ("missed", _unheard),
    "a step told a second early": ("early", _early),
    "a step told late": ("late", _late),
    "a step told twice": ("doubled", _doubled),
    "a step twice in the journal": ("doubled", _doubled_line),
    "a step told to somebody else": ("told otherwise", _otherwise),
    "a step wrongly marked late": ("mark", _unmarked),
    "a clock that stands on the wrong step": ("clock", _stopped),
}
