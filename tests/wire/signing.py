"""People who sign messages, and the authorities behind them, all made up on the spot."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from lxml import etree
from signxml.algorithms import CanonicalizationMethod, DigestAlgorithm, SignatureMethod
from signxml.signer import XMLSigner

from tests.wire.builders import dialogue

DS = "http://www.w3.org/2000/09/xmldsig#"
FIRST, LAST = datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)

Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


@dataclass(frozen=True)
class Holder:
    """A certificate with its key."""

    certificate: x509.Certificate
    key: Key

    @property
    def pem(self) -> bytes:
        """The certificate as a file has it."""
        return self.certificate.public_bytes(Encoding.PEM)


@cache
def elliptic(name: str) -> ec.EllipticCurvePrivateKey:
    """A key of its own for each name."""
    return ec.generate_private_key(ec.SECP256R1())


@cache
def rivest(bits: int) -> rsa.RSAPrivateKey:
    """An RSA key."""
    return rsa.generate_private_key(65537, bits)


def holder(
    name: str,
    issuer: Holder | None = None,
    key: Key | None = None,
    authority: bool = False,
    usage: tuple[str, ...] | None = ("content_commitment",),
    first: datetime = FIRST,
    last: datetime = LAST,
    serial: int | None = None,
) -> Holder:
    """Somebody with a certificate from the issuer, or from themselves; `usage` None names no usage at all."""
    key = key or elliptic(name)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    signed = issuer.key if issuer else key
    built = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.certificate.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(serial or x509.random_serial_number())
        .not_valid_before(first)
        .not_valid_after(last)
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signed.public_key()), critical=False)
    )
    if usage is not None:
        built = built.add_extension(_usage("key_cert_sign", "crl_sign") if authority else _usage(*usage), critical=True)
    return Holder(built.sign(signed, hashes.SHA256()), key)


def _usage(*names: str) -> x509.KeyUsage:
    known = (
        *("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement"),
        *("key_cert_sign", "crl_sign", "encipher_only", "decipher_only"),
    )
    return x509.KeyUsage(**{name: name in names for name in known})


def revocations(issuer: Holder, *revoked: Holder) -> bytes:
    """A revocation list of an issuer."""
    built = x509.CertificateRevocationListBuilder().issuer_name(issuer.certificate.subject)
    built = built.last_update(FIRST).next_update(FIRST + timedelta(days=30))
    for each in revoked:
        entry = x509.RevokedCertificateBuilder().serial_number(each.certificate.serial_number).revocation_date(FIRST)
        built = built.add_revoked_certificate(entry.build())
    return built.sign(issuer.key, hashes.SHA256()).public_bytes(Encoding.DER)


ROOT = holder("Root", authority=True)
BETWEEN = holder("Between", ROOT, authority=True)
DOCTOR = holder("Doctor", BETWEEN)


def trusted(folder: Path, *authorities: Holder, **lists: bytes) -> Path:
    """A folder of authorities and of revocation lists by name."""
    folder.mkdir(exist_ok=True)
    for number, each in enumerate(authorities):
        (folder / f"{number}.pem").write_bytes(each.pem)
    for name, raw in lists.items():
        (folder / f"{name}.crl").write_bytes(raw)
    return folder


def signed(
    raw: bytes | None = None,
    signer: Holder = DOCTOR,
    chain: tuple[Holder, ...] = (BETWEEN,),
    reference: str = "",
    digest: DigestAlgorithm = DigestAlgorithm.SHA256,
    canonical: CanonicalizationMethod = CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0,
) -> bytes:
    """A message with a personal signature as its last child; the default dialogue message unless another is given."""
    root = etree.fromstring(dialogue() if raw is None else raw)
    rsa_key = isinstance(signer.key, rsa.RSAPrivateKey)
    method = SignatureMethod.RSA_SHA256 if rsa_key else SignatureMethod.ECDSA_SHA256
    tool = XMLSigner(signature_algorithm=method, digest_algorithm=digest, c14n_algorithm=canonical)
    certificates: list[Any] = [each.certificate for each in (signer, *chain)]
    made = tool.sign(root, key=signer.key, cert=certificates, reference_uri=reference or None)
    return etree.tostring(made, xml_declaration=True, encoding="UTF-8")
