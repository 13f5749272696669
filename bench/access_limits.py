"""Limits for now in the world of ``access``: some authors shut strangers out, through the real action.

Before that some people open some of their posts, so that they hold seats. Some of the limits are over, one of
them at this very moment; who has followed for how long is counted back to days on which people began to.
"""

from contextlib import suppress
from random import Random

from sqlmodel import Session

from audience import limit_for_now
from audience.access import access_post
from audience.limit_for_now import Whom
from audience.rules import AUDIENCE, AudienceRules
from bench.access_world import LimitedFor, World
from bench.documents import DAY, NOW
from coop.book import Book
from coop.errors import NotFound
from coop.identity import Identity

SHARE = 0.15
"""Of the people who set one."""
LOOKED = 3
"""How many try each of their posts before that."""
AGES = (1, 3, 7, 24)
"""In days: how long ago one was set."""
LENGTHS = (3, 7, 30)
"""In days. What was set so long ago ends now."""


def limit(session: Session, book: Book, world: World, seed: int) -> None:
    """Have a share of the people of a world set a limit for now, and remember whom it keeps out."""
    random = Random(seed)
    recent = book.rules(AUDIENCE, AudienceRules).limit_for_now.recent
    for number, person in enumerate(random.sample(world.people, max(4, round(len(world.people) * SHARE)))):
        _seat(session, random, book, world, person.identity)
        since = NOW - AGES[number % len(AGES)] * DAY
        days = LENGTHS[number % len(LENGTHS)]
        whom: Whom = "strangers" if number % 2 else "strangers_and_recent"
        limit_for_now.begin(session, person.identity, book, days, whom, since)
        followed_before = None if whom == "strangers" else since - recent * DAY
        world.limits[person.identity.handle] = LimitedFor(since + days * DAY, followed_before)
    session.flush()


def _seat(session: Session, random: Random, book: Book, world: World, author: Identity) -> None:
    """Have somebody open some posts of an author who has set no limit yet.

    Those that wait for a share of their seats are left out: it would bring a layer.
    """
    for post in world.posts:
        if post.author.identity is not author or any(one.seats_pct for one in post.document.after or ()):
            continue
        for reader in random.sample(world.people, LOOKED):
            if reader is not post.author:
                with suppress(NotFound):
                    access_post(session, reader.identity, book, post.id, NOW)
                    world.seated[post.id].add(reader.identity.handle)
