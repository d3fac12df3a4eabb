"""What is told and what is heard: every text of a payload must be found in the Message that it became, and so must
what a head says about its documents and where its sender and its patient live.

What a document tells is taken from its tree by this module alone, which knows no schema and no reader of the hub: any
run of text between two tags counts, also in elements that nobody expects. Blanks are not compared, because flattening
XHTML and folding subjects moves them; of raised figures (10⁹) the figures are compared.
"""

import re
from base64 import b64decode
from collections.abc import Iterator
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from lxml import etree

from hub.message import Kind, Message

Element = etree._Element

_MSGHEAD = "{http://www.kith.no/xmlstds/msghead/2006-05-24}"
BASE64 = "{http://www.kith.no/xmlstds/base64container}Base64Container"
# Elements in which a text may have any markup.
FREE = ("TekstNotatInnhold", "Sporsmal", "Begrunnelse", "Description", "TextResultValue")
# The longest name of a person, a department or an organisation.
LONGEST_NAME = 1_000
# Between two ways in which the same text may stand.
OR = "\ue000"
_OSLO = ZoneInfo("Europe/Oslo")

_BLANKS = re.compile(r"[\s\u200b]+")
_RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁽⁾ⁿ", "0123456789+-()n", "^")
_MONTHS = (
    *("januar", "februar", "mars", "april", "mai", "juni", "juli", "august"),
    *("september", "oktober", "november", "desember"),
)
# What only some types have, and is told in words: points in time, days, months and hours. Of those it is compared
# whether the day, the month or the hour is told; a number is compared as written. Yes and no are not compared: a title
# may tell them (main and other diagnosis), and their words are in every message.
_ANSWERS = ("true", "false")
_WORD = re.compile(r"[^\W\d_]{2}")
_DAY = re.compile(r"(\d{4})-(\d\d)-(\d\d)(?:Z|[+-]\d\d:\d\d)?")
_MONTH = re.compile(r"(\d{4})-(\d\d)(?:Z|[+-]\d\d:\d\d)?")
_HOUR = re.compile(r"(\d\d):(\d\d):\d\d(?:\.\d+)?")


def told(root: Element) -> tuple[str, ...]:
    """All texts of a document's payloads and beside them, and the digests of its files."""
    found: dict[str, None] = {}
    for payload in (*_payloads(root), *_beside(root)):
        for element in payload.iter(etree.Element):
            if element.tag == BASE64 and _local(element.getparent()) == "Content" and not _is_free(element):
                found[_digest(element)] = None
                continue
            for text in _texts(element):
                if (plain := normal(text)) and plain not in _ANSWERS:
                    found[plain] = None
    return tuple(found)


def lost(told: tuple[str, ...], message: Message) -> list[str]:
    """The texts that are not found in a message; those of a MsgHead's payload not in its envelope either."""
    heard = "\x1f".join(map(normal, _strings(_content(message))))
    return [text for text in told if not any(each in heard for each in _ways(text))]


def normal(text: str) -> str:
    """A text as it is compared."""
    return _BLANKS.sub("", text).translate(_RAISED)


def _payloads(root: Element) -> Iterator[Element]:
    """What a message carries: each Document of a MsgHead without its codes, or all of a discharge summary."""
    if root.tag != f"{_MSGHEAD}MsgHead":
        yield from (each for each in root.iterchildren(etree.Element) if each.tag.endswith("}ServRprt"))
        return
    for document in root.iterchildren(f"{_MSGHEAD}Document"):
        for content in document.iterfind(f"{_MSGHEAD}RefDoc/{_MSGHEAD}Content"):
            yield from content.iterchildren(etree.Element)


