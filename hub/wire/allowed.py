"""What a schema allows at the place of a fault, as a value: it crosses from the process that explains."""

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Child:
    """An element that may stand in another: at least and at most so often (None: any number).

    Of those in one element that have the same `one_of`, not 0, only one may be chosen. `namespace` is told when it
    is another than that of the element around it.
    """

    name: str
    least: int
    most: int | None
    one_of: int = 0
    namespace: str = ""


@dataclass(frozen=True, slots=True)
class Attribute:
    """An attribute that an element may or must have, with its type."""

    name: str
    type: str
    required: bool


@dataclass(frozen=True, slots=True)
class Allowed:
    """What `about`, an element or element/@attribute, may hold; `en` and `nb` say what is wrong against that.

    `content` is its children in order as a pattern (? at most one, * any number, + at least one, | or). `type` and
    `facets` hold for a text or an attribute. `example` is what right XML or a right value looks like. All of it
    comes from the schema, but for names of elements and attributes.
    """

    about: str
    en: str = ""
    nb: str = ""
    content: str = ""
    children: tuple[Child, ...] = ()
    attributes: tuple[Attribute, ...] = ()
    type: str = ""
    facets: tuple[str, ...] = ()
    example: str = ""

    def saying(self, en: str, nb: str) -> "Allowed":
        """The same with other words."""
        return replace(self, en=en, nb=nb)
