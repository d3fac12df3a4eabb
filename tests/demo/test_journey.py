"""The whole day with real processes: it adds up, whoever is killed on the way, and nothing is left running."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from hub.demo import Plan

pytestmark = [pytest.mark.journey, pytest.mark.slow]

ROOT = Path(__file__).parents[2]
PATIENCE = 180
PLAY = "import sys; from hub.demo import Plan, play; sys.exit(play({plan}))"


@contextmanager
def demo(place: Path, *arguments: str, speed: int = 3000) -> Iterator[subprocess.Popen[str]]:
    """A demo whose temporary files lie in `place`; it is gone afterwards, and so is everything it started."""
    command = [sys.executable, "-m", "hub.cli", "demo", "--port", "0", "--speed", str(speed), *arguments]
    with started(place, command) as process:
        yield process


@contextmanager
def started(place: Path, command: list[str]) -> Iterator[subprocess.Popen[str]]:
    """The same for whatever plays a day."""
    environment = {**os.environ, "TMPDIR": str(place)}
    pipe = subprocess.PIPE
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=pipe, stderr=subprocess.STDOUT, text=True)
    with process:
        try:
            yield process
        finally:
            process.kill()
    wait_for(lambda: not left_over(place))


def left_over(place: Path) -> list[str]:
    """The processes that were started with a folder for temporary files of ours."""
    return [p.parent.name for p in Path("/proc").glob("[0-9]*/environ") if f"TMPDIR={place}".encode() in told(p)]


def told(environment: Path) -> bytes:
    """A process's environment; nothing of one that has just ended."""
    try:
        return environment.read_bytes()
    except OSError:
        return b""


def wait_for(condition: Callable[[], object], seconds: float = PATIENCE) -> None:
    """Until it holds. Raises TimeoutError when it does not."""
    until = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > until:
            raise TimeoutError
        time.sleep(0.05)


def answered(data: Path) -> int:
    """How many deliveries have been answered so far."""
    log = data / "day.jsonl"
    return log.read_bytes().count(b'"type":"got"') if log.exists() else 0


def ended(process: subprocess.Popen[str]) -> tuple[int, str]:
    """The exit code and all that was said."""
    said, _ = process.communicate(timeout=PATIENCE)
    return process.returncode, said


def server_of(process: subprocess.Popen[str]) -> int:
    """The server that a demo has started, 0 when there is none now."""
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    return int(children[0]) if children else 0


def test_a_day_through_a_broker_adds_up_and_leaves_nothing(
    tmp_path: Path, broker_url: str, postgresql_url: str
) -> None:
    plan = Plan(3000, once=True, port=0, broker=(broker_url,), database=postgresql_url)
    with started(tmp_path, [sys.executable, "-c", PLAY.format(plan=plan)]) as process:
        code, said = ended(process)
    assert (0, True) == (code, "\nIt adds up.\n" in said), said
    assert said.count(" worker ") == 7
    assert [] == left_over(tmp_path) == list(tmp_path.iterdir())


def test_a_day_adds_up_although_server_and_demo_are_killed_in_it_and_its_page_stays_up(tmp_path: Path) -> None:
    data = tmp_path / "day"
    with demo(tmp_path, "--once", "--data", str(data)) as process:
        wait_for(lambda: answered(data) > 60 and server_of(process))
        os.kill(server_of(process), signal.SIGKILL)
        wait_for(lambda: answered(data) > 120 or process.poll() is not None)
        # It goes on by itself, and has not ended before it is killed.
        assert process.poll() is None, process.communicate()
        process.kill()
    with demo(tmp_path, "--data", str(data)) as process:
        wait_for(lambda: answered(data) > 200 and server_of(process))
        os.kill(server_of(process), signal.SIGKILL)
        assert process.stdout
        said = ""
        while "The page stays up" not in said:
            line = process.stdout.readline()
            assert line, f"the demo ended by itself: {said}"
            said += line
        assert left_over(tmp_path)
        process.send_signal(signal.SIGTERM)
        assert 0 == ended(process)[0]
    assert "\nIt adds up.\n" in said and "\x1b" not in said, said
    assert [] == left_over(tmp_path)
    assert 1 == said.count("The server died (signal 9) and was started again")
    assert "It was broken off at " in said
    with demo(tmp_path, "--once", "--data", str(data)) as process:
        code, said = ended(process)
    assert (78, True) == (code, "the day in this folder is finished, and it added up; name another folder" in said)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=lambda n: n.name)
def test_a_signal_in_the_middle_breaks_the_day_off_and_leaves_nothing(number: signal.Signals, tmp_path: Path) -> None:
    with demo(tmp_path, speed=300) as process:
        wait_for(lambda: any(answered(path) > 5 for path in tmp_path.iterdir()))
        process.send_signal(number)
        code, said = ended(process)
    assert (128 + number, True) == (code, "Nothing is kept." in said), said
    assert [] == left_over(tmp_path) == list(tmp_path.iterdir())
