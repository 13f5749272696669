"""Places: whose posts were on the pages under either of two recipes. Pure."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Mapping, Sequence

from audience.feeds.signals import Candidate
from audience.replay.groups import NO_GUILD
from coop.rehearsal import Measure, Tallied, changes, fewer, merged, ranges

SIZES = (0, 10, 50, 200, 1000)
"""Where the size bands of authors begin, in distinct viewers as the clauses in force count them."""


class Places:
    """The places on pages: by guild, and by how many the author had reached."""

    def __init__(self, guild_of: Mapping[int, int], slugs: Mapping[int, str], enough: int) -> None:
        """Begin with none; ``guild_of`` posts and ``slugs`` of guilds by their ids, ``enough`` as a report's.

        A label is counted from its first mention on.
        """
        self.guild_of, self.slugs, self.enough = guild_of, slugs, enough
        self.labels = ranges(SIZES, "viewers")
        self.by, self.readers = self._empty(), self._empty()

    def _empty(self) -> dict[str, dict[str, Tallied]]:
        return {kind: defaultdict(lambda: Tallied(self.enough)) for kind in ("guild", "size")}

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
            guild = self.slugs.get(self.guild_of[post.id], NO_GUILD)
            size = self.labels[bisect_right(SIZES, viewers[post.author_id]) - 1]
            for kind, label in (("guild", guild), ("size", size)):
                for kept, person in ((self.by, post.author_id), (self.readers, reader)):
                    kept[kind][label].add(person, before=post.id in old, after=post.id in new)

    def measure(self) -> Measure:
        """Return the measure: a number speaks of its authors or of its readers, whoever are fewer."""
        by = {
            kind: {
                label: fewer(change, changes(self.readers[kind], self.enough)[label])
                for label, change in changes(found, self.enough).items()
            }
            for kind, found in self.by.items()
        }
        total = fewer(
            *(merged(kept["size"].values(), self.enough).change for kept in (self.by, self.readers))
        )
        return Measure("places", "places on pages", "lost to other posts", "won", total, by)
