"""What a ballot says, in the words of the choices that it had. Pure."""

from dataclasses import dataclass

from governance.options import Said
from governance.tally import Choice


@dataclass(frozen=True, slots=True)
class Answer:
    """What one ballot says."""

    ranked: tuple[str, ...] = ()
    """Labels in the order of the ballot."""
    approved: tuple[str, ...] | None = None
    """Labels; empty where none is approved, None where approval was not asked."""
    value: str | None = None
    places: tuple[int, ...] = ()
    """Places of the options that it ranks or approves."""


def answer(said: Said, labels: tuple[str, ...]) -> Answer:
    """Return what a ballot says besides its choice."""
    places = tuple(said.marks or b"")
    named = tuple(labels[place] for place in places)
    if said.choice is Choice.RANKED:
        return Answer(ranked=named, places=places)
    if said.choice is Choice.APPROVED:
        return Answer(approved=named, places=places)
    return Answer(value=None if said.value is None else format(said.value.normalize(), "f"))
