"""The files of a configuration together, apart from the folder that they came from."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

from hub.errors import BadConfiguration
from hub.registry import files, source
from hub.registry.example import EXAMPLES

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
)
# A folder may do without these.
OPTIONAL = (EXAMPLES,)


def gather(folder: Path) -> dict[str, bytes]:
    """What each file of a folder holds, by its name. Raises BadConfiguration when one cannot be read."""
    return {name: source.raw(folder / name) for name in NAMES if name not in OPTIONAL or (folder / name).exists()}


def digest(content: bytes) -> str:
    """By what a file's content is known."""
    return sha256(content).hexdigest()


def spread(contents: Mapping[str, bytes], folder: Path) -> None:
    """Write the files into a folder, which is made if need be. Raises BadConfiguration when they cannot be written."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in contents.items():
            (folder / name).write_bytes(content)
    except OSError as wrong:
        raise BadConfiguration(str(folder), "", f"the files cannot be written: {wrong.strerror}") from wrong


@contextmanager
def spread_out(contents: Mapping[str, bytes]) -> Iterator[Path]:
    """The files in a folder that only this process's user may see, and that goes away again."""
    with TemporaryDirectory(prefix="sambud-") as folder:
        spread(contents, Path(folder))
        yield Path(folder)
