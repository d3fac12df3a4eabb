"""Ways beside the inbox: nobody is promised a notice by a way on which nothing can come."""

from collections.abc import Iterator

from hub.deadline import OWN_INBOX
from hub.directory import InboxKind
from hub.registry.files import CENTRE, LADDERS, Files
from hub.registry.problem import Problem
from hub.registry.shape import InboxTable, StepTable

MAIL, WEBHOOK, ALERTMANAGER = "mail", "webhook", "alertmanager"

# Nobody there answers what patients and partners wait for.
_NO_CARE = (InboxKind.TEST, InboxKind.OPERATIONS)


def wrong(files: Files) -> Iterator[Problem]:
    """Every step that tells by a way which nobody there has or takes an item nowhere, and quiet hours without mail."""
    for n, ladder in enumerate(files.ladders.ladder):
        for m, step in enumerate(ladder.steps):
            key = f"ladder[{n}].steps[{m}]"
            yield from _through(files, key, step)
            if step.owner == "move" and (reason := _nowhere(step.tell[0])):
                yield files.problem(LADDERS, f"{key}.owner", reason)
    for n, person in enumerate(files.centre.person):
        if person.quiet and not person.mail:
            yield files.problem(
                CENTRE, f"person[{n}].quiet", "is about mail, and there is none; add mail, or take it out"
            )


def _through(files: Files, key: str, step: StepTable) -> Iterator[Problem]:
    for k, way in enumerate(step.through):
        place = f"{key}.through[{k}]"
        if way == ALERTMANAGER and step.span < 0:
            reason = (
                "an alert says that something is late, and this step comes before the deadline; mail or webhook can"
            )
            yield files.problem(LADDERS, place, reason)
        elif way != ALERTMANAGER:
            yield from (files.problem(LADDERS, place, reason) for reason in _lacking(files, step, way))


def _lacking(files: Files, step: StepTable, way: str) -> Iterator[str]:
    """Whoever is told by a way on which nothing can come to them, in words."""
    for told in step.tell:
        for practice in files.centre.practice:
            mine = [x for x in files.centre.inbox if files.home(x.practice) == practice.her_id]
            # An item may lie in any inbox; of a kind the first is told.
            asked = mine if told == OWN_INBOX else [x for x in mine if x.kind == told][:1]
            if not any(_has(files, x, way) for x in asked):
                yield f"nobody at {practice.name} gets {way} for {told}: {_MENDED[way]}, or take it out"


_MENDED = {
    MAIL: "give the inbox mail = [...], or somebody who works in it mail = ... in centre.toml",
    WEBHOOK: "give the inbox webhook = [...] in centre.toml",
}


def _has(files: Files, x: InboxTable, way: str) -> bool:
    if way == WEBHOOK:
        return bool(x.webhook)
    return bool(x.mail) or any(p.mail for p in files.centre.person if x.id in p.inboxes or p.id == x.owner)


def _nowhere(to: str) -> str | None:
    """Why an item may not be moved there, or None."""
    if to == OWN_INBOX:
        return 'a step moves an item to whom it tells first, and it lies in "inbox" already; name somebody else first'
    if InboxKind(to) in _NO_CARE:
        return f'an item cannot be moved to "{to}": nobody answers it there; leave it out to add them'
    return None
