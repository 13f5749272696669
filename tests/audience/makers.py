"""Makers: those who make something from others' videos, for tests of what they make."""

from sqlmodel import Session

from coop.features import STITCH_DUET
from coop.identity import Identity
from tests.coop.featured import give
from tests.factories import identity_of, make_member

People = dict[str, Identity]


def makers(session: Session) -> People:
    """Return Ada, Ben and Cleo, of whom Ben may make something from others' videos."""
    rows = {name: make_member(session, name) for name in ("ada", "ben", "cleo")}
    give(session, STITCH_DUET, rows["ben"])
    return {name: identity_of(one) for name, one in rows.items()}
