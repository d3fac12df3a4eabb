"""The hub's signature (Ed25519): by it a partner knows that a list is ours, and that nobody has changed it."""

from base64 import b64encode
from hashlib import sha256
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from hub.errors import BadConfiguration

_MAKE = "make one with `openssl genpkey -algorithm ed25519 -out FILE`"


class Seal:
    """A private key, and what may be told of it."""

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key

    def sign(self, content: bytes) -> bytes:
        """The signature of these very bytes: 64 bytes."""
        return self._key.sign(content)

    def told(self, content: bytes) -> str:
        """The same as text."""
        return b64encode(self.sign(content)).decode()

    @property
    def public(self) -> str:
        """The public key as PEM, which partners check signatures with."""
        form = serialization.PublicFormat.SubjectPublicKeyInfo
        return self._key.public_key().public_bytes(serialization.Encoding.PEM, form).decode()

    @property
    def name(self) -> str:
        """By what a public key is known among several: the beginning of the SHA-256 of its 32 bytes."""
        return sha256(self._key.public_key().public_bytes_raw()).hexdigest()[:16]


def load(file: Path | None) -> Seal | None:
    """The seal of a site, or None where it has none. Raises BadConfiguration."""
    if file is None:
        return None
    try:
        key = serialization.load_pem_private_key(file.read_bytes(), None)
    except OSError as fault:
        raise _wrong(f"{file} cannot be read: {fault.strerror}; {_MAKE}") from fault
    except (ValueError, TypeError) as fault:
        raise _wrong(f"{file} is no private key in PEM without a password; {_MAKE}") from fault
    if not isinstance(key, Ed25519PrivateKey):
        raise _wrong(f"{file} is a key of another kind than Ed25519; {_MAKE}")
    return Seal(key)


def _wrong(reason: str) -> BadConfiguration:
    return BadConfiguration("configuration", "reconciliation.key", reason)
