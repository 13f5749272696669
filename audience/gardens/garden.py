# ruff: noqa: S608 - the statements are put together from constants
"""A garden: all that decides, for one member, what is brought to them and what is folded where they look.

Pure. What is muted, or is hidden by a filter or a label, is left out of the statement that finds the posts of
a feed, so a page is never shortened after the fact. Where members go and look (a post, a member, a guild, a
tag, a place, a search) the same posts are there, folded, with the reason. What a member chose to see wins
over all of it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Literal, NamedTuple

from audience.gardens.vocabulary import COLUMNS, SCHEMA
from coop.cel.checker import check
from coop.cel.condition import condition
from coop.cel.faults import ExpressionFault

Sight = Literal["label", "collapse", "hide"]
"""What is done for a member: say something of it; fold it; bring it to them no more, elsewhere folded."""
SIGHTS: tuple[Sight, ...] = ("label", "collapse", "hide")
"""The mildest first."""
By = Literal["person", "guild", "tag", "word", "kind", "filter", "label"]
"""What of a garden something is done by."""
Kind = Literal["picture", "text", "quote"]
"""A kind of posts: with a picture, without one, or with another post inside."""

KINDS: Mapping[str, str] = {
    "picture": "post.asset_id IS NOT NULL",
    "text": "post.asset_id IS NULL",
    "quote": "post.embeds",
}
"""By kind: the condition in SQL."""
ALL_FED = "NOT unfed"
"""What feeds offer to a member who has no garden."""


class Reason(NamedTuple):
    """Why something is done with a post."""

    by: By
    name: str
    """Of a filter; of a label, the labeller's slug, a stroke and the label; of a mute, nothing."""
    action: Sight
    disputed: bool = False
    """Of a label: whether whoever is labelled, or made the post, says that it is not so."""


class Mark(NamedTuple):
    """What a garden does with one post that its member is delivered."""

    action: Literal["label", "collapse"]
    reasons: list[Reason]
    """Empty where the member chose to see it and nothing speaks against it."""
    chosen: bool
    """Whether the member chose to see it whatever speaks against it: then it is shown as if nothing did."""


@dataclass(frozen=True, slots=True)
class Ground:
    """Something that a garden holds against posts."""

    reason: Reason
    sql: str
    """Of a row ``post``; never null."""
    bound: Mapping[str, Any]


class Followed(NamedTuple):
    """A label to which the member subscribes, of a labeller that is at work."""

    labeller_id: int
    slug: str
    label: str
    action: Sight


@dataclass(frozen=True, slots=True)
class Garden:
    """What one member keeps, as it holds at one moment."""

    grounds: tuple[Ground, ...] = ()
    followed: tuple[Followed, ...] = ()
    posts: frozenset[int] = field(default_factory=frozenset)
    """That the member chose to see."""
    authors: frozenset[int] = field(default_factory=frozenset)
    """Of whom the member chose to see all."""
    muted: frozenset[str] = field(default_factory=frozenset)
    """Handles of the people whom the member mutes: their replies are folded too."""

    @property
    def empty(self) -> bool:
        """Whether there is nothing in it."""
        return not (self.grounds or self.followed or self.posts or self.authors)

    def fed(self) -> tuple[str, dict[str, Any]]:
        """Return the condition, of a row ``post``, that feeds may bring it to the member; and what it binds.

        ``unfed`` is what a rule of moderation says; a member overrides it where that rule lets them.
        """
        hiding = [one for one in self.grounds if one.reason.action == "hide"]
        lists = [one for one in self.followed if one.action == "hide"]
        against = [f"({one.sql})" for one in hiding]
        bound = {name: value for one in hiding for name, value in one.bound.items()}
        if lists:
            against.append(f"EXISTS (SELECT {_labelled('h')})")
            bound |= _as_arrays(lists, "h")
        chosen, choices = self._chosen()
        said = f"NOT ({' OR '.join(against)})" if against else "true"
        if not choices:
            return f"{ALL_FED} AND {said}" if against else ALL_FED, bound
        overridden = f"(NOT unfed OR ({chosen} AND (post.flag ->> 'override')::boolean IS TRUE))"
        return f"{overridden} AND ({chosen} OR {said})", bound | choices

    def looked_at(self) -> tuple[str, dict[str, Any]]:
        """Return three columns, of a row ``post``, from which :meth:`mark` tells what is done; and bindings.

        Those are: the places of the grounds that hold, the labels that it or its author has, and whether the
        member chose to see it.
        """
        held = "".join(f", CASE WHEN {one.sql} THEN {place} END" for place, one in enumerate(self.grounds))
        grounds = (
            f"array_remove(ARRAY[{held.removeprefix(', ')}]::integer[], NULL)" if held else "'{}'::integer[]"
        )
        bound = {name: value for one in self.grounds for name, value in one.bound.items()}
        labels = "'{}'::integer[]"
        if self.followed:
            place = "CASE WHEN bool_or(disputed) THEN -place::integer ELSE place::integer - 1 END"
            labels = f"ARRAY(SELECT {place} {_labelled('s')} GROUP BY place)"
            bound |= _as_arrays(self.followed, "s")
        chosen, choices = self._chosen()
        return f"{grounds} AS grounds, {labels} AS followed, {chosen} AS chosen", bound | choices

    def mark(self, grounds: Iterable[int], followed: Iterable[int], *, chosen: bool) -> Mark | None:
        """Return what is done with a post for which these columns came out so; None where nothing is.

        A label that is disputed is there by its place's complement, ``~place``.
        """
        lists = [(self.followed[~place if place < 0 else place], place < 0) for place in followed]
        reasons = [
            *(self.grounds[place].reason for place in grounds),
            *(Reason("label", f"{one.slug}/{one.label}", one.action, disputed) for one, disputed in lists),
        ]
        if not reasons and not chosen:
            return None
        folded = not chosen and any(one.action != "label" for one in reasons)
        return Mark("collapse" if folded else "label", reasons, chosen)

    def _chosen(self) -> tuple[str, dict[str, Any]]:
        said, bound = [], {}
        if self.posts:
            said.append("post.id = ANY(CAST(:g_posts AS bigint[]))")
            bound["g_posts"] = sorted(self.posts)
        if self.authors:
            said.append("post.author_id = ANY(CAST(:g_authors AS bigint[]))")
            bound["g_authors"] = sorted(self.authors)
        return f"({' OR '.join(said)})" if said else "false", bound


