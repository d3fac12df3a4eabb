"""Words as rules look for them: the same however they are spelled with capitals."""

import sys

from hypothesis import given
from hypothesis import strategies as st

from hub.wire import words

LETTERS = "".join(chr(n) for n in range(sys.maxunicode + 1) if not 0xD800 <= n < 0xE000)


def test_every_letter_is_folded_as_unicode_has_it() -> None:
    assert [] == [letter for letter in LETTERS if words.folded(letter) != letter.casefold()]


@given(st.text(st.characters(max_codepoint=255) | st.sampled_from("ßµſČđŋẞ")))
def test_a_text_is_folded_as_its_letters_are(text: str) -> None:
    assert text.casefold() == words.folded(text)
