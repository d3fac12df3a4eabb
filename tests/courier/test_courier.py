"""Mail, webhooks and alerts as real servers get them, and what is said when they do not."""

import hmac
import ssl
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from hub.courier import Courier, Post, Webhook
from hub.directory import InboxId
from hub.dispatch import Claimed, Content, Kind, Line, Overdue, Way
from hub.errors import Unavailable
from hub.item import ItemId
from tests import builders
from tests.servers import hooks, smtp

NOW = builders.TUESDAY
DUE = NOW.astimezone(builders.hours().local(NOW).tzinfo)
SENDER, SECRET, LINK = "Sambud <sambud@centre.example>", "s3cret-s3cret-s3cret", "https://sambud.example"
ITEMS = tuple(ItemId(f"{n:020x}") for n in range(12))
LATE = Line(InboxId("team"), "Primærhelseteamet", Kind.LATE, True, False, 40, ITEMS, DUE)
SOON = Line(InboxId("team"), "Primærhelseteamet", Kind.WARNED, False, True, 1, ITEMS[:1], DUE)


def claimed(way: Way, target: str, *lines: Line) -> Claimed:
    return Claimed(1, f"{way}-0123", way, target, Content(lines or (LATE,)), NOW, 1, NOW)


@pytest.fixture
async def post() -> AsyncIterator[smtp.MailServer]:
    async with smtp.serving() as found:
        yield found


@pytest.fixture
async def web() -> AsyncIterator[hooks.Hooks]:
    async with hooks.serving() as found:
        yield found


def by_mail(port: int, **changes: str) -> Courier:
    return Courier(replace(Post(SENDER, "localhost", port, tls="none"), **changes), link=LINK, seconds=2.0)


def by_web(url: str, seconds: float = 2.0) -> Courier:
    return Courier(webhooks={"ops": Webhook(f"{url}/hook", SECRET)}, alertmanager=url, link=LINK, seconds=seconds)


async def fails(by: Courier, x: Claimed) -> str:
    async with by:
        with pytest.raises(Unavailable) as fault:
            await by.take(x, NOW)
    return str(fault.value)


async def test_a_mail_says_in_two_languages_how_many_where_since_when_and_how_to_see_them(
    post: smtp.MailServer,
) -> None:
    async with by_mail(post.port) as by:
        await by.take(claimed(Way.MAIL, "kari@centre.example", LATE, SOON), NOW)
    (letter,) = post.letters
    assert (SENDER, "kari@centre.example") == (letter["From"], letter["To"])
    assert "HASTER: 1 sak har frist snart, 40 saker er over fristen (Primærhelseteamet)" == letter["Subject"]
    assert ("<mail-0123@centre.example>", "auto-generated") == (letter["Message-ID"], letter["Auto-Submitted"])
    norwegian, english = letter.get_content().split("-----")
    assert "HASTER: 40 saker er over fristen; første frist 24.11.2026 kl. 09.00." in norwegian
    assert f"Saker: {', '.join(ITEMS[:10])} og 30 til" in norwegian
    assert f"{LINK}/inboxes/team" in norwegian
    assert "Sambud sa fra for sent, fordi det hadde stått stille." in norwegian
    assert "URGENT: 40 items are past their deadline; the first deadline was 2026-11-24 09:00." in english
    assert "1 item is due soon" in english


async def test_a_reply_that_does_not_come_is_no_late_item_of_theirs(post: smtp.MailServer) -> None:
    soon, missing = replace(SOON, kind=Kind.EXPECTED, delayed=False), replace(LATE, kind=Kind.MISSING, urgent=False)
    async with by_mail(post.port) as by:
        await by.take(claimed(Way.MAIL, "kari@centre.example", missing, soon), NOW)
    (letter,) = post.letters
    told = "1 svar fra avsenderen er ventet snart, 40 svar fra avsenderne har ikke kommet (Primærhelseteamet)"
    assert told == letter["Subject"]
    norwegian, english = letter.get_content().split("-----")
    assert "har ikke kommet; det første var ventet innen 24.11.2026 kl. 09.00." in norwegian
    assert "40 replies from the senders have not come; the first was expected by 2026-11-24 09:00." in english
    assert "1 reply from the sender is expected soon; the first by 2026-11-24 09:00." in english


async def test_a_mail_server_is_spoken_to_in_secret_and_told_who_we_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate(tmp_path)))
    for tls, wrapped in (("starttls", False), ("tls", True)):
        async with smtp.serving(served(tmp_path), ("sambud", "right"), wrapped) as post:
            async with by_mail(post.port, tls=tls, user="sambud", password="right") as by:
                await by.take(claimed(Way.MAIL, "kari@centre.example"), NOW)
            assert [True] == post.secure
            told = await fails(by_mail(post.port, tls=tls, user="sambud", password="wrong"), claimed(Way.MAIL, "k@x"))
            assert f"the mail server at localhost:{post.port} refused (SMTPAuthenticationError 535)" == told


async def test_a_mail_server_whose_certificate_nobody_trusts_gets_nothing(tmp_path: Path) -> None:
    certificate(tmp_path)
    async with smtp.serving(served(tmp_path)) as post:
        told = await fails(by_mail(post.port, tls="starttls"), claimed(Way.MAIL, "kari@centre.example"))
        assert (0, True) == (len(post.letters), told.endswith("cannot be used: SSLCertVerificationError"))


