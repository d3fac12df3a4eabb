"""Bytes <-> words: the one place that knows XML.

`read` turns bytes into a Message, a Refusal, a Receipt or Unreadable. `Readers` does the same in child processes
that can be lost without loss. `write` turns an acknowledgement or an answer into bytes.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hub.wire.reader import read
    from hub.wire.readers import Readers
    from hub.wire.writer import write

__all__ = ("Readers", "read", "write")

# Each is loaded when it is first asked for: a reader process needs no event loop, and its parent no parser.
_HOMES = {"Readers": "hub.wire.readers", "read": "hub.wire.reader", "write": "hub.wire.writer"}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = globals()[name] = getattr(import_module(_HOMES[name]), name)
    return found
