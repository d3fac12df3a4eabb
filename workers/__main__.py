"""`python -m workers serve`: the processes, one for each word; the command `hub` starts them so."""

import argparse
import sys
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import structlog
import uvloop

from hub import settings, telemetry
from hub.errors import BadConfiguration
from workers import audit, intake, process, relay, serve, vigil, watch

# sysexits.h: something in the configuration is wrong; a supervisor need not try again.
EX_CONFIG = 78


def main() -> int:
    """Run one process until it is told to stop; 78 when the configuration is wrong, 1 when a part of it died."""
    parser = argparse.ArgumentParser(prog="python -m workers", description="Run one of the hub's processes.")
    parser.add_argument("process", choices=["serve", "intake", "relay", "watch", "audit"])
    parser.add_argument("--config", type=Path, help="hub.toml; else HUB_CONFIG, else ./hub.toml")
    parser.add_argument("--with-parent", action="store_true", help="stop when standard input closes")
    asked = parser.parse_args()
    telemetry.configure()
    try:
        uvloop.run(_process(asked.process, settings.load(asked.config), asked.with_parent))
    except BadConfiguration as fault:
        print(f"hub: {fault}", file=sys.stderr)
        return EX_CONFIG
    except Exception as fault:
        # Told by its kind and place: a traceback's words could quote what a message says.
        structlog.get_logger().critical("process.failed", exc_info=fault)
        return 1
    return 0


def _process(name: str, found: settings.Settings, with_parent: bool) -> Coroutine[Any, Any, None]:
    if name == "serve":
        return serve.run(found, with_parent)
    work: dict[str, process.Work] = {"watch": watch.work, "audit": audit.work}
    work |= {"intake": vigil.beside(intake.run), "relay": vigil.beside(relay.run)}
    return process.run(name, work[name], found, with_parent, reading=name == "intake")


if __name__ == "__main__":
    sys.exit(main())
