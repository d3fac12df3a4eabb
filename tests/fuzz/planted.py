"""A reader process that breaks every law of fuzzing now and then, so that a campaign can be seen to notice."""

import os
import sys
import time
from dataclasses import replace

from hub.message import Fault, Message, Reading, Unreadable
from hub.wire import reader, reading


def main(memory: int, limit: int) -> None:
    """The real program, with a read that loses what it should tell."""
    reading.main(memory, limit, read)


def read(raw: bytes, limit: int) -> Reading:
    """Read, and do something wrong about one message in some."""
    found = reader.read(raw, limit)
    match sum(raw) % 40:
        case 0 | 10 | 20 if isinstance(found, Message):
            return _losing(found)
        case 1:
            raise ValueError("planted")
        case 2:
            os.abort()
        case 3:
            time.sleep(60)
        case 4:
            return Unreadable((Fault("T01", raw.decode("latin-1"), ""),))
        case 5:
            return Unreadable(())
        case 6 | 16 | 26 if isinstance(found, Message) and limit == sys.maxsize:
            # What is opened is read without a limit of size, and here becomes something else than arrived.
            return replace(found, document_id="planted")
    return found


def _losing(message: Message) -> Message:
    """A message without its last text."""
    if message.parts:
        return replace(message, parts=(*message.parts[:-1], replace(message.parts[-1], text="", remark="")))
    return replace(message, report=replace(message.report, sections=message.report.sections[:-1]))
