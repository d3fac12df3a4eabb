"""What has to come of the script where a broker brings it: what HTTP answers with a status is told otherwise there."""

import re
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from dataclasses import replace
from hashlib import sha256

from hub.demo.script import Script
from hub.demo.sending import Expected, Sending, Verdict
from hub.transport import Condition

_MSG_ID = re.compile(rb"<MsgId>([^<]*)</MsgId>")
# What the sender of bytes that cannot be answered hears in its error queue (HITS 1216).
_CONDITIONS = {
    "unreadable": Condition.NOT_WELL_FORMED_XML,
    "foreign": Condition.SPOOFING_ATTACK,
    "conflict": Condition.INVALID_FIELD_VALUE,
}


def script(play: Script) -> Script:
    """The same day, through a broker."""
    digest = sha256(f"by broker {play.digest}".encode()).hexdigest()
    return replace(play, sendings=tuple(map(_carried, play.sendings)), digest=digest)


def _carried(s: Sending) -> Sending:
    if s.sort == "address" and (found := _MSG_ID.search(s.raw)):
        # An outside that differs from the inside is told by a negative acknowledgement.
        expected = Expected(Verdict.REJECTED, code="E10", acknowledgements=1)
        return replace(s, msg_id=found[1].decode(), expected=expected)
    if s.sort not in _CONDITIONS:
        return s
    if s.raw.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        return s
    return replace(s, expected=replace(s.expected, code=_CONDITIONS[s.sort].value))
