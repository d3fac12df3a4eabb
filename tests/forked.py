"""The command `hub` as a process of its own, forked from one that has imported it already.

A test's command then costs what it does and not what Python needs to start. Where the interpreter's own beginning
matters, as for what a terminal can show, it is started from nothing.
"""

import multiprocessing
import os
import subprocess
import sys
import traceback
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from hub import cli

TIMEOUT = 120

# What the interpreter itself looks at when it starts.
STARTING = ("LANG", "LC_", "PYTHON")

_forks = multiprocessing.get_context("forkserver")
_forks.set_forkserver_preload(
    ["hub.cli", "hub.overview", "hub.service", "hub.registry.comparison", "hub.store.migrate"]
)


def text(*words: str, cwd: Path | None = None, env: Mapping[str, str] = os.environ) -> subprocess.CompletedProcess[str]:
    """The same, with what it printed as text."""
    done = run(*words, cwd=cwd, env=env)
    out, err = done.stdout.decode(), done.stderr.decode()
    return subprocess.CompletedProcess(done.args, done.returncode, out, err)


def run(
    *words: str, cwd: Path | None = None, env: Mapping[str, str] = os.environ, timeout: float = TIMEOUT
) -> subprocess.CompletedProcess[bytes]:
    """What `hub WORDS` printed, and its exit code; `env` is its whole environment."""
    if any(name.startswith(STARTING) and os.environ.get(name) != value for name, value in env.items()):
        command = [sys.executable, "-m", "hub.cli", *words]
        return subprocess.run(command, capture_output=True, timeout=timeout, check=False, env=dict(env), cwd=cwd)
    with TemporaryDirectory() as folder:
        out, err = Path(folder, "out"), Path(folder, "err")
        asked = (words, str(cwd or Path.cwd()), dict(env), str(out), str(err))
        process = _forks.Process(target=_run, args=asked, daemon=True)
        process.start()
        process.join(timeout)
        if process.is_alive():
            process.kill()
            process.join()
            raise subprocess.TimeoutExpired(words, timeout, out.read_bytes(), err.read_bytes())
        return subprocess.CompletedProcess(words, process.exitcode or 0, out.read_bytes(), err.read_bytes())


def _run(words: Sequence[str], cwd: str, env: Mapping[str, str], out: str, err: str) -> None:
    for descriptor, file, flags in ((0, os.devnull, os.O_RDONLY), (1, out, _WRITE), (2, err, _WRITE)):
        opened = os.open(file, flags, 0o600)
        os.dup2(opened, descriptor)
        os.close(opened)
    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(env)
    sys.argv = ["hub", *words]
    sys.stdin, sys.stdout, sys.stderr = (os.fdopen(n, mode, encoding="utf-8") for n, mode in enumerate("rww"))
    code: object = 0
    try:
        cli.main()
    except SystemExit as ended:
        code = ended.code
    except BaseException:
        traceback.print_exc()
        code = 1
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    # What is left of multiprocessing has nothing more to do here.
    os._exit(code if isinstance(code, int) else int(code is not None))


_WRITE = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
