"""Norwegian public holidays, by their names in bokmål."""

from datetime import date
from functools import cache

# As far back as a message in a store can be, and further ahead than any deadline.
YEARS = range(2020, 2046)


# Those that every year has, in the order of the year; a test sees to it that they are all.
NAMES = (
    "Første nyttårsdag",
    "Skjærtorsdag",
    "Langfredag",
    "Første påskedag",
    "Andre påskedag",
    "Arbeidernes dag",
    "Grunnlovsdag",
    "Kristi himmelfartsdag",
    "Første pinsedag",
    "Andre pinsedag",
    "Første juledag",
    "Andre juledag",
)


@cache
def public() -> dict[date, str]:
    """Every public holiday of the years the hub knows; Sundays are not listed."""
    # Imported here because it costs some 0.1 s, which nobody should pay who only imports the hub.
    from holidays.countries.norway import Norway

    return dict(Norway(years=YEARS, language="no"))


@cache
def days(name: str) -> tuple[date, ...]:
    """When a public holiday is, each year; two may fall on the same day."""
    return tuple(day for day, names in public().items() if name in names.split("; "))
