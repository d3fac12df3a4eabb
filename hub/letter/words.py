"""A letter in words, by a template: lines that begin with "# " are headings, those with "- " points of a list."""

from pathlib import Path

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
    or asks for something that is not there.
    """
    made = jinja2.Environment(trim_blocks=True, lstrip_blocks=True, undefined=jinja2.StrictUndefined, autoescape=False)
    made.filters["day"] = lambda day: f"{day.day}. {MONTHS[day.month - 1]} {day.year}"
    try:
        found = made.from_string(template.read_text(encoding="utf-8"))
        return found.render(facts=facts, reasons=REASONS).strip() + "\n"
    except OSError as wrong:
        raise BadConfiguration(str(template), "", f"the file cannot be read: {wrong.strerror}") from wrong
    except UnicodeDecodeError:
        raise BadConfiguration(str(template), "", "the file is not UTF-8") from None
    except jinja2.TemplateSyntaxError as wrong:
        raise BadConfiguration(str(template), "", f"{wrong.message}", wrong.lineno) from None
    except jinja2.UndefinedError as wrong:
        raise BadConfiguration(str(template), "", f"{wrong.message}") from None


def plain(letter: str) -> str:
    """The letter as text: headings are underlined."""
    return "\n".join(_plain(line) for line in letter.splitlines()) + "\n"


def _plain(line: str) -> str:
    if not line.startswith("# "):
        return line
    heading = line.removeprefix("# ")
    return f"{heading}\n{'-' * len(heading)}"
