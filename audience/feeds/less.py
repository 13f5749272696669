# ruff: noqa: S608 - the statements are put together from constants
"""Less of this: a member asks to be shown less of an author, of a tag, or of what is like a post.

It counts against such posts on the member's own pages from the next one on, less and less as it ages, in the
profiles that weigh ``less``, and is told to nobody. The answer says at once what it does to their page.

Law 7: one can ask it of what one may read alone; of anything else the answer is that there is no such post.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import delete, text
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col

from audience.access import access_post
from audience.feeds import page, ranking, slots, taste
from audience.feeds.candidates import candidate, candidates
from audience.feeds.chosen import DEFAULT
from audience.feeds.named import named
from audience.feeds.reader import Taste
from audience.feeds.recipe import Recipe, weights_of
from audience.feeds.rules import FEEDS, FeedRules
from audience.feeds.signals import Candidate
from audience.feeds.tables import Hide
from audience.topics import tag_feature, tags_of
from coop.book import Book
from coop.errors import Fault, NotFound, RuleBroken
from coop.identity import Identity
from coop.names import normal

Of = Literal["author", "tag", "post"]

EXAMPLES = 5
"""Most posts whose ranks an answer names."""

_TAG = text("SELECT id FROM tag WHERE name = :name")

# A name is looked up among what was asked alone, so that nobody learns from an undoing what else there is.
_LISTED = """
SELECT hide.kind, coalesce(member.handle, tag.name, CAST(post.id AS text)) AS name, hide.at, hide.other_id
FROM hide
LEFT JOIN member ON hide.kind = 'author' AND member.id = other_id
LEFT JOIN tag ON hide.kind = 'tag' AND tag.id = other_id
LEFT JOIN post ON hide.kind = 'post' AND post.id = other_id
WHERE hide.member_id = :me
"""
_LIST = text(f"{_LISTED} ORDER BY hide.at DESC, hide.kind, hide.other_id")
_FIND = text(f"SELECT other_id FROM ({_LISTED}) AS listed WHERE kind = :kind AND name = :name")


@dataclass(frozen=True, slots=True)
class Asked:
    """Something that a member asked to see less of."""

    of: Of
    name: str
    """The handle of an author, a tag, or the id of a post."""
    at: datetime
    weight: float
    """How much it still counts: 1 when it was asked, one half after the half-life."""


@dataclass(frozen=True, slots=True)
class Moved:
    """Where a post of the kind stood in the ranking, and where it stands."""

    post_id: int
    before: int
    """Rank from 1 among all that could be on the page."""
    after: int


@dataclass(frozen=True, slots=True)
class Effect:
    """What an asking does to the next page."""

    profile: str
    """The name by which its reader asks for it."""
    moved: int
    """Places of the page that hold another post than they would have."""
    gone_from_page: int
    """Posts that would have been on the page and are not."""
    examples: list[Moved]
    """Posts of the kind that rank elsewhere, the highest first."""


def ask(
    session: Session,
    reader: Identity,
    book: Book,
    post_id: int,
    of: Of,
    tag: str | None,
    profile: str | None,
    now: datetime,
) -> Effect:
    """Keep that the reader wants less of a post's author, of a tag of it, or of what is like it.

    Return what that does to the next page of a profile, of the reader's default where none is named. Raise
    NotFound where they may not read the post or there is no such profile, and RuleBroken where it is their
    own or does not have the tag, or a tag is named where none is meant.
    """
    author_id = access_post(session, reader, book, post_id, now).author_id
    if author_id == reader.member_id:
        raise RuleBroken("This is your own post; your feed never shows you those.")
    post = candidate(session, reader, book, post_id, now)
    recipe = _recipe(session, reader, book, profile or DEFAULT)
    other_id, concerns = _meant(session, post, of, tag)
    pool, before = candidates(session, reader, book, recipe, now)
    row = insert(Hide).values(member_id=reader.member_id, kind=of, other_id=other_id, at=now)
    session.execute(
        row.on_conflict_do_update(index_elements=["member_id", "kind", "other_id"], set_={"at": now})
    )
    after = taste.of(session, reader, recipe.measures, now)
    return effect(pool, recipe, (before, after), concerns, now)


def effect(
    pool: Sequence[Candidate],
    recipe: Recipe,
    tastes: tuple[Taste, Taste],
    concerns: Callable[[Candidate], bool],
    now: datetime,
) -> Effect:
    """Return what becomes of a recipe's page where its reader's taste goes from one to another.

    ``concerns`` says which posts are of the kind that was asked about.
    """
    weights, form = weights_of(recipe.weighings), recipe.form()
    orders = [ranking.ranked(pool, recipe.setting(now, one), weights) for one in tastes]
    old, new = ([one.scored.post_id for one in slots.page(order, form)] for order in orders)
    ranks = [{one.post_id: rank for rank, one in enumerate(order, start=1)} for order in orders]
    of_the_kind = [one.post_id for one in orders[0] if concerns(one.post)]
    examples = [
        Moved(one, ranks[0][one], ranks[1][one]) for one in of_the_kind if ranks[0][one] != ranks[1][one]
    ]
    moved = sum(one != other for one, other in zip(old, new, strict=True))
    return Effect(recipe.title, moved, len(set(old) - set(new)), examples[:EXAMPLES])


def listed(session: Session, reader: Identity, book: Book, now: datetime) -> list[Asked]:
    """Return what the reader asked to see less of, the latest first."""
    half_life = book.rules(FEEDS, FeedRules).signals.less.half_life
    rows = session.connection().execute(_LIST, {"me": reader.member_id})
    return [Asked(row.kind, row.name, row.at, 2 ** -((now - row.at) / half_life)) for row in rows]


def undo(session: Session, reader: Identity, of: str, name: str) -> None:
    """Take an asking back; raise NotFound where the reader asked no such thing."""
    bound = {"me": reader.member_id, "kind": of, "name": name if of == "post" else normal(name)}
    other_id = session.connection().execute(_FIND, bound).scalar_one_or_none()
    if other_id is None:
        raise NotFound
    session.execute(
        delete(Hide).where(
            col(Hide.member_id) == reader.member_id, col(Hide.kind) == of, col(Hide.other_id) == other_id
        )
    )


def _meant(
    session: Session, post: Candidate, of: Of, tag: str | None
) -> tuple[int, Callable[[Candidate], bool]]:
    """Return the id of what is meant, and which posts it concerns; raise RuleBroken where a tag is amiss."""
    if of != "tag" and tag is not None:
        fault = Fault("/tag", "Leave this out, or ask for less of a tag.")
        raise RuleBroken("A tag says nothing here.", faults=(fault,))
    if of == "author":
        return post.author_id, lambda one: one.author_id == post.author_id
    if of == "post":
        tags = frozenset(map(tag_feature, tags_of(post.features)))
        return post.id, lambda one: one.author_id == post.author_id or not tags.isdisjoint(one.features)
    tag_id: int | None = None if tag is None else session.scalar(_TAG, {"name": normal(tag)})
    feature = None if tag_id is None else tag_feature(tag_id)
    if tag_id is None or feature not in post.features:
        fault = Fault("/tag", "Name a tag that this post has.")
        raise RuleBroken("There is no such tag on this post.", faults=(fault,))
    return tag_id, lambda one: feature in one.features


def _recipe(session: Session, reader: Identity, book: Book, name: str) -> Recipe:
    """Return the recipe that a name stands for; the coop's default where posts are named elsewhere."""
    found = named(session, reader, book, name)
    default = book.rules(FEEDS, FeedRules).default
    return found if isinstance(found, Recipe) else page.recipe_of(book, default)
