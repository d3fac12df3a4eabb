"""Commands about what partners send: what is usual and what is missing, and the list that both sides can compare."""

import asyncio
import sys
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hub import settings
from hub.cli.terminal import EX_CONFIG, EX_NOINPUT, AsJson, Config, asked, fail, in_force, in_our_time, print_json, say

if TYPE_CHECKING:
    from hub.directory import Directory, Partner
    from hub.expecting import Expected
    from hub.reconciliation import Lacking, Passed
    from hub.seal import Seal
    from hub.traffic import Unusual, Usual

PartnerId = Annotated[
    str | None, typer.Option("--partner", metavar="HER-ID", help="Only this one, at either level.", show_default=False)
]


def traffic(partner: PartnerId = None, config: Config = None, as_json: AsJson = False) -> None:
    """Tell what each partner usually sends by now, what came today, and what is missing.

    What is usual is learned from the last eight weeks: working days of the same weekday, or all of them where there
    are few. Exits with 1 when something is unusual: a partner is silent, or sends far too much. docs/traffic.md tells
    how that is decided.
    """
    from hub import hearing

    found = settings.load(config)
    directory, now = in_force(found).directory, found.running_clock().now()
    wanted = _partner(directory, partner) if partner else None
    told = asyncio.run(asked(found, lambda store: hearing.expected(store, directory, now)))
    standing = asyncio.run(asked(found, lambda store: store.partners.unusual()))
    if wanted:
        own = hearing.senders(wanted)
        told, standing = [x for x in told if x.sender in own], [x for x in standing if x.sender in own]
    if as_json:
        print_json({"now": now.isoformat(), "expected": [*map(_row, told)], "unusual": [*map(_unusual, standing)]})
    else:
        print("\n".join([*_table(told), *_standing(standing)]) or "Nothing was counted yet.")
    raise typer.Exit(1 if standing or any(x.strange for x in told) else 0)


def reconcile(
    partner: PartnerId = None,
    day: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="A day of the practice's.", show_default=False, callback=in_our_time),
    ] = None,
    csv: Annotated[bool, typer.Option("--csv", help="Give the list as CSV.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Give the list as JSON.")] = False,
    out: Annotated[
        Path | None,
        typer.Option(help="Write it here, and its signature into FILE.sig.", show_default=False, metavar="FILE"),
    ] = None,
    theirs: Annotated[
        Path | None,
        typer.Option(help="The partner's own list: say what each side lacks.", show_default=False, metavar="FILE"),
    ] = None,
    public_key: Annotated[
        bool, typer.Option("--public-key", help="Print the key that lists are checked with.")
    ] = False,
    config: Config = None,
) -> None:
    """List what came from a partner on a day and what was sent there, so that both sides see that it arrived.

    The list has ids, kinds, times and verdicts, and never a patient. Without --csv or --json it is told in a few
    words. With --theirs it is compared with the partner's own list (ours as CSV or JSON, or a MsgId a line of what they
    sent), and the exit code is 1 when one side lacks something.
    """
    from hub import reconciliation, seal
    from hub.hearing import practices, senders

    found = settings.load(config)
    key = seal.load(found.reconciliation.key)
    if public_key:
        _print_key(key)
        return
    if partner is None or day is None:
        raise typer.BadParameter("give --partner and --day, or --public-key")
    directory = in_force(found).directory
    who, on, zone = _partner(directory, partner), day.date(), practices(directory)[0].zone
    span = reconciliation.span(on, zone)
    if found.running_clock().now() < span[1]:
        say(f"{on} is not over, so more may come")
    lines = asyncio.run(asked(found, lambda store: store.partners.passed(senders(who), *span)))
    if theirs is not None:
        lacking = reconciliation.compare(lines, reconciliation.theirs(_bytes(theirs)))
        print("\n".join(_compared(lacking)))
        raise typer.Exit(0 if all(x.agreed for x in lacking) else 1)
    if csv or as_json or out:
        ours = [str(id) for id in directory.practices]
        as_csv = csv or (out is not None and out.suffix.lower() == ".csv" and not as_json)
        content = (
            reconciliation.as_csv(lines, who.her_id, on, zone)
            if as_csv
            else reconciliation.as_json(lines, who.her_id, ours, on, zone)
        )
        _give(content, out, key)
    else:
        print("\n".join(_in_words(lines, who, on)))


def _give(content: bytes, out: Path | None, key: "Seal | None") -> None:
    if out is None:
        sys.stdout.buffer.write(content)
        return
    out.write_bytes(content)
    if key:
        out.with_name(f"{out.name}.sig").write_bytes(key.sign(content))
    else:
        say("it is not signed: reconciliation.key in hub.toml names no key")


