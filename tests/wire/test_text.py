"""Free text as people read it."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.wire import text, tree
from tests.wire.builders import BASE64, XHTML


def flat(content: str) -> str:
    root = tree.parse(f"<a>{content}</a>".encode(), "utf-8")
    assert isinstance(root, tree.Element)
    return text.plain(root)


PAGES = {
    "plain text keeps its line breaks and indents": ("\n en\r\n  to\n\n tre \n", "en\n  to\n\n tre"),
    "a comment or instruction does not cut a text": ("en<!-- x --> to<?y z?> tre", "en to tre"),
    "CDATA is text": ("<![CDATA[BT < 100 & <p>]]>", "BT < 100 & <p>"),
    "paragraphs have a blank line between them": ("<p>en</p><p>to</p>\n <p>tre</p>", "en\n\nto\n\ntre"),
    "divisions begin a line": ("<div>en</div><div>to</div>", "en\nto"),
    "a break begins a line": ("<div>en<br/>to<br/><br/>tre</div>", "en\nto\n\ntre"),
    "inline elements stay in the line": (
        "<p>en <b>to</b> <i>tre</i><span>fire</span></p>",
        "en to trefire",
    ),
    "blanks in XHTML are one": ("<p>en\n   to\t tre</p>", "en to tre"),
    "text beside XHTML keeps its line breaks": ("en\nto <b>tre</b>\nfire", "en\nto tre\nfire"),
    "preformatted text stands as it is": ("<p>a</p><pre>  en\n    to</pre>", "a\n\n  en\n    to"),
    "a list has marks": ("<ul><li>en</li><li>to</li></ul>", "• en\n• to"),
    "a numbered list has numbers": ("<ol><li>en</li><li><p>to</p></li></ol>", "1. en\n2. to"),
    "a list in a list is indented": (
        "<ul><li>en<ol><li>x</li><li>y</li></ol></li><li>to</li></ul>",
        "• en\n  1. x\n  2. y\n• to",
    ),
    "a table has rows and cells": (
        "<table><tr><th>Dato</th><th>Puls</th></tr><tr><td>1.1.</td><td/><td><p>72</p></td></tr></table>",
        "Dato | Puls\n1.1. | | 72",
    ),
    "a list goes on counting where another one ended": ('<ol start="5"><li>a</li><li>b</li></ol>', "5. a\n6. b"),
    "an item may have a number of its own": (
        '<ol><li>a</li><li value="7">b</li><li value="x">c</li></ol>',
        "1. a\n7. b\n8. c",
    ),
    "what is struck out is told as such": (
        "<p>Marevan <s>5 mg</s> 2 mg <strike>daglig</strike>, <del>fast</del></p>",
        "Marevan [strøket: 5 mg] 2 mg [strøket: daglig], [strøket: fast]",
    ),
    "what only looks struck out is too": (
        '<p>Marevan <span style="text-decoration: line-through">5 mg</span> 2 mg</p>',
        "Marevan [strøket: 5 mg] 2 mg",
    ),
    "what is struck out may have markup and lines in it": (
        "<del><p>Gi <b>5</b> mg</p><ul><li> en <s>to</s></li></ul></del><p>Gi 2 mg</p>",
        "[strøket: Gi 5 mg\n\n• en to]\n\nGi 2 mg",
    ),
    "an item may be struck out": ("<ul><li><s>en </s>to</li><li><s/>tre</li></ul>", "• [strøket: en] to\n• tre"),
    "of nothing struck out nothing is said": ("<p>a<s/><s> <b/></s>b</p>", "a b"),
    "an abbreviation is followed by what it stands for": (
        '<p><abbr title="blodtrykk">BT</abbr> 120, <acronym title=" respirasjons-\n frekvens">RF</acronym></p>',
        "BT (blodtrykk) 120, RF (respirasjons- frekvens)",
    ),
    "a link is followed by where it leads": (
        '<p>Se <a href="https://helsenorge.no/">her</a>, <a href="#b">b</a> eller <a href="/c"><b>c</b></a>.</p>',
        "Se her (https://helsenorge.no/), b eller c (/c).",
    ),
    "a link that says itself where it leads is told once": (
        '<p><a href="mailto:a@b.no">a@b.no</a> <a href="tel:78000000">Tlf. 78000000</a></p>',
        "a@b.no Tlf. 78000000",
    ),
    "headings stand alone": ("<h1>En</h1>to<h2>Tre</h2><p>fire</p>", "En\n\nto\n\nTre\n\nfire"),
    "a raised number does not become part of the number": ("<p>10<sup>9</sup>/L, 1<sup>st</sup></p>", "10⁹/L, 1^st"),
    "a lowered one stays": ("<p>CO<sub>2</sub></p>", "CO2"),
    "a picture's words are kept": ('<p><img alt="Sår" src="x"/> på leggen</p>', "[Sår] på leggen"),
    "scripts and styles are only words": (
        "<p>a</p><script>alert(1)</script><style>p {}</style>",
        "a\n\nalert(1)\np {}",
    ),
    "unknown elements do not run together": ("<x><y>en</y><y>to</y></x>", "en\nto"),
    "XHTML in its namespace is XHTML": ('<h:p xmlns:h="http://www.w3.org/1999/xhtml">en</h:p>', "en"),
    "nothing is nothing": ("", ""),
    "empty elements are nothing": ("<p> </p><br/>", ""),
}


@pytest.mark.parametrize(("content", "expected"), PAGES.values(), ids=PAGES)
def test_text_is_laid_out(content: str, expected: str) -> None:
    assert expected == flat(content)


def test_everything_that_stands_somewhere_is_told_but_files() -> None:
    file = f'<Base64Container xmlns="{BASE64}">JVBE</Base64Container> d'
    codes = '<k V="2" U="mg">c</k><k V="H" DN="Ja" OT="Ja" S="1.2"/>'
    page = f'<p xmlns="{XHTML}" title="f">e</p>'
    root = tree.parse(f"<a>a {codes}{file}{page}</a>".encode(), "utf-8")
    assert isinstance(root, tree.Element)
    assert "a\nc 2 mg\nH Ja\nd\n\ne" == text.everything(root)


def test_no_element_is_no_text() -> None:
    assert "" == text.plain(None)


def test_a_deep_text_is_read_without_recursion() -> None:
    content = "<div>" * 1500 + "innerst" + "</div>" * 1500
    # Huge documents may be nested deeper than small ones.
    root = tree.parse(f"<a>{content}<!--{'x' * 9_100_000}--></a>".encode(), "utf-8")
    assert isinstance(root, tree.Element)
    assert "innerst" == text.plain(root)


NAMES = st.sampled_from(
    [
        *("p", "div", "span", "b", "sup", "sub", "ul", "ol", "li", "table", "tr", "td", "th", "br", "pre", "script"),
        *("h1", "dl", "dt", "dd", "x", "img", "blockquote", "s", "del", "strike", "a", "abbr"),
    ]
)
WORDS = st.text("aæ1 \n\tB9<&", max_size=12)


def _xml(words: str) -> str:
    return words.replace("&", "&amp;").replace("<", "&lt;")


PIECES = st.recursive(
    WORDS.map(_xml),
    lambda inner: st.tuples(NAMES, st.lists(inner, max_size=4)).map(
        lambda made: f"<{made[0]}>{''.join(made[1])}</{made[0]}>"
    ),
    max_leaves=20,
)


def _letters(words: str) -> str:
    """All but blanks; raised digits as the digits they are."""
    return "".join(unicodedata.normalize("NFKC", words).split())


@settings(max_examples=200, deadline=None)
@given(st.lists(PIECES, max_size=5).map("".join))
def test_no_letter_is_ever_lost(content: str) -> None:
    root = tree.parse(f"<a>{content}</a>".encode(), "utf-8")
    assert isinstance(root, tree.Element)
    written = _letters("".join(root.itertext()))
    told = iter(_letters(text.plain(root)))
    assert "" == "".join(letter for letter in written if letter not in told)
