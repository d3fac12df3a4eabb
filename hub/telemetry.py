"""What the processes say about themselves: one JSON line for each unit of work, on standard error.

Events carry ids, counts and words of ours. Names, national ids and message text never reach a log: what
is logged is chosen where it is logged, and an exception is told by its kind and the places it came through.
Its words are kept only when they are ours: anybody else's may quote what they are about.
"""

import logging
import sys
from collections.abc import MutableMapping
from contextlib import suppress
from typing import Any

import structlog
from structlog.typing import Processor

from hub.errors import HubError

# How much of a text is kept.
WORDS = 300


def configure() -> None:
    """Set up logging for a process; what libraries log from WARNING on comes out the same way."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _told_safely,
    ]
    structlog.configure(
        processors=[*shared, structlog.processors.JSONRenderer()],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[_heard, *shared],
            # Libraries' words are put together by _heard, which must see what they are made of.
            use_get_message=False,
            pass_foreign_args=True,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)


def _heard(_logger: Any, _name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A library's first line; the lines below it and exceptions among its values quote what they are about."""
    words, values = event["event"], event.pop("positional_args", None)
    if isinstance(values, tuple):
        values = tuple(type(value).__name__ if isinstance(value, BaseException) else value for value in values)
    # A record whose values do not fit is told without them; logging itself would print them all.
    with suppress(TypeError, ValueError, KeyError):
        words = words % values if values else words
    event["event"] = words.partition("\n")[0][:WORDS]
    event["logger"] = event["_record"].name
    return event


def _told_safely(_logger: Any, _name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """An exception as where and what kind, with its words only when they are ours."""
    found = event.pop("exc_info", None)
    fault = found[1] if isinstance(found, tuple) else found if isinstance(found, BaseException) else None
    if fault is None and found:
        fault = sys.exc_info()[1]
    if fault is not None:
        event.update(error=type(fault).__name__, at=_place(fault))
        if isinstance(fault, HubError):
            event["words"] = str(fault)[:WORDS]
    return event


def _place(fault: BaseException) -> list[str]:
    """The files and lines an exception came through, without any values."""
    places = []
    trace = fault.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        places.append(f"{code.co_filename.rpartition('/')[2]}:{trace.tb_lineno} {code.co_name}")
        trace = trace.tb_next
    return places[-12:]