async def test_a_mail_server_without_tls_gets_nothing_where_it_is_asked_for(post: smtp.MailServer) -> None:
    told = await fails(by_mail(post.port, tls="starttls"), claimed(Way.MAIL, "kari@centre.example"))
    assert (0, True) == (len(post.letters), told.endswith("cannot be used: SMTPNotSupportedError"))


async def test_what_a_mail_server_says_is_told_by_its_number_only(post: smtp.MailServer) -> None:
    post.refusal = "550 no kari@centre.example here"
    told = await fails(by_mail(post.port), claimed(Way.MAIL, "kari@centre.example"))
    assert f"the mail server at localhost:{post.port} does not take mail to this address (550)" == told


async def test_a_mail_server_that_is_not_there_is_named(free_port: int) -> None:
    told = await fails(by_mail(free_port), claimed(Way.MAIL, "kari@centre.example"))
    assert f"the mail server at localhost:{free_port} cannot be used: ConnectionRefusedError" == told


async def test_a_webhook_gets_json_with_a_key_and_a_signature_that_can_be_checked(web: hooks.Hooks) -> None:
    async with by_web(web.url) as by:
        await by.take(claimed(Way.WEBHOOK, "ops"), NOW)
        await by.take(claimed(Way.WEBHOOK, "ops"), NOW + timedelta(minutes=1))
    first, second = web.at("/hook")
    assert first.body == second.body
    assert ["webhook-0123"] * 2 == [x.headers["idempotency-key"] for x in (first, second)]
    t, v1 = (part.split("=")[1] for part in first.headers["sambud-signature"].split(","))
    assert (int(NOW.timestamp()), v1) == (
        int(t),
        hmac.new(SECRET.encode(), t.encode() + b"." + first.body, "sha256").hexdigest(),
    )
    line = {
        **{"inbox": "team", "name": "Primærhelseteamet", "kind": "late", "urgent": True, "delayed": False},
        **{"count": 40, "items": list(ITEMS), "first_due": "2026-11-24T08:00:00Z", "link": f"{LINK}/inboxes/team"},
    }
    told = {"id": "webhook-0123", "created": "2026-11-24T08:00:00Z", "count": 40, "urgent": True, "lines": [line]}
    assert told == first.json


@pytest.mark.parametrize("status", [301, 302, 307, 400, 410, 500])
async def test_a_webhook_that_does_not_say_yes_was_not_told_and_nobody_is_followed(
    web: hooks.Hooks, status: int
) -> None:
    web.status, web.words = status, "Kari Nordmann"
    told = await fails(by_web(web.url), claimed(Way.WEBHOOK, "ops"))
    assert f"the webhook ops at {web.url.removeprefix('http://')} answered {status}" == told
    assert ["/hook"] == [x.path for x in web.told]


async def test_a_webhook_that_is_silent_is_not_waited_for(web: hooks.Hooks) -> None:
    web.silent = True
    told = await fails(by_web(web.url, 0.2), claimed(Way.WEBHOOK, "ops"))
    assert told.endswith("said nothing in 0.2 s")


async def test_a_way_that_hub_toml_does_not_have_any_more_says_so() -> None:
    assert "hub.toml has no webhook x in [notices.webhooks]" == await fails(
        by_web("http://x"), claimed(Way.WEBHOOK, "x")
    )
    assert "hub.toml names no smtp_host in [notices]" == await fails(by_web("http://x"), claimed(Way.MAIL, "x"))
    assert "hub.toml names no alertmanager in [notices]" == await fails(Courier(), claimed(Way.ALERTMANAGER, "team"))


async def test_alertmanager_is_told_what_is_late_and_when_nothing_is(web: hooks.Hooks) -> None:
    x, later = claimed(Way.ALERTMANAGER, "team"), NOW + timedelta(hours=1)
    async with by_web(web.url) as by:
        await by.take(x, NOW, Overdue(3, NOW - timedelta(minutes=5)))
        await by.take(x, later, Overdue())
    (raised,), (over,) = (told.json for told in web.at("/api/v2/alerts"))
    assert {"alertname": "SambudLate", "service": "sambud", "inbox": "team"} == raised["labels"]
    assert raised["labels"] == over["labels"]
    assert ("2026-11-24T08:00:00Z", "2026-11-24T08:05:00Z") == (raised["startsAt"], raised["endsAt"])
    assert ("2026-11-24T08:00:00Z", "2026-11-24T09:00:00Z") == (over["startsAt"], over["endsAt"])
    notes = {"summary": "3 items are late in Primærhelseteamet", "count": "3", "since": "2026-11-24T07:55:00Z"}
    assert notes | {"link": f"{LINK}/inboxes/team"} == raised["annotations"]


def certificate(folder: Path) -> Path:
    """A certificate for localhost that signs itself, with its key beside it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    today = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(today - timedelta(days=1))
        .not_valid_after(today + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "cert.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "key.pem").write_bytes(key.private_bytes(*form))
    return folder / "cert.pem"


def served(folder: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    return context
