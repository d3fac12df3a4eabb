"""Where the folders that ship with the hub are: the schemas and the sample centre."""

from pathlib import Path
from typing import Literal

from hub.errors import BadConfiguration

_PACKAGE = Path(__file__).parent
_IN_A_CHECKOUT = {"schemas": "schemas", "sample": "deploy/sample"}


def folder(name: Literal["schemas", "sample"]) -> Path:
    """The folder inside the installed package, or in a checkout the one at the top level."""
    installed = _PACKAGE / "_data" / name
    for place in (installed, _PACKAGE.parent / _IN_A_CHECKOUT[name]):
        if place.is_dir():
            return place
    raise BadConfiguration(str(installed), "", "this folder ships with the hub and is missing; install the hub again")
