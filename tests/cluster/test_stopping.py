"""`make cluster` leaves nothing behind, whenever it is broken off; the demo's own tests play a day through a broker."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytestmark = [pytest.mark.journey, pytest.mark.slow, pytest.mark.postgresql, pytest.mark.rabbitmq]

ROOT = Path(__file__).parents[2]
PATIENCE = 60


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda n: n.name)
def test_a_signal_while_the_servers_start_ends_them_all(number: signal.Signals, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.cluster", "--once", "--port", "0"]
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)
    with process:
        wait_for(tmp_path, "beam.smp")
        assert left_over(tmp_path, "postgres")
        process.send_signal(number)
        said, _ = process.communicate(timeout=PATIENCE)
    assert (128 + number, True) == (process.returncode, "Broken off while the servers were starting." in said)
    assert [] == left_over(tmp_path) == list(tmp_path.iterdir())


def wait_for(place: Path, name: str) -> None:
    """Until a program of this name runs in a folder. Raises TimeoutError when none does."""
    until = time.monotonic() + PATIENCE
    while not left_over(place, name):
        if time.monotonic() > until:
            raise TimeoutError
        time.sleep(0.05)


def left_over(place: Path, name: str = "") -> list[str]:
    """The programs that run in a folder, or know of it."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            told = (process / "cwd").readlink(), (process / "environ").read_bytes(), (process / "comm").read_text()
        except OSError:
            # One that has just ended, or somebody else's.
            continue
        if (told[0].is_relative_to(place) or str(place).encode() in told[1]) and name in told[2]:
            found.append(told[2].strip())
    return found
