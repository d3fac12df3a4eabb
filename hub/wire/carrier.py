"""What carries a payload or files: a Document of a MsgHead, or a RefDoc that stands by itself (HIS 1036).

Files are decoded and hashed in slices, as all of them may be 35 MB and their base64 a third more.
"""

import re
from binascii import a2b_base64
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from hashlib import sha256

from hub.message import Attachment, Fact, Message, Section, Topic
from hub.wire import contact, content, tree, wording
from hub.wire.tree import CONTAINER, Element, Fields

# What all files of a message may have together (EDI 2.0).
MOST_BYTES = 35_000_000

_ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="
_BLANKS = b" \t\r\n"
_SLICE = 1_000_000

# What a Document says about itself in codes, dates and ids, and what people call it.
_CODES = {"ContentType": "Innhold", "ContentCategory": "Kategori", "Consent": "Samtykke"}
_TIMES = {"FromDate": "Fra", "ToDate": "Til"}
_IDS = {"OidRef": "OID", "EnquiryRefId": "Svar på henvendelse"}
# 4702: what a document is among others.
_CONNECTIONS = {
    "A": "Andre tilleggsdokument",
    "F": "Følgeskriv",
    "FH": "Forside av hoveddokument",
    "H": "Hoveddokument",
    "V": "Vedlegg",
}

# A container's start tag by any prefix, then what stands before the next tag without the blanks around it. Possessive
# but for those last blanks, so that it looks at every byte twice at most.
_CONTAINED = re.compile(
    rb"<(?:[^\s<>/:!?]++:)?+Base64Container(?:\s(?:[^<>\"']|\"[^\"<]*+\"|'[^'<]*+')*+)?+(?<!/)>"
    rb"\s*+([^<]*[^<\s])"
)


@dataclass(frozen=True, slots=True)
class Enclosure:
    """An attachment where it stands, with what the rules look at.

    `looks` says in English and bokmål what a file of a kind that is not taken looks like, as far as can be told.
    """

    attachment: Attachment
    element: Element
    inline: bool
    elsewhere: bool
    compressed: bool
    broken: bool
    looks: tuple[str, str] = ("", "")


@dataclass(frozen=True, slots=True)
class _File:
    """What base64 holds: how many bytes, how they begin, and their SHA-256, which only whole base64 has."""

    size: int
    beginning: bytes
    digest: str


class Carrier:
    """A Document (or a RefDoc by itself) with its payloads, which are read, and its files, which are described.

    `number` is which of a Document's RefDocs is meant; what the Document says goes with the first.
    """

    def __init__(self, holder: Element, number: int = 0) -> None:
        alone = tree.local(holder) == "RefDoc"
        document = tree.NOTHING if alone else Fields(holder)
        refs = [holder] if alone else document.all("RefDoc")
        self._document = tree.NOTHING if number else document
        self._ref = Fields(refs[number]) if refs else tree.NOTHING
        children = [each for content in self._ref.all("Content") for each in content]
        self.files = [each for each in children if self._is_file(each)]
        self.bodies = [each for each in children if each not in self.files]

    @property
    def remarks(self) -> tuple[str, ...]:
        """What it says about itself in words."""
        told = (self._document.text("ContentDescription"), self._document.text("Annotation"))
        return tuple(t for t in told if t)

    @property
    def section(self) -> tuple[Section, ...]:
        """What it says about itself that is not told with a payload or a file, as a section if there is anything."""
        facts = tuple([Fact(title, said) for title, said in self._facts() if said])
        title = "Om vedlegget" if self.enclosures else "Om dokumentet"
        return (Section(Topic.OTHER, title, facts),) if facts else ()

    def _facts(self) -> Iterator[tuple[str, str]]:
        document, connection = self._document, self._document.one("DocumentConnection")
        yield "Dokumentet er", _CONNECTIONS.get(said := contact.coded(connection), said)
        if not self.bodies and not self.enclosures:
            yield from (("Merknad", said) for said in self.remarks)
        if not self.enclosures:
            yield "Beskrivelse", self._ref.text("Description")
        yield from ((title, contact.coded(document.one(name))) for name, title in _CODES.items())
        yield from ((title, wording.moment(document.attribute(name))) for name, title in _TIMES.items())
        yield from ((title, document.text(name)) for name, title in _IDS.items())
        # A file that did not come along is described by its id.
        if self.files or not self.enclosures:
            yield "Dokument-id", self._ref.text("Id")

    @cached_property
    def enclosures(self) -> list[Enclosure]:
        """The files that it carries or refers to, decoded once; none for one that carries payloads only."""
        if self.files:
            return [self._enclosure(each) for each in self.files]
        refers = self._ref.text("FileReference") or self._ref.attribute("MsgType") in ("A", "REF")
        return [self._reference()] if refers and not self.bodies else []

    def _is_file(self, body: Element) -> bool:
        """Base64 is a file, and so is foreign XML that is marked as an attachment."""
        if body.tag == CONTAINER:
            return True
        return self._ref.attribute("MsgType") == "A" and tree.local(body) != "Dialogmelding"

    def _enclosure(self, element: Element) -> Enclosure:
        """A file that came along; its type is told by its bytes alone."""
        encoded = "" if len(element) else element.text or ""
        file = _file(_of_text(encoded))
        type = content.media_type(file.beginning)
        looks = ("", "") if type else content.looks_like(file.beginning)
        looks = looks if element.tag == CONTAINER else content.XML
        attachment = Attachment(self._description(), type, file.size, file.digest)
        return self._placed(attachment, inline=True, broken=not (file.digest or _is_base64(encoded)), looks=looks)

    def _reference(self) -> Enclosure:
        """A file that did not come along: there is nothing but the sender's word for what it is."""
        declared = self._ref.text("MimeType").partition(";")[0].strip().lower()
        return self._placed(Attachment(self._description(self._ref.text("Id")), declared, 0))

    def _placed(
        self, attachment: Attachment, inline: bool = False, broken: bool = False, looks: tuple[str, str] = ("", "")
    ) -> Enclosure:
        element = self._ref.element
        assert element is not None, "only RefDoc holds or refers to files"
        elsewhere, compressed = bool(self._ref.text("FileReference")), bool(self._ref.attribute("Compression"))
        return Enclosure(attachment, element, inline, elsewhere, compressed, broken, looks)

    def _description(self, *further: str) -> str:
        told = (self._ref.text("Description"), *self.remarks, *further)
        return "; ".join(dict.fromkeys(t for t in told if t))


