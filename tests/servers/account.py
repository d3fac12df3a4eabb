"""Whose a test server's processes and files are: servers that refuse to be root's run as their own system user."""

import os
import pwd
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any


def run_as(user: str) -> dict[str, Any]:
    """What `subprocess` needs to start a process as this user; nothing when we are not root and stay who we are."""
    if os.geteuid() != 0:
        return {}
    found = pwd.getpwnam(user)
    return {"user": found.pw_uid, "group": found.pw_gid, "extra_groups": []}


@contextmanager
def folder_of(user: str, given: Path | None) -> Iterator[Path]:
    """The folder that was given, or else one of its own that goes away; the user's either way.

    Its own lies beside pytest's, which are for one user alone and whose rights every run sets anew.
    """
    with ExitStack() as stack:
        own = given or Path(stack.enter_context(TemporaryDirectory(prefix="sambud-", ignore_cleanup_errors=True)))
        hand_over(own, user)
        yield own


def hand_over(folder: Path, user: str) -> None:
    """Make a folder the user's, and let the user through those above it, which pytest makes for us alone."""
    if os.geteuid() != 0:
        return
    shutil.chown(folder, user, user)
    for above in folder.parents:
        mode = above.stat().st_mode
        if above.stat().st_uid == 0 and not mode & 0o001:
            above.chmod(mode | 0o001)
