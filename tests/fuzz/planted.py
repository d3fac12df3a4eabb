"""A reader process that breaks every law of fuzzing now and then, so that a campaign can be seen to notice."""

import os
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
        case 0 if isinstance(found, Message):
            return _losing(found)
        case 1:
            raise ValueError("planted")
        case 2:
            os.abort()
        case 3 if len(raw) % 5 == 0:
            time.sleep(60)
        case 4:
            return Unreadable((Fault("T01", raw.decode("latin-1"), ""),))
        case 5:
            return Unreadable(())
    return found


def _losing(message: Message) -> Message:
    """A message without its last text."""
    if message.parts:
        return replace(message, parts=(*message.parts[:-1], replace(message.parts[-1], text="", remark="")))
    return replace(message, report=replace(message.report, sections=message.report.sections[:-1]))
