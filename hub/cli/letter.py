"""Commands about what was returned to partners: who got how much back, and the letter that says who does what."""

import asyncio
import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hub import settings
from hub.cli.routing import Last, span
from hub.cli.terminal import EX_NOINPUT, AsJson, Config, asked, fail, in_force, print_json

if TYPE_CHECKING:
    from hub.directory import Directory, Partner, Practice
    from hub.record import Returns
    from hub.settings import Settings


def returned(last: Last = "90d", config: Config = None, as_json: AsJson = False) -> None:
    """Count what was returned to each partner's departments, by reason, the most first.

    Reasons are those of 8117: wrong addressee, insufficient information, other. `hub letter` tells it to a partner.
    """
    from hub.letter.facts import departments
    from hub.letter.words import REASONS

    found = settings.load(config)
    told = departments(in_force(found).directory, _returns(found, found.running_clock().now() - span(last)))
    if as_json:
        print_json([{**{k: getattr(x, k) for k in x.__slots__}, "reasons": dict(x.reasons)} for x in told])
        return
    for x in told:
        reasons = ", ".join(f"{REASONS.get(reason, 'annet')} {count}" for reason, count in sorted(x.reasons.items()))
        name = x.name if x.her_id == x.partner else f"{x.partner_name}, {x.name}"
        print(f"{x.count:>6}  {name} ({x.her_id}): {reasons}")
    if not told:
        print(f"Nothing was returned in the last {last}.")


def letter(
    partner: Annotated[str, typer.Argument(help="The partner's HER-id, or a department's.", show_default=False)],
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="A file: .pdf makes a PDF, else text; else text here.", show_default=False),
    ] = None,
    practice: Annotated[
        str | None, typer.Option(help="Ours, by HER-id; needed where there are several.", show_default=False)
    ] = None,
    template: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="Another text.", show_default=False)
    ] = None,
    last: Last = "90d",
    config: Config = None,
) -> None:
    """Write the standing letter to a partner: what we agreed on, how we are reached, and what had to be returned.

    It is polite, in bokmål, and about nobody: no patient is named. The text comes from a template (Jinja), and a
    site may have its own.
    """
    from hub.letter import STANDING, gather, pdf, plain, write

    found = settings.load(config)
    directory = in_force(found).directory
    to, ours = _partner(directory, partner), _practice(directory, practice)
    now = found.running_clock().now()
    since, zone = now - span(last), ours.hours
    returns = _returns(found, since)
    facts = gather(directory, ours, to, returns, zone.local(since).date(), zone.local(now).date())
    text = write(facts, template or STANDING)
    if out is None:
        sys.stdout.write(plain(text))
    elif out.suffix.lower() == ".pdf":
        out.write_bytes(pdf(text, f"{ours.name} til {to.name}", now))
    else:
        out.write_text(plain(text), encoding="utf-8")


def _returns(found: "Settings", since: datetime) -> "list[Returns]":
    return asyncio.run(asked(found, lambda store: store.returned(since)))


def _partner(directory: "Directory", her_id: str) -> "Partner":
    from hub.message import plain_her_id

    id = plain_her_id(her_id)
    partner = directory.partner_of(id, id)
    if partner is None:
        known = ", ".join(f"{p.her_id} {p.name}" for p in directory.partners.values())
        fail(f"{her_id} is no partner; known: {known}", EX_NOINPUT)
    return partner


def _practice(directory: "Directory", her_id: str | None) -> "Practice":
    from hub.message import plain_her_id

    ours = list(directory.practices.values())
    if her_id is None and len(ours) == 1:
        return ours[0]
    chosen = directory.practices.get(plain_her_id(her_id)) if her_id else None
    if chosen is None:
        fail(f"--practice: give one of {', '.join(f'{p.her_id} {p.name}' for p in ours)}", EX_NOINPUT)
    return chosen
