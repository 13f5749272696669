"""The feeds policy, replayed: how the pages of members drawn by lot would have changed.

One look in each week of the window, at a second drawn by lot, for each member drawn by lot of those who
came in it: a page by the rules in force and a page by the patch, from the same candidates as they were
then. Law 11: pages come from the code that makes the real ones.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import numpy as np
from sqlalchemy import text
from sqlmodel import Session

from audience.feeds.recipe import Recipe
from audience.feeds.rules import FEEDS, FeedRules
from audience.feeds.signals import Candidate
from audience.relations import BLOCK, FOLLOW
from audience.replay import candidates, pages, recorded
from audience.replay.audience import NO_GUILD, caps_of, slugs_of
from audience.replay.candidates import Locks, Reader, Relations
from audience.replay.moments import Past, past
from audience.replay.pages import Comparison
from audience.replay.recorded import Ints
from coop.book import Book
from coop.ids import first_id_at
from coop.rehearsal import Cell, Measure, Rehearsing, Report, Tallied, changes, fewer, merged, ranges

SIZES = (0, 10, 50, 200, 1000)
"""Where the size bands of authors begin, in distinct viewers as the clauses in force count them."""
WEEK = timedelta(days=7)

LIMITS = (
    "A page is made for each member drawn, at one moment drawn in each week of the window, from what had not "
    "been delivered to them by then.",
    "How fast strangers were arriving at those moments is not replayed: a post with a free seat is offered.",
    "Whom somebody followed or blocked then, and does no longer, is not on record.",
    "Posts for those who meet several conditions, follow or contribute are offered to nobody on both sides.",
    "Views of posts that were too old to be offered do not count towards an author's viewers, nor answers "
    "under them towards whom the author answered.",
    "How many had heard an author is told by the clauses in force on both sides.",
    "What a post is about and where it is from, who watched it to the end, whom it helped to understand, how "
    "heated it got, and what a reader reposted or asked to see less of is not replayed: the signals finish, "
    "repost_like, topic, diverse, bridge, near, calm and less count nothing on either side.",
    "Pages are made without anyone's sliders. Nobody is taken for a bridger, so places kept for bridging go "
    "to others.",
)

_CAME = text("""
SELECT id FROM member
WHERE joined_at < :first AND (left_at IS NULL OR left_at >= :until) AND EXISTS (
  SELECT FROM seat WHERE member_id = member.id AND at >= :since AND at < :until)
