"""The rules of FHIR R4 for a resource, by the models of fhir.resources (R4B, which differs in nothing that we send)."""

from collections.abc import Iterator
from typing import Any

from fhir.resources.R4B import get_fhir_model_class

# Code lists that the models only begin to name.
TASK_STATUS = {
    *("draft", "requested", "received", "accepted", "rejected", "ready", "cancelled", "in-progress", "on-hold"),
    *("failed", "completed", "entered-in-error"),
}
# A list that any MIME type is added to.
OPEN = ("CapabilityStatement.format",)


def breaches(resource: dict[str, Any]) -> list[str]:
    """What a resource has against the rules: beside its form, codes of lists and types of what is referred to."""
    made = get_fhir_model_class(resource["resourceType"]).model_validate(resource)
    return [*_breaches(made, resource["resourceType"])]


def _breaches(made: Any, path: str) -> Iterator[str]:
    for name, field in type(made).model_fields.items():
        value, rules = getattr(made, name, None), field.json_schema_extra or {}
        if value is None or name == "fhir_comments":
            continue
        for each in value if isinstance(value, list) else [value]:
            here = f"{path}.{field.alias or name}"
            codes = TASK_STATUS if here.endswith("Task.status") else {*rules.get("enum_values", ())}
            if codes and "+" not in codes and here not in OPEN and str(each) not in codes:
                yield f"{here}: {each}"
            targets = {*rules.get("enum_reference_types", ("Resource",))}
            # What is said by its canonical address has no type to look at.
            if not isinstance(each, str) and "Resource" not in targets and _type(each) not in targets:
                yield f"{here} refers to a {_type(each)}"
            if hasattr(type(each), "model_fields"):
                yield from _breaches(each, _named(here, each))


def _named(here: str, each: Any) -> str:
    """A resource within another is named by its type."""
    return each.get_resource_type() if here.endswith((".resource", ".contained")) else here


def _type(reference: Any) -> str:
    literal = (reference.reference or "").partition("/")[0]
    return str(reference.type or literal)
