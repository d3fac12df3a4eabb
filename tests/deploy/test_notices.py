"""What docs/notices.md shows is what there is: its check of a signature, and its settings."""

import re
import textwrap
import tomllib
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from hub.courier import hook
from hub.deadline import WAYS
from hub.settings import Notices
from tests import builders

TEXT = (Path(__file__).parents[2] / "docs" / "notices.md").read_text(encoding="utf-8")
NOW = builders.TUESDAY


def shown(language: str, n: int = 0) -> str:
    """The n-th example in a language."""
    return textwrap.dedent(re.findall(rf"```{language}\n(.*?)```", TEXT, re.DOTALL)[n])


def checked(body: bytes, secret: bytes, header: str, later: timedelta = timedelta()) -> None:
    """The check as it is shown."""
    now = int((NOW + later).timestamp())
    names: dict[str, Any] = {"header": header.encode(), "body": body, "secret": secret, "now": now}
    exec(shown("python"), names)


def test_the_check_that_is_shown_takes_what_is_signed_and_nothing_else() -> None:
    body, signed = b'{"count": 40}', hook.signed(b'{"count": 40}', "s3cret", NOW)
    checked(body, b"s3cret", signed)
    for wrong in (
        lambda: checked(body + b" ", b"s3cret", signed),
        lambda: checked(body, b"another", signed),
        lambda: checked(body, b"s3cret", signed, timedelta(minutes=6)),
        lambda: checked(body, b"s3cret", signed.replace("t=1", "t=2")),
    ):
        with pytest.raises(PermissionError):
            wrong()


def test_the_settings_that_are_shown_are_settings() -> None:
    written = tomllib.loads(shown("toml", 2))["notices"]
    written["webhooks"]["vaktsystem"]["secret"] = "s3cret-s3cret-s3cret"
    assert set(Notices.model_fields) == set(written)
    Notices.model_validate(written)


def test_every_way_is_told() -> None:
    assert [] == [way for way in WAYS if way not in TEXT]
