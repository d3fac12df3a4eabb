"""Row 8: a personal signature must be over the whole message, by a right and trusted certificate that holds."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from lxml import etree
from signxml.algorithms import CanonicalizationMethod

from hub.acceptance import STRICT
from hub.errors import BadConfiguration
from hub.message import Message, Reading, Refusal
from hub.wire import Readers, reader, signature_trust
from hub.wire.rules import Terms
from tests.wire import builders, signing
from tests.wire.builders import dialogue
from tests.wire.signing import BETWEEN, DOCTOR, DS, ROOT, holder, revocations, rivest, signed, trusted

ENVELOPED = b'<ds:Transform Algorithm="http://www.w3.org/2000/09/xmldsig#enveloped-signature"/>'


def codes(raw: bytes, folder: Path | None = None) -> list[str]:
    """The codes of a refusal; none for a message that is accepted."""
    trust = signature_trust.load(folder) if folder else None
    read = reader.read(raw, terms=Terms(STRICT, trust))
    assert isinstance(read, Message | Refusal), read
    return [fault.code for fault in read.faults] if isinstance(read, Refusal) else []


@pytest.fixture
def roots(tmp_path: Path) -> Path:
    """A folder that trusts the root."""
    return trusted(tmp_path / "trust", ROOT)


RIGHT = {
    "as most sign": signed(),
    "with RSA": signed(signer=holder("Rivest", BETWEEN, key=rivest(2048))),
    "with inclusive canonicalization": signed(canonical=CanonicalizationMethod.CANONICAL_XML_1_0),
    "with the certificates in another order": signed(signer=DOCTOR, chain=(ROOT, BETWEEN)),
    "with a certificate of the root itself": signed(signer=holder("Nurse", ROOT), chain=()),
    "for signing in general": signed(signer=holder("General", BETWEEN, usage=("digital_signature",))),
    "for any use": signed(signer=holder("Any", BETWEEN, usage=None)),
    "over a message with prefixes": signed(
        dialogue(declaration="")
        .replace(b"<", b"<m:")
        .replace(b"<m:/", b"</m:")
        .replace(b"xmlns=", b"xmlns:m=", 1)
        .replace(b"<m:Dialogmelding xmlns=", b"<m:Dialogmelding xmlns:m=")
    ),
    "over a message with an instruction in it": signed(dialogue(body=builders.note(text="a<?b c?>d"))),
    "over a message with comments, which are not signed": signed(dialogue()).replace(
        b"<MIGversion>", b"<!-- a --><MIGversion>"
    ),
}


@pytest.mark.parametrize("raw", RIGHT.values(), ids=RIGHT)
def test_a_right_signature_is_accepted(raw: bytes, roots: Path) -> None:
    assert [] == codes(raw, roots)


@pytest.mark.parametrize("raw", RIGHT.values(), ids=RIGHT)
def test_without_trust_a_right_signature_is_accepted_too(raw: bytes) -> None:
    assert [] == codes(raw)


def test_that_nobody_is_trusted_is_told_to_operations_once(capfd: pytest.CaptureFixture[str]) -> None:
    from hub.wire import signature

    signature._say_unjudged.cache_clear()
    assert [[], []] == [codes(signed()), codes(signed())]
    assert "signature.unjudged reason=no-trust-configured\n" == capfd.readouterr().err


CHANGED = {
    "another text": signed().replace(b"<p>Hei</p>", b"<p>Hallo</p>"),
    "another receiver": signed().replace(b"900101", b"900102"),
    "another patient": signed().replace(b"<GivenName>Hanne", b"<GivenName>Anne"),
    "another blank": signed().replace(b"</MsgInfo>", b"</MsgInfo> "),
    "an instruction within": signed().replace(b"<p>Hei</p>", b"<p>Hei</p><?a b?>"),
    "another digest": signed().replace(b"<ds:DigestValue>", b"<ds:DigestValue>AA"),
    "another value": signed().replace(b"<ds:SignatureValue>", b"<ds:SignatureValue>AAAA"),
    "a value that is no base64": signed().replace(b"<ds:SignatureValue>", b"<ds:SignatureValue>A"),
    "another method": signed().replace(b"#ecdsa-sha256", b"#rsa-sha256"),
}


@pytest.mark.parametrize("raw", CHANGED.values(), ids=CHANGED)
def test_what_was_changed_after_it_was_signed_is_refused(raw: bytes, roots: Path) -> None:
    assert ["S01", "S01"] == [codes(raw, roots)[0], codes(raw)[0]]


def test_a_signature_by_another_key_than_the_certificates_is_refused(roots: Path) -> None:
    thief = signing.Holder(DOCTOR.certificate, signing.elliptic("Thief"))
    stolen = signed(signer=signing.Holder(holder("Thief", BETWEEN).certificate, thief.key))
    certificate = etree.fromstring(signed()).find(f".//{{{DS}}}X509Certificate")
    root = etree.fromstring(stolen)
    own = root.find(f".//{{{DS}}}X509Certificate")
    assert own is not None and certificate is not None
    own.text = certificate.text
    assert ["S01"] == codes(etree.tostring(root), roots)


def _wrapped() -> bytes:
    """The oldest trick: the signed message goes along in a payload, and another one stands around it."""
    inner = etree.fromstring(signed())
    signature = inner[-1]
    outer = etree.fromstring(dialogue(attachments="<Document><RefDoc><MsgType V='XML'/><Content/></RefDoc></Document>"))
    outer.findall(".//{*}Content")[-1].append(inner)
    outer.append(signature)
    return etree.tostring(outer)


def _moved() -> bytes:
    """The signature refers by an id to a part that was signed, and the rest is new."""
    root = etree.fromstring(signed(dialogue().replace(b"<MsgInfo>", b'<MsgInfo Id="a">'), reference="#a"))
    return etree.tostring(root)


PLACES = {
    "around a signed one": (_wrapped(), "S01"),
    "over a part": (_moved(), "S01"),
    "over a file elsewhere": (
        signed().replace(b'<ds:Reference URI=""', b'<ds:Reference URI="file:///etc/passwd"'),
        "S01",
    ),
    "over a page elsewhere": (
        signed().replace(b'<ds:Reference URI=""', b'<ds:Reference URI="http://127.0.0.1:9/a"'),
        "S01",
    ),
    "over nothing that is named": (signed().replace(b'<ds:Reference URI=""', b"<ds:Reference"), "S01"),
    "with a query for a transform": (
        signed().replace(
            ENVELOPED, ENVELOPED + b'<ds:Transform Algorithm="http://www.w3.org/TR/1999/REC-xpath-19991116"/>'
        ),
        "S01",
    ),
    "with a program for a transform": (
        signed().replace(ENVELOPED, b'<ds:Transform Algorithm="http://www.w3.org/TR/1999/REC-xslt-19991116"/>'),
        "S01",
    ),
    "with itself in what is signed": (signed().replace(ENVELOPED, b""), "S01"),
    "with more than one reference": (
        signed().replace(b"</ds:Reference>", b'</ds:Reference><ds:Reference URI=""/>'),
        "S01",
    ),
    "twice": (signed().replace(b"</MsgHead>", b"<Signature xmlns='" + DS.encode() + b"'/></MsgHead>"), "S01"),
    "before the end": (signed().replace(b"</MsgHead>", b"<Document/></MsgHead>"), "S01"),
    "empty": (dialogue().replace(b"</MsgHead>", b"<Signature xmlns='" + DS.encode() + b"'/></MsgHead>"), "S01"),
    "with SHA-1 for a digest": (
        signed().replace(b"http://www.w3.org/2001/04/xmlenc#sha256", b"http://www.w3.org/2000/09/xmldsig#sha1"),
        "S99",
    ),
    "with RSA and SHA-1": (
        signed().replace(
            b"http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256", b"http://www.w3.org/2000/09/xmldsig#rsa-sha1"
        ),
        "S99",
    ),
    "with a shared secret": (signed().replace(b"#ecdsa-sha256", b"#hmac-sha256"), "S99"),
    "with an unknown method": (signed().replace(b"#ecdsa-sha256", b"#none"), "S99"),
    "with a short key": (signed(signer=holder("Short", BETWEEN, key=rivest(1024))), "S99"),
}


@pytest.mark.parametrize(("raw", "code"), PLACES.values(), ids=PLACES)
def test_a_signature_of_another_form_is_refused(raw: bytes, code: str, roots: Path) -> None:
    assert code in codes(raw, roots)
    assert code in codes(raw)


def test_a_signature_in_a_payload_is_not_a_persons(roots: Path) -> None:
    broken = f'<Signature xmlns="{DS}"/>'
    assert [] == [c for c in codes(dialogue(body=builders.note(text=broken)), roots) if c.startswith("S")]


CERTIFICATES = {
    "of nobody who is trusted": (signed(signer=holder("Self"), chain=()), ["S02"]),
    "of another authority of the same name": (
        signed(
            signer=holder(
                "Fake", signing.Holder(holder("Root", authority=True, key=rivest(2048)).certificate, rivest(2048))
            ),
            chain=(),
        ),
        ["S02"],
    ),
    "without what stands between": (signed(chain=()), ["S02"]),
    "that another person has given": (signed(signer=holder("Friend", DOCTOR), chain=(DOCTOR, BETWEEN)), ["S02"]),
    "that has run out": (signed(signer=holder("Old", BETWEEN, last=signing.FIRST + timedelta(days=1))), ["S02"]),
    "that does not hold yet": (signed(signer=holder("New", BETWEEN, first=signing.LAST - timedelta(days=1))), ["S02"]),
    "for encryption": (signed(signer=holder("Secret", BETWEEN, usage=("key_encipherment",))), ["S02"]),
    "of an authority": (signed(signer=BETWEEN, chain=()), ["S02"]),
}


@pytest.mark.parametrize(("raw", "expected"), CERTIFICATES.values(), ids=CERTIFICATES)
def test_an_invalid_certificate_is_refused(raw: bytes, expected: list[str], roots: Path) -> None:
    assert expected == codes(raw, roots)


@pytest.mark.parametrize(
    ("name", "expected"),
    {
        "of nobody who is trusted": [],
        "that has run out": ["S02"],
        "for encryption": ["S02"],
        "of an authority": ["S02"],
    }.items(),
)
def test_without_trust_everything_but_the_authority_is_asked(name: str, expected: list[str]) -> None:
    assert expected == codes(CERTIFICATES[name][0])


def test_a_certificate_is_asked_about_the_time_when_the_message_was_made(roots: Path) -> None:
    made = datetime(2026, 11, 21, 9, 32, 12, tzinfo=UTC)
    on_time = holder("Punctual", BETWEEN, first=made, last=made)
    late = holder("Late", BETWEEN, last=made - timedelta(seconds=1))
    assert [[], ["S02"]] == [codes(signed(signer=each), roots) for each in (on_time, late)]


def test_a_message_without_certificate_is_refused(roots: Path) -> None:
    root = etree.fromstring(signed())
    for each in root.findall(f".//{{{DS}}}X509Data"):
        each.getparent().remove(each)  # type: ignore[union-attr]
    assert "S02" in codes(etree.tostring(root), roots)


def test_a_revoked_certificate_is_refused(tmp_path: Path) -> None:
    folder = trusted(tmp_path / "trust", ROOT, BETWEEN, people=revocations(BETWEEN, DOCTOR))
    assert ["S03"] == codes(signed(), folder)
    assert [] == codes(signed(signer=holder("Other", BETWEEN)), folder)


def test_a_revoked_authority_takes_its_people_with_it(tmp_path: Path) -> None:
    folder = trusted(tmp_path / "trust", ROOT, authorities=revocations(ROOT, BETWEEN))
    assert ["S03"] == codes(signed(), folder)


def test_several_faults_are_all_told(roots: Path) -> None:
    old = holder("Old", BETWEEN, last=signing.FIRST + timedelta(days=1))
    raw = signed(dialogue(msg_id="1", patient=""), signer=old).replace(b"<p>Hei</p>", b"<p>Nei</p>")
    assert ["E10", "S01", "S02", "E36"] == codes(raw, roots)


FOLDERS = {
    "nothing": ({}, "there is no certificate"),
    "no certificate": ({"a.pem": b"hello"}, "is no X.509 certificate in PEM or DER"),
    "no revocation list": ({"a.pem": ROOT.pem, "b.crl": b"hello"}, "is no X.509 revocation list in PEM or DER"),
    "another's revocation list": (
        {"a.pem": ROOT.pem, "b.crl": revocations(BETWEEN)},
        "is not signed by any of the certificates in the folder",
    ),
    "a stranger": ({"a.pem": ROOT.pem, "b.p12": b""}, "is neither a certificate nor a revocation list"),
}


@pytest.mark.parametrize(("files", "said"), FOLDERS.values(), ids=FOLDERS)
def test_a_folder_that_cannot_be_used_is_told(files: dict[str, bytes], said: str, tmp_path: Path) -> None:
    for name, raw in files.items():
        (tmp_path / name).write_bytes(raw)
    with pytest.raises(BadConfiguration, match=said):
        signature_trust.load(tmp_path)


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(BadConfiguration, match="cannot be read"):
        signature_trust.load(tmp_path / "none")


async def test_a_confined_reader_judges_signatures(tmp_path: Path) -> None:
    folder = trusted(tmp_path / "trust", ROOT, BETWEEN, people=revocations(BETWEEN, holder("Gone", BETWEEN, serial=7)))
    bad = (signed().replace(b"<p>Hei", b"<p>Nei"), signed(signer=holder("Self"), chain=()))
    gone = signed(signer=holder("Gone", BETWEEN, serial=7))
    async with Readers(trust=folder) as readers:
        read = await readers.read([signed(), RIGHT["with RSA"], *bad, gone])
        again = await readers.read([gone], stored=True)
    assert ["", "", "S01", "S02", "S03"] == [_first(each) for each in read]
    # What was accepted stays readable, whatever was revoked since.
    assert [""] == [_first(each) for each in again]


@pytest.mark.parametrize("raw", [RIGHT["as most sign"], RIGHT["with RSA"], RIGHT["for any use"]])
async def test_a_confined_reader_without_trust_has_loaded_all_that_it_needs(raw: bytes) -> None:
    async with Readers() as readers:
        assert ["", "S01"] == [_first(each) for each in await readers.read([raw, raw.replace(b"<p>Hei", b"<p>Nei")])]


async def test_a_reader_with_a_folder_that_cannot_be_used_does_not_start(tmp_path: Path) -> None:
    with pytest.raises(BadConfiguration, match="there is no certificate"):
        async with Readers(trust=tmp_path):
            pass


def _first(read: Reading) -> str:
    assert isinstance(read, Message | Refusal), read
    return read.faults[0].code if isinstance(read, Refusal) else ""
