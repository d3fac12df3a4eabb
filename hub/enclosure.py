"""Files that go along with what is sent: PDF, JPG and PNG (HIS 1077)."""

from base64 import b64decode
from dataclasses import replace

from hub import wire
from hub.change import File
from hub.errors import BadRequest
from hub.message import Message

# What all files of a message may have together (EDI 2.0), and how much of each tells its type.
MOST_BYTES = 35_000_000
LOOKED_AT = 1_024


def checked(files: tuple[File, ...]) -> tuple[File, ...]:
    """Files that go out, each with the type that its bytes tell. Raises BadRequest for any other kind."""
    told = tuple(replace(file, mime_type=wire.media_type(file.content[:LOOKED_AT])) for file in _few(files))
    if wrong := next((n for n, file in enumerate(told, 1) if not file.mime_type), None):
        raise BadRequest(f"files: number {wrong} is no PDF, JPG or PNG, and others cannot be sent (HIS 1077)")
    return told


def of(message: Message, raw: bytes) -> tuple[File, ...]:
    """The files of a message that can be sent on; `raw` has its bytes. Raises BadRequest when they are too large."""
    found = (x for x in message.attachments if x.length)
    files = [File(x.description, "", b64decode(raw[x.start : x.start + x.length])) for x in found]
    return checked(tuple(file for file in files if wire.media_type(file.content[:LOOKED_AT])))


def _few(files: tuple[File, ...]) -> tuple[File, ...]:
    if sum(len(file.content) for file in files) > MOST_BYTES:
        raise BadRequest(f"files: at most {MOST_BYTES} bytes can be sent in all")
    return files
