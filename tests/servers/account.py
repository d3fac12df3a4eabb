"""Whose a test server's processes and files are: servers that refuse to be root's run as their own system user."""

import os
import pwd
import shutil
from pathlib import Path
from typing import Any


def run_as(user: str) -> dict[str, Any]:
    """What `subprocess` needs to start a process as this user; nothing when we are not root and stay who we are."""
    if os.geteuid() != 0:
        return {}
    found = pwd.getpwnam(user)
    return {"user": found.pw_uid, "group": found.pw_gid, "extra_groups": []}


def hand_over(folder: Path, user: str) -> None:
    """Make a folder the user's, and let the user through those above it, which pytest makes for us alone."""
    if os.geteuid() != 0:
        return
    shutil.chown(folder, user, user)
    for above in folder.parents:
        mode = above.stat().st_mode
        if above.stat().st_uid == 0 and not mode & 0o001:
            above.chmod(mode | 0o001)
