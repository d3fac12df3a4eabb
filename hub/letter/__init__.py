"""The standing letter to a partner about who does what: made from what is agreed and from what had to be returned."""

from hub.letter.facts import Department, Facts, gather
from hub.letter.page import pdf
from hub.letter.words import STANDING, plain, write

__all__ = ["STANDING", "Department", "Facts", "gather", "pdf", "plain", "write"]
