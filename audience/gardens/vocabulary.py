"""The facts that a member's own filters may speak of, each with its meaning and itself in SQL.

Pure. Unlike the rules of moderation, filters are asked inside the statement that makes a page, so a fact is
here only where SQL says it exactly. The member who looks is bound as ``me``, the moment as ``now``.
"""

from collections.abc import Mapping
from typing import NamedTuple

from coop.cel.types import BOOL, DURATION, INT, STRING, Fact, Schema, Type, list_of

STRINGS = list_of(STRING)


class Known(NamedTuple):
    """A fact of posts."""

    type: Type
    meaning: str
    sql: str
    """Of a row ``post``; never null."""


_RELATED = "EXISTS (SELECT FROM relation WHERE kind = 'follow' AND member_id = {} AND other_id = {})"

KNOWN: Mapping[str, Known] = {
    "text.words": Known(
        STRINGS,
        "Its words, in small letters and without accents.",
        "coalesce((SELECT tsvector_to_array(words) FROM post_words"
        " WHERE post_id = post.id AND NOT door), '{}')",
    ),
    "text.tags": Known(
        STRINGS,
        "Its topics, without the #, in small letters.",
        "ARRAY(SELECT tag.name FROM unnest(post.features) AS feature"
        " JOIN tag ON tag.id = feature >> 4 WHERE feature & 15 = 1)",
    ),
    "text.language": Known(
        STRING,
        'ISO 639 code of its language, such as "nl"; "" where none is known.',
        "coalesce(post.language, '')",
    ),
    "author.handle": Known(
        STRING,
        "The handle of its author.",
        "(SELECT handle FROM member WHERE member.id = post.author_id)",
    ),
    "author.guilds": Known(
        STRINGS,
        "The guilds that its author belongs to, by slug.",
        "ARRAY(SELECT slug FROM guild_membership JOIN guild ON guild.id = guild_id"
        " WHERE guild_membership.member_id = post.author_id AND left_at IS NULL)",
    ),
    "author.account_age": Known(
        DURATION,
        "How long its author has been a member.",
        "(SELECT CAST(:now AS timestamptz) - joined_at FROM member WHERE member.id = post.author_id)",
    ),
    "author.followers": Known(
        INT,
        "How many follow its author.",
        "(SELECT count(*) FROM relation WHERE other_id = post.author_id AND kind = 'follow')",
    ),
    "author.followed": Known(
        BOOL, "Whether you follow its author.", _RELATED.format(":me", "post.author_id")
    ),
    "author.follows": Known(
        BOOL, "Whether its author follows you.", _RELATED.format("post.author_id", ":me")
    ),
    "post.guild": Known(
        STRING,
        'Slug of the guild it is made in; "" where it is made in none.',
        "coalesce((SELECT slug FROM guild WHERE guild.id = post.guild_id), '')",
    ),
    "post.picture": Known(BOOL, "Whether it shows a picture, or a video.", "(post.asset_id IS NOT NULL)"),
    "post.described": Known(
        BOOL,
        "Whether that picture is described in words; false without one.",
        "coalesce((SELECT alt <> '' FROM asset WHERE asset.id = post.asset_id), false)",
    ),
    "post.quotes": Known(BOOL, "Whether it shows another post inside it.", "post.embeds"),
    "post.age": Known(
        DURATION, "How long ago it was published.", "(CAST(:now AS timestamptz) - post.created_at)"
    ),
}
"""By name."""

SCHEMA: Schema = {name: Fact(one.type, one.meaning, 400) for name, one in KNOWN.items()}
"""What conditions are checked against."""
COLUMNS: Mapping[str, str] = {name: one.sql for name, one in KNOWN.items()}
"""Every fact in SQL."""
