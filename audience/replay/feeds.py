"""The feeds policy, replayed: how the pages of members drawn by lot would have changed.

One look in each week of the window, at a second drawn by lot, for each member drawn by lot of those who
came in it: a page by the rules in force and a page by the patch, from the same candidates as they were
then. Law 11: pages come from the code that makes the real ones.

It goes twice through readers and moments: first for what they could have been shown (``offers.py``), so that
what is known of those posts and of the readers now is read of all at once (``present.py``); then for the
pages. Law 14 holds for what is recorded; what is read as it stands may stand otherwise in a later run.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from sqlmodel import Session

from audience.feeds.recipe import Recipe
from audience.feeds.rules import FEEDS, FeedRules
from audience.feeds.signal_rules import Measures, Windows
from audience.feeds.signals import Candidate
from audience.replay import candidates, pages, present
from audience.replay.audience import slugs_of
from audience.replay.candidates import Search
from audience.replay.lots import drawn, moments_of
from audience.replay.offers import STEPS, Offers, offers
from audience.replay.pages import Comparison
from audience.replay.places import Places
from audience.replay.present import Known, Tastes
from coop.book import Book
from coop.rehearsal import Cell, Rehearsing, Report

LIMITS = (
    "A page is made for each member drawn, at one moment drawn in each week of the window, from what had not "
    "been delivered to them by then.",
    "How fast strangers were arriving at those moments is not replayed: a post with a free seat is offered.",
    "Whom somebody followed or blocked then, and does no longer, is not on record, and of an author's limits "
    "for now only the last is.",
    "Posts for those who meet several conditions, follow, contribute, or are in a circle or a place, and "
    "posts that are narrowed in time, are offered to nobody on both sides.",
    "Views of posts that were too old to be offered do not count towards an author's viewers, nor answers "
    "under them towards whom the author answered.",
    "How many had heard an author is told by the clauses in force on both sides.",
    "How far a post is watched, how heated it is, whom it and its author helped to understand, and what a "
    "reader reposted, was shown, lives near and asked to see less of are read as they stand now, not as they "
    "stood then: so on both sides the signals finish, calm, bridge, repost_like, diverse, near and less, and "
    "whose posts may take places kept for bridging.",
    "So a post that was heated then and has cooled since counts as calm, and what a reader was shown since "
    "then counts as known to them.",
    "Pages are those of the voted profiles, without anyone's own profiles, sliders or tags: the signal "
    "topic, which asks for tags that a member chose, counts nothing on either side.",
)

_COUNTED_BEFORE = ("finish", "repost_like", "diverse", "bridge", "calm")
"""Signals whose clauses say how facts are counted that are kept as a job counted them."""

_Pairs = Mapping[str, tuple[Recipe, Recipe]]
"""By the name of a profile: its recipe under the rules in force and under the patch."""


def replay_feeds(session: Session, asked: Rehearsing) -> Report:
    """Return how pages would have changed, profile by profile, and whose posts would be on them."""
    pairs = changed(asked.before, asked.after)
    limits = _of_this_patch(asked)
    if not pairs:
        return Report({}, limits=(*limits, "No page of a profile that stays would change."))
    moments = moments_of(asked)
    readers = drawn(session, asked, moments[0]) if moments else []
    recipes = [recipe for pair in pairs.values() for recipe in pair]
    slugs = slugs_of(session)
    found = offers(session, asked, recipes, slugs, moments, readers)
    known = _known(session, found)
    tastes = present.tastes(session, readers, recipes, asked.until)
    places, compared = _compare(asked, pairs, slugs, found, known, tastes)
    return Report(
        replayed={
            "views": _seen(found),
            "readers": Cell(len(readers), len(readers)),
            "pages": Cell(len(readers) * len(moments), len(readers)),
        },
        measures=(places.measure(),),
        gauges=tuple(gauge for one in compared for gauge in one.gauges()),
        limits=(*limits, *LIMITS),
    )


def _of_this_patch(asked: Rehearsing) -> list[str]:
    """Return what is not replayed of this patch."""
    old, new = (book.rules(FEEDS, FeedRules) for book in (asked.before, asked.after))
    before, after = set(old.profiles), set(new.profiles)
    turned = [name for name in before & after if old.profiles[name].range != new.profiles[name].range]
    return [
        *(
            f"The profile {name} is new: there is no page to compare it with."
            for name in sorted(after - before)
        ),
        *(f"The profile {name} would be gone." for name in sorted(before - after)),
        *(
            f"The sliders of {name} would reach elsewhere: whose pages that changes is not replayed."
            for name in sorted(turned)
        ),
        *(
            f"The signal {name} would be counted otherwise: what that changes is not replayed."
            for name in _counted_otherwise(old.signals, new.signals)
        ),
    ]


def _counted_otherwise(old: Measures, new: Measures) -> list[str]:
    return [name for name in _COUNTED_BEFORE if getattr(old, name) != getattr(new, name)]


def changed(before: Book, after: Book) -> dict[str, tuple[Recipe, Recipe]]:
    """Return both recipes of each profile that stays and is made otherwise; words and sliders aside."""
    old, new = (book.rules(FEEDS, FeedRules) for book in (before, after))
    found = {}
    for name in sorted(set(old.profiles) & set(new.profiles)):
        pair = Recipe.of(old, name), Recipe.of(new, name)
        if _without_words(pair[0]) != _without_words(pair[1]):
            found[name] = pair
    return found


def _without_words(recipe: Recipe) -> Recipe:
    """Return a recipe as far as it decides a page: without what it says of itself, and without sliders."""
    return replace(recipe, profile=recipe.profile.model_copy(update={"about": "", "range": {}}))


def _seen(found: Offers) -> Cell:
    """Return how many views of those drawn were gone through."""
    views = [len(post) for post, _ in found.past.seen.values()]
    return Cell(sum(views), sum(map(bool, views)))


def _known(session: Session, found: Offers) -> Known:
    """Return what is known now of all posts on offer and of their authors."""
    posts, pooled = found.past.posts, found.pooled
    return present.known(session, posts.id[pooled].tolist(), np.unique(posts.author[pooled]).tolist())


@dataclass(frozen=True, slots=True)
class _Look:
    """One reader at one moment, by its index."""

    found: Offers
    known: Known
    tastes: Tastes
    reader: int
    moment: int
    made: dict[tuple[Search, Windows], list[Candidate]] = field(default_factory=dict)
    """Pools as they were asked for."""

    def page(self, recipe: Recipe) -> list[Candidate]:
        """Return the page that a recipe would have made."""
        pool = self._pool(Search.of(recipe.profile), recipe.measures.windows)
        now = self.found.past.moments[self.moment]
        placed = pages.page(recipe, pool, self.tastes.of(self.reader, recipe), now)
        return [one.scored.post for one in placed]

    def _pool(self, search: Search, windows: Windows) -> list[Candidate]:
        if (search, windows) not in self.made:
            pool = self.found.pools[self.reader, self.moment][search]
            self.made[search, windows] = candidates.candidates(
                self.found.past, self.known, pool, self.moment, windows
            )
        return self.made[search, windows]


def _compare(
    asked: Rehearsing, pairs: _Pairs, slugs: Mapping[int, str], found: Offers, known: Known, tastes: Tastes
) -> tuple[Places, list[Comparison]]:
    """Make every pair of pages, and count what is on them."""
    past, readers = found.past, found.readers
    guild_of = dict(zip(past.posts.id.tolist(), past.posts.guild.tolist(), strict=True))
    places = Places(guild_of, slugs, asked.hidden_below)
    compared = {name: Comparison(name) for name in pairs}
    for done, member_id in enumerate(readers, start=1):
        for moment, now in enumerate(past.moments):
            look = _Look(found, known, tastes, member_id, moment)
            for name, (old, new) in pairs.items():
                before, after = look.page(old), look.page(new)
                authors = {post.author_id for post in (*before, *after)}
                viewers = past.viewers(old.measures.windows, moment, authors)
                unheard = {author for author, number in viewers.items() if number < old.discovery.viewers}
                compared[name].add(member_id, now, before, after, guild_of, unheard)
                places.add(member_id, before, after, viewers)
        asked.progress(2 * len(readers) + done, STEPS * len(readers), "pages")
    return places, list(compared.values())
