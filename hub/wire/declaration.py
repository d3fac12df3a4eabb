"""What the schema set declares, looked up and put in words: content, types, facets and examples.

xmlschema is asked about the schemas only. It never sees a message, so neither a hostile text nor an
xsi:schemaLocation in one can do anything to it (pitfalls XML 4 and 5).
"""

from collections.abc import Iterator
from functools import cache
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import xmlschema
from xmlschema.validators import XsdAnyElement, XsdElement, XsdGroup

from hub.errors import BadConfiguration
from hub.wire import catalogue
from hub.wire.allowed import Allowed, Attribute, Child

# What right values look like, by the name of the type that they are of or come from.
_VALUES = {
    "dateTime": "2026-11-21T10:32:12+01:00",
    "date": "2026-11-21",
    "time": "10:32:12",
    "gYear": "2026",
    "gYearMonth": "2026-11",
    "boolean": "true",
    "integer": "17",
    "decimal": "12.5",
    "double": "12.5",
    "anyURI": "tel:12345678",
    "base64Binary": "JVBERi0xLjQK",
    "oid": "2.16.578.1.12.4.1.1.9051",
    "ID": "a1",
}
_TEXT = "…"
# Required children of required children are shown, but no deeper: an example is to be taken in at a glance.
_DEPTH = 2
_MOST_FACETS = 20


@cache
def declared() -> Any:
    """The schema set as xmlschema knows it; built once, in about a second. Raises BadConfiguration."""
    place = catalogue.file()
    try:
        # Without use_fallback=False it would bring an XHTML schema of its own.
        return xmlschema.XMLSchema(str(place), allow="local", use_fallback=False, use_location_hints=False)
    except (xmlschema.XMLSchemaException, OSError) as error:
        reason = f"xmlschema cannot read the schemas: {type(error).__name__}"
        raise BadConfiguration(str(place), "", reason) from error


def find(names: list[str]) -> XsdElement | None:
    """The declaration of the last of these elements, each of which stands in the one before; None for none."""
    found: XsdElement | None = declared().maps.elements.get(names[0])
    for name in names[1:]:
        # Not "found and": an element without children counts as false.
        found = None if found is None else _child(found, name)
    return found


def children(element: XsdElement) -> list[XsdElement]:
    """The elements that may stand in one, in order."""
    return [each for each in _particles(element) if isinstance(each, XsdElement)]


def takes_any(element: XsdElement) -> bool:
    """Whether it takes elements that only the whole set knows."""
    return any(isinstance(each, XsdAnyElement) for each in _particles(element))


def allowed(element: XsdElement) -> Allowed:
    """What an element may hold."""
    return Allowed(
        about=element.local_name,
        content=_whole(_group(element)) if _complex(element) else "",
        children=tuple(_children(element)) if _complex(element) else (),
        attributes=tuple(_attributes(element)),
        type="" if _complex(element) or not _has_text(element) else _type_name(element.type),
        facets=tuple(_facets(element, element.type)),
        example=example(element),
    )


def allowed_value(element: XsdElement, name: str) -> Allowed | None:
    """What an attribute of an element may be; None when it may not be at all."""
    attribute = next((each for each in _declared_attributes(element) if each.local_name == name), None)
    if attribute is None:
        return None
    return Allowed(
        about=f"{element.local_name}/@{name}",
        type=_type_name(attribute.type),
        facets=tuple(_facets(attribute, attribute.type)),
        example=f"{_attribute_name(attribute)}={quoteattr(_value(attribute, attribute.type))}",
    )


def example(element: XsdElement, depth: int = _DEPTH, namespace: str = "") -> str:
    """The least that the element may be, with made-up values; `namespace` is the one around it."""
    own = element.target_namespace if element.name.startswith("{") else ""
    shown = [
        each
        for each in _declared_attributes(element)
        if each.use == "required" or (each.local_name in ("V", "DN") and not _complex(element))
    ]
    said = {"xmlns": own} if namespace and own != namespace else {}
    said |= {f"xmlns:{_prefix(each)}": each.target_namespace for each in shown if _prefix(each)}
    said |= {_attribute_name(each): _value(each, each.type) for each in shown}
    attributes = "".join(f" {name}={quoteattr(value)}" for name, value in said.items())
    inner, name = _inner(element, depth, own), element.local_name
    return f"<{name}{attributes}>{inner}</{name}>" if inner else f"<{name}{attributes}/>"


def _inner(element: XsdElement, depth: int, namespace: str) -> str:
    if not _complex(element):
        return escape(_value(element, element.type)) if _has_text(element) else ""
    needed = list(_needed(_group(element)))
    if not depth:
        return _TEXT if needed else ""
    return "".join(example(each, depth - 1, namespace) for each in needed)


def _needed(group: XsdGroup) -> Iterator[XsdElement]:
    """The children that must be there; of a choice the first."""
    for each in group:
        if each.min_occurs == 0:
            continue
        if isinstance(each, XsdGroup):
            yield from _needed(each)
        elif isinstance(each, XsdElement):
            yield each
        if group.model == "choice":
            return


