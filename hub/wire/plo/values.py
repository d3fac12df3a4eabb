"""A single value of a municipal message in words: text, code, quantity, yes or no, a time as Norwegians write it."""

import re

from hub.message import Code
from hub.wire import codes, times
from hub.wire.names import CODE_SYSTEMS
from hub.wire.plo import vocabulary
from hub.wire.plo.vocabulary import Manner
from hub.wire.tree import Element

_MONTHS = (
    *("januar", "februar", "mars", "april", "mai", "juni", "juli", "august"),
    *("september", "oktober", "november", "desember"),
)
_NO_CODE = Code("")
_ANSWERS = {"true": "ja", "1": "ja", "false": "nei", "0": "nei"}
_DIGITS = frozenset("0123456789")
_SHORTEST_TIME, _LONGEST_TIME = 7, 40
# xs:gYearMonth, and an xs:time without zone; one with a zone has no day to tell what the clock was here.
_MONTH = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])(?:Z|[+-][0-9:]{5})?")
_CLOCK = re.compile(r"([0-2][0-9]):([0-5][0-9]):([0-5][0-9])(?:\.0+)?")


def words(element: Element, manner: Manner, list: str = "") -> str:
    """All that an element without children says; nothing for an empty one. `list` is what its code stands in."""
    text = element.text
    if not text or not (said := text.strip()):
        return attributed(element, manner, list)
    if manner.yes_or_no:
        said = _ANSWERS.get(said, said)
    elif said[0] in _DIGITS:
        said = moment(said)
    # No type of the standards has both; whoever writes both means both.
    return f"{said} {attributed(element, manner, list)}".rstrip() if element.keys() else said


def everything(element: Element) -> str:
    """All that an element says in itself and all that is in it, one thing after the other, however deep it goes."""
    if len(element) == 0:
        return words(element, vocabulary.manner(element.tag))
    said = []
    for each in element.iter():
        said.append(words(each, vocabulary.manner(each.tag)))
        if each is not element:
            said.append((each.tail or "").strip())
    return " ".join(t for t in said if t)


def coded(element: Element, list: str = "", code_first: bool = False) -> str:
    """A code in words: the sender's text, else the list's, else the code itself.

    The code stands beside the sender's text unless a list of ours says the same, as the two may disagree.
    """
    get = element.get
    return _said(
        (get("V") or "").strip(),
        (get("DN") or "").strip(),
        (get("OT") or "").strip(),
        (get("S") or "").strip() or list,
        code_first,
    )


def code(element: Element | None, list: str = "") -> Code:
    """A code as a program asks for it: with its list where the sender names none, and that list's text."""
    if element is None:
        return _NO_CODE
    get = element.get
    value, system = (get("V") or "").strip(), (get("S") or "").strip()
    if not system and list:
        system = CODE_SYSTEMS + list
    said = _display((get("DN") or "").strip(), (get("OT") or "").strip())
    return Code(value, said or codes.text(system, value), system)


def moment(written: str) -> str:
    """A time as Norwegians write it, in Norwegian time; what tells no time stays as written."""
    if not _SHORTEST_TIME <= len(written) <= _LONGEST_TIME:
        return written
    if "T" not in written and (on := times.day(written)):
        return f"{on.day}. {_MONTHS[on.month - 1]} {on.year}"
    if at := times.instant(written):
        here = at.astimezone(times.OSLO)
        return f"{here.day}. {_MONTHS[here.month - 1]} {here.year} {_clock(here.hour, here.minute, here.second)}"
    if found := _MONTH.fullmatch(written):
        return f"{_MONTHS[int(found[2]) - 1]} {found[1]}"
    if found := _CLOCK.fullmatch(written):
        return _clock(*map(int, found.groups()))
    return written


def attributed(element: Element, manner: Manner, list: str) -> str:
    """What stands in attributes: a code (CS, CV), a quantity with its unit (PQ), a time (TS) or an address (URL)."""
    value = unit = display = original = system = ""
    for name, written in element.items():
        match name:
            case "V":
                value = written.strip()
            case "DN":
                display = written.strip()
            case "OT":
                original = written.strip()
            case "S":
                system = written.strip()
            case "U":
                unit = written.strip()
    if unit:
        return f"{value} {unit}" if value else unit
    if display or original or system or list or manner.list:
        return _said(value, display, original, system or manner.list or list, manner.code_first)
    return moment(value) if value and value[0] in _DIGITS else value


def _said(value: str, display: str, original: str, system: str, code_first: bool) -> str:
    said = _display(display, original)
    if code_first:
        said = said or codes.text(system, value)
        return f"{value} {said}" if value and said and value != said else value or said
    listed = codes.text(system, value)
    if not said or not value:
        return said or listed or value
    if value == said or (listed and listed.casefold() == display.casefold()):
        return said
    return f"{said} (kode {value})"


def _display(display: str, original: str) -> str:
    """What the sender says in words: DN, and OT where it says more."""
    return f"{display}: {original}" if display and original and display != original else display or original


def _clock(hour: int, minute: int, second: int) -> str:
    return f"kl. {hour:02}.{minute:02}.{second:02}" if second else f"kl. {hour:02}.{minute:02}"
