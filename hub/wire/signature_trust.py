"""Whom a site trusts to say who signed: certificates of authorities, and the lists of what they have revoked."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.x509 import verification

from hub.errors import BadConfiguration

CERTIFICATES = (".pem", ".crt", ".cer", ".der")
REVOCATIONS = ".crl"

# A person's certificate, the authority that gave it, and two more between that and the one that is trusted.
_LONGEST_CHAIN = 4

# An issuer's name and a number that it gave: what a certificate is known by.
_Known = tuple[bytes, int]


@dataclass(frozen=True, slots=True)
class Trust:
    """The authorities that a site trusts, and the certificates that they have revoked."""

    authorities: tuple[x509.Certificate, ...]
    revoked: frozenset[_Known] = frozenset()

    def chain(
        self, signer: x509.Certificate, others: Iterable[x509.Certificate], at: datetime
    ) -> tuple[x509.Certificate, ...]:
        """The certificates from the signer's to a trusted one, all valid at a time; empty when there is no way."""
        verifier = (
            verification.PolicyBuilder()
            .store(verification.Store(list(self.authorities)))
            .time(at)
            .max_chain_depth(_LONGEST_CHAIN)
            .extension_policies(
                ca_policy=verification.ExtensionPolicy.webpki_defaults_ca(),
                # People's certificates name no host, which is all that the stricter policy would ask for.
                ee_policy=verification.ExtensionPolicy.permit_all(),
            )
            .build_client_verifier()
        )
        try:
            return tuple(verifier.verify(signer, list(others)).chain)
        except (verification.VerificationError, ValueError, UnsupportedAlgorithm):
            return ()

    def has_revoked(self, chain: Iterable[x509.Certificate]) -> bool:
        """Whether any certificate of a chain was revoked, whenever that was (docs/decisions/0007)."""
        return any(_known(each.issuer, each.serial_number) in self.revoked for each in chain)


def load(folder: Path) -> Trust:
    """The authorities (PEM or DER) and the revocation lists (.crl) in a folder, read once.

    Raises BadConfiguration for a file that is neither, cannot be read, or is a list that none of the authorities
    has signed; and for a folder without an authority, as it would turn every signature away.
    """
    files = [each for each in _files(folder) if not each.name.startswith(".")]
    authorities = tuple(c for each in files if each.suffix.lower() in CERTIFICATES for c in _certificates(each))
    if not authorities:
        raise BadConfiguration(str(folder), "", f"there is no certificate ({', '.join(CERTIFICATES)}) to trust")
    lists = [each for each in files if each.suffix.lower() == REVOCATIONS]
    return Trust(authorities, frozenset(known for each in lists for known in _revoked(each, authorities)))


def _files(folder: Path) -> list[Path]:
    try:
        files = sorted(folder.iterdir())
    except OSError as error:
        raise BadConfiguration(str(folder), "", f"the folder cannot be read: {error.strerror}") from error
    for each in files:
        if each.suffix.lower() not in (*CERTIFICATES, REVOCATIONS) and not each.name.startswith("."):
            known = ", ".join((*CERTIFICATES, REVOCATIONS))
            raise BadConfiguration(str(each), "", f"is neither a certificate nor a revocation list ({known})")
    return files


def _certificates(file: Path) -> list[x509.Certificate]:
    raw = _bytes(file)
    try:
        if b"-----BEGIN" in raw:
            return x509.load_pem_x509_certificates(raw)
        return [x509.load_der_x509_certificate(raw)]
    except ValueError as error:
        raise BadConfiguration(str(file), "", "is no X.509 certificate in PEM or DER") from error


def _revoked(file: Path, authorities: Iterable[x509.Certificate]) -> Iterator[_Known]:
    raw = _bytes(file)
    try:
        pem = b"-----BEGIN" in raw
        found = x509.load_pem_x509_crl(raw) if pem else x509.load_der_x509_crl(raw)
    except ValueError as error:
        raise BadConfiguration(str(file), "", "is no X.509 revocation list in PEM or DER") from error
    if not any(_signed(found, each) for each in authorities if each.subject == found.issuer):
        raise BadConfiguration(str(file), "", "is not signed by any of the certificates in the folder")
    yield from (_known(found.issuer, each.serial_number) for each in found)


def _signed(revocations: x509.CertificateRevocationList, authority: x509.Certificate) -> bool:
    try:
        # mypy: every kind of public key is taken that a certificate can have, and others raise.
        return revocations.is_signature_valid(authority.public_key())  # type: ignore[arg-type]
    except (InvalidSignature, TypeError, ValueError, UnsupportedAlgorithm):
        return False


def _known(issuer: x509.Name, serial: int) -> _Known:
    return issuer.public_bytes(), serial


def _bytes(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise BadConfiguration(str(file), "", f"cannot be read: {error.strerror}") from error
