"""What bytes must be before anything parses them: of a size, in an encoding, without document type, not crowded.

The standard expects UTF-8 and tolerates ISO-8859-1 (HIS 1037, PLO tests). Everything here is found by
scanning, so that no parser sees what is turned away.
"""

import re
from codecs import BOM_UTF8

from hub.message import Fault
from hub.wire import faults

# The transport's limit for a whole mail; 35 MB of attachments fit in it as base64.
LIMIT = 51_200_000

# Far more than the longest text with markup needs, and few enough to be built in a tenth of a second.
MOST_ELEMENTS = 20_000
MOST_ATTRIBUTES_IN_ALL = 100_000
MOST_ATTRIBUTES = 64
# With fewer in all, it does not matter how many stand on one element: attributes, and prefixes that get a namespace.
_FEW_ATTRIBUTES = 2_000

UTF_8 = "utf-8"
ISO_8859_1 = "iso-8859-1"
US_ASCII = "us-ascii"

# Far more than any code, name or address needs; libxml2 takes seconds to hold megabytes against a schema's pattern.
LONGEST_VALUE = 65_536

# What senders write for the encodings that are read, in lower case.
ENCODINGS = {
    **dict.fromkeys(("utf-8", "utf8"), UTF_8),
    **dict.fromkeys(("iso-8859-1", "iso_8859-1", "iso8859-1", "latin1", "latin-1", "l1"), ISO_8859_1),
    **dict.fromkeys(("us-ascii", "ascii"), US_ASCII),
}

_DECLARED = re.compile(rb"<\?xml\s[^>]*?encoding\s*=\s*[\"']([^\"']*)[\"']")
_NOT_ASCII = re.compile(rb"[\x80-\xff]")
_BLANKS = re.compile(rb"[ \t\r\n]*")
# A start tag and more attributes than allowed; possessive, so that it looks at every byte once.
_WIDE = re.compile(
    rb"<[^\s<>/!?\"'=]++(?:\s++[^\s<>/\"'=]++\s*+=\s*+(?:\"[^\"<]*+\"|'[^'<]*+')){%d}" % (MOST_ATTRIBUTES + 1)
)
# A start tag up to the end of the longest value that is taken of one of its attributes; possessive for the same reason.
_LONG = re.compile(
    rb"<[^\s<>/!?\"'=]++(?:\s++[^\s<>/\"'=]++\s*+=\s*+(?:\"[^\"<]{0,%d}+\"|'[^'<]{0,%d}+'))*+"
    rb"\s++[^\s<>/\"'=]++\s*+=\s*+(?:\"[^\"<]{%d}|'[^'<]{%d})" % ((LONGEST_VALUE,) * 2 + (LONGEST_VALUE + 1,) * 2)
)


def admit(raw: bytes, limit: int = LIMIT) -> str | Fault:
    """The encoding in which the bytes may be parsed, or what is wrong with them."""
    return _size(raw, limit) or _crowd(raw) or _length(raw) or _form(raw) or _encoding(raw)


def _size(raw: bytes, limit: int) -> Fault | None:
    if not raw:
        return faults.empty()
    return faults.too_large(len(raw), limit) if len(raw) > limit else None


def _form(raw: bytes) -> Fault | None:
    if b"\0" in raw or raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return faults.wide()
    start = _skip_blanks(raw, len(BOM_UTF8) if raw.startswith(BOM_UTF8) else 0)
    if not raw.startswith(b"<", start):
        return faults.not_xml()
    root = _prolog_end(raw, start)
    return faults.doctype(_line(raw, root)) if raw[root : root + 9].upper() == b"<!DOCTYPE" else None


def _crowd(raw: bytes) -> Fault | None:
    """Bound what the parser would build: every element has a <, every attribute two quotes."""
    # An attribute takes five bytes at the least, so in a short message there are few.
    quotes = raw.count(b'"') + raw.count(b"'") if len(raw) > 5 * _FEW_ATTRIBUTES else 0
    if len(raw) > 2 * MOST_ELEMENTS and raw.count(b"<") > 2 * MOST_ELEMENTS:
        return faults.crowded(MOST_ELEMENTS)
    if quotes > 2 * MOST_ATTRIBUTES_IN_ALL:
        return faults.crowded(MOST_ATTRIBUTES_IN_ALL)
    many = quotes > 2 * _FEW_ATTRIBUTES or raw.count(b"xmlns:") > MOST_ATTRIBUTES
    found = _WIDE.search(raw) if many else None
    return faults.wide_element(MOST_ATTRIBUTES, _line(raw, found.start())) if found else None


def _length(raw: bytes) -> Fault | None:
    """Bound each attribute's value; a message that is no longer itself has none that is too long."""
    found = _LONG.search(raw) if len(raw) > LONGEST_VALUE else None
    return faults.long_value(LONGEST_VALUE, _line(raw, found.end())) if found else None


def _encoding(raw: bytes) -> str | Fault:
    """A byte order mark decides, then the declaration; without both it is UTF-8."""
    found = _DECLARED.match(raw, 0, 1024)
    if raw.startswith(BOM_UTF8) or not found:
        return UTF_8
    declared = ENCODINGS.get(found[1].decode("latin-1").strip().lower())
    if declared == US_ASCII:
        other = _NOT_ASCII.search(raw)
        return faults.not_ascii(_line(raw, other.start())) if other else UTF_8
    return declared or faults.encoding()


def _prolog_end(raw: bytes, at: int) -> int:
    """Where the root or a document type begins: after declaration, comments and processing instructions."""
    while True:
        for opening, closing in ((b"<!--", b"-->"), (b"<?", b"?>")):
            if raw.startswith(opening, at):
                end = raw.find(closing, at + len(opening))
                at = len(raw) if end < 0 else _skip_blanks(raw, end + len(closing))
                break
        else:
            return at


def _skip_blanks(raw: bytes, at: int) -> int:
    found = _BLANKS.match(raw, at)
    return found.end() if found else at


def _line(raw: bytes, at: int) -> int:
    return raw.count(b"\n", 0, at) + 1