def _child(element: XsdElement, name: str) -> XsdElement | None:
    for each in _particles(element):
        if isinstance(each, XsdElement) and each.name == name:
            return each
        if isinstance(each, XsdAnyElement) and each.process_contents == "strict":
            found: XsdElement | None = declared().maps.elements.get(name)
            return found
    return None


def _complex(element: XsdElement) -> bool:
    """Whether elements may stand in it; anyType, which takes whatever comes, is nothing to explain."""
    content = _group(element)
    return isinstance(content, XsdGroup) and len(content) > 0 and _plain(element.type) != "anyType"


def _group(element: XsdElement) -> Any:
    return getattr(element.type, "content", None)


def _particles(element: XsdElement) -> list[Any]:
    """What may stand in it: elements and places for any element, in order."""
    return list(_group(element).iter_elements()) if _complex(element) else []


def _has_text(element: XsdElement) -> bool:
    return bool(element.type.has_simple_content() or element.type.is_simple())


def _children(element: XsdElement) -> Iterator[Child]:
    choices: dict[int, int] = {}
    for each in children(element):
        choice = choices.setdefault(id(each.parent), len(choices) + 1) if _is_choice(each.parent) else 0
        other = "" if each.target_namespace == element.target_namespace else each.target_namespace
        yield Child(each.local_name, each.min_occurs, each.max_occurs, choice, other)


def _is_choice(group: Any) -> bool:
    return isinstance(group, XsdGroup) and group.model == "choice"


def _whole(group: XsdGroup) -> str:
    """All that an element may hold, as a pattern."""
    often = _often(group.min_occurs, group.max_occurs)
    return f"({_pattern(group)}){often}" if often else _pattern(group)


def _pattern(group: XsdGroup) -> str:
    """A group as a pattern: names in order, with ? * + for how often and | for or."""
    between = " | " if group.model == "choice" else ", "
    parts = []
    for each in group:
        often = _often(each.min_occurs, each.max_occurs)
        if isinstance(each, XsdGroup):
            inner = _pattern(each)
            parts.append(f"({inner}){often}" if often or each.model == "choice" else inner)
        else:
            parts.append((each.local_name if isinstance(each, XsdElement) else "any element that is read") + often)
    return between.join(part for part in parts if part)


def _often(least: int, most: int | None) -> str:
    known = {(1, 1): "", (0, 1): "?", (0, None): "*", (1, None): "+"}
    return known.get((least, most), f"{{{least},{'' if most is None else most}}}")


def _declared_attributes(element: XsdElement) -> list[Any]:
    return [each for each in element.attributes.values() if getattr(each, "local_name", None)]


def _attributes(element: XsdElement) -> Iterator[Attribute]:
    for each in _declared_attributes(element):
        yield Attribute(_attribute_name(each), _type_name(each.type), each.use == "required")


def _attribute_name(attribute: Any) -> str:
    return f"{_prefix(attribute)}:{attribute.local_name}" if _prefix(attribute) else str(attribute.local_name)


def _prefix(attribute: Any) -> str:
    """The prefix that an attribute must have one of; empty for most, which stand in no namespace."""
    return str(attribute.prefixed_name).rpartition(":")[0] if str(attribute.name).startswith("{") else ""


def _type_name(type: Any) -> str:
    """What people call a type: its own name, or that of the type it restricts; a union is its members."""
    members = getattr(type, "member_types", None)
    if members:
        return " | ".join(_type_name(each) for each in members)
    name = _plain(type)
    return name if name or type.base_type is None else _type_name(type.base_type)


def _plain(type: Any) -> str:
    return str(type.local_name or "")


def _facets(component: Any, type: Any) -> Iterator[str]:
    """What is asked of a value beyond its type."""
    if component.fixed is not None:
        yield f"= {component.fixed}"
    simple = getattr(type, "simple_type", None) or type
    for value in (getattr(simple, "enumeration", None) or ())[:_MOST_FACETS]:
        yield f"one of: {value}"
    for pattern in getattr(getattr(simple, "patterns", None), "regexps", None) or ():
        yield f"pattern: {pattern}"
    for name in ("min_length", "max_length", "min_value", "max_value"):
        if _is_limited(simple, name):
            yield f"{name.replace('_', ' ')}: {getattr(simple, name)}"


def _is_limited(type: Any, name: str) -> bool:
    """Whether a limit is the schema's own and not that of a built-in type."""
    return getattr(type, name, None) is not None and not str(type.name or "").startswith("{http://www.w3.org/2001/XMLS")


def _value(component: Any, type: Any) -> str:
    """A right value: the fixed one, the first of a list, or one of the type."""
    if component.fixed is not None:
        return str(component.fixed)
    simple = getattr(type, "simple_type", None) or type
    if listed := getattr(simple, "enumeration", None):
        return str(listed[0])
    members = getattr(simple, "member_types", None)
    if members:
        return _value(component, members[0])
    while simple is not None:
        if _plain(simple) in _VALUES:
            return _VALUES[_plain(simple)]
        simple = simple.base_type
    return _TEXT
