"""RabbitMQ nodes of our own: on free loopback ports, in a folder that goes away, as root or not, one or a cluster."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.servers import account
from tests.servers import port as ports

USER = "rabbitmq"
PLUGINS = ("rabbitmq_amqp1_0",)
# The wrappers in /usr/sbin change the user and read the system's settings.
PROGRAMS = Path("/usr/lib/rabbitmq/bin")
# How long a node or a program may take.
PATIENCE = 120


@dataclass(slots=True)
class Node:
    """One node in a folder; it may be frozen, killed and started again, and keeps what it had."""

    name: str
    folder: Path
    port: int
    distribution: int
    epmd: int
    home: Path
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where it speaks AMQP 0-9-1."""
        return f"amqp://guest:guest@127.0.0.1:{self.port}/"

    def start(self) -> None:
        """Start the node; `wait` tells when it is there."""
        self.process = self._popen("rabbitmq-server")

    def wait(self) -> None:
        """Until the node takes connections. Raises RuntimeError with its log when it does not."""
        until = time.monotonic() + PATIENCE
        while not _listening(self.port):
            if self.process is None or self.process.poll() is not None or time.monotonic() > until:
                raise RuntimeError(f"{self.name} does not start: {self._log()}")
            time.sleep(0.1)
        self.ctl("await_startup")

    def ctl(self, *words: str) -> str:
        """What `rabbitmqctl` says to these words. Raises RuntimeError with its words when it fails."""
        process = self._popen("rabbitmqctl", "-n", self.name, *words, stdout=subprocess.PIPE)
        said, _ = process.communicate(timeout=PATIENCE)
        if process.returncode:
            raise RuntimeError(f"rabbitmqctl {' '.join(words)}: {said.decode(errors='replace')} {self._log()}")
        return said.decode()

    def freeze(self) -> None:
        """Stop it in the midst of whatever it does."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on."""
        self._signal(signal.SIGCONT)

    def kill(self) -> None:
        """End it without warning."""
        self._signal(signal.SIGKILL)
        if self.process is not None:
            self.process.wait(PATIENCE)

    def _signal(self, number: signal.Signals) -> None:
        """To the node and all that it started: the server is a shell script around Erlang."""
        if self.process is not None and self.process.poll() is None:
            os.killpg(self.process.pid, number)

    def _popen(self, program: str, *words: str, stdout: Any = None) -> subprocess.Popen[bytes]:
        with (self.folder / "log").open("ab") as log:
            return subprocess.Popen(
                [PROGRAMS / program, *words],
                env={"PATH": os.environ["PATH"], **self._environment()},
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log if stdout is None else stdout,
                stderr=log,
                start_new_session=True,
                **account.run_as(USER),
            )

    def _environment(self) -> dict[str, str]:
        own = {
            "NODENAME": self.name,
            "NODE_PORT": self.port,
            "DIST_PORT": self.distribution,
            "BASE": self.folder,
            "MNESIA_BASE": self.folder / "mnesia",
            "LOG_BASE": self.folder,
            "ENABLED_PLUGINS_FILE": self.folder / "plugins",
            "PID_FILE": self.folder / "pid",
            "CONFIG_FILE": self.folder / "rabbitmq.conf",
            "SCHEMA_DIR": self.folder / "schema",
            "GENERATED_CONFIG_DIR": self.folder / "generated",
            # An empty one, so that the system's is not read.
            "CONF_ENV_FILE": self.folder / "environment",
            "SERVER_ADDITIONAL_ERL_ARGS": "+S 2:2 -kernel inet_dist_use_interface {127,0,0,1}",
        }
        named = {f"RABBITMQ_{key}": str(value) for key, value in own.items()}
        # The cookie, by which the nodes of a cluster know each other, lies in the home.
        return {**named, "ERL_EPMD_PORT": str(self.epmd), "ERL_EPMD_ADDRESS": "127.0.0.1", "HOME": str(self.home)}

    def _log(self) -> str:
        return (self.folder / "log").read_text(errors="replace")[-2000:]


@dataclass(slots=True)
class Cluster:
    """Nodes that know each other; the first one is where the others joined."""

    nodes: list[Node] = field(default_factory=list)

    @property
    def urls(self) -> list[str]:
        """Where they speak AMQP 0-9-1."""
        return [node.url for node in self.nodes]


@contextmanager
def running(folder: Path | None = None, count: int = 1) -> Iterator[Cluster]:
    """So many nodes as one cluster, each ready, in a folder or in one of their own; gone at the end."""
    if not (PROGRAMS / "rabbitmq-server").exists():
        raise RuntimeError("RabbitMQ is not here; `make system` installs it")
    epmd = ports.free()
    with account.folder_of(USER, folder) as place:
        cluster = Cluster([_made(place, number, epmd) for number in range(1, count + 1)])
        # The port mapper that they share; otherwise the first node starts one that outlives us.
        mapper = subprocess.Popen(["epmd", "-port", str(epmd), "-address", "127.0.0.1"], **account.run_as(USER))
        try:
            for node in cluster.nodes:
                node.start()
                # The first one writes the cookie that the others read.
                node.wait()
            for node in cluster.nodes[1:]:
                _join(node, cluster.nodes[0])
            yield cluster
        finally:
            for node in cluster.nodes:
                node.kill()
            mapper.kill()
            mapper.wait(PATIENCE)


def _made(folder: Path, number: int, epmd: int) -> Node:
    own = folder / f"node{number}"
    own.mkdir()
    port = ports.free()
    (own / "plugins").write_text(f"[{', '.join(PLUGINS)}].")
    (own / "environment").write_text("")
    (own / "rabbitmq.conf").write_text(f"listeners.tcp.default = 127.0.0.1:{port}\nlog.console.level = error\n")
    for path in (own, *own.iterdir()):
        account.hand_over(path, USER)
    return Node(f"hub{os.getpid()}n{number}@localhost", own, port, ports.free(), epmd, folder)


def _join(node: Node, first: Node) -> None:
    for words in (("stop_app",), ("join_cluster", first.name), ("start_app",)):
        node.ctl(*words)


def _listening(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
