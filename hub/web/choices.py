"""How somebody wants the pages in this browser: keys, sound, notices on the desktop, how dense, in which colours."""

from dataclasses import dataclass, fields

from fastapi import Request

COOKIE = "choices"

THEMES = ("auto", "light", "dark", "contrast")
DENSITIES = ("comfortable", "compact")


@dataclass(frozen=True, slots=True)
class Choices:
    """What was chosen; what is not known is as if nothing had been chosen."""

    keys: bool = True
    sound: bool = False
    desktop: bool = False
    density: str = DENSITIES[0]
    theme: str = THEMES[0]

    def written(self) -> str:
        """As the cookie has it."""
        return ".".join(f"{x.name}-{_word(getattr(self, x.name))}" for x in fields(self))


def read(written: str) -> Choices:
    """What a cookie says; anything else in it is passed over."""
    said = dict(part.split("-", 1) for part in written.split(".") if "-" in part)
    return of(said)


def of(said: dict[str, str]) -> Choices:
    """Choices by the words of a form or a cookie: a switch is on or off, the others are one of their own words."""
    was = Choices()
    return Choices(
        keys=_switch(said, "keys", was.keys),
        sound=_switch(said, "sound", was.sound),
        desktop=_switch(said, "desktop", was.desktop),
        density=said.get("density", "") if said.get("density") in DENSITIES else was.density,
        theme=said.get("theme", "") if said.get("theme") in THEMES else was.theme,
    )


def of_request(request: Request) -> Choices:
    """What whoever sits at this browser has chosen."""
    return read(request.cookies.get(COOKIE, ""))


def _switch(said: dict[str, str], name: str, otherwise: bool) -> bool:
    return said[name] == "on" if said.get(name) in ("on", "off") else otherwise


def _word(value: bool | str) -> str:
    return value if isinstance(value, str) else "on" if value else "off"