def _print_key(key: "Seal | None") -> None:
    if key is None:
        reason = "reconciliation.key in hub.toml names no key; `openssl genpkey -algorithm ed25519 -out FILE` makes one"
        fail(reason, EX_CONFIG)
    say(f"the lists' header Sambud-Key calls it {key.name}")
    print(key.public, end="")


def _partner(directory: "Directory", her_id: str) -> "Partner":
    from hub.message import plain_her_id

    id = plain_her_id(her_id)
    if partner := directory.partner_of(id, id):
        return partner
    known = ", ".join(f"{p.her_id} {p.name}" for p in directory.partners.values())
    fail(f"no partner has the HER-id {id}; there are: {known}", 2)


def _bytes(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as fault:
        fail(f"{file}: the file cannot be read: {fault.strerror}", EX_NOINPUT)


def _table(told: "list[Expected]") -> list[str]:
    """A line for each partner's messages of a kind."""
    from hub.traffic import named

    if not told:
        return []
    rows = [f"{'':<46} {'by now':>9} {'came':>6} {'whole day':>10}  last working days"]
    for x in told:
        what = f"{x.name}: {named(x.kind, 'en')}"
        mark = {"silent": "  SILENT", "flood": "  FLOOD"}.get(x.strange or "", "")
        trend = "" if x.recent is None else f"{round(100 * x.recent)} % of usual"
        rows.append(f"{what[:46]:<46} {_span(x.usual):>9} {x.came:>6} {_span(x.whole):>10}  {trend}{mark}".rstrip())
    return rows


def _standing(standing: "list[Unusual]") -> list[str]:
    from hub.traffic import explain

    return [line for x in standing for line in ("", explain(x, "nb"), explain(x, "en"))]


def _span(x: "Usual | None") -> str:
    return "-" if x is None else f"{x.low}-{x.high}"


def _row(x: "Expected") -> dict[str, Any]:
    told = {"partner": x.sender, "name": x.name, "kind": x.kind, "came": x.came, "by_hour": x.hour}
    usual = {"usual_by_now": _usual(x.usual), "usual_on_the_day": _usual(x.whole), "recent": x.recent}
    return told | usual | {"strange": x.strange and x.strange.value}


def _usual(x: "Usual | None") -> dict[str, Any] | None:
    if x is None:
        return None
    return {"low": x.low, "high": x.high, "typical": x.typical, "days": x.days, "same_weekday": not x.pooled}


def _unusual(x: "Unusual") -> dict[str, Any]:
    from hub.traffic import explain

    told = {"what": x.what.value, "partner": x.sender, "name": x.name, "kind": x.kind, "day": x.day.isoformat()}
    since = {"since": x.at.isoformat(), "by_hour": x.hour, "came": x.came, "usual": _usual(x.usual)}
    return told | since | {"nb": explain(x, "nb"), "en": explain(x, "en")}


def _in_words(lines: "list[Passed]", who: "Partner", on: date) -> list[str]:
    from hub.reconciliation import Way, counts

    told = [f"{who.name} ({who.her_id}), {on}"]
    for way, title in ((Way.TO_HUB, "came from them"), (Way.FROM_HUB, "was sent to them")):
        verdicts = sorted({x.verdict for x in lines if x.way is way})
        told.append(f"  {sum(x.way is way for x in lines)} {title}")
        told += [f"    {count:>6}  {kind}" for kind, count in counts(lines, way).items()]
        told += [f"    {sum(x.way is way and x.verdict == v for x in lines):>6}  of all {v}" for v in verdicts]
    return told


def _compared(lacking: "list[Lacking]") -> list[str]:
    from hub.reconciliation import Way

    told = []
    for x in lacking:
        sent, got = ("they", "we") if x.way is Way.TO_HUB else ("we", "they")
        lacks = (x.by_us, x.by_them) if x.way is Way.TO_HUB else (x.by_them, x.by_us)
        told.append(f"{len(lacks[0])} that {sent} sent and {got} do not have{':' if lacks[0] else ''}")
        told += [f"  {id}" for id in lacks[0]]
        told.append(f"{len(lacks[1])} that {got} have and {sent} did not list{':' if lacks[1] else ''}")
        told += [f"  {id}" for id in lacks[1]]
        if any(x.untold):
            counted = f"ours {x.untold[0]}, theirs {x.untold[1]}"
            told.append(f"without a UUID as MsgId, so that they cannot be compared: {counted}")
        if x.passed_over:
            told.append(f"{x.passed_over} acknowledgements passed over, as their list has none")
    return told
