"""A personal signature (ds:Signature in MsgHead, HIS 80601): is it over this message, and by whom it says?

Only a signature over the whole message counts: one Reference with an empty URI, enveloped. So what was signed is all
that is read, nothing outside of the message is ever fetched, and nothing can be wrapped in or moved. A ds:Signature
anywhere deeper belongs to a payload and is none of a person's here.
"""

import sys
from base64 import b64decode
from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import cache

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm

# Loaded by name, as cryptography would load it with the first key, when a confined reader can open no file any more.
from cryptography.hazmat.backends.openssl import backend as _backend  # noqa: F401
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from lxml import etree
from signxml.algorithms import CanonicalizationMethod, DigestAlgorithm, SignatureMethod
from signxml.exceptions import SignXMLException
from signxml.verifier import SignatureConfiguration, XMLVerifier

from hub.message import Fault
from hub.wire import signature_faults as faults
from hub.wire import tree
from hub.wire.signature_trust import Trust
from hub.wire.tree import Element

_DS = "{http://www.w3.org/2000/09/xmldsig#}"
_SIGNATURE = f"{_DS}Signature"
_ENVELOPED = "http://www.w3.org/2000/09/xmldsig#enveloped-signature"
_INCLUSIVE = "{http://www.w3.org/2001/10/xml-exc-c14n#}InclusiveNamespaces"

# SHA-1 proves nothing any more, and what is smaller or newer than these is in nobody's national certificate.
_METHODS = frozenset(
    SignatureMethod[name.format(n)] for name in ("RSA_SHA{}", "ECDSA_SHA{}", "SHA{}_RSA_MGF1") for n in (256, 384, 512)
)
_DIGESTS = frozenset((DigestAlgorithm.SHA256, DigestAlgorithm.SHA384, DigestAlgorithm.SHA512))
_SIGNING, _DIGESTING = {m.value for m in _METHODS}, {d.value for d in _DIGESTS}
_CANONICAL = {method.value for method in CanonicalizationMethod}

_RSA_BITS = range(2048, 8193)
_CURVES = (ec.SECP256R1, ec.SECP384R1, ec.SECP521R1)

# More or longer certificates than any chain has are not looked at.
_MOST_CERTIFICATES, _LONGEST_CERTIFICATE = 8, 20_000

# What a certificate may make its reader say that is not made as it must be.
_UNREADABLE = (ValueError, x509.DuplicateExtension, x509.UnsupportedGeneralNameType)

_INSTRUCTION = b"<?"


def check(root: Element, raw: bytes, encoding: str, at: datetime | None, trust: Trust | None) -> Iterator[Fault]:
    """What is wrong with the personal signature of a MsgHead (S01, S02, S03, S99); nothing when it has none.

    `at` is when the message says it was made. Without `trust` nobody can tell who stands behind a certificate: then
    all else is asked, and operations are told once that this is not.
    """
    if all(child.tag != _SIGNATURE for child in root):
        return
    whole = _whole(root, raw, encoding)
    signatures = [child for child in whole if child.tag == _SIGNATURE]
    signature, line = signatures[0], tree.line(signatures[0])
    if len(signatures) > 1 or any(isinstance(each.tag, str) for each in signature.itersiblings()):
        yield faults.misplaced(line)
    elif fault := _form(signature):
        yield fault
    else:
        yield from _of_person(whole, signature, at, trust)


def _of_person(root: Element, signature: Element, at: datetime | None, trust: Trust | None) -> Iterator[Fault]:
    line, certificates = tree.line(signature), _certificates(signature)
    if not certificates:
        yield faults.no_certificate(line)
        return
    signer, *others = certificates
    if not _is_strong(signer):
        yield faults.weak(line)
    elif not _fits(root, signer):
        yield faults.wrong(line)
    yield from _of_certificate(signer, others, at or signer.not_valid_before_utc, trust, line)


def _of_certificate(
    signer: x509.Certificate, others: Sequence[x509.Certificate], at: datetime, trust: Trust | None, line: int
) -> Iterator[Fault]:
    """Each reason not to believe a certificate; whoever gave it is asked about only when it could be right."""
    timely, signs = signer.not_valid_before_utc <= at <= signer.not_valid_after_utc, _may_sign(signer)
    if not timely:
        yield faults.expired(line)
    if not signs:
        yield faults.wrong_use(line)
    if trust is None:
        _say_unjudged()
    elif timely and signs:
        chain = trust.chain(signer, others, at)
        if not chain:
            yield faults.untrusted(line)
        elif trust.has_revoked(chain):
            yield faults.revoked(line)


def _whole(root: Element, raw: bytes, encoding: str) -> Element:
    """The message as it was signed: with the processing instructions that reading leaves out."""
    if raw.count(_INSTRUCTION) == raw[:100].count(b"<?xml "):
        return root
    return etree.fromstring(raw, _parser(encoding))


