# ruff: noqa: S608 - the statements are put together from constants
"""The drafts that one may write in, and the history of each: its revisions, and what changed between two."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import text
from sqlmodel import Session

from audience.access import BLOCKED
from audience.cowriting import revising, scene
from audience.cowriting.difference import Row, difference
from audience.cowriting.scene import SEEN
from coop.database import as_array
from coop.errors import NotFound
from coop.identity import Identity

SHOWN = 100
"""Drafts, and revisions of one, that are listed at most: the latest."""
_MINE = text(f"""
SELECT draft.id, guild.slug AS guild, left(written.body, 200) AS begins, draft.revision, draft.opened,
       draft.touched_at,
       EXISTS (SELECT FROM draft_writer AS own WHERE own.draft_id = draft.id AND own.member_id = :me
               AND own.wrote AND own.answer IS NULL AND draft.offer IS NOT NULL) AS asked
FROM shared_draft AS draft
JOIN guild ON guild.id = draft.guild_id
JOIN draft_revision AS written ON written.draft_id = draft.id AND written.number = draft.revision
WHERE draft.guild_id = ANY(CAST(:guilds AS bigint[])) AND draft.post_id IS NULL AND {SEEN}
ORDER BY draft.touched_at DESC, draft.id DESC LIMIT :shown
""")
_REVISIONS = text(f"""
SELECT written.number, CASE WHEN written.author_id NOT IN {BLOCKED} THEN member.handle END AS author,
       char_length(written.body) AS characters, written.restores, written.at
FROM draft_revision AS written JOIN member ON member.id = written.author_id
WHERE written.draft_id = :draft AND written.number < :before
ORDER BY written.number DESC LIMIT :shown
""")


class Listed(NamedTuple):
    """A draft in the list of those that one may write in."""

    id: int
    guild: str
    begins: str
    """How its text begins."""
    revision: int
    opened: bool
    touched_at: datetime
    asked: bool
    """Whether one's answer to a proposal is waited for."""


class Revision(NamedTuple):
    """A revision, without its text."""

    number: int
    author: str | None
    """Handle; None where the viewer and they are blocked either way."""
    characters: int
    restores: int | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Comparison:
    """What changed from one revision to another."""

    old: int
    new: int
    rows: Sequence[Row]


def mine(session: Session, viewer: Identity) -> Sequence[Listed]:
    """Return the drafts under way that a member may write in, those touched last first."""
    bound = {"me": viewer.member_id, "guilds": as_array(viewer.guilds), "shown": SHOWN}
    return [Listed._make(row) for row in session.connection().execute(_MINE, bound)]


def revisions(session: Session, viewer: Identity, draft_id: int, before: int | None = None) -> list[Revision]:
    """Return the revisions of a draft that are kept, the newest first, those ``before`` a number.

    Raise NotFound where the viewer may not see it. None are left once it is published.
    """
    found = scene.read(session, viewer, draft_id)
    bound = {
        "draft": draft_id,
        "me": viewer.member_id,
        "before": found.revision + 1 if before is None else before,
        "shown": SHOWN,
    }
    return [Revision._make(row) for row in session.connection().execute(_REVISIONS, bound)]


def text_of(session: Session, viewer: Identity, draft_id: int, number: int) -> str:
    """Return the text of a revision; raise NotFound where the viewer may not see it or it is not kept."""
    scene.read(session, viewer, draft_id)
    body = revising.text_of(session, draft_id, number)
    if body is None:
        raise NotFound
    return body


def compare(session: Session, viewer: Identity, draft_id: int, old: int, new: int) -> Comparison:
    """Return what changed between two revisions; raise what :func:`text_of` raises."""
    scene.read(session, viewer, draft_id)
    texts = [revising.text_of(session, draft_id, number) for number in (old, new)]
    if texts[0] is None or texts[1] is None:
        raise NotFound
    return Comparison(old, new, difference(texts[0], texts[1]))
