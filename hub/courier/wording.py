"""The words of a mail: bokmål first, with English beneath. They hold no more than `dispatch.Content` does."""

from collections.abc import Callable, Iterator
from datetime import datetime

from hub.dispatch import Content, Kind, Line
from hub.traffic import explain

# So many items are named in a mail.
NAMED = 10

_NB = {
    Kind.LATE: ("1 sak er over fristen", "{} saker er over fristen"),
    Kind.WARNED: ("1 sak har frist snart", "{} saker har frist snart"),
    Kind.EXPECTED: ("1 svar fra avsenderen er ventet snart", "{} svar fra avsenderne er ventet snart"),
    Kind.MISSING: ("1 svar fra avsenderen har ikke kommet", "{} svar fra avsenderne har ikke kommet"),
    Kind.ALERT: ("1 varsel å se på", "{} varsler å se på"),
    Kind.BROKEN: ("En del av Sambud virker ikke", "{} deler av Sambud virker ikke"),
    Kind.MENDED: ("En del av Sambud virker igjen", "{} deler av Sambud virker igjen"),
    Kind.PRESSING: ("For mye på kort tid: 1 sak har frist snart", "For mye på kort tid: {} saker har frist snart"),
    Kind.SILENT: ("Det kommer mindre enn vanlig fra en avsender", "Det kommer mindre enn vanlig fra avsendere"),
    Kind.FLOOD: ("Det kommer mye mer enn vanlig fra en avsender", "Det kommer mye mer enn vanlig fra avsendere"),
}
_EN = {
    Kind.LATE: ("1 item is past its deadline", "{} items are past their deadline"),
    Kind.WARNED: ("1 item is due soon", "{} items are due soon"),
    Kind.EXPECTED: ("1 reply from the sender is expected soon", "{} replies from the senders are expected soon"),
    Kind.MISSING: ("1 reply from the sender has not come", "{} replies from the senders have not come"),
    Kind.ALERT: ("1 alert to look at", "{} alerts to look at"),
    Kind.BROKEN: ("A part of Sambud does not work", "{} parts of Sambud do not work"),
    Kind.MENDED: ("A part of Sambud works again", "{} parts of Sambud work again"),
    Kind.PRESSING: ("Too much in a short time: 1 item is due soon", "Too much in a short time: {} items are due soon"),
    Kind.SILENT: ("Less than usual comes from a sender", "Less than usual comes from senders"),
    Kind.FLOOD: ("Far more than usual comes from a sender", "Far more than usual comes from senders"),
}
# How the time of the first of them is told.
_NB_WHEN = {
    **dict.fromkeys((Kind.LATE, Kind.WARNED), "første frist"),
    **{Kind.EXPECTED: "det første innen", Kind.MISSING: "det første var ventet innen", Kind.ALERT: "det første"},
}
_EN_WHEN = {
    **{Kind.LATE: "the first deadline was", Kind.WARNED: "the first"},
    **{Kind.EXPECTED: "the first by", Kind.MISSING: "the first was expected by", Kind.ALERT: "the first"},
}
_NB_CLOSE = (
    "Åpne innboksen for å se hva det gjelder. Denne meldingen har ingen opplysninger om pasienter.",
    "Den er sendt av Sambud og kan ikke besvares.",
)
_EN_CLOSE = (
    "Open the inbox to see what it is about. This message holds nothing about patients.",
    "It was sent by Sambud and cannot be answered.",
)


def subject(content: Content) -> str:
    """What it is about and where: 40 saker er over fristen (Primærhelseteamet)."""
    told = ", ".join(_many(_NB[kind], count) for kind, count in content.counted.items())
    names = list(dict.fromkeys(line.name for line in content.lines))
    where = ", ".join(names[:2]) + (f" +{len(names) - 2}" if len(names) > 2 else "")
    return " ".join(f"{'HASTER: ' if content.urgent else ''}{told} ({where})".split())


def text(content: Content, link: str) -> str:
    """The whole of it."""
    norwegian = [part for line in content.lines for part in _paragraph(line, link, _norwegian)]
    english = [part for line in content.lines for part in _paragraph(line, link, _english)]
    return "\n".join([*norwegian, *_NB_CLOSE, "", "-----", "", *english, *_EN_CLOSE, ""])


def _paragraph(x: Line, link: str, words: Callable[[Line], Iterator[str]]) -> Iterator[str]:
    yield x.name
    yield from (f"  {word}" for word in words(x))
    if link:
        yield f"  {link}/inboxes/{x.inbox}"
    yield ""


def _norwegian(x: Line) -> Iterator[str]:
    when = _clock(x.first_due, "%d.%m.%Y kl. %H.%M")
    if x.traffic:
        yield explain(x.traffic, "nb")
        return
    if x.kind is Kind.PRESSING:
        yield f"{_many(_NB[x.kind], x.count)}, innen {when}. De som er på jobb, rekker det ikke i vanlig tempo."
        return
    if x.about:
        yield f"{_many(_NB[x.kind], x.count)}: {x.about}, fra {when}. Kommandoen `hub status` sier hva som må gjøres."
        return
    due = f"; {_NB_WHEN[x.kind]} {when}"
    yield f"{'HASTER: ' if x.urgent else ''}{_many(_NB[x.kind], x.count)}{due}."
    if x.delayed:
        yield "Sambud sa fra for sent, fordi det hadde stått stille."
    yield from _items(x, "Saker", "og {} til")


def _english(x: Line) -> Iterator[str]:
    when = _clock(x.first_due, "%Y-%m-%d %H:%M")
    if x.traffic:
        yield explain(x.traffic, "en")
        return
    if x.kind is Kind.PRESSING:
        yield f"{_many(_EN[x.kind], x.count)}, by {when}. Those who are at work cannot do it at their usual pace."
        return
    if x.about:
        yield f"{_many(_EN[x.kind], x.count)}: {x.about}, from {when}. The command `hub status` says what to do."
        return
    due = f"; {_EN_WHEN[x.kind]} {when}"
    yield f"{'URGENT: ' if x.urgent else ''}{_many(_EN[x.kind], x.count)}{due}."
    if x.delayed:
        yield "Sambud told this too late, because it had stood still."
    yield from _items(x, "Items", "and {} more")


def _items(x: Line, name: str, more: str) -> Iterator[str]:
    if x.items:
        named = x.items[:NAMED]
        rest = f" {more.format(x.count - len(named))}" if x.count > len(named) else ""
        yield f"{name}: {', '.join(named)}{rest}"


def _many(words: tuple[str, str], count: int) -> str:
    return words[0] if count == 1 else words[1].format(count)


def _clock(moment: datetime, form: str) -> str:
    return moment.strftime(form)
