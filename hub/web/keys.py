"""The keys of the pages: one table, which the help shows and static/keys.js obeys."""

from dataclasses import dataclass

from hub.web.language import N_


@dataclass(frozen=True, slots=True)
class Key:
    """A key: as it is pressed, what static/keys.js calls what it does, and what it does in words.

    One without a name is seen to by the browser itself, and one of `where` works there only.
    """

    pressed: tuple[str, ...]
    does: str
    words: str


KEYS = (
    Key(("j",), "next", N_("Next message in the list")),
    Key(("k",), "previous", N_("Previous message in the list")),
    Key(("Enter",), "", N_("Open the message")),
    Key(("t",), "take", N_("Take the message")),
    Key(("g",), "give", N_("Give it back")),
    Key(("r",), "reply", N_("Write an answer")),
    Key(("Ctrl", "Enter"), "", N_("Send what you write")),
    Key(("e",), "end", N_("Done: close the message")),
    Key(("Shift", "e"), "endnext", N_("Done, and on to the next one")),
    Key(("h",), "hand", N_("Hand the message on")),
    Key(("w",), "wrong", N_("Wrong address: return it to the sender")),
    Key(("m",), "", N_("All teams: move the chosen messages")),
    Key(("u",), "undo", N_("Undo what you just did")),
    Key(("/",), "search", N_("Search")),
    Key(("?",), "help", N_("Show these keys")),
    Key(("Esc",), "", N_("Leave a field, or close this window")),
)
