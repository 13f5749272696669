# ruff: noqa: S608 - the statements are put together from constants
"""Facts: what is known of a thing or an act at the moment when it was made, for the rules to be asked of.

Everything but the text is looked up in one statement, and only what some rule speaks of. It is looked up of
what is stored, so that a rule that is tried on what was made before finds the same facts as it did then. How
often somebody did a thing counts what they took back too: else that would be a way round.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from sqlalchemy import TextClause, text
from sqlmodel import Session

from audience.keys import LOCAL_KEY, PUBLIC_KEY
from audience.languages import recognised
from audience.moderation import label_facts
from audience.moderation.rules import Target
from audience.moderation.ruleset import Source
from audience.moderation.writing_facts import facts_of
from audience.rules import AUDIENCE, AudienceRules
from coop.book import Book
from coop.ids import RANDOM_BITS

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def _before(table: str, span: timedelta, further: str = "", of: str = "author_id") -> str:
    """Return how many rows of a table their author made before this one, within a span: ids tell the time.

    ``of`` is the column that names the author, in that table and of the subject.
    """
    reach = span // timedelta(milliseconds=1) << RANDOM_BITS
    return f"""(SELECT count(*) FROM {table} AS other WHERE other.{of} = subject.{of}
      AND other.id < subject.id AND other.id >= subject.id - {reach}{further})"""


_SAME = " AND other.body = subject.body"
_BELONGS = """guild_membership AS belongs
      WHERE belongs.member_id = {} AND belongs.joined_at <= subject.created_at
        AND (belongs.left_at IS NULL OR belongs.left_at > subject.created_at)"""
_FOLLOWERS = """(SELECT count(*) FROM relation
      WHERE other_id = {} AND kind = 'follow' AND since <= subject.created_at)"""


def _member(author: str) -> Mapping[str, str]:
    """Return what is known of the member whom this column names."""
    return {
        "author.account_age": "subject.created_at - author.joined_at",
        "author.guilds": f"""ARRAY(SELECT slug FROM guild WHERE guild.id IN (
          SELECT belongs.guild_id FROM {_BELONGS.format(author)}))""",
        "author.followers": _FOLLOWERS.format(author),
    }


_AUTHOR: Mapping[str, str] = {
    **_member("subject.author_id"),
    "author.posts_hour": _before("post", HOUR),
    "author.posts_day": _before("post", DAY),
    "author.replies_hour": _before("reply", HOUR),
    "author.replies_day": _before("reply", DAY),
    "author.same_day": f"""CASE WHEN subject.body = '' THEN 0
      ELSE {_before("post", DAY, _SAME)} + {_before("reply", DAY, _SAME)} END""",
}
_GUILD = "coalesce((SELECT slug FROM guild WHERE guild.id = {}.guild_id), '')"
_POST: Mapping[str, str] = {
    **_AUTHOR,
    "post.guild": _GUILD.format("subject"),
    "post.picture": "subject.asset_id IS NOT NULL",
    "post.video": "EXISTS (SELECT FROM asset WHERE asset.id = subject.asset_id AND kind = 'video')",
    "post.described": "coalesce((SELECT alt <> '' FROM asset WHERE asset.id = subject.asset_id), false)",
    "post.quotes": "subject.embeds",
    "post.for_all": (
        f"(subject.plain AND subject.lock_any <@ ARRAY[{PUBLIC_KEY}, {LOCAL_KEY}]::bigint[]) IS TRUE"
    ),
}
_FOLLOWS = """relation
  WHERE kind = 'follow' AND member_id = {} AND other_id = {} AND since <= subject.created_at"""
_REPLY: Mapping[str, str] = {
    **_AUTHOR,
    "post.guild": _GUILD.format("answered"),
    "post.age": "subject.created_at - answered.created_at",
    "post.replies": """(SELECT count(*) FROM reply AS other
      WHERE other.post_id = subject.post_id AND other.id < subject.id)""",
    "reply.depth": "cardinality(subject.above)",
    "reply.picture": "subject.asset_id IS NOT NULL",
    "reply.here_hour": _before("reply", HOUR, " AND other.post_id = subject.post_id"),
    "reply.follows_for": f"""coalesce((
      SELECT subject.created_at - since FROM {_FOLLOWS.format("subject.author_id", "answered.author_id")}
    ), interval '0')""",
    "reply.followed": f"EXISTS (SELECT FROM {_FOLLOWS.format('answered.author_id', 'subject.author_id')})",
}
_UPLOAD: Mapping[str, str] = {
    **_member("subject.owner_id"),
    "upload.type": "subject.type",
    "upload.bytes": "subject.bytes",
    "upload.width": "subject.width",
    "upload.height": "subject.height",
    "upload.video": "subject.kind = 'video'",
    "upload.seconds": "coalesce(subject.duration_ms, 0) / 1000",
    "upload.described": "subject.alt <> ''",
    "author.uploads_hour": _before("asset", HOUR, of="owner_id"),
    "author.uploads_day": _before("asset", DAY, of="owner_id"),
}
PROFILE_NAME = "coalesce(subject.display_name, author.display_name)"
PROFILE_ABOUT = "coalesce(subject.about, author.about)"
"""What a change makes of a profile: kept with it while it waits, and with the member from then on."""
_PROFILE: Mapping[str, str] = {
    **_member("subject.author_id"),
    "profile.name": PROFILE_NAME,
    "profile.about": PROFILE_ABOUT,
    "author.changes_day": _before("profile_change", DAY, " AND other.screened"),
}
_FOLLOW: Mapping[str, str] = {
    **_member("subject.author_id"),
    "author.follows_hour": _before("follow_begun", HOUR),
    "author.follows_day": _before("follow_begun", DAY),
    "follow.same_day": _before("follow_begun", DAY, " AND other.other_id = subject.other_id"),
    "follow.back": f"EXISTS (SELECT FROM {_FOLLOWS.format('subject.other_id', 'subject.author_id')})",
    "follow.shared_guild": f"""EXISTS (
      SELECT belongs.guild_id FROM {_BELONGS.format("subject.author_id")}
      INTERSECT SELECT belongs.guild_id FROM {_BELONGS.format("subject.other_id")})""",
    "follow.followers": _FOLLOWERS.format("subject.other_id"),
}
COLUMNS: Mapping[Target, Mapping[str, str]] = {
    "post": _POST,
    "reply": _REPLY,
    "upload": _UPLOAD,
    "profile": _PROFILE,
    "follow": _FOLLOW,
}
"""By target: every fact that is not of the text, in SQL, of a ``subject`` and its ``author``."""

SUBJECTS: Mapping[Target, str] = {
    "post": "post AS subject JOIN member AS author ON author.id = subject.author_id",
    "reply": """reply AS subject JOIN member AS author ON author.id = subject.author_id
      JOIN post AS answered ON answered.id = subject.post_id""",
    "upload": "asset AS subject JOIN member AS author ON author.id = subject.owner_id",
    "profile": "profile_change AS subject JOIN member AS author ON author.id = subject.author_id",
    "follow": "follow_begun AS subject JOIN member AS author ON author.id = subject.author_id",
}
"""By target: what those columns are selected from."""


def facts(
    session: Session,
    book: Book,
    target: Target,
    subject_id: int,
    body: str | None,
    language: str | None,
    wanted: frozenset[str],
    at_hand: Mapping[str, Any] = MappingProxyType({}),
    sources: Mapping[str, Source] = MappingProxyType({}),
    at: datetime | None = None,
) -> dict[str, Any]:
    """Return the facts of a thing or an act that is stored, as far as any of them is wanted.

    All are those of the moment when it was made, but for what the ``sources`` say, by fact: that is what they
    had said ``at`` a moment, where another is given.

    ``body`` is its text, None where it has none. ``language`` is what is known of a post's; that of a reply
    is recognised where a rule speaks of it. What is ``at_hand`` already, by name, is not looked up. A fact
    that nothing is known of is not among them (law 13).
    """
    if target == "reply" and body is not None and "text.language" in wanted:
        language = recognised(body, book.rules(AUDIENCE, AudienceRules).language)
    known = {} if body is None else facts_of(body, language, wanted)
    known.update(at_hand)
    names = tuple(name for name in COLUMNS[target] if name in wanted and name not in at_hand)
    if names or sources:
        parameters = label_facts.bound(target, list(sources.values()), ":at").parameters
        bound = {"subject": subject_id, "at": at, **parameters} if sources else {"subject": subject_id}
        row = session.connection().execute(_statement(target, names, tuple(sources.values())), bound).one()
        known.update(looked_up((*names, *sources), row))
    return known


def looked_up(names: Sequence[str], values: Sequence[Any]) -> dict[str, Any]:
    """Return by name what the database says of facts, without those of which it knows nothing."""
    found = zip(names, values, strict=True)
    return {name: as_fact(value) for name, value in found if value is not None}


def as_fact(value: Any) -> Any:
    """Return what the database says of a fact as rules reckon with it."""
    return frozenset(value) if isinstance(value, list) else value


@lru_cache(maxsize=256)
def _statement(target: Target, names: tuple[str, ...], sources: tuple[Source, ...]) -> TextClause:
    said = label_facts.bound(
        target, sources, "coalesce(CAST(:at AS timestamptz), subject.created_at)"
    ).columns
    columns = ", ".join([*(COLUMNS[target][name] for name in names), *said])
    written = f"SELECT {columns} FROM {SUBJECTS[target]} WHERE subject.id = :subject"
    return text(" ".join(written.split()))