""")


@dataclass(frozen=True, slots=True)
class _Setting:
    """What every page of a rehearsal is made from."""

    asked: Rehearsing
    past: Past
    locks: Locks
    relations: Relations
    caps: Ints
    guild_of: dict[int, int]
    slugs: Mapping[int, str]


def replay_feeds(session: Session, asked: Rehearsing) -> Report:
    """Return how pages would have changed, profile by profile, and whose posts would be on them."""
    pairs = changed(asked.before, asked.after)
    new, gone = _names(asked.after) - _names(asked.before), _names(asked.before) - _names(asked.after)
    limits = [
        *(f"The profile {name} is new: there is no page to compare it with." for name in sorted(new)),
        *(f"The profile {name} would be gone." for name in sorted(gone)),
        *(
            f"The sliders of {name} would reach elsewhere: whose pages that changes is not replayed."
            for name in _otherwise_turned(asked)
        ),
    ]
    if not pairs:
        return Report({}, limits=(*limits, "No page of a profile that stays would change."))
    moments = moments_of(asked)
    readers = drawn(session, asked, moments[0]) if moments else []
    setting = _setting(session, asked, pairs, moments, readers)
    reach, gauges = _compare(setting, pairs, readers)
    return Report(
        replayed={
            "views": _seen(setting),
            "readers": Cell(len(readers), len(readers)),
            "pages": Cell(len(readers) * len(moments), len(readers)),
        },
        measures=(reach.measure(asked.hidden_below),),
        gauges=tuple(gauge for one in gauges for gauge in one.gauges()),
        limits=(*limits, *LIMITS),
    )


def _names(book: Book) -> set[str]:
    return set(book.rules(FEEDS, FeedRules).profiles)


def _otherwise_turned(asked: Rehearsing) -> list[str]:
    """Return the profiles that stay and whose sliders would reach elsewhere."""
    old, new = (book.rules(FEEDS, FeedRules).profiles for book in (asked.before, asked.after))
    return sorted(name for name in set(old) & set(new) if old[name].range != new[name].range)


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


def moments_of(asked: Rehearsing) -> tuple[datetime, ...]:
    """Return a whole second in each week of the window, drawn by lot."""
    first = asked.since.replace(microsecond=0) + timedelta(seconds=1)
    length = WEEK // timedelta(seconds=1) - 1
    return tuple(
        first + week * WEEK + timedelta(seconds=asked.lot(f"moment {week}") % length)
        for week in range(asked.days // 7)
    )


def drawn(session: Session, asked: Rehearsing, first: datetime) -> list[int]:
    """Return the ids of the members drawn, of those who came in the window and had joined by ``first``."""
    bound = {"since": asked.since, "until": asked.until, "first": first}
    came = session.scalars(_CAME, bound)
    return sorted(came, key=lambda member_id: asked.lot(f"member {member_id}"))[: asked.sample]


def _setting(
    session: Session,
    asked: Rehearsing,
    pairs: Mapping[str, tuple[Recipe, Recipe]],
    moments: Sequence[datetime],
    readers: Sequence[int],
) -> _Setting:
    horizon = max(recipe.profile.horizon for pair in pairs.values() for recipe in pair)
    windows = {recipe.measures.windows for pair in pairs.values() for recipe in pair}
    first = first_id_at(asked.since - max(horizon, *(length for one in windows for length in one)))
    last = first_id_at(asked.until)
    posts = recorded.posts(session, first, last)
    follows, blocks = (recorded.relations(session, kind, asked.until) for kind in (FOLLOW, BLOCK))
    relations = Relations(follows, blocks, blocks.turned, recorded.memberships(session, asked.until))
    seats = recorded.seats(session, posts, asked.until)
    written = recorded.replies(session, first, last)
    asked.progress(0, 2, "views")
    known = past(posts, seats, written, tuple(moments), list(readers), windows)
    asked.progress(1, 2, "pages")
    keys, post_id = recorded.locks(session, first, last)
    slugs = slugs_of(session)
    return _Setting(
        asked=asked,
        past=known,
        locks=Locks(keys, np.searchsorted(posts.id, post_id)),
        relations=relations,
        caps=caps_of(asked.before, posts, slugs).seats if len(posts) else np.empty(0, np.int64),
        guild_of=dict(zip(posts.id.tolist(), posts.guild.tolist(), strict=True)),
        slugs=slugs,
    )


def _seen(setting: _Setting) -> Cell:
    """Return how many views of those drawn were gone through."""
    views = [len(post) for post, _ in setting.past.seen.values()]
    return Cell(sum(views), sum(map(bool, views)))


class _Reach:
    """Whose posts were on the pages under either recipe: by guild, and by how many the author had reached."""

    def __init__(self, setting: _Setting) -> None:
        self.setting = setting
        self.labels = ranges(SIZES, "viewers")
        self.by, self.readers = self._empty(), self._empty()

    def _empty(self) -> dict[str, dict[str, Tallied]]:
        """Return the kinds of group, in each of which a label is counted from its first mention on."""
        enough = self.setting.asked.hidden_below
        return {kind: defaultdict(lambda: Tallied(enough)) for kind in ("guild", "size")}

    def add(
        self,
        reader: int,
        before: Sequence[Candidate],
        after: Sequence[Candidate],
        viewers: Mapping[int, int],
    ) -> None:
        """Count the places of one pair of pages, each as its author's and as its reader's.

        ``viewers`` are those of each author.
        """
        old, new = ({post.id for post in page} for page in (before, after))
        for post in {post.id: post for post in (*before, *after)}.values():
            guild = self.setting.slugs.get(self.setting.guild_of[post.id], NO_GUILD)
            size = self.labels[bisect_right(SIZES, viewers[post.author_id]) - 1]
            for kind, label in (("guild", guild), ("size", size)):
                for kept, person in ((self.by, post.author_id), (self.readers, reader)):
                    kept[kind][label].add(person, before=post.id in old, after=post.id in new)

    def measure(self, enough: int) -> Measure:
        """Return the measure: a number speaks of its authors or of its readers, whoever are fewer."""
        by = {
            kind: {
                label: fewer(change, changes(self.readers[kind], enough)[label])
                for label, change in changes(found, enough).items()
            }
            for kind, found in self.by.items()
        }
        total = fewer(*(merged(kept["size"].values(), enough).change for kept in (self.by, self.readers)))
        return Measure("places", "places on pages", "lost to other posts", "won", total, by)


def _compare(
    setting: _Setting, pairs: Mapping[str, tuple[Recipe, Recipe]], readers: Sequence[int]
) -> tuple[_Reach, list[Comparison]]:
    """Make every pair of pages; of each reader and moment the pool is looked up once for each recipe."""
    reach, compared = _Reach(setting), {name: Comparison(name) for name in pairs}
    for done, member_id in enumerate(readers):
        for moment in range(len(setting.past.moments)):
            who = candidates.reader(setting.past, setting.locks, setting.relations, member_id, moment)
            for name, (old, new) in pairs.items():
                before, after = (_page(setting, who, recipe) for recipe in (old, new))
                authors = {post.author_id for post in (*before, *after)}
                viewers = setting.past.viewers(old.measures.windows, moment, authors)
                unheard = {author for author, number in viewers.items() if number < old.discovery.viewers}
                now = setting.past.moments[moment]
                compared[name].add(member_id, now, before, after, setting.guild_of, unheard)
                reach.add(member_id, before, after, viewers)
        setting.asked.progress(len(readers) + done + 1, 2 * len(readers), "pages")
    return reach, list(compared.values())


def _page(setting: _Setting, who: Reader, recipe: Recipe) -> list[Candidate]:
    pool = candidates.candidates(setting.past, setting.caps, who, recipe)
    return pages.page(recipe, pool, setting.past.moments[who.moment])
