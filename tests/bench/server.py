"""A hub of the sample centre on a folder of its own, as a process."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from hub import settings


@contextmanager
def running(folder: Path) -> Iterator[tuple[int, subprocess.Popen[bytes], float]]:
    """Its port, its process, and the seconds from the start until it answered."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
    environment = {**os.environ, "HUB_DATABASE__URL": f"sqlite:///{folder / 'hub.db'}", "HUB_WEB__PORT": str(port)}
    hub = [sys.executable, "-m", "hub.cli"]
    config = ["--config", str(settings.sample())]
    subprocess.run([*hub, "migrate", *config], env=environment, check=True, stdout=subprocess.DEVNULL)
    begun = time.perf_counter()
    with (folder / "serve.log").open("wb") as log:
        process = subprocess.Popen([*hub, "serve", *config], env=environment, stderr=log, stdin=subprocess.DEVNULL)
        try:
            _answering(port, process)
            yield port, process, time.perf_counter() - begun
        finally:
            process.terminate()
            process.wait(30)


@contextmanager
def followed(port: int, pages: int) -> Iterator[None]:
    """So many pages are open meanwhile."""
    words = [sys.executable, "-m", "tests.bench.pages", str(port), str(pages)]
    with subprocess.Popen(words, stdout=subprocess.PIPE) as process:
        try:
            if process.stdout is None or process.stdout.readline() != b"open\n":
                raise RuntimeError("the pages did not open")
            yield
            if process.poll() is not None:
                raise RuntimeError("the pages did not stay open")
        finally:
            process.terminate()


def memory(process: subprocess.Popen[bytes]) -> tuple[float, float]:
    """MB resident in the server itself, and in its reader processes."""
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    return _resident(process.pid), sum(_resident(int(child)) for child in children)


def load(port: int, senders: int, count: int, seed: int) -> tuple[float, list[float]]:
    """Messages a second, and the sorted latencies in milliseconds."""
    words = [sys.executable, "-m", "tests.bench.load", *map(str, (port, senders, count, seed))]
    found = json.loads(subprocess.run(words, check=True, stdout=subprocess.PIPE).stdout)
    return count / found["seconds"], found["latencies"]


def _answering(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(3000):
        if process.poll() is not None:
            raise RuntimeError(f"hub serve ended with {process.returncode}")
        try:
            urlopen(f"http://127.0.0.1:{port}/health", timeout=5).close()
            return
        except (URLError, OSError):
            time.sleep(0.01)
    raise RuntimeError("hub serve did not answer")


def _resident(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) / 1024
