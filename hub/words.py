"""The words by which messages are found: what is said and what is asked are made into words alike.

A word is letters and digits alone, in small letters; å is not a, and each letter of Northern Sami is its own. What is
joined by hyphens or dots is found by its parts and as one. Dates are found in any usual form, as 01021950.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from datetime import date

from hub.message import Message, Party

# So long are words at the most, and so many of a message are kept: no letter says more.
LONGEST, MOST = 40, 4_000
# So many of a question are heeded.
ASKED = 8
# A word of a question that is at least so long may be the beginning of a longer one.
BEGINNING = 3

_WORD = re.compile(r"[^\W_]+")
_JOINED = re.compile(r"[^\W_]+(?:['’‐-][^\W_]+)+")
_DOTTED = re.compile(r"\d+(?:\.\d+)+")
_DATE = re.compile(r"(?<!\d)(\d{1,2})(?:\.\s?|[/-])(\d{1,2})(?:\.\s?|[/-])(\d{4}|\d{2})(?!\d)")
_ISO_DATE = re.compile(r"(?<!\d)(\d{4})-(\d{1,2})-(\d{1,2})(?!\d)")
# A national identity number as people write it.
_NATIONAL = re.compile(r"(?<!\d)(\d{6})\s(\d{5})(?!\d)")


def of(text: str) -> frozenset[str]:
    """The words of a text."""
    return frozenset(x[:LONGEST] for x in _said(_plain(text)))


def of_message(m: Message) -> tuple[str, ...]:
    """The words by which a message is found: patient, sender, MsgId, what kind it is, and all that it says."""
    found: dict[str, None] = {}
    for text in _told(m):
        found.update(dict.fromkeys(sorted(of(text))))
    return tuple(found)[:MOST]


def asked(question: str) -> tuple[str, ...]:
    """The words of a question, of which a message must have all; none when nothing in it can be looked for."""
    text, found = _plain(question), []
    for pattern, form in ((_NATIONAL, r"\1\2"), (_ISO_DATE, None), (_DATE, None)):
        found += [_dated(x) if form is None else x.expand(form) for x in pattern.finditer(text)]
        text = pattern.sub(" ", text)
    found += [x[0].replace(".", "") for x in _DOTTED.finditer(text)]
    found += _WORD.findall(_DOTTED.sub(" ", text))
    return tuple(dict.fromkeys(x[:LONGEST] for x in found))[:ASKED]


def _plain(text: str) -> str:
    """The text in small letters, each letter and digit in one form."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


def _said(text: str) -> Iterator[str]:
    yield from _WORD.findall(text)
    yield from ("".join(_WORD.findall(x)) for x in _JOINED.findall(text))
    yield from (x.replace(".", "") for x in _DOTTED.findall(text))
    yield from (x.expand(r"\1\2") for x in _NATIONAL.finditer(text))
    for pattern in (_DATE, _ISO_DATE):
        yield from map(_dated, pattern.finditer(text))


def _dated(found: re.Match[str]) -> str:
    """A date as day, month and year, as the national identity number begins; the year as it was written."""
    day, month, year = found.groups() if found.re is _DATE else reversed(found.groups())
    return f"{day:0>2}{month:0>2}{year}"


def _told(m: Message) -> Iterator[str]:
    """What a message is found by, the surest first: of a very long one the end is left out."""
    envelope = m.envelope
    if m.patient:
        yield from (m.patient.name, m.about, *(_born(m.patient.born) if m.patient.born else ()))
    yield from (envelope.msg_id, *_party(envelope.sender), envelope.type.text, envelope.type.value.replace("_", " "))
    yield from (m.subject, *(code.text for code in m.themes), *(x.description for x in m.attachments))
    yield from (*(part.subject for part in m.parts), m.text)


def _born(born: date) -> Iterable[str]:
    return f"{born:%d%m%Y}", f"{born:%d%m%y}", f"{born:%Y%m%d}"


def _party(party: Party) -> Iterator[str]:
    yield party.name
    yield from (id for id in (party.level_1, party.level_2) if id)
    if party.professional:
        yield party.professional.name
