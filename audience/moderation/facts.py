# ruff: noqa: S608 - the statements are put together from constants
"""Facts: what is known of a post or reply at the moment when it was made, for the rules to be asked of.

Everything but the text is looked up in one statement, and only what some rule speaks of. It is looked up of
what is stored, so that a rule that is tried on what was made before finds the same facts as it did then. How
often somebody wrote counts what they took back too: else that would be a way round.
"""

from collections.abc import Mapping
from datetime import timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import TextClause, text
from sqlmodel import Session

from audience.keys import LOCAL_KEY, PUBLIC_KEY
from audience.languages import recognised
from audience.moderation.rules import Target
from audience.moderation.writing_facts import facts_of
from audience.rules import AUDIENCE, AudienceRules
from coop.book import Book
from coop.ids import RANDOM_BITS

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def _before(table: str, span: timedelta, further: str = "") -> str:
    """Return how many rows of a table their author made before this one, within a span: ids tell the time."""
    reach = span // timedelta(milliseconds=1) << RANDOM_BITS
    return f"""(SELECT count(*) FROM {table} AS other WHERE other.author_id = subject.author_id
      AND other.id < subject.id AND other.id >= subject.id - {reach}{further})"""


_SAME = " AND other.body = subject.body"
_AUTHOR: Mapping[str, str] = {
    "author.account_age": "subject.created_at - author.joined_at",
    "author.guilds": """ARRAY(
      SELECT slug FROM guild_membership AS belongs JOIN guild ON guild.id = belongs.guild_id
      WHERE belongs.member_id = subject.author_id AND belongs.joined_at <= subject.created_at
        AND (belongs.left_at IS NULL OR belongs.left_at > subject.created_at))""",
    "author.followers": """(SELECT count(*) FROM relation
      WHERE other_id = subject.author_id AND kind = 'follow' AND since <= subject.created_at)""",
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
COLUMNS: Mapping[Target, Mapping[str, str]] = {"post": _POST, "reply": _REPLY}
"""By target: every fact that is not of the text, in SQL, of a ``subject`` and its ``author``."""

SUBJECTS: Mapping[Target, str] = {
    "post": "post AS subject JOIN member AS author ON author.id = subject.author_id",
    "reply": """reply AS subject JOIN member AS author ON author.id = subject.author_id
      JOIN post AS answered ON answered.id = subject.post_id""",
}
"""By target: what those columns are selected from."""


def facts(
    session: Session,
    book: Book,
    target: Target,
    subject_id: int,
    body: str,
    language: str | None,
    wanted: frozenset[str],
) -> dict[str, Any]:
    """Return the facts of a post or reply that is stored, as far as any of them is wanted.

    ``language`` is what is known of a post's; that of a reply is recognised where a rule speaks of it.
    """
    if target == "reply" and "text.language" in wanted:
        language = recognised(body, book.rules(AUDIENCE, AudienceRules).language)
    known = facts_of(body, language)
    names = tuple(name for name in COLUMNS[target] if name in wanted)
    if names:
        row = session.connection().execute(_statement(target, names), {"subject": subject_id}).one()
        known.update(zip(names, map(as_fact, row), strict=True))
    return known


def as_fact(value: Any) -> Any:
    """Return what the database says of a fact as rules reckon with it."""
    return frozenset(value) if isinstance(value, list) else value


@lru_cache(maxsize=256)
def _statement(target: Target, names: tuple[str, ...]) -> TextClause:
    columns = ", ".join(COLUMNS[target][name] for name in names)
    written = f"SELECT {columns} FROM {SUBJECTS[target]} WHERE subject.id = :subject"
    return text(" ".join(written.split()))
