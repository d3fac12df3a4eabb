"""Writing XML: elements as text, without empty values, and with nothing in them that XML cannot hold.

An element's namespace is the default one, which `xmlns` on it or around it says. The hub writes without a
parser, so that none needs to be loaded where no message is read.
"""

import re
from functools import lru_cache

from hub.message import Code

_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# What cannot stand in text as it is; most text has none of it.
_SPECIAL = re.compile("[&<>\r]|" + _ILLEGAL.pattern)
_OID = re.compile(r"[0-9]+(?:\.[0-9]+)*")
# Line breaks and tabs in an attribute's value would be read as blanks.
_IN_ATTRIBUTES = str.maketrans({'"': "&quot;", "\n": "&#10;", "\t": "&#9;"})


def document(root: str) -> bytes:
    """The whole document as bytes: UTF-8, declared."""
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{root}\n'.encode()


def element(name: str, *children: str, **attributes: str) -> str:
    """An element with children, of which empty ones are left out, each on a line of its own."""
    content = "\n".join(child for child in children if child)
    opening = f"<{name}{_attributes(attributes)}"
    return f"{opening}>\n{content}\n</{name}>" if content else f"{opening}/>"


def text(name: str, value: str) -> str:
    """An element with text."""
    return f"<{name}>{_escaped(value)}</{name}>"


def optional(name: str, value: str) -> str:
    """An element with text, or nothing when there is none."""
    return text(name, value) if value else ""


@lru_cache(maxsize=1024)
def simple(name: str, code: Code) -> str:
    """A CS: value and text; most messages ask for the same few."""
    return element(name, V=code.value, DN=code.text)


def coded(name: str, code: Code, extra: str = "") -> str:
    """A CV: value, code system, text and extra text; a system that is no OID is left out."""
    system = code.system if _OID.fullmatch(code.system) else ""
    return element(name, V=code.value, S=system, DN=code.text, OT=extra)


def legal(value: str) -> str:
    """Text with one kind of line break, and U+FFFD for every character that XML cannot hold."""
    return _ILLEGAL.sub("\ufffd", value.replace("\r\n", "\n").replace("\r", "\n"))


def _attributes(given: dict[str, str]) -> str:
    return "".join(f' {name}="{_escaped(value).translate(_IN_ATTRIBUTES)}"' for name, value in given.items() if value)


def _escaped(value: str) -> str:
    if not _SPECIAL.search(value):
        return value
    return legal(value).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
