"""The files of a configuration together, apart from the folder that they came from."""

import os
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

from hub.errors import BadConfiguration
from hub.registry import files, source
from hub.registry.example import EXAMPLES
from hub.registry.source import Held

NAMES = (
    files.CENTRE,
    files.PARTNERS,
    files.TOPICS,
    files.AGREEMENTS,
    files.ROUTES,
    files.LADDERS,
    files.ACCOUNTS,
    files.PATIENTS,
    EXAMPLES,
    files.TEMPLATES,
)
# A folder may do without these.
OPTIONAL = (EXAMPLES, *files.OPTIONAL)


def gather(folder: Path) -> dict[str, bytes]:
    """What each file of a folder holds, by its name. Raises BadConfiguration when one cannot be read."""
    return {name: source.raw(folder / name) for name in NAMES if name not in OPTIONAL or (folder / name).exists()}


def digest(content: bytes) -> str:
    """By what a file's content is known."""
    return sha256(content).hexdigest()


def held(contents: Mapping[str, bytes], folder: Path) -> dict[str, Path]:
    """The files to be read instead of a folder's, as they are here in memory; one that is not here is missing there."""
    return {name: Held.of(folder / name, contents.get(name)) for name in NAMES}


def spread(contents: Mapping[str, bytes], folder: Path) -> None:
    """Write the files into a folder, which is made if need be; they tell of patients, so only their owner may see them.

    Raises BadConfiguration when they cannot be written.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for name, content in contents.items():
            _write(folder / name, content)
    except OSError as wrong:
        raise BadConfiguration(str(folder), "", f"the files cannot be written: {wrong.strerror}") from wrong


def _write(path: Path, content: bytes) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), "wb") as file:
        # One that was there keeps who may see it, unless that is changed before anything is written.
        os.fchmod(file.fileno(), 0o600)
        file.truncate()
        file.write(content)
