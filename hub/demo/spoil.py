"""What goes wrong at the senders: messages with a fault that the hub has to find, and bytes that nobody can read."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from random import Random

from hub.demo import letter, profile
from hub.demo.cast import Cast
from hub.demo.letter import Enclosed, Letter, Subject
from hub.demo.sending import Expected, Sending, Verdict
from hub.message import HerId
from hub.wire.names import DIALOG_1_1

Spoiling = Callable[[Letter], bytes]

REJECTED = Expected(Verdict.REJECTED, acknowledgements=1)
HELD = Expected(Verdict.QUARANTINED, status=422)

# A municipality that this hub does not serve.
ELSEWHERE = "900900"


def sendings(chance: Random, cast: Cast, patterns: Sequence[Sending]) -> list[Sending]:
    """Every fault of the day, each in a letter that is otherwise like some good one."""
    made = [
        _spoiled(chance, f"{code} {n + 1}", replace(REJECTED, code=code), spoiling, patterns)
        for code, spoilings in FAULTS.items()
        for n, spoiling in enumerate(spoilings)
    ]
    made += [_spoiled(chance, f"unreadable {n + 1}", HELD, spoiling, patterns) for n, spoiling in enumerate(UNREADABLE)]
    made += [_spoiled(chance, f"address {n + 1}", HELD, _elsewhere, patterns) for n in range(2)]
    # A rejected message that comes again is a duplicate like any other.
    made[:2] = [replace(s, times=(*s.times, s.times[0] + timedelta(minutes=7))) for s in made[:2]]
    return [*made, _foreign(chance, cast, patterns), _conflict(chance, patterns)]


def _spoiled(chance: Random, key: str, expected: Expected, spoiling: Spoiling, patterns: Sequence[Sending]) -> Sending:
    pattern = chance.choice(patterns)
    x = _fresh(chance, pattern)
    raw = spoiling(x)
    msg_id = _written_id(raw, x) if expected.verdict is Verdict.REJECTED else ""
    return Sending(key, expected.code or key.split()[0], pattern.system, msg_id, raw, (x.at,), expected, pattern.box)


def _fresh(chance: Random, pattern: Sending) -> Letter:
    """A good letter with its own id and time."""
    assert pattern.letter is not None, "patterns are letters"
    return replace(
        pattern.letter, msg_id=profile.uuid(chance), at=profile.moment(chance, True), copies=(), training=False
    )


def _foreign(chance: Random, cast: Cast, patterns: Sequence[Sending]) -> Sending:
    """A system that sends in another's name."""
    found = _spoiled(chance, "foreign sender", replace(HELD, status=403), letter.write, patterns)
    other = next(s.name for s in cast.systems if s.name != found.system)
    return replace(found, system=other, sort="foreign")


def _conflict(chance: Random, patterns: Sequence[Sending]) -> Sending:
    """A system that uses a MsgId again for other words, when the first message is long there."""
    first = chance.choice([p for p in patterns if len(p.times) == 1 and p.times[0] < profile.URGENT[-1][0]])
    assert first.letter is not None, "patterns are letters"
    when = first.times[0] + timedelta(minutes=45)
    raw = letter.write(replace(first.letter, at=when, words=first.letter.words + "\n\nRettet: gjelder høyre side."))
    expected = Expected(Verdict.CONFLICT, status=409)
    return Sending("MsgId used again", "conflict", first.system, "", raw, (when,), expected, first.box, after=first.key)


def _elsewhere(x: Letter) -> bytes:
    """Sent to the wrong place."""
    practice = replace(x.practice, her_id=HerId(ELSEWHERE), name="Nabobyen legesenter")
    return letter.write(replace(x, practice=practice, receiver=HerId("900901")))


def _with_id(msg_id: str) -> Spoiling:
    return lambda x: letter.write(replace(x, msg_id=msg_id))


def _patient(change: Callable[[Subject], Subject | None]) -> Spoiling:
    def spoil(x: Letter) -> bytes:
        assert x.subject is not None, "good letters have a patient"
        return letter.write(replace(x, subject=change(x.subject)))

    return spoil


def _to(receiver: str) -> Spoiling:
    return lambda x: letter.write(replace(x, receiver=HerId(receiver)))