NO_GARDEN = Garden()
"""Of whoever keeps nothing, and of visitors."""


def people(ids: Sequence[int]) -> Ground:
    """Return the ground that a post is by one of these members."""
    return _ground("person", "post.author_id = ANY(CAST(:g_people AS bigint[]))", "g_people", ids)


def guilds(ids: Sequence[int]) -> Ground:
    """Return the ground that a post is made in one of these guilds."""
    sql = "coalesce(post.guild_id = ANY(CAST(:g_guilds AS bigint[])), false)"
    return _ground("guild", sql, "g_guilds", ids)


def tags(features: Sequence[int]) -> Ground:
    """Return the ground that a post has one of these tags, given as its features know them."""
    return _ground("tag", "post.features && CAST(:g_tags AS bigint[])", "g_tags", features)


def words(queries: Sequence[str]) -> Ground:
    """Return the ground that a post has one of some words or phrases, each given as a ``tsquery`` in text."""
    sql = (
        "EXISTS (SELECT FROM post_words WHERE post_id = post.id AND NOT door"
        " AND words @@ CAST(:g_words AS tsquery))"
    )
    return Ground(Reason("word", "", "hide"), sql, {"g_words": " | ".join(f"({one})" for one in queries)})


def kinds(wanted: Iterable[str]) -> Ground:
    """Return the ground that a post is of one of these kinds."""
    sql = " OR ".join(f"({KINDS[one]})" for one in sorted(wanted))
    return Ground(Reason("kind", "", "hide"), f"({sql})", {})


def filtered(place: int, name: str, when: str, action: Sight) -> Ground | None:
    """Return the ground that a member's own filter holds; None where its condition is none any more.

    ``place`` tells it from the other filters of the garden.
    """
    made = _compiled(when, f"g_f{place}_")
    return None if made is None else Ground(Reason("filter", name, action), made[0], made[1])


@lru_cache(maxsize=1024)
def _compiled(when: str, prefix: str) -> tuple[str, dict[str, Any]] | None:
    try:
        found = condition(check(when, SCHEMA).root, COLUMNS, prefix=prefix)
    except ExpressionFault:
        return None
    return (found.sql, found.parameters) if found.exact else None


def _ground(by: By, sql: str, name: str, value: Sequence[Any]) -> Ground:
    return Ground(Reason(by, "", "hide"), sql, {name: list(value)})


def _labelled(prefix: str) -> str:
    """Return what follows SELECT to find which of some subscriptions name a ``post`` or its author.

    A post has few labels, so they are looked up first. ``place`` is that of the subscription, from 1 on.
    """
    return f"""FROM (
      SELECT labeller_id, label, disputed_at IS NOT NULL AS disputed
      FROM given_label WHERE until IS NULL AND post_id = post.id
      UNION ALL
      SELECT labeller_id, label, disputed_at IS NOT NULL
      FROM given_label WHERE until IS NULL AND member_id = post.author_id
    ) AS given JOIN unnest(CAST(:g_{prefix}_by AS bigint[]), CAST(:g_{prefix}_label AS text[]))
      WITH ORDINALITY AS listed(labeller_id, label, place) USING (labeller_id, label)"""


def _as_arrays(followed: Sequence[Followed], prefix: str) -> dict[str, Any]:
    return {
        f"g_{prefix}_by": [one.labeller_id for one in followed],
        f"g_{prefix}_label": [one.label for one in followed],
    }
