"""Descriptions: what a picture shows, in words, for whoever cannot see it."""

from sqlmodel import Session

from coop.identity import Identity
from coop.names import prose
from media import uploads

LONGEST = 1500
"""Most characters of a description."""


def describe(session: Session, owner: Identity, asset_id: int, words: str) -> None:
    """Say what a picture of one's own shows.

    Raise RuleBroken where the words are too many or hold what cannot be seen, and NotFound where there is no
    such picture of the owner's.
    """
    alt = prose(words, "/alt", longest=LONGEST)
    asset = uploads.own(session, owner, asset_id, lock=True)
    asset.alt = alt
    session.add(asset)
    session.flush()
