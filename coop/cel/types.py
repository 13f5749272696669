"""Types of CEL that our expressions know, and the facts that have them.

Pure. Every fact has a value whenever it is known: an unknown language is ``""``, who does not follow has
followed for no time. So nothing is null, and no comparison is lost to one.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple


class Type(NamedTuple):
    """A type; those that are equal are the same."""

    name: str
    item: "Type | None" = None
    """What a list holds."""

    def __str__(self) -> str:
        """Return it as CEL writes it."""
        return self.name if self.item is None else f"{self.name}({self.item})"


BOOL, INT, DOUBLE, STRING = Type("bool"), Type("int"), Type("double"), Type("string")
DURATION = Type("google.protobuf.Duration")


def list_of(item: Type) -> Type:
    """Return the type of lists of something. Order and repeats have no meaning: they are asked as sets."""
    return Type("list", item)


INT_MIN, INT_MAX = -(2**63), 2**63 - 1
"""Whole numbers have 64 bits; what leaves their range is no number."""


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that expressions may speak of.

    Its values are, by type, ``bool``, ``int``, ``float``, ``str``, ``timedelta``, or a ``frozenset``.
    """

    type: Type
    meaning: str
    """In words: what it is, in which unit, and what stands for nothing."""
    most: int = 1
    """Characters of a text, or entries of a list, at most; what an expression can cost is reckoned by it."""
    written: bool = False
    """Whether it is what a member wrote, as they wrote it: nobody keeps it but where they wrote it."""
    tells_who: bool = False
    """Whether somebody could tell by it whom it is about, though no name is told."""


Schema = Mapping[str, Fact]
"""What expressions of one kind may speak of, by dotted name, such as ``author.account_age``."""
