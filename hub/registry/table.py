"""The routing table, the ladders and the templates, from checked tables."""

from typing import Any

from hub.deadline import Due, ElapsedHours, Ladder, SameDay, Step, WorkingMinutes
from hub.directory import InboxId
from hub.registry.shape import DueTable, Ladders, LadderTable, Routes, RuleTable, StepTable, TemplatesFile, WhenTable
from hub.route import Rule, When
from hub.template import Template


def rules(routes: Routes) -> tuple[Rule, ...]:
    """The rules in the order of the file."""
    return tuple(map(_rule, routes.rule))


def ladders(written: Ladders) -> tuple[Ladder, ...]:
    """The ladders in the order of the file."""
    return tuple(map(_ladder, written.ladder))


def templates(written: TemplatesFile) -> tuple[Template, ...]:
    """The templates of answers in the order of the file."""
    return tuple(Template(x.name, x.text, tuple(map(InboxId, x.inboxes))) for x in written.template)


def _rule(r: RuleTable) -> Rule:
    return Rule(r.name, r.to, _when(r.when), tuple(r.copies))


def _ladder(x: LadderTable) -> Ladder:
    steps = tuple(map(_step, x.steps))
    return Ladder(x.name, x.promise, _due(x.due), steps, _when(x.when), x.urgent, x.follow_up)


def _step(s: StepTable) -> Step:
    return Step(s.span, tuple(s.tell), s.minutes is None, tuple(s.through), s.owner == "move")


def _when(w: WhenTable) -> When:
    conditions: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in w}
    return When(**conditions)


def _due(d: DueTable) -> Due:
    if d.same_day is not None:
        return SameDay(d.same_day.cut_off, d.same_day.then_by)
    if d.working_minutes is not None:
        return WorkingMinutes(d.working_minutes)
    assert d.elapsed_hours is not None, "the shape lets exactly one way through"
    return ElapsedHours(d.elapsed_hours)