def carriers(document: Element) -> tuple[Carrier, ...]:
    """What carries something in a Document: one, or one for each RefDoc where a site takes what has several."""
    count = len(Fields(document).all("RefDoc"))
    return tuple([Carrier(document, number) for number in range(max(1, count))])


def located(message: Message, raw: bytes) -> Message:
    """The message, with the place of each attachment's base64 in its raw bytes where it stands there verbatim.

    Base64 with entities, CDATA sections or comments in it has no place; with CR LF or any other blanks it has one.
    """
    if not any(each.digest for each in message.attachments):
        return message
    places: dict[str, list[tuple[int, int]]] = {}
    for found in _CONTAINED.finditer(raw):
        start, end = found.span(1)
        places.setdefault(_file(_of_bytes(raw, start, end)).digest, []).append((start, end - start))
    return replace(message, attachments=tuple(_with_place(each, places) for each in message.attachments))


def _with_place(attachment: Attachment, places: dict[str, list[tuple[int, int]]]) -> Attachment:
    """Each takes the first place that is left of those that hold what it holds."""
    if not (attachment.digest and places.get(attachment.digest)):
        return attachment
    start, length = places[attachment.digest].pop(0)
    return replace(attachment, start=start, length=length)


def _file(slices: Iterable[bytes]) -> _File:
    """What base64 holds, as far as it can be decoded."""
    size, beginning, hashed = 0, b"", sha256()
    try:
        for decoded in _decoded(slices):
            beginning += decoded[: content.BEGINNING - len(beginning)]
            hashed.update(decoded)
            size += len(decoded)
    except ValueError:
        return _File(size, beginning, "")
    return _File(size, beginning, hashed.hexdigest())


def _decoded(slices: Iterable[bytes]) -> Iterator[bytes]:
    """The bytes that base64 stands for, slice by slice. Raises ValueError when it is no base64, or goes on or ends
    where it must not."""
    left, padded = b"", False
    for each in slices:
        piece = left + each.translate(None, _BLANKS)
        whole = len(piece) // 4 * 4
        if whole and padded:
            raise ValueError("base64 goes on after its end")
        if whole:
            yield a2b_base64(piece[:whole], strict_mode=True)
            padded = piece[whole - 1 : whole] == b"="
        left = piece[whole:]
    if left:
        raise ValueError("base64 ends too early")


def _of_text(encoded: str) -> Iterator[bytes]:
    """Slices of a text. Raises ValueError (UnicodeEncodeError) for what is not ASCII, which is no base64."""
    return (encoded[at : at + _SLICE].encode("ascii") for at in range(0, len(encoded), _SLICE))


def _of_bytes(raw: bytes, start: int, end: int) -> Iterator[bytes]:
    return (raw[at : min(at + _SLICE, end)] for at in range(start, end, _SLICE))


def _is_base64(encoded: str) -> bool:
    """Whether there are no characters but those of base64; libxml2 lets any pass, and sees to the padding only."""
    return encoded.isascii() and not any(each.translate(None, _ALPHABET + _BLANKS) for each in _of_text(encoded))
