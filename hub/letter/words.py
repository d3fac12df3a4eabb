"""A letter in words, by a template: lines that begin with "# " are headings, those with "- " points of a list."""

import traceback
from pathlib import Path
from typing import NoReturn

import jinja2

from hub.errors import BadConfiguration
from hub.letter.facts import Facts

# The letter that is sent unless a site has its own.
STANDING = Path(__file__).parent / "standing.txt"

# Why a message was returned (8117), as a partner reads it.
REASONS = {"1": "feil adressat", "2": "mangelfulle opplysninger", "9": "annet"}
MONTHS = (
    *("januar", "februar", "mars", "april", "mai", "juni"),
    *("juli", "august", "september", "oktober", "november", "desember"),
)


def write(facts: Facts, template: Path = STANDING) -> str:
    """The letter as a template has it, with its headings and points marked.

    A template may use all of `facts`, `reasons`, and the filter `day`. Raises BadConfiguration when it cannot be read,
    asks for something that is not there, or fails in any other way.
    """
    made = jinja2.Environment(trim_blocks=True, lstrip_blocks=True, undefined=jinja2.StrictUndefined, autoescape=False)
    made.filters["day"] = lambda day: f"{day.day}. {MONTHS[day.month - 1]} {day.year}"
    # A letter is one file: there is no other template that it could take in.
    made.loader = jinja2.DictLoader({})
    written = _read(template)
    try:
        letter = made.from_string(written).render(facts=facts, reasons=REASONS).strip() + "\n"
        letter.encode("utf-8")
    except Exception as wrong:
        # It can do whatever an expression can, so it can fail in any way that an expression can.
        _refuse(template, wrong)
    return letter


def _read(template: Path) -> str:
    try:
        return template.read_text(encoding="utf-8")
    except OSError as wrong:
        raise BadConfiguration(str(template), "", f"the file cannot be read: {wrong.strerror}") from wrong
    except UnicodeDecodeError:
        raise BadConfiguration(str(template), "", "the file is not UTF-8") from None


def _refuse(template: Path, wrong: Exception) -> NoReturn:
    match wrong:
        case jinja2.TemplateNotFound():
            reason = f'a letter is one file, and "{wrong.name}" cannot be taken into it'
        case jinja2.TemplateError():
            reason = wrong.message or type(wrong).__name__
        case UnicodeEncodeError():
            reason = "it makes a character that cannot be written"
        case _:
            reason = str(wrong) or type(wrong).__name__
    raise BadConfiguration(str(template), "", reason, _line(wrong)) from None


def _line(wrong: Exception) -> int | None:
    """On which line of the template it failed, as far as that is known."""
    if isinstance(wrong, jinja2.TemplateSyntaxError):
        return wrong.lineno
    # By this name jinja calls a template that has no file of its own.
    lines = [x.lineno for x in traceback.extract_tb(wrong.__traceback__) if x.filename == "<template>"]
    return lines[-1] if lines else None


def plain(letter: str) -> str:
    """The letter as text: headings are underlined."""
    return "\n".join(_plain(line) for line in letter.splitlines()) + "\n"


def _plain(line: str) -> str:
    if not line.startswith("# "):
        return line
    heading = line.removeprefix("# ")
    return f"{heading}\n{'-' * len(heading)}"
