"""What docs/operating.md says of settings, commands and errors is what there is."""

import json
import re
from pathlib import Path

import pytest

from hub import settings
from hub.transport import Condition
from tests import forked

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")
# A row of the table of settings: the name, its default, and what it is.
ROWS = dict(re.findall(r"^\| `(HUB_\w+)` \| (\S+) \|", TEXT, re.MULTILINE))
NAMES = {name for name in ROWS if "__" in name}


@pytest.mark.parametrize("name", sorted(NAMES))
def test_a_setting_has_the_default_that_is_told(name: str) -> None:
    section, key = name.removeprefix("HUB_").lower().split("__")
    default = getattr(getattr(settings.Settings.model_construct(), section), key)
    written = "none" if default is None else f"`{default if isinstance(default, str) else json.dumps(default)}`"
    assert written == ROWS[name]


def test_all_settings_of_the_broker_and_of_workers_are_told() -> None:
    wanted = {f"HUB_{s}__{key}".upper() for s in ("broker", "worker") for key in section(s)}
    assert wanted <= NAMES
    assert "HUB_DATABASE__URL" in NAMES


def section(name: str) -> list[str]:
    return list(type(getattr(settings.Settings.model_construct(), name)).model_fields)


@pytest.mark.parametrize("words", sorted(set(re.findall(r"`hub ([a-z -]+)`", " ".join(TEXT.split())))))
def test_a_command_that_is_told_exists(words: str) -> None:
    assert 0 == forked.run(*words.split(), "--help").returncode


def test_every_error_that_comes_back_is_told() -> None:
    assert {condition.value for condition in Condition} == set(re.findall(r"`((?:transport|abuse):[a-z-]+)`", TEXT))


def test_what_is_linked_is_there() -> None:
    for target in re.findall(r"\]\(([^)#:]+)\)", TEXT):
        assert (ROOT / "docs" / target).exists(), target
