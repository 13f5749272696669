"""A unified diff as rows to be set. Pure."""

from dataclasses import dataclass

_SIGNS = {
    "+": ("added", "+", "added: "),
    "-": ("removed", "\N{MINUS SIGN}", "removed: "),
    " ": ("same", "", ""),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a diff."""

    what: str
    """``added``, ``removed``, ``same``, or ``gap`` where lines are left out."""
    sign: str
    spoken: str
    """What a screen reader says in place of the sign and the colour."""
    text: str


def rows(diff: str) -> list[Row]:
    """Return the rows of a unified diff, its two lines of file names left out."""
    found = []
    for line in diff.splitlines()[2:]:
        if line.startswith("@@"):
            found.append(Row("gap", "\N{MIDLINE HORIZONTAL ELLIPSIS}", "", ""))
        else:
            what, sign, spoken = _SIGNS[line[:1] or " "]
            found.append(Row(what, sign, spoken, line[1:]))
    return found