def _changed(old: bytes, new: bytes) -> Spoiling:
    """Written by a system that puts one thing where another belongs."""

    def spoil(x: Letter) -> bytes:
        raw = letter.write(x)
        assert old in raw, "what is to be spoiled is there"
        return raw.replace(old, new, 1)

    return spoil


def _bad_date(x: Letter) -> bytes:
    raw = letter.write(x)
    start, end = raw.index(b"<GenDate>") + 9, raw.index(b"</GenDate>")
    return raw[:start] + b"24.11.2026 09:14" + raw[end:]


def _swapped(x: Letter) -> bytes:
    """The patient before the receiver, as no schema has it."""
    raw = letter.write(x)
    start, end = raw.index(b"<Patient>"), raw.index(b"</Patient>") + len(b"</Patient>")
    before = raw.index(b"<Receiver>")
    return raw[:before] + raw[start:end] + raw[before:start] + raw[end:]


def _document(x: Letter) -> bytes:
    return letter.write(replace(x, enclosed=Enclosed("Notat.docx", "application/msword", b"\xd0\xcf\x11\xe0 notat")))


def _until(mark: bytes, further: int = 0) -> Spoiling:
    """Broken off on the way, at a mark or so many bytes behind it."""

    def spoil(x: Letter) -> bytes:
        raw = letter.write(x)
        return raw[: raw.index(mark) + further]

    return spoil


def _with_doctype(doctype: bytes) -> Spoiling:
    return _changed(b"?>\n", b"?>\n" + doctype + b"\n")


def _utf_16(x: Letter) -> bytes:
    return letter.write(x).decode().replace("UTF-8", "UTF-16", 1).encode("utf-16")


# The code that the hub has to answer with, and the ways in which senders earn it.
FAULTS: dict[str, tuple[Spoiling, ...]] = {
    "T02": (
        _bad_date,
        _swapped,
        _changed(b"<Notat>", b"<Notat><Overskrift>Viktig</Overskrift>"),
        _changed(b"<MIGversion>v1.2", b"<MIGversion>v1.1"),
    ),
    "E10": (
        _with_id("8f092g54f6e2"),
        _with_id("25904950-a0fd-11-ad55-0800200c9a66"),
        _with_id("{3F2504E0-4F89-11D3-9A0C-0305E82C3301}"),
    ),
    "E36": (
        _patient(lambda p: replace(p, number="")),
        _patient(lambda p: replace(p, number_type="HNR")),
        _patient(lambda p: replace(p, family_name="", given_name="")),
        _patient(lambda _: None),
    ),
    "E21": (_to("900199"), _to(""), _to("900150")),
    "T10": (
        _changed(b"http://www.kith.no/xmlstds/dialog/2013-01-23", b"http://www.kith.no/xmlstds/dialog/2005-03-01"),
        _changed(f'<Dialogmelding xmlns="{DIALOG_1_1}"'.encode(), b'<Dialogmelding xmlns="urn:utkast:dialog:2.0"'),
    ),
    "T99": (_document,),
    "T01": (_until(b"</RefDoc>"),),
}  # fmt: skip

UNREADABLE: tuple[Spoiling, ...] = (
    lambda x: bytes.fromhex("89504e470d0a1a0a") + x.msg_id.encode() * 9,
    lambda x: f"Hei, jeg fikk ikke sendt meldingen på vanlig måte. Kan dere ringe {x.author.given_name}?".encode(),
    _until(b"<Sender>"),
    _until(b"<OrganisationName>", 40),
    _with_doctype(b'<!DOCTYPE MsgHead [<!ENTITY navn SYSTEM "file:///etc/hostname">]>'),
    _with_doctype(b"<!DOCTYPE MsgHead>"),
    _utf_16,
    lambda x: b"<!doctype html><html><head><title>502 Bad Gateway</title></head><body>Proxy</body></html>",
)


def _written_id(raw: bytes, x: Letter) -> str:
    """The id as it stands in the bytes."""
    start, end = raw.index(b"<MsgId>") + 7, raw.index(b"</MsgId>")
    return raw[start:end].decode() or x.msg_id
