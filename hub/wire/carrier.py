"""A Document of a MsgHead: what it carries in XML, and the files that come along with it (HIS 1036)."""

from dataclasses import dataclass

from hub.message import Attachment
from hub.wire import tree
from hub.wire.names import BASE64
from hub.wire.tree import Element, Fields

# What a declared media type that says nothing is replaced by: the first base64 characters of known files.
_BEGINNINGS = {"JVBERi0": "application/pdf", "/9j/": "image/jpeg", "iVBORw0KGgo": "image/png"}
_UNTOLD = ("", "application/octet-stream")

_BASE64 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/= \t\r\n"
_SLICE = 1_000_000

_CONTAINER = f"{{{BASE64}}}Base64Container"


@dataclass(frozen=True, slots=True)
class Enclosure:
    """An attachment where it stands, with what the rules look at."""

    attachment: Attachment
    element: Element
    inline: bool
    elsewhere: bool
    compressed: bool
    broken: bool


class Carrier:
    """A Document with its payloads, which are read, and its files, which are only described."""

    __slots__ = ("_document", "_ref", "bodies", "files")

    def __init__(self, document: Element) -> None:
        self._document = Fields(document)
        self._ref = self._document.of("RefDoc")
        content = self._ref.one("Content")
        children = [] if content is None else list(content)
        self.files = [each for each in children if self._is_file(each)]
        self.bodies = [each for each in children if each not in self.files]

    @property
    def remarks(self) -> tuple[str, ...]:
        """What it says about itself in words."""
        told = (self._document.text("ContentDescription"), self._document.text("Annotation"))
        return tuple(t for t in told if t)

    @property
    def enclosures(self) -> list[Enclosure]:
        """The files that it carries or refers to; none for one that carries payloads only."""
        if self.files:
            return [self._enclosure(each) for each in self.files]
        refers = self._ref.text("FileReference") or self._ref.attribute("MsgType") in ("A", "REF")
        return [self._enclosure(None)] if refers and not self.bodies else []

    def _is_file(self, body: Element) -> bool:
        """Base64 is a file, and so is foreign XML that is marked as an attachment."""
        if body.tag == _CONTAINER:
            return True
        return self._ref.attribute("MsgType") == "A" and tree.local(body) != "Dialogmelding"

    def _enclosure(self, file: Element | None) -> Enclosure:
        encoded = "" if file is None or len(file) else file.text or ""
        declared = self._ref.text("MimeType").partition(";")[0].strip().lower()
        description = "; ".join(dict.fromkeys(t for t in (self._ref.text("Description"), *self.remarks) if t))
        element = self._ref.element
        assert element is not None, "only RefDoc holds or refers to files"
        return Enclosure(
            Attachment(description, _mime_type(declared, encoded), _size(encoded)),
            element,
            inline=file is not None,
            elsewhere=bool(self._ref.text("FileReference")),
            compressed=bool(self._ref.attribute("Compression")),
            broken=not _is_base64(encoded),
        )


def _mime_type(declared: str, encoded: str) -> str:
    """The declared media type; where it says nothing, what the file's beginning tells."""
    if declared not in _UNTOLD:
        return declared
    start = encoded[:200].lstrip()
    return next((type for first, type in _BEGINNINGS.items() if start.startswith(first)), declared)


def _is_base64(encoded: str) -> bool:
    """Whether there are no characters but those of base64; libxml2 lets any pass, and sees to the padding only."""
    slices = (encoded[at : at + _SLICE] for at in range(0, len(encoded), _SLICE))
    return encoded.isascii() and not any(each.encode().translate(None, _BASE64) for each in slices)


def _size(encoded: str) -> int:
    """How many bytes base64 holds, without decoding it."""
    blanks = sum(encoded.count(blank) for blank in " \t\r\n")
    padding = encoded[-100:].count("=")
    return max(0, (len(encoded) - blanks) * 3 // 4 - padding)
