"""A file on its way in: bytes to text to checked tables, or a refusal that says where and why."""

import errno
import os
import re
import tomllib
from io import BytesIO, TextIOWrapper
from pathlib import Path, PosixPath
from typing import Any, Self, TypeVar, get_args

from pydantic import BaseModel, ValidationError

from hub.errors import BadConfiguration
from hub.registry.problem import Problem

Model = TypeVar("Model", bound=BaseModel)

# Plain words for what pydantic finds, by its error type. A missing type is one whose own words will do.
REASONS = {
    "missing": "is missing",
    "string_type": "must be text in quotation marks",
    "int_type": "must be a whole number without quotation marks",
    "bool_type": "must be true or false without quotation marks",
    "date_type": "must be a date such as 2026-07-06 without quotation marks",
    "list_type": 'must be a list such as ["a", "b"], or a table under a heading in double brackets',
    "model_type": "must be a table",
    "too_short": "must not be empty",
}
TOML_PLACE = re.compile(r"(.*) \(at (?:line (\d+), column \d+|end of document)\)", re.DOTALL)


class Held(PosixPath):
    """A file that lies in memory and on no disk, and is read like any other; without content it is missing."""

    content: bytes | None = None

    @classmethod
    def of(cls, path: Path, content: bytes | None) -> Self:
        """The file that is told of by this path."""
        made = cls(path)
        made.content = content
        return made

    def open(self, mode: str = "r", buffering: int = -1, encoding: str | None = None, *rest: Any, **more: Any) -> Any:
        """Its content, to be read as bytes or text."""
        raw = BytesIO(self.read_bytes())
        return raw if "b" in mode else TextIOWrapper(raw, encoding, *rest, **more)

    def exists(self) -> bool:
        """Whether it has a content."""
        return self.content is not None

    def read_bytes(self) -> bytes:
        """Its content."""
        if self.content is None:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(self))
        return self.content


def shaped(path: Path, model: type[Model]) -> Model | tuple[Problem, ...]:
    """The file's tables in the shape of `model`, or all that keeps them from having it."""
    try:
        return model.model_validate(_toml(path))
    except ValidationError as fault:
        return _problems(path, model, fault)
    except BadConfiguration as fault:
        return (Problem(fault.file, fault.key, fault.reason),)


def text(path: Path) -> str:
    """The file's text, which is UTF-8 with or without a byte order mark.

    Raises BadConfiguration when the file is missing, cannot be read or is in another encoding.
    """
    data = raw(path)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as wrong:
        line = data.count(b"\n", 0, wrong.start) + 1
        reason = f"the byte 0x{data[wrong.start]:02x} is not UTF-8; save the file with the encoding UTF-8"
        raise BadConfiguration(str(path), f"line {line}", reason) from None


def raw(path: Path) -> bytes:
    """What a file holds. Raises BadConfiguration when it is missing or cannot be read."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise BadConfiguration(str(path), "", "the file is missing") from None
    except OSError as wrong:
        raise BadConfiguration(str(path), "", f"the file cannot be read: {wrong.strerror}") from wrong


def _toml(path: Path) -> dict[str, Any]:
    written = text(path)
    try:
        return tomllib.loads(written)
    except tomllib.TOMLDecodeError as wrong:
        found = TOML_PLACE.fullmatch(str(wrong))
        what, line = found.groups() if found else (str(wrong), None)
        place = f"line {line or written.count(chr(10)) + 1}"
        raise BadConfiguration(str(path), place, f"this is not TOML: {what}") from None


def _problems(path: Path, model: type[BaseModel], wrong: ValidationError) -> tuple[Problem, ...]:
    errors = wrong.errors(include_url=False, include_input=False)
    return tuple(Problem(str(path), _key(e["loc"]), _reason(model, e)) for e in errors)


def _key(loc: tuple[int | str, ...]) -> str:
    """The place as people write it: ("person", 3, "inboxes", 0) is person[3].inboxes[0]."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in loc).removeprefix(".")


def _reason(model: type[BaseModel], error: Any) -> str:
    match error["type"]:
        case "extra_forbidden":
            return f"there is no such key here; the keys are {_keys(model, error['loc'])}"
        case "value_error":
            return str(error["ctx"]["error"])
        case "enum" | "literal_error":
            return f"must be one of {error['ctx']['expected']}"
        case other:
            return REASONS.get(other, str(error["msg"]))


def _keys(model: type[BaseModel], loc: tuple[int | str, ...]) -> str:
    """The keys that are known in the table where `loc` ends."""
    for part in loc[:-1]:
        if isinstance(part, str):
            model = next(_model_in(f.annotation) for n, f in model.model_fields.items() if part in (n, f.alias))
    return ", ".join(field.alias or name for name, field in model.model_fields.items())


def _model_in(annotation: Any) -> Any:
    """The model inside an annotation such as `list[Model]` or `Model | None`."""
    inner = (_model_in(a) for a in get_args(annotation))
    return annotation if isinstance(annotation, type) and issubclass(annotation, BaseModel) else next(inner, None)
