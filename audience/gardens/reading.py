# ruff: noqa: S608 - the statement is put together from constants
"""Reading a garden: one statement tells all that a member keeps, as it holds now.

Law 14: what a labeller that fell silent, or whose publisher left, would have done is done no more from that
moment on, whatever any job did meanwhile.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Row, text
from sqlmodel import Session

from audience.gardens import garden
from audience.gardens.garden import NO_GARDEN, Followed, Garden, Ground, Sight
from audience.moderation.rules import MODERATION, ModerationRules
from audience.topics import tag_feature
from coop.book import Book
from coop.identity import Identity

AT_WORK = """labeller.ended_at IS NULL AND labeller.published_at > CAST(:now AS timestamptz) - :silent_after
 AND (labeller.member_id IS NULL OR EXISTS (
   SELECT FROM member WHERE member.id = labeller.member_id AND member.left_at IS NULL))"""
"""Whether a labeller does anything: it is neither ended nor silent, and its publisher is still a member."""

_GARDEN = text(f"""
SELECT 'mute' AS part, mute.kind, coalesce(mute.other_id, tag.id) AS id, member.handle AS name, '' AS action,
       CASE WHEN mute.kind = 'word' THEN phraseto_tsquery('simple', without_marks(mute.name))::text
         ELSE mute.name END AS said
FROM mute
LEFT JOIN tag ON mute.kind = 'tag' AND tag.name = mute.name
LEFT JOIN member ON mute.kind = 'person' AND member.id = mute.other_id
WHERE mute.member_id = :me AND (mute.until IS NULL OR mute.until > :now)
UNION ALL
SELECT 'filter', '', id, name, action, condition FROM own_filter WHERE member_id = :me
UNION ALL
SELECT 'chosen', kind, other_id, '', '', '' FROM always_shown WHERE member_id = :me
UNION ALL
SELECT 'followed', label, labeller.id, labeller.slug, action, ''
FROM label_subscription JOIN labeller ON labeller.id = labeller_id
WHERE label_subscription.member_id = :me AND {AT_WORK}
ORDER BY part, id
""")


def garden_of(session: Session, viewer: Identity | None, book: Book, now: datetime) -> Garden:
    """Return the garden of whoever looks, as it holds now; a visitor keeps nothing."""
    if viewer is None or not viewer.keeps_garden:
        return NO_GARDEN
    silent_after = book.rules(MODERATION, ModerationRules).gardens.silent_after
    bound = {"me": viewer.member_id, "now": now, "silent_after": silent_after}
    rows = session.connection().execute(_GARDEN, bound).all()
    return _garden(rows) if rows else NO_GARDEN


def _garden(rows: Iterable[Row[Any]]) -> Garden:
    mutes: dict[str, list[Row[Any]]] = {}
    filters: list[Ground] = []
    followed: list[Followed] = []
    chosen: dict[str, set[int]] = {"post": set(), "author": set()}
    for row in rows:
        if row.part == "mute":
            mutes.setdefault(row.kind, []).append(row)
        elif row.part == "chosen":
            chosen[row.kind].add(row.id)
        elif row.part == "followed":
            followed.append(Followed(row.id, row.name, row.kind, cast(Sight, row.action)))
        else:
            made = garden.filtered(len(filters), row.name, row.said, cast(Sight, row.action))
            filters += [] if made is None else [made]
    return Garden(
        grounds=(*_muted(mutes), *filters),
        followed=tuple(followed),
        posts=frozenset(chosen["post"]),
        authors=frozenset(chosen["author"]),
        muted=frozenset(row.name for row in mutes.get("person", ())),
    )


def _muted(mutes: dict[str, list[Row[Any]]]) -> Iterable[Ground]:
    if "person" in mutes:
        yield garden.people([row.id for row in mutes["person"]])
    if "guild" in mutes:
        yield garden.guilds([row.id for row in mutes["guild"]])
    # A tag that nobody has used yet has no number.
    features = [tag_feature(row.id) for row in mutes.get("tag", ()) if row.id is not None]
    if features:
        yield garden.tags(features)
    if "word" in mutes:
        yield garden.words([row.said for row in mutes["word"]])
    if "kind" in mutes:
        yield garden.kinds([row.said for row in mutes["kind"]])