def _form(signature: Element) -> Fault | None:
    """Whether it has the one form that can be trusted; nothing is computed before that is known."""
    line = tree.line(signature)
    names = [_name(each) for each in signature]
    if names[:2] != ["SignedInfo", "SignatureValue"] or names.count("SignedInfo") != 1:
        return faults.incomplete(line)
    info = list(signature[0])
    if [_name(each) for each in info] != ["CanonicalizationMethod", "SignatureMethod", "Reference"]:
        several = sum(_name(each) == "Reference" for each in info) > 1
        return faults.not_the_whole(line) if several else faults.incomplete(line)
    canonical, method, reference = info
    parts = list(reference)
    if reference.get("URI") != "" or [_name(each) for each in parts][:1] != ["Transforms"]:
        return faults.not_the_whole(line)
    if [_name(each) for each in parts] != ["Transforms", "DigestMethod", "DigestValue"]:
        return faults.incomplete(line)
    transforms, digest, _ = parts
    if not _is_enveloped(transforms):
        return faults.not_the_whole(line)
    known = _algorithm(method) in _SIGNING and _algorithm(digest) in _DIGESTING
    return None if known and _is_canonical(canonical) else faults.weak(line)


def _is_enveloped(transforms: Element) -> bool:
    """Whether nothing but the signature itself is left out of what is signed, and nothing is made of the rest."""
    steps = list(transforms)
    if not 1 <= len(steps) <= 2 or any(_name(step) != "Transform" for step in steps):
        return False
    enveloped = _algorithm(steps[0]) == _ENVELOPED and not len(steps[0])
    return enveloped and all(_is_canonical(step) for step in steps[1:])


def _is_canonical(method: Element) -> bool:
    """Whether it is a canonicalization, which may name prefixes and nothing more."""
    return _algorithm(method) in _CANONICAL and all(each.tag == _INCLUSIVE for each in method)


def _algorithm(method: Element) -> str:
    return method.get("Algorithm", "")


def _name(element: Element) -> str:
    """A name in the signature's own namespace, without it; empty for anything else."""
    return element.tag.removeprefix(_DS) if isinstance(element.tag, str) and element.tag.startswith(_DS) else ""


def _fits(root: Element, signer: x509.Certificate) -> bool:
    """Whether the certificate's key signed this message as it is."""
    configuration = SignatureConfiguration(
        location="./",
        expect_references=1,
        signature_methods=_METHODS,
        digest_algorithms=_DIGESTS,
        # The certificate's own time is asked about elsewhere, by GenDate.
        verification_time=signer.not_valid_before_utc,
        default_reference_c14n_method=CanonicalizationMethod.CANONICAL_XML_1_0,
    )
    try:
        # Not against its own schemas, which it would have to read from files: the form has been looked at.
        XMLVerifier().verify(
            root, x509_cert=signer, parser=_parser(), expect_config=configuration, validate_schema=False
        )
    except (SignXMLException, ValueError, TypeError, UnsupportedAlgorithm, etree.LxmlError):
        return False
    return True


def _certificates(signature: Element) -> list[x509.Certificate]:
    """The signer's certificate first, which is the one that is no authority's; empty when any cannot be read."""
    found = signature.findall(f"{_DS}KeyInfo/{_DS}X509Data/{_DS}X509Certificate")
    if len(found) > _MOST_CERTIFICATES:
        return []
    try:
        read = [x509.load_der_x509_certificate(b64decode(_text(each))) for each in found]
        return sorted(read, key=_is_authority)
    except _UNREADABLE:
        return []


def _text(element: Element) -> str:
    written = tree.value(element)
    if len(written) > _LONGEST_CERTIFICATE:
        raise ValueError("a certificate is too long")
    return written


def _is_authority(certificate: x509.Certificate) -> bool:
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        return False


def _may_sign(signer: x509.Certificate) -> bool:
    """A person's own certificate, for signing or for what cannot be denied; one that names no usage is for any."""
    try:
        usage = signer.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return not _is_authority(signer)
    except _UNREADABLE:
        return False
    return (usage.digital_signature or usage.content_commitment) and not _is_authority(signer)


def _is_strong(signer: x509.Certificate) -> bool:
    try:
        key = signer.public_key()
    except (ValueError, UnsupportedAlgorithm):
        return False
    if isinstance(key, rsa.RSAPublicKey):
        return key.key_size in _RSA_BITS
    return isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, _CURVES)


def _parser(encoding: str | None = None) -> etree.XMLParser:
    """As everywhere in the wire, nothing is expanded, fetched or defaulted; but processing instructions stay."""
    return etree.XMLParser(
        encoding=encoding,
        huge_tree=True,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        attribute_defaults=False,
        remove_comments=True,
        remove_pis=False,
        recover=False,
    )


@cache
def _say_unjudged() -> None:
    """Once for each process: somebody must know that the authorities behind signatures are not asked about."""
    print("signature.unjudged reason=no-trust-configured", file=sys.stderr, flush=True)
