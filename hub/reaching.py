"""What centre.toml and ladders.toml ask for, and hub.toml has: nobody waits for a notice that cannot leave."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from hub.deadline import Ladder
from hub.directory import Directory
from hub.dispatch import Way
from hub.errors import BadConfiguration
from hub.registry import Configuration
from hub.registry.files import CENTRE, LADDERS, NONE
from hub.settings import Notices

Problem = tuple[str, str, str]


def check(known: Configuration, notices: Notices, folder: Path, instead: Mapping[str, Path] = NONE) -> None:
    """Raise BadConfiguration when somebody is to be told by a way that hub.toml does not have.

    It names the file that asks for it: one of the folder, or what was read `instead`.
    """
    centre, ladders = (str(instead.get(name, folder / name)) for name in (CENTRE, LADDERS))
    found = [(centre, *x) for x in _of_inboxes(known.directory, notices)]
    found += [(centre, *x) for x in _of_people(known.directory, notices)]
    found += [(ladders, *x) for x in _of_steps(known.ladders, notices)]
    if found:
        raise BadConfiguration.of(*found)


def _of_inboxes(directory: Directory, notices: Notices) -> Iterator[tuple[str, str]]:
    for n, inbox in enumerate(directory.inboxes.values()):
        if inbox.mail and not notices.smtp_host:
            yield f"inbox[{n}].mail", _NO_MAIL
        for m, name in enumerate(inbox.webhooks):
            if name not in notices.webhooks:
                known = ", ".join(notices.webhooks) or "none"
                yield f"inbox[{n}].webhook[{m}]", f"hub.toml has no [notices.webhooks.{name}]; known: {known}"
        if inbox.alertmanager and not notices.alertmanager:
            yield f"inbox[{n}].alertmanager", _NO_ALERTMANAGER


def _of_people(directory: Directory, notices: Notices) -> Iterator[tuple[str, str]]:
    for n, person in enumerate(directory.people.values()):
        if person.mail and not notices.smtp_host:
            yield f"person[{n}].mail", _NO_MAIL


def _of_steps(ladders: tuple[Ladder, ...], notices: Notices) -> Iterator[tuple[str, str]]:
    """Addresses and webhooks are the inboxes', so only Alertmanager has nothing there to be looked for."""
    for n, ladder in enumerate(ladders):
        for m, step in enumerate(ladder.steps):
            if Way.ALERTMANAGER in step.through and not notices.alertmanager:
                place = step.through.index(Way.ALERTMANAGER)
                yield f"ladder[{n}].steps[{m}].through[{place}]", _NO_ALERTMANAGER


_NO_MAIL = "hub.toml names no mail server: give smtp_host and sender in [notices], or take the addresses out"
_NO_ALERTMANAGER = "hub.toml names no alertmanager in [notices]: give its address there, or take it out here"
