"""Examples of what rules are to do, kept beside them in examples.toml."""

from collections.abc import Iterator, Sequence

from hub.directory import InboxId
from hub.example import Example
from hub.message import HerId, Kind
from hub.registry import references, source
from hub.registry.files import Files
from hub.registry.problem import Problem, refuse
from hub.registry.references import Pointer
from hub.registry.shape import Examples, ExampleTable
from hub.route import UNPLACED

EXAMPLES = "examples.toml"


def read(files: Files) -> tuple[Example, ...]:
    """The examples beside these files, in their order, all of whose names are known. Raises BadConfiguration."""
    path = files.place(EXAMPLES)
    found = source.shaped(path, Examples)
    refuse(found if isinstance(found, tuple) else _unknown(found.example, files), lambda _: path)
    return tuple(map(_example, found.example)) if isinstance(found, Examples) else ()


def _unknown(tables: Sequence[ExampleTable], files: Files) -> Iterator[Problem]:
    pointers = (p for p in _pointers(tables, files) if p.name not in p.among)
    return (files.problem(p.file, p.key, references.unknown(p)) for p in pointers)


def _pointers(tables: Sequence[ExampleTable], files: Files) -> Iterator[Pointer]:
    inboxes = [x.id for x in files.centre.inbox]
    rules = [*(x.name for x in files.routes.rule), UNPLACED]
    receivers = references.receivers(files)
    for n, x in enumerate(tables):
        key = f"example[{n}]"
        yield Pointer(EXAMPLES, f"{key}.to", x.to, "inbox", inboxes)
        yield from (Pointer(EXAMPLES, f"{key}.copies", id, "inbox", inboxes) for id in x.copies or ())
        if x.rule is not None:
            yield Pointer(EXAMPLES, f"{key}.rule", x.rule, "rule", rules)
        if x.receiver is not None:
            yield Pointer(EXAMPLES, f"{key}.receiver", x.receiver, "practice, service or GP with HER-id", receivers)


def _example(x: ExampleTable) -> Example:
    return Example(
        name=x.name,
        to=InboxId(x.to),
        kind=Kind(x.kind).value,
        type=x.type,
        themes=frozenset(x.themes),
        sender=HerId(x.sender) if x.sender else None,
        receiver=HerId(x.receiver) if x.receiver else None,
        wanted_roles=frozenset(x.wanted_roles),
        professions=frozenset(x.professions),
        patient=x.patient,
        text=x.text,
        attachments=x.attachments,
        test=x.test,
        on=x.on,
        rule=x.rule,
        copies=None if x.copies is None else frozenset(map(InboxId, x.copies)),
    )
