"""A PostgreSQL of our own: on a free loopback port, in a folder that goes away, as root or not."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from tests.servers import account
from tests.servers import port as ports

USER = "postgres"
_names = count(1)

# How long a server or a program may take.
PATIENCE = 60
_SETTINGS = ("max_connections=100", "shared_buffers=64MB")


@dataclass(slots=True)
class Postgresql:
    """A server in a folder; it may be stopped, killed and started again, and keeps what it had."""

    folder: Path
    port: int
    process: subprocess.Popen[bytes] | None = None

    def url(self, database: str = "postgres") -> str:
        """A database's address for SQLAlchemy."""
        return f"postgresql://{USER}@127.0.0.1:{self.port}/{database}"

    def create(self, template: str = "template1") -> str:
        """A new database, made like another one; returns its name."""
        name = f"hub{os.getpid()}_{next(_names)}"
        self.run("createdb", "--template", template, name)
        return name

    def drop(self, database: str) -> None:
        """Remove a database, and end whoever is still in it."""
        self.run("dropdb", "--force", database)

    def start(self, *settings: str) -> None:
        """Start the server and wait until it answers; settings are words like `fsync=off`."""
        until = time.monotonic() + PATIENCE
        own = ("listen_addresses=127.0.0.1", f"port={self.port}", "unix_socket_directories=")
        words = [word for setting in (*own, *_SETTINGS, *settings) for word in ("-c", setting)]
        while not self._ready():
            if self.process is None or self.process.poll() is not None:
                # What is left of a server that was killed keeps its data for a moment.
                self.process = self._popen("postgres", "-D", str(self.folder / "data"), *words)
            if time.monotonic() > until:
                raise RuntimeError(f"PostgreSQL does not start: {self._log()}")
            time.sleep(0.05)

    def stop(self, number: signal.Signals = signal.SIGINT) -> None:
        """End the server: SIGINT cuts everybody off in order, SIGQUIT at once, SIGKILL without a word."""
        if self.process is not None:
            self.process.send_signal(number)
            self.process.wait(PATIENCE)

    def run(self, program: str, *words: str) -> None:
        """Run one of PostgreSQL's programs against the server. Raises RuntimeError with its words."""
        process = self._popen(program, *words)
        if process.wait(PATIENCE):
            raise RuntimeError(f"{program} {' '.join(words)}: {self._log()}")

    def _ready(self) -> bool:
        alive = self.process is not None and self.process.poll() is None
        return alive and self._popen("pg_isready", "-q").wait(PATIENCE) == 0

    def _popen(self, program: str, *words: str) -> subprocess.Popen[bytes]:
        own = {"PGHOST": "127.0.0.1", "PGPORT": str(self.port), "PGUSER": USER, "LC_ALL": "C.UTF-8"}
        with (self.folder / "log").open("ab") as log:
            return subprocess.Popen(
                [programs() / program, *words],
                env={"PATH": os.environ["PATH"], **own},
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                # Ctrl-C is for whoever started it, who stops it in order.
                start_new_session=True,
                **account.run_as(USER),
            )

    def _log(self) -> str:
        return (self.folder / "log").read_text(errors="replace")[-2000:]


def programs() -> Path:
    """The folder of Debian's newest PostgreSQL. Raises RuntimeError when there is none."""
    if found := sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: int(p.parent.name)):
        return found[-1]
    if named := shutil.which("postgres"):
        return Path(named).parent
    raise RuntimeError("PostgreSQL is not here; `make system` installs it")


@contextmanager
def running(folder: Path | None = None, *settings: str) -> Iterator[Postgresql]:
    """A server that has just been made, in a folder or in one of its own; stopped at the end."""
    with account.folder_of(USER, folder) as place:
        made = Postgresql(place, ports.free())
        made.run("initdb", "-D", str(place / "data"), "-A", "trust", "-U", USER, "-E", "UTF8", "--no-sync")
        try:
            made.start(*settings)
            yield made
        finally:
            made.stop(signal.SIGQUIT)
