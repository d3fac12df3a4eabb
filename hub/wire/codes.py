"""The national code lists: code to Norwegian text, by the number of the code system (`codes.json` beside this file).

A list says what a code means; it never decides whether a message is taken, as a wrong code rejects nothing
(HIS 80415 3.3.2).
"""

import json
from pathlib import Path

from hub.message import Code
from hub.wire.names import CODE_SYSTEMS

SYSTEMS: dict[str, dict[str, str]] = json.loads(Path(__file__).with_suffix(".json").read_text(encoding="utf-8"))

# 8221: why an acknowledgement is negative (HIS 80415 6.3)
ERRORS = SYSTEMS["8221"]
# 8279: what a message is for
TYPES = SYSTEMS["8279"]
# 8112: why somebody receives a message
RECEIVER_ROLES = SYSTEMS["8112"]


def text(system: str, value: str) -> str:
    """The list's own text for a code, or nothing where the list does not have it; `system` is a number or an OID."""
    return SYSTEMS.get(system.removeprefix(CODE_SYSTEMS), {}).get(value, "")


def code(system: str, value: str) -> Code:
    """A code as the lists have it, with its text and full OID."""
    return Code(value, text(system, value), CODE_SYSTEMS + system)
