"""Bytes <-> words: the one place that knows XML.

`read` turns bytes into a Message, a Refusal, a Receipt or Unreadable. `Readers` does the same in child processes
that can be lost without loss, and tells what is allowed where a form is wrong. `write` turns an acknowledgement or an
answer into bytes.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hub.wire.allowed import Allowed
    from hub.wire.content import media_type
    from hub.wire.reader import read
    from hub.wire.readers import Readers
    from hub.wire.writer import write

__all__ = ("Allowed", "Readers", "media_type", "read", "write")

# Each is loaded when it is first asked for: a reader process needs no event loop, and its parent no parser.
_HOMES = {
    "Allowed": "hub.wire.allowed",
    "Readers": "hub.wire.readers",
    "media_type": "hub.wire.content",
    "read": "hub.wire.reader",
    "write": "hub.wire.writer",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = globals()[name] = getattr(import_module(_HOMES[name]), name)
    return found
