"""Pages side by side: the page that a reader would have been given under each of two recipes.

Pure. The pages are made by the code that makes the real ones (``feeds/ranking.py``, ``feeds/slots.py``), and
what is told of them is whole numbers: shares in thousandths, means in hundredths.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from audience.feeds import ranking, slots
from audience.feeds.reader import Taste
from audience.feeds.recipe import Recipe, weights_of
from audience.feeds.signals import Candidate
from audience.feeds.slots import Placed
from coop.ids import first_id_at
from coop.rehearsal import Gauge

DAY = timedelta(days=1)

SHARE, MEAN = 1000, 100


def page(recipe: Recipe, pool: Sequence[Candidate], taste: Taste, now: datetime) -> list[Placed]:
    """Return the page that a recipe makes of a pool for a reader of this taste, the best first."""
    ranked = ranking.ranked(pool, recipe.setting(now, taste), weights_of(recipe.weighings))
    return slots.page(ranked, recipe.form())


@dataclass(slots=True)
class Side:
    """What was on the pages of one recipe, summed up."""

    places: int = 0
    small: int = 0
    followed: int = 0
    fresh: int = 0
    authors: int = 0
    """Distinct ones, page by page."""
    guilds: int = 0

    def add(
        self, page: Sequence[Candidate], now: datetime, guild_of: dict[int, int], unheard: Collection[int]
    ) -> None:
        """Count one page; ``unheard`` are the ids of authors whom few have heard."""
        yesterday = first_id_at(now - DAY)
        self.places += len(page)
        self.small += sum(post.author_id in unheard for post in page)
        self.followed += sum(post.follows for post in page)
        self.fresh += sum(post.id >= yesterday for post in page)
        self.authors += len({post.author_id for post in page})
        self.guilds += len({guild_of[post.id] for post in page} - {0})


@dataclass(slots=True)
class Comparison:
    """Both pages of every reader at every moment, of one profile."""

    name: str
    before: Side = field(default_factory=Side)
    after: Side = field(default_factory=Side)
    pages: int = 0
    stayed: int = 0
    """Posts that are on both pages of a reader."""
    widest: int = 0
    """Places of the longer page of each pair."""
    moved: int = 0
    """Places by which those that stayed moved, up or down."""
    readers: set[int] = field(default_factory=set)

    def add(
        self,
        reader: int,
        now: datetime,
        before: Sequence[Candidate],
        after: Sequence[Candidate],
        guild_of: dict[int, int],
        unheard: Collection[int],
    ) -> None:
        """Compare one pair of pages; ``unheard`` are the ids of authors whom few have heard."""
        self.readers.add(reader)
        self.pages += 1
        self.before.add(before, now, guild_of, unheard)
        self.after.add(after, now, guild_of, unheard)
        place = {post.id: index for index, post in enumerate(before)}
        shifts = [abs(place[post.id] - index) for index, post in enumerate(after) if post.id in place]
        self.stayed += len(shifts)
        self.moved += sum(shifts)
        self.widest += max(len(before), len(after))

    def gauges(self) -> list[Gauge]:
        """Return what the comparison says of the profile."""
        old, new, pages = self.before, self.after, self.pages
        return [
            self._compared("overlap", "posts that stay on a page", SHARE, self.stayed, self.widest),
            self._compared("moved", "places by which a post that stays moves", MEAN, self.moved, self.stayed),
            self._gauge("small", "places of authors whom few have heard", SHARE, old.small, new.small),
            self._gauge("authors", "authors on a page", MEAN, old.authors, new.authors, pages),
            self._gauge("guilds", "guilds on a page", MEAN, old.guilds, new.guilds, pages),
            self._crowding(),
            self._gauge("followed", "calm: places of those one follows", SHARE, old.followed, new.followed),
            self._gauge("fresh", "calm: places of posts younger than a day", SHARE, old.fresh, new.fresh),
        ]

    def _crowding(self) -> Gauge:
        meaning = "calm: posts of one author on a page"
        old, new = (_parts(side.places, side.authors, MEAN) for side in (self.before, self.after))
        return Gauge(self.name, "per_author", meaning, MEAN, old, new, len(self.readers))

    def _compared(self, name: str, meaning: str, per: int, part: int, whole: int) -> Gauge:
        return Gauge(self.name, name, meaning, per, None, _parts(part, whole, per), len(self.readers))

    def _gauge(
        self, name: str, meaning: str, per: int, old: int, new: int, whole: int | None = None
    ) -> Gauge:
        before = _parts(old, self.before.places if whole is None else whole, per)
        after = _parts(new, self.after.places if whole is None else whole, per)
        return Gauge(self.name, name, meaning, per, before, after, len(self.readers))


def _parts(part: int, whole: int, per: int) -> int:
    """Return ``part ÷ whole`` in parts of ``per``, rounded half up; 0 where there is no whole."""
    return (2 * per * part + whole) // (2 * whole) if whole else 0