def _beside(root: Element) -> Iterator[Element]:
    """What a MsgHead says around its payloads: documents about themselves, and addresses of sender and patient.

    A media type is told by the content and not by the sender (HIS 1036).
    """
    if root.tag != f"{_MSGHEAD}MsgHead":
        return
    for document in root.iterchildren(f"{_MSGHEAD}Document"):
        said = (*document.iterchildren(etree.Element), *document.iterfind(f"{_MSGHEAD}RefDoc/*"))
        yield from (each for each in said if _local(each) not in ("RefDoc", "Content", "MsgType", "MimeType"))
    for party in ("Sender", "Patient"):
        yield from root.iterfind(f"{_MSGHEAD}MsgInfo/{_MSGHEAD}{party}//{_MSGHEAD}Address")


def _texts(element: Element) -> Iterator[str]:
    """What an element says: the texts in it, and what a code says in words of the sender's own (OT).

    A summary's name that is longer than any is told by its beginning, and so that everybody sees that it goes on; its
    patient's is taken apart at its comma. In free text, where anything may stand, nothing is
    a code, and attributes are no text.
    """
    if _local(element) == "Name" and not _is_free(element):
        yield from _names("".join(_runs(element)).strip(), _local(element.getparent()) == "Patient")
    else:
        yield from _runs(element)
    if not _is_free(element):
        yield element.get("OT") or ""


def _names(name: str, apart: bool) -> Iterator[str]:
    """A name, or its parts; where it is too long to be one, it may stand whole or cut."""
    cut = name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…"
    for whole, part in zip(name.split(","), cut.split(","), strict=False) if apart else ((name, cut),):
        yield whole if whole == part else f"{whole}{OR}{part}"


def _is_free(element: Element) -> bool:
    return any(_local(each) in FREE for each in (element, *element.iterancestors()))


def _local(element: Element | None) -> str:
    return "" if element is None else element.tag.rpartition("}")[2]


def words(root: Element) -> Iterator[Element]:
    """The elements of a document's payloads that say something in words, in which any other words might stand."""
    for payload in _payloads(root):
        for element in payload.iter(etree.Element):
            text = (element.text or "").strip()
            if _WORD.search(text) and text not in _ANSWERS and element.tag != BASE64 and not _is_time(text):
                yield element


def _is_time(text: str) -> bool:
    return text[:4].isdecimal() and text[4:5] == "-"


def _runs(element: Element) -> Iterator[str]:
    """The texts between an element's own tags; comments and instructions cut none in two."""
    run = element.text or ""
    for child in element:
        if isinstance(child.tag, str):
            yield run
            run = ""
        run += child.tail or ""
    yield run


def _digest(container: Element) -> str:
    written = "".join(_runs(container))
    try:
        return sha256(b64decode(written)).hexdigest()
    except ValueError:
        return ""


def _ways(text: str) -> Iterator[str]:
    """The ways in which a text may stand in a message: as it is, or a time in words."""
    yield from text.split(OR)
    if day := _DAY.fullmatch(text):
        yield f"{int(day[3])}.{_month(day[2])}{day[1]}"
    elif month := _MONTH.fullmatch(text):
        yield f"{_month(month[2])}{month[1]}"
    elif hour := _HOUR.fullmatch(text):
        yield f"kl.{hour[1]}.{hour[2]}"
    elif "T" in text:
        yield from _moment(text)


def _moment(text: str) -> Iterator[str]:
    try:
        at = datetime.fromisoformat(text.replace("T24", "T00"))
        here = at.astimezone(_OSLO) if at.tzinfo else at
        here += timedelta(days="T24" in text)
    except (ValueError, OverflowError):
        return
    yield f"{here.day}.{_MONTHS[here.month - 1]}{here.year}"


def _month(number: str) -> str:
    return _MONTHS[int(number) - 1] if 1 <= int(number) <= 12 else number


def _content(message: Message) -> Any:
    """All that is told as plain data. Sender and receivers of a discharge summary stand in its payload."""
    plain = msgspec.to_builtins(message)
    # All words as they stand in the document, for rules to look in; people read the rest.
    del plain["words"]
    if message.kind is not Kind.DISCHARGE_SUMMARY:
        del plain["envelope"], plain["patient"]
    return plain


def _strings(value: Any) -> Iterator[str]:
    """Every string in plain data."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from _strings(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _strings(each)
