"""Standing: how one reader stands to one post, with everything that its audience document may ask of them.

Posts are shown by their locks; this is for questions about one post that a reader may open already: what
they may do with it, and which of its groups they belong to.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import text
from sqlmodel import Session

from audience.document import AudienceDocument, Parts
from audience.inheriting import as_published
from audience.keys import EDITION_BITS, LAST_EDITION, SHIFT
from audience.predicate import Standing
from coop.errors import NotFound
from coop.identity import Identity

LAYERED = """
  post.id, post.author_id, post.mentions, post.created_at, post.audience, post.circles, post.wide,
  guild.slug AS guild,
  CASE WHEN post.layers > 0 THEN (
    SELECT json_agg(json_build_array(number, stage.document, stage.circles) ORDER BY number)
    FROM post_stage AS stage
    WHERE stage.post_id = post.id AND part = 'read' AND lifted_at IS NULL
      AND stage_has_come(at, seats_pct, reached_at, :now)
  ) END AS stages"""
"""The columns of what :func:`layered_of` reads, of a ``post`` and the ``guild`` it was made in."""

_POST = text(f"""
SELECT {LAYERED} FROM post LEFT JOIN guild ON guild.id = post.guild_id WHERE post.id = :post
""")  # noqa: S608 - put together from constants

_READER = text("""
SELECT
  ARRAY(SELECT slug FROM guild WHERE id = ANY(CAST(:guilds AS bigint[]))) AS guilds,
  (SELECT since FROM relation WHERE member_id = :me AND kind = 'follow' AND other_id = :author) AS follower,
  (SELECT since FROM relation WHERE member_id = :author AND kind = 'follow' AND other_id = :me) AS following,
  (SELECT path FROM place JOIN member ON member.place_id = place.id WHERE member.id = :me) AS path,
  (SELECT json_object_agg(circle_id, since_edition) FROM circle_member
   WHERE member_id = :me AND circle_id = ANY(CAST(:circles AS bigint[]))) AS circles,
  (SELECT json_agg(json_build_array(tag.name, kind, day, number))
   FROM contribution JOIN tag ON tag.id = tag_id
   WHERE member_id = :me AND tag.name = ANY(CAST(:tags AS text[]))) AS given
""")


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer of an audience whose time has come."""

    at: str
    """JSON Pointer of the layer in the document; layers added by hand are counted on after the planned."""
    parts: Parts
    circles: Mapping[str, int]
    """The keys of the circles that it names, as of when it was added."""


@dataclass(frozen=True, slots=True)
class Layered:
    """A post's audience as it stands at a moment: every layer has to be satisfied."""

    post_id: int
    author_id: int
    guild: str | None
    """Slug of the guild it was made in."""
    mentions: frozenset[int]
    """Ids of the members whom its text names."""
    created_at: datetime
    layers: tuple[Layer, ...]
    """The one it was published with first."""
    wide: bool = False
    """Whether it was published by the wide ceiling of seats."""


def layered(session: Session, post_id: int, now: datetime) -> Layered:
    """Return a post's audience as it stands; raise NotFound without one. Access is for the caller to ask."""
    row = session.connection().execute(_POST, {"post": post_id, "now": now}).one_or_none()
    if row is None:
        raise NotFound
    return layered_of(row)


def layered_of(row: Any) -> Layered:
    """Return a post's audience as it stands, from the columns :data:`LAYERED`."""
    document = as_published(AudienceDocument.model_validate_json(json.dumps(row.audience)))
    planned, layers = document.after or (), [Layer("", document, row.circles or {})]
    for number, added, circles in row.stages or ():
        at = f"/after/{number - 1}/set"
        if added is not None:
            layers.append(Layer(at, Parts.model_validate_json(json.dumps(added)), circles or {}))
        elif 1 <= number <= len(planned):
            layers.append(Layer(at, planned[number - 1].set, row.circles or {}))
    mentions = frozenset(row.mentions)
    return Layered(row.id, row.author_id, row.guild, mentions, row.created_at, tuple(layers), row.wide)


def standings(
    session: Session, reader: Identity | None, post: Layered, now: datetime
) -> list[tuple[Parts, Standing]]:
    """Return each layer of a post with how the reader stands to it: circles differ from layer to layer."""
    if reader is None:
        return [(layer.parts, Standing(now, None)) for layer in post.layers]
    bound = {
        "me": reader.member_id,
        "author": post.author_id,
        "guilds": sorted(reader.guilds),
        "circles": sorted({_circle(key) for layer in post.layers for key in layer.circles.values()}),
        "tags": sorted({tag for layer in post.layers for tag in _tags(layer.parts)}),
    }
    row = session.connection().execute(_READER, bound).one()
    general = Standing(
        now,
        reader.handle,
        guilds=frozenset(row.guilds),
        mentioned=reader.member_id in post.mentions,
        follower_since=row.follower,
        following_since=row.following,
        places=None if row.path is None else frozenset(map(str, row.path)),
        contributions={
            (tag, kind, date.fromisoformat(day)): number for tag, kind, day, number in row.given or ()
        },
    )
    held = {int(circle): since for circle, since in (row.circles or {}).items()}
    return [
        (layer.parts, replace(general, circles=frozenset(_inside(layer.circles, held))))
        for layer in post.layers
    ]


def _inside(circles: Mapping[str, int], held: Mapping[int, int]) -> list[str]:
    return [
        name for name, key in circles.items() if held.get(_circle(key), _edition(key) + 1) <= _edition(key)
    ]


def _circle(key: int) -> int:
    return key >> SHIFT + EDITION_BITS


def _edition(key: int) -> int:
    return key >> SHIFT & LAST_EDITION


def _tags(parts: Parts) -> list[str]:
    return [atom.contributed.tag for _, atom in parts.named() if atom.contributed is not None]
