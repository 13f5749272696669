"""The terms of a proposal, as those who are to agree to it are told them.

Pure. Law 7: nobody is told that they are in a circle, nor whom an author names one by one; and why the author
may publish nothing now is theirs alone. So the others read that an audience is of people whom its author
names, and that something stood in the way.
"""

from audience.document import AudienceDocument
from audience.scheduling.refusal import Refusal

NAMING = frozenset({"circle", "member"})
"""Groups of people that are an author's own to know."""
UNTOLD = Refusal("Whoever proposed it was told why.")
"""What the others are told of a refusal."""


def names_people(audience: AudienceDocument) -> bool:
    """Say whether an audience is told to its author alone, because it names people or a circle."""
    return any(atom.kind in NAMING for _, atom in audience.named())


def audience_told(audience: AudienceDocument, *, mine: bool) -> AudienceDocument | None:
    """Return an audience as a member is told it; None for all but its author where it names people."""
    return audience if mine or not names_people(audience) else None


def refusal_told(refused: Refusal | None, *, mine: bool) -> Refusal | None:
    """Return why something could not be published, whole for whoever proposed it alone."""
    return refused if mine or refused is None else UNTOLD
