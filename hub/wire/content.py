"""What a file is by its bytes, whatever name and type it was sent under (HIS 1036, HIS 1077)."""

PDF, JPEG, PNG = "application/pdf", "image/jpeg", "image/png"

XML = ("XML", "XML")

# So much of a file is looked at. Readers of PDF find its mark anywhere in as many bytes.
BEGINNING = 1024

_PDF_MARK = b"%PDF-"
_JPEG_START = b"\xff\xd8"
# What follows a JPEG's start: the marker of a segment, which restarts, another start and the end are not.
_SEGMENTS = frozenset(range(0xC0, 0xFF)) - frozenset(range(0xD0, 0xDA))
_PNG_MARK = b"\x89PNG\r\n\x1a\n"
_PNG_HEADER = _PNG_MARK + (13).to_bytes(4) + b"IHDR"

_PROGRAM = ("a program", "et program")
_TIFF = ("a TIFF picture", "et TIFF-bilde")
_RECORDING = ("a film or a sound recording", "en film eller et lydopptak")
_HEIC = ("a HEIC picture", "et HEIC-bilde")
_HTML = ("a web page (HTML)", "en nettside (HTML)")
_TEXT = ("plain text", "ren tekst")
_UNKNOWN = ("", "")

# Files that are not taken: what stands where in them, and what people call them, in English and bokmål.
_OTHERS: tuple[tuple[int, bytes, tuple[str, str]], ...] = (
    (0, b"PK\x03\x04", ("a zip file, as Word and Excel make", "en zip-fil, slik Word og Excel lager")),
    (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", ("an old Word or Excel file", "en eldre Word- eller Excel-fil")),
    (0, b"{\\rtf", ("formatted text (RTF)", "formatert tekst (RTF)")),
    (0, b"II*\0", _TIFF),
    (0, b"MM\0*", _TIFF),
    (0, b"GIF8", ("a GIF picture", "et GIF-bilde")),
    (0, b"BM", ("a BMP picture", "et BMP-bilde")),
    (0, _PNG_MARK, ("a broken PNG picture", "et ødelagt PNG-bilde")),
    (0, _JPEG_START, ("a broken JPG picture", "et ødelagt JPG-bilde")),
    (0, b"\x1f\x8b", ("a gzip file", "en gzip-fil")),
    (0, b"7z\xbc\xaf\x27\x1c", ("a 7-Zip file", "en 7-Zip-fil")),
    (0, b"Rar!\x1a\x07", ("a RAR file", "en RAR-fil")),
    (0, b"%!PS", ("a PostScript file", "en PostScript-fil")),
    (0, b"MZ", _PROGRAM),
    (0, b"\x7fELF", _PROGRAM),
    (0, b"#!", _PROGRAM),
    (0, b"ID3", _RECORDING),
    (0, b"OggS", _RECORDING),
    (8, b"WEBP", ("a WebP picture", "et WebP-bilde")),
    (0, b"RIFF", _RECORDING),
    (4, b"ftyphei", _HEIC),
    (4, b"ftypmif1", _HEIC),
    (4, b"ftyp", _RECORDING),
    (128, b"DICM", ("a DICOM picture", "et DICOM-bilde")),
)
_PAGES = (b"<!doctype html", b"<html", b"<head", b"<body", b"<script")
# Control characters that do not stand in texts; a tab, line and page breaks do.
_NO_TEXT = bytes({*range(32), 127} - {*b"\t\n\f\r"})


def media_type(beginning: bytes) -> str:
    """The media type of a PDF, a JPG or a PNG by its first bytes; empty for everything else.

    A file that begins as another kind does is of that kind, also when it hides a PDF's mark further on.
    """
    if beginning.startswith(_PDF_MARK):
        return PDF
    if beginning.startswith(_PNG_HEADER):
        return PNG
    if beginning.startswith(_JPEG_START + b"\xff") and _SEGMENTS.issuperset(beginning[3:4] or b"\0"):
        return JPEG
    hidden = _PDF_MARK in beginning[:BEGINNING] and looks_like(beginning) in (_UNKNOWN, _TEXT)
    return PDF if hidden else ""


def looks_like(beginning: bytes) -> tuple[str, str]:
    """What a file that is not taken looks like, in English and bokmål; empty words when nobody can tell."""
    if not beginning:
        return "an empty file", "en tom fil"
    for at, mark, words in _OTHERS:
        if beginning.startswith(mark, at):
            return words
    plain = beginning.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if plain.startswith(b"<"):
        return _HTML if plain.startswith(_PAGES) else XML
    return _UNKNOWN if beginning.translate(None, _NO_TEXT) != beginning else _TEXT
