"""What loading a folder changes is told by the names of things, and secrets and patients are not told at all."""

from collections.abc import Callable
from pathlib import Path

import pytest

from hub import registry
from hub.registry import archive, comparison
from hub.registry.comparison import Difference
from tests.registry.conftest import Spoil

Changed = Callable[..., list[Difference]]


@pytest.fixture
def changed(folder: Path, spoil: Spoil) -> Changed:
    """What differs after some texts in the files were replaced by others."""
    before = archive.gather(folder)

    def differences(*edits: tuple[str, str, str]) -> list[Difference]:
        for edit in edits:
            spoil(*edit)
        registry.load(folder)
        return comparison.compare(before, archive.gather(folder))

    return differences


def test_the_same_differs_in_nothing(changed: Changed) -> None:
    assert [] == changed()


def test_a_comment_is_told_as_a_comment(changed: Changed) -> None:
    assert [Difference("routes.toml", "~", "nothing but comments, order or spacing")] == changed(
        ("routes.toml", "[[rule]]", "# Ny.\n[[rule]]")
    )


def test_a_new_absence_is_told_by_who_and_from_when(changed: Changed) -> None:
    new = '[[absence]]\nperson = "maret.haetta"\nfrom = 2027-03-01\nto = 2027-03-05\n\n[[absence]]'
    assert [Difference("centre.toml", "+", "absence maret.haetta 2027-03-01")] == changed(
        ("centre.toml", "[[absence]]", new)
    )


def test_what_changed_in_a_table_is_told_before_and_after(changed: Changed) -> None:
    (found,) = changed(("centre.toml", 'name = "Koordinator"', 'name = "Koordinatoren"'))
    assert ("~", "inbox koordinator", ('name: "Koordinator" -> "Koordinatoren"',)) == (
        found.sign,
        found.what,
        found.details,
    )


def test_a_table_within_a_table_is_told_by_its_own_name(changed: Changed) -> None:
    (found,) = changed(("centre.toml", 'name = "Julaften"', 'name = "Lille julaften"'))
    assert ("practice 900100", ('~ closed 12-24: name: "Julaften" -> "Lille julaften"',)) == (found.what, found.details)


def test_a_rule_that_goes_before_others_now_is_told(folder: Path) -> None:
    before = archive.gather(folder)
    rules = (folder / "routes.toml").read_text(encoding="utf-8").split("[[rule]]\n")
    rules[1:3] = rules[2:0:-1]
    (folder / "routes.toml").write_text("[[rule]]\n".join(rules), encoding="utf-8")
    (found,) = comparison.compare(before, archive.gather(folder))
    assert ("~", "order of rules") == (found.sign, found.what)
    assert found.details[0].endswith(": now first")


def test_that_a_password_changed_is_told_and_the_password_is_not(changed: Changed, folder: Path) -> None:
    old = (folder / "accounts.toml").read_text(encoding="utf-8").split('password_hash = "')[1].split('"')[0]
    new = f"{old[:-1]}{'A' if old[-1] != 'A' else 'Q'}"
    (found,) = changed(("accounts.toml", old, new))
    assert ("~", ("password_hash: another",)) == (found.sign, found.details)


def test_patients_are_counted_and_nobody_is_named(folder: Path) -> None:
    before = archive.gather(folder)
    header, first, _, *others = (folder / "patients.csv").read_text(encoding="utf-8").splitlines()
    other = [f"{first.rsplit(';', 1)[0]};nn", *others]
    (folder / "patients.csv").write_text("\n".join([header, *other]), encoding="utf-8")
    registry.load(folder)
    after = archive.gather(folder)
    assert [
        Difference("patients.csv", "-", "1 patient"),
        Difference("patients.csv", "~", "1 patient", ("language: 1",)),
    ] == comparison.compare(before, after)
    assert [
        Difference("patients.csv", "+", "1 patient"),
        Difference("patients.csv", "~", "1 patient", ("language: 1",)),
    ] == comparison.compare(after, before)


def test_a_file_that_a_folder_may_do_without_is_told_when_it_comes_and_goes(folder: Path) -> None:
    before = archive.gather(folder)
    (folder / "examples.toml").write_text("example = []\n", encoding="utf-8")
    after = archive.gather(folder)
    assert [Difference("examples.toml", "+", "the file")] == comparison.compare(before, after)
    assert [Difference("examples.toml", "-", "the file")] == comparison.compare(after, before)
