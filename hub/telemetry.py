"""What the processes say about themselves: one JSON line for each unit of work, on standard error.

Events carry ids, counts and words of ours. Names, national ids and message text never reach a log: what
is logged is chosen where it is logged, exceptions come without their local variables, and of an error in
a database or in XML only its kind is told, because its words quote what it was about.
"""

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog
from structlog.typing import Processor

# Errors of these modules quote parameters or documents in their text.
QUOTING = ("sqlalchemy", "lxml", "sqlite3")


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
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)


def _told_safely(_logger: Any, _name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """An exception as where and what kind, with its words only when they are ours."""
    found = event.pop("exc_info", None)
    fault = found[1] if isinstance(found, tuple) else found if isinstance(found, BaseException) else None
    if fault is None and found:
        fault = sys.exc_info()[1]
    if fault is not None:
        event.update(error=type(fault).__name__, at=_place(fault))
        if not type(fault).__module__.startswith(QUOTING):
            event["words"] = str(fault)[:300]
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
