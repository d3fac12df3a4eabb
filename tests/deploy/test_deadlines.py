"""docs/deadlines.md shows the tables as they are."""

import re
import tomllib
from pathlib import Path

from hub import drawing, registry, resources
from hub.item import TRANSITIONS
from tests import forked

TEXT = (Path(__file__).parent.parent.parent / "docs" / "deadlines.md").read_text(encoding="utf-8")
SAMPLE = resources.folder("sample")


def test_the_drawing_of_an_items_moves_is_that_of_the_table() -> None:
    assert f"```mermaid\n{drawing.states()}\n```" in TEXT
    moves = {f"{action.value}" for moves in TRANSITIONS.values() for action in moves}
    assert moves == set(re.findall(r"\w+", " ".join(re.findall(r": (.*)", drawing.states()))))


def test_the_ladder_that_is_shown_is_the_samples() -> None:
    (shown,) = tomllib.loads(re.findall(r"```toml\n(.*?)```", TEXT, re.DOTALL)[0])["ladder"]
    written = tomllib.loads((SAMPLE / "ladders.toml").read_text(encoding="utf-8"))["ladder"]
    assert shown in written
    known = next(x for x in registry.load(SAMPLE).ladders if x.name == shown["name"])
    assert f"```\n{drawing.ladder(known)}\n```" in TEXT


def test_the_command_draws_every_ladder_in_force() -> None:
    done = forked.text("ladders", "--config", str(SAMPLE / "hub.toml"))
    names = [x.name for x in registry.load(SAMPLE).ladders]
    assert (0, names) == (done.returncode, [x.split("\n")[0].split(" (")[0] for x in done.stdout.split("\n\n")])


def test_a_wrong_file_is_refused_before_it_is_drawn(tmp_path: Path) -> None:
    (tmp_path / "new.toml").write_text('[[ladder]]\nname = "x"\n', encoding="utf-8")
    done = forked.text("ladders", "--config", str(SAMPLE / "hub.toml"), "--ladders", str(tmp_path / "new.toml"))
    assert (78, "") == (done.returncode, done.stdout)
    assert "new.toml: line 1, ladder[0].promise: is missing" in done.stderr
