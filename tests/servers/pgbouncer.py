"""A pgbouncer of our own in transaction mode: on a free loopback port, in a folder that goes away, as root or not."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg.rows import dict_row

from tests.servers import account
from tests.servers import port as ports
from tests.servers.postgresql import USER, Postgresql

# Its own database, in which it tells of itself.
CONSOLE = "pgbouncer"
# How long it may take to start or to end.
PATIENCE = 30


@dataclass(slots=True)
class Pgbouncer:
    """A pooler in a folder; it may be killed and started again. It knows every database of its server."""

    folder: Path
    port: int
    process: subprocess.Popen[bytes] | None = None

    def url(self, database: str = CONSOLE) -> str:
        """A database's address through it, for SQLAlchemy."""
        return f"postgresql://{USER}@127.0.0.1:{self.port}/{database}"

    def start(self) -> None:
        """Start it and wait until it answers. Raises RuntimeError with its log when it does not."""
        until = time.monotonic() + PATIENCE
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [program(), str(self.folder / "pgbouncer.ini")],
                env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"},
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                # Ctrl-C is for whoever started it, who stops it in order.
                start_new_session=True,
                **account.run_as(USER),
            )
        while not self._ready():
            if self.process.poll() is not None or time.monotonic() > until:
                raise RuntimeError(f"pgbouncer does not start: {self.log()[-2000:]}")
            time.sleep(0.02)

    def stop(self, number: signal.Signals = signal.SIGTERM) -> None:
        """End it: SIGTERM cuts everybody off at once, SIGKILL without a word."""
        if self.process is not None:
            self.process.send_signal(number)
            self.process.wait(PATIENCE)

    def show(self, what: str, database: str = "") -> list[dict[str, Any]]:
        """What it tells of itself (`SHOW POOLS`, `SHOW SERVERS`), of one database only where one is named."""
        with psycopg.connect(self.url(), autocommit=True, row_factory=dict_row) as c:
            return [row for row in c.execute(f"SHOW {what}".encode()) if not database or row["database"] == database]

    def log(self) -> str:
        """All that it said."""
        return (self.folder / "log").read_text(errors="replace")

    def _ready(self) -> bool:
        with suppress(psycopg.OperationalError):
            return bool(self.show("VERSION"))
        return False


def program() -> str:
    """Where Debian has it. Raises RuntimeError when it is not there."""
    if found := shutil.which("pgbouncer", path=f"{os.environ['PATH']}:/usr/sbin"):
        return found
    raise RuntimeError("pgbouncer is not here; `make system` installs it")


@contextmanager
def running(server: Postgresql, folder: Path | None = None, **settings: object) -> Iterator[Pgbouncer]:
    """A pooler before a server, with settings of its own like `default_pool_size=2`; stopped at the end."""
    with account.folder_of(USER, folder) as place:
        port = ports.free()
        own = {
            "listen_addr": "127.0.0.1",
            "listen_port": port,
            "unix_socket_dir": "",
            "auth_type": "trust",
            "auth_file": place / "users",
            "admin_users": USER,
            "pool_mode": "transaction",
        }
        lines = "\n".join(f"{name} = {value}" for name, value in (own | settings).items())
        (place / "users").write_text(f'"{USER}" ""\n')
        (place / "pgbouncer.ini").write_text(
            f"[databases]\n* = host=127.0.0.1 port={server.port}\n[pgbouncer]\n{lines}\n"
        )
        made = Pgbouncer(place, port)
        try:
            made.start()
            yield made
        finally:
            made.stop()
