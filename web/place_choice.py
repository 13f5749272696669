"""Choosing a place in a form: what was looked for, what was found, and which one was chosen.

It needs no script: looking sends the whole form, and it comes back with the places to choose from.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlmodel import Session

from coop import places
from coop.errors import NotFound
from coop.ids import as_id
from coop.places import PlaceCard

MATCHES = 8
"""Places that one search shows."""
LONGEST_SEARCH = 80


@dataclass(frozen=True, slots=True)
class PlaceChoice:
    """One choice of a place, as far as it was made."""

    sought: str
    """How the name begins that was looked for."""
    chosen: PlaceCard | None
    """None where none was chosen, or none that there is."""
    found: list[PlaceCard]
    """What was found besides, the most populous first."""


def place_choice(session: Session, said: Mapping[str, str], before: str = "") -> PlaceChoice:
    """Return the choice that the fields ``place`` and ``sought`` make, whose names begin with ``before``."""
    sought = said.get(f"{before}sought", "")[:LONGEST_SEARCH]
    chosen = _chosen(session, said.get(f"{before}place", ""))
    found = places.search(session, sought, MATCHES) if sought else []
    return PlaceChoice(sought, chosen, [one for one in found if one != chosen])


def _chosen(session: Session, written: str) -> PlaceCard | None:
    place_id = as_id(written)
    try:
        return None if place_id is None else places.place(session, place_id)
    except NotFound:
        return None
