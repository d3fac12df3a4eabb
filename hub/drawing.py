"""Pictures of the tables: how an item may move, and what happens on a ladder; as text that documents can hold."""

from collections.abc import Iterator

from hub.deadline import Due, ElapsedHours, Ladder, SameDay, Step, WorkingMinutes
from hub.item import TRANSITIONS, State
from hub.route import ALWAYS, When

# So wide is the time of a step.
_TIME = 24


def states() -> str:
    """The table of an item's moves as a Mermaid state diagram; several ways between the same two states are one."""
    lines = ["stateDiagram-v2", f"    [*] --> {State.NEW.value}"]
    for state, moves in TRANSITIONS.items():
        ways: dict[State, list[str]] = {}
        for action, to in moves.items():
            ways.setdefault(to, []).append(action.value)
        lines += [f"    {state.value} --> {to.value}: {', '.join(actions)}" for to, actions in ways.items()]
        if not moves:
            lines.append(f"    {state.value} --> [*]")
    return "\n".join(lines)


def ladder(x: Ladder) -> str:
    """A ladder from its promise to its last step, each with its time and whom it tells."""
    return "\n".join(_ladder(x))


def _ladder(x: Ladder) -> Iterator[str]:
    yield f"{x.name}{' (urgent)' if x.urgent else ''}{' (while a partner is waited for)' if x.follow_up else ''}"
    yield f"    {x.promise}"
    yield (
        f"    holds when {_conditions(x.when)}" if not x.follow_up else "    holds when the sender was asked something"
    )
    yield f"    due {_due(x.due)}"
    due = False
    for step in x.steps:
        if not due and step.minutes >= 0:
            due = True
            if step.minutes > 0:
                yield f"{'the deadline':>{_TIME}} ─┼─"
        yield f"{_time(step):>{_TIME}} ─┼─ {_told(step)}"
    if x.steps:
        yield f"{'each week after that':>{_TIME}} ─┼─ {', '.join(x.steps[-1].tell)}"


def _conditions(when: When) -> str:
    if when == ALWAYS:
        return "nothing above does"
    asked = ((name, getattr(when, name)) for name in When.__slots__ if not name.startswith("_"))
    return ", ".join(f"{name} = {_value(value)}" for name, value in asked if value not in (None, ()))


def _value(value: object) -> str:
    if isinstance(value, tuple):
        return " or ".join(str(x) for x in value)
    return "yes" if value is True else "no" if value is False else str(value)


def _due(due: Due) -> str:
    match due:
        case SameDay(cut_off, then_by):
            late = f"from {cut_off:%H:%M} or on a closed day by {then_by:%H:%M} the next working day"
            return f"at closing time; {late}"
        case WorkingMinutes(minutes):
            return f"after {minutes} minutes of opening time"
        case ElapsedHours(hours):
            return f"after {hours} hours, day and night"


def _time(step: Step) -> str:
    if step.minutes == 0:
        return "the deadline"
    unit = "working minutes" if step.working else "minutes"
    return f"{abs(step.minutes)} {unit} {'before' if step.minutes < 0 else 'after'}"


def _told(step: Step) -> str:
    told = ", ".join(step.tell)
    through = f" by {', '.join(step.through)}" if step.through else ""
    return f"{told}{through}{' (takes it over)' if step.moves else ''}"
