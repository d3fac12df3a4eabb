"""XML as the partners' systems write it: elements as text, everything in them escaped."""

from base64 import b64encode
from html import escape


def element(name: str, *inside: str, **attributes: str) -> str:
    """An element with its attributes and what is inside it, which is XML already."""
    written = "".join(f' {key}="{escape(value)}"' for key, value in attributes.items())
    return f"<{name}{written}>{''.join(inside)}</{name}>" if inside else f"<{name}{written}/>"


def text(name: str, words: str) -> str:
    """An element that holds words."""
    return element(name, escape(words, quote=False))


def code(name: str, value: str, words: str, system: str = "") -> str:
    """A CS, or with a system a CV."""
    more = {"S": system} if system else {}
    return element(name, V=value, **more, DN=words)


def document(root: str) -> bytes:
    """A whole document, in UTF-8 and saying so."""
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + root.encode()


def base64(raw: bytes) -> str:
    """Bytes as text."""
    return b64encode(raw).decode()


def formatted(words: str) -> str:
    """Words as XHTML within what HISD 1155 allows: paragraphs, and lists where lines begin with a dash."""
    return element("div", *map(_block, words.split("\n\n")), xmlns="http://www.w3.org/1999/xhtml")


def _block(words: str) -> str:
    lines = words.split("\n")
    listed = [line.removeprefix("- ") for line in lines if line.startswith("- ")]
    said = "<br/>".join(escape(line, quote=False) for line in lines if not line.startswith("- "))
    paragraph = element("p", said) if said else ""
    return paragraph + (element("ul", *(text("li", line) for line in listed)) if listed else "")
