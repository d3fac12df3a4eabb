"""What reaches the log: ids and kinds, and no word that may quote a patient."""

import asyncio
import json
import logging
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr
from io import StringIO
from typing import Any

import pytest
import structlog
from pydantic import BaseModel, ValidationError

from hub import telemetry
from hub.errors import Unavailable

NAME = "Kari Nordmann"
Told = Callable[[], list[dict[str, Any]]]


class Age(BaseModel):
    years: int


@pytest.fixture
def told() -> Iterator[Told]:
    """Logging as a process has it; what it said, a dict for each line."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    root.handlers.clear()
    with redirect_stderr(StringIO()) as said:
        telemetry.configure()
    structlog.configure(cache_logger_on_first_use=False)
    yield lambda: [json.loads(line) for line in said.getvalue().splitlines()]
    structlog.reset_defaults()
    root.handlers[:], root.level = handlers, level


def quoting() -> ValidationError:
    """An error whose words hold a name."""
    with pytest.raises(ValidationError) as caught:
        Age.model_validate({"years": NAME})
    assert NAME in str(caught.value)
    return caught.value


def test_of_an_error_that_is_not_ours_only_kind_and_places_are_told(told: Told) -> None:
    structlog.get_logger().error("call.failed", exc_info=quoting())
    (line,) = told()
    assert ("call.failed", "error", "ValidationError") == (line["event"], line["level"], line["error"])
    assert line["at"][0].startswith("test_telemetry.py:")
    assert "words" not in line and NAME not in str(line)


def test_of_our_own_errors_the_words_are_told(told: Told) -> None:
    structlog.get_logger().error("watch.failed", exc_info=Unavailable("the store failed"))
    (line,) = told()
    assert ("Unavailable", "the store failed") == (line["error"], line["words"])


@pytest.mark.parametrize("kind", [ValueError, KeyError, OSError, RuntimeError])
def test_an_error_that_is_being_handled_is_told_without_its_words(told: Told, kind: type[Exception]) -> None:
    try:
        raise kind(NAME)
    except kind:
        structlog.get_logger().exception("call.failed")
        logging.getLogger("uvicorn.error").exception("Exception in ASGI application\n")
    ours, theirs = told()
    assert (kind.__name__, kind.__name__) == (ours["error"], theirs["error"])
    assert NAME not in f"{ours}{theirs}"


def test_a_librarys_record_is_told_with_kind_and_places_of_its_error(told: Told) -> None:
    logging.getLogger("uvicorn.error").error("Exception in ASGI application\n", exc_info=quoting())
    (line,) = told()
    assert ("Exception in ASGI application", "uvicorn.error") == (line["event"], line["logger"])
    assert ("error", "ValidationError") == (line["level"], line["error"])
    assert line["at"] and NAME not in str(line)


def test_an_error_among_a_librarys_values_is_told_by_its_kind(told: Told) -> None:
    logging.getLogger("library").warning("Connection %d failed: %s", 3, ValueError(NAME))
    logging.getLogger("library").warning("Read %(count)s of 100%%", {"count": 7})
    logging.getLogger("library").warning("Read 100%")
    assert ["Connection 3 failed: ValueError", "Read 7 of 100%", "Read 100%"] == [line["event"] for line in told()]


async def test_a_task_whose_error_nobody_took_is_told_without_its_words(told: Told) -> None:
    context = {"message": "Task exception was never retrieved", "exception": ValueError(NAME), "future": repr(NAME)}
    asyncio.get_running_loop().default_exception_handler(context)
    (line,) = told()
    assert ("Task exception was never retrieved", "ValueError") == (line["event"], line["error"])
    assert NAME not in str(line)


def test_a_librarys_record_that_does_not_fit_its_values_is_told_without_them(told: Told) -> None:
    # Past pytest's own handlers, which raise for such a record.
    ours = [each for each in logging.getLogger().handlers if type(each) is logging.StreamHandler]
    for handler in ours:
        handler.handle(logging.LogRecord("library", logging.WARNING, "", 0, "Read %d", (NAME,), None))
    assert ["Read %d"] == [line["event"] for line in told()]


def test_what_libraries_say_below_warning_is_not_told(told: Told) -> None:
    logging.getLogger("library").info("nothing")
    assert [] == told()
