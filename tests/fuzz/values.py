"""What is put in the place of what a sender meant: hostile texts, times, numbers, codes and names."""

from random import Random

# Texts that have broken somebody's software, and are legal XML.
TEXTS = (
    *(
        "",
        " ",
        "\n\t ",
        "\u00a0",
        "\u200b",
        "\u2028",
        "\ufeff",
        "\u202egnirts",
        "e\u0301",
        "🏥🚑",
        "𠜎",
        "ß",
        "İ",
        "Šč",
    ),
    *("<script>alert(1)</script>", "&lt;b&gt;", "]]>", "<!--", "-->", "<?x?>", "&amp;", "&#0;", "<![CDATA[x]]>"),
    *(
        "' OR 1=1 --",
        '"; DROP TABLE items; --',
        "%s%n%x",
        "{0.__class__}",
        "${jndi:ldap://127.0.0.1/a}",
        "`id`",
        "$(id)",
    ),
    *(
        "../../etc/passwd",
        "file:///etc/passwd",
        "http://127.0.0.1:9/",
        "javascript:alert(1)",
        "C:\\con",
        "NULL",
        "None",
    ),
    *(
        "true",
        "false",
        "0",
        "-1",
        "1e309",
        "NaN",
        "INF",
        "9" * 40,
        "9" * 5_000,
        "0x10",
        "1_000",
        "٣٤",
        "½",
        "10⁹",
        "1,5",
    ),
    *("Ikke gi penicillin", "Blodtrykk målt: 120/80", "Øyvind Åsen", "Čáhci", "a\r\nb", "a\tb", "a  b", "x" * 300),
)
TIMES = (
    *("2026-11-21", "2026-11-21T10:32:12", "2026-11-21T10:32:12Z", "2026-11-21T10:32:12.123456789+01:00", "2026-02-30"),
    *(
        "2026-11-21T24:00:00",
        "2026-11-21T23:59:60Z",
        "9999-12-31T23:59:59-14:00",
        "0001-01-01T00:00:00+14:00",
        "0000-01-01",
    ),
    *(
        "-0044-03-15",
        "12026-01-01",
        "2026",
        "2026-11",
        "21.11.2026",
        "20261121",
        "10:15:00",
        "P1Y2M3DT4H",
        "2026-11-21+14:00",
    ),
    *("2026-03-29T02:30:00", "2026-10-25T02:30:00", "1900-01-01T00:00:00", "2026-11-21T10:32", " 2026-11-21 "),
)
NUMBERS = (
    "05817611224",
    "05817611225",
    "45817611224",
    "80000000014",
    "00000000000",
    "99999999999",
    "1",
    "900100",
    "900 100",
)
CODES = (
    *(
        "",
        "0",
        "1",
        "2",
        "3",
        "9",
        "N",
        "M",
        "C",
        "A",
        "P",
        "F",
        "T",
        "D",
        "E",
        "H",
        "J",
        "L",
        "HER",
        "FNR",
        "DNR",
        "ENH",
    ),
    *(
        "XML",
        "REF",
        "PRIM",
        "COP",
        "DIALOG_NOTAT",
        "LOG_DOD",
        "EPIKRISE",
        "KONSULTASJON",
        "OP",
        "MD",
        "CAVE",
        "SP",
        "LE",
    ),
    *("ÆØÅ", "a b", "<", "x" * 400, "-1", "٣", "\u202e"),
)
SYSTEMS = (
    "",
    "9051",
    "2.16.578.1.12.4.1.1.9051",
    "2.16.578.1.12.4.1.1.7322",
    "2.16.578.1.12.4.1.1.999999",
    "1..2",
    ".",
    "x",
)
NAMESPACES = (
    *(
        "",
        "urn:a",
        "http://www.w3.org/1999/xhtml",
        "http://www.w3.org/2001/XInclude",
        "http://www.w3.org/2000/09/xmldsig#",
    ),
    *("http://www.kith.no/xmlstds/msghead/2006-05-24", "http://www.kith.no/xmlstds/dialog/2013-01-23"),
    *("http://www.kith.no/xmlstds/epikrise/2012-02-15", "http://www.kith.no/xmlstds/base64container"),
    "http://www.w3.org/2001/XMLSchema-instance",
)
# What is put into bytes, where it is no XML any more as often as not.
TOKENS = (
    *(b"<", b">", b"</", b"/>", b"&", b"&amp;", b"&#0;", b"&#65;", b"&nbsp;", b"<!--", b"-->", b"<![CDATA[", b"]]>"),
    *(b"<?a?>", b"<?xml version='1.0'?>", b"<!DOCTYPE a>", b'"', b"'", b"=", b"\0", b"\x08", b"\xff", b"\xc3", b"\xe5"),
    *(
        b"\xed\xa0\x80",
        b"\xf0\x9f\x8f\xa5",
        b"\xef\xbb\xbf",
        b"\xfe\xff",
        b"\r",
        b"\r\n",
        b" ",
        b"xmlns=''",
        b"xmlns:q='urn:q'",
    ),
)
ENCODINGS = (
    "utf-8",
    "utf-8-sig",
    "iso-8859-1",
    "us-ascii",
    "utf-16",
    "utf-16-le",
    "utf-32",
    "utf-7",
    "cp037",
    "cp1252",
)


def any_value(chance: Random) -> str:
    """A value of any kind; huge now and then."""
    if chance.random() < 0.002:
        return chance.choice(("x", "å ", "<b>", "1.", "9")) * chance.choice((1_000, 20_000, 200_000))
    return chance.choice(chance.choice((TEXTS, TIMES, NUMBERS, CODES, SYSTEMS)))
