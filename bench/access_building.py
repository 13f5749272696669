"""Building the world of ``access``: everything is published through the real actions, and remembered besides.

Circles gain and lose people between posts, follows are of every age around the days that documents ask for,
what people contributed lies on many days, some posts are made in guilds, some are narrowed by hand after a
while, and at the end some that wait for it are looked at.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime
from functools import partial
from random import Random
from typing import Any

from sqlalchemy import text
from sqlmodel import Session

from audience import circles, posts, stages, topics
from audience.access import access_post
from audience.document import AudienceDocument, Parts
from audience.tables import Relation
from bench.access_world import ByHand, Inside, Person, Published, World
from bench.documents import DAY, NOW, Names, document, parts
from coop.book import Book
from coop.errors import NotFound
from coop.identity import Identity
from coop.tables import Guild, GuildMembership, Member

LONG_AGO = NOW - 400 * DAY
SPAN = 30
"""For how many days posts have been published."""
GUILDS, CIRCLES, TAGS = 8, ("Family", "Work", "Choir"), ("bread", "bikes", "songs")
NO_GUILD = "nobody"
"""What may be named by who is in no guild; a document that does is drawn again."""
FIRST_PLACE = 900_000_000_001
AGES = (0.2, 1, 3, 7, 8, 30, 31, 90)
"""In days: how old a follow is. Whole ones lie exactly on what documents ask for."""
LOOKING = 12
"""How many try a post that waits for a share of its seats: fewer than it has seats."""

_PLACE = text("""
INSERT INTO place (id, kind, country, parent_id, path, name, search)
VALUES (:id, :kind, 'NO', :parent, :path, :name, :name)
""")

Draw = Callable[[Random, Names], dict[str, Any]]
"""Draws a document that names no more than it may."""


def build(
    session: Session,
    book: Book,
    seed: int,
    people: int,
    number: int,
    report: Callable[[], None] = lambda: None,
    draw: Draw = document,
) -> World:
    """Make a world of so many people and posts; ``book`` has to allow everything that documents ask.

    ``draw`` draws a document.
    """
    random = Random(seed)
    places = _places(session)
    world = World(_people(session, random, people, places))
    names = Names(
        guilds=[f"guild{n}" for n in range(GUILDS)],
        members=[one.identity.handle for one in world.people],
        circles=CIRCLES,
        places=sorted({one for path in places for one in path}),
        tags=TAGS,
    )
    _relate(session, random, world)
    kept = _circles(session, book, world)
    for n in range(number):
        at = NOW - SPAN * DAY * (1 - n / number)
        author = random.choice(world.people)
        for _ in range(random.choice((0, 1, 2))):
            _move(session, random, book, world, kept, author, at)
        drawn = partial(draw, random, _for(names, author))
        world.posts.append(_publish(session, random, book, world, drawn, author, at))
        if random.random() < 0.1:
            _tighten(session, random, book, world, names, at)
        report()
    for person in world.people:
        _answer(session, random, person)
    _look(session, random, book, world)
    session.flush()
    return world


def _places(session: Session) -> list[list[str]]:
    """Add two countries with two regions of two cities each, and return the paths of the cities."""
    paths: list[list[int]] = []
    ids: Iterator[int] = iter(range(FIRST_PLACE, FIRST_PLACE + 100))

    def add(kind: str, above: list[int]) -> list[int]:
        one = next(ids)
        path = [*above, one]
        parent = above[-1] if above else None
        bound = {"id": one, "kind": kind, "parent": parent, "path": path, "name": f"place{one}"}
        session.execute(_PLACE, bound)
        return path

    for _ in range(2):
        country = add("country", [])
        for _ in range(2):
            region = add("region", country)
            paths += [add("city", region) for _ in range(2)]
    return [list(map(str, path)) for path in paths]


def _people(session: Session, random: Random, number: int, places: list[list[str]]) -> list[Person]:
    guilds = {}
    founder = Member(handle="founder", display_name="F", password_hash="!", joined_at=LONG_AGO)
    session.add(founder)
    session.flush()
    for n in range(GUILDS):
        guild = Guild(
            slug=f"guild{n}", name="G", purpose="p", founder_id=founder.id or 0, founded_at=LONG_AGO
        )
        session.add(guild)
        session.flush()
        guilds[guild.slug] = guild.id or 0
    found = []
    for n in range(number):
        path = random.choice(places)[: random.randint(1, 3)] if random.random() < 0.7 else None
        member = Member(
            handle=f"person{n}",
            display_name="P",
            password_hash="!",
            joined_at=LONG_AGO,
            place_id=None if path is None else int(path[-1]),
        )
        session.add(member)
        session.flush()
        slugs = frozenset(random.sample(sorted(guilds), random.randint(0, 3)))
        for slug in sorted(slugs):
            session.add(GuildMembership(guild_id=guilds[slug], member_id=member.id or 0, joined_at=LONG_AGO))
        identity = Identity(
            member.id or 0, member.handle, "P", LONG_AGO, frozenset(guilds[slug] for slug in slugs)
        )
        found.append(Person(identity, slugs, None if path is None else frozenset(path)))
    session.flush()
    return found


def _relate(session: Session, random: Random, world: World) -> None:
    for one in world.people:
        for other in world.people:
            pair = one.identity.handle, other.identity.handle
            if one is other:
                continue
            draw = random.random()
            if draw < 0.02:
                world.blocks.add(pair)
                kind, since = "block", LONG_AGO
            elif draw < 0.35:
                kind, since = "follow", NOW - random.choice(AGES) * DAY
                world.follows[pair] = since
            else:
                continue
            ids = {"member_id": one.identity.member_id, "other_id": other.identity.member_id}
            session.add(Relation(kind=kind, since=since, **ids))
    session.flush()


Kept = dict[tuple[str, str], int]
"""Ids of circles by owner and name."""


def _circles(session: Session, book: Book, world: World) -> Kept:
    kept = {}
    for person in world.people:
        for name in CIRCLES:
            owner = person.identity.handle
            kept[owner, name] = circles.create(session, person.identity, book, name, LONG_AGO).id
            world.circles[owner, name] = set()
    return kept


def _move(
    session: Session, random: Random, book: Book, world: World, kept: Kept, owner: Person, at: datetime
) -> None:
    """Put somebody into one of the owner's circles, or take them out."""
    other = random.choice(world.people)
    name = random.choice(CIRCLES)
    key = owner.identity.handle, name
    inside = world.circles[key]
    now = {one for one in inside if one[0] == other.identity.handle}
    if other is owner or (other.identity.handle, owner.identity.handle) in world.blocks:
        return
    if now:
        circles.remove(session, owner.identity, kept[key], other.identity.handle)
        inside -= now
    else:
        circles.add(session, owner.identity, book, kept[key], other.identity.handle, at)
        inside.add((other.identity.handle, random.randrange(10**9)))


def _for(names: Names, author: Person) -> Names:
    """Return what one author may name: only guilds that they are in."""
    own = sorted(author.guilds)
    return Names(own or [NO_GUILD], names.members, names.circles, names.places, names.tags)


def _publish(
    session: Session,
    random: Random,
    book: Book,
    world: World,
    drawn: Callable[[], dict[str, Any]],
    author: Person,
    at: datetime,
) -> Published:
    """Publish a random document; one that its author may not ask for is drawn again."""
    apart = _apart(world, author)
    guild = random.choice([None, *sorted(author.guilds)])
    while True:
        read = AudienceDocument.model_validate_json(json.dumps(drawn()))
        later = [one.set for one in read.after or ()]
        if all(_may_ask(one, apart, guild, first=one is read) for one in [read, *later]):
            break
    handles = [one.identity.handle for one in world.people]
    named = random.sample(handles, random.choice((0, 0, 1, 2)))
    tags = random.sample(TAGS, random.choice((0, 0, 1, 2)))
    body = " ".join(["Hello", *(f"@{one}" for one in named), *(f"#{one}" for one in tags)])
    post = posts.publish(
        session, author.identity, book, posts.Draft(body=body, guild=guild, audience=read), at
    )
    for tag in tags:
        author.given[tag, "post", at.date()] += 1
    deleted = random.random() < 0.02
    if deleted:
        posts.delete(session, author.identity, post.id, at)
        for tag in tags:
            author.given[tag, "post", at.date()] -= 1
    inside = _inside(world, author)
    return Published(post.id, author, read, at, frozenset(named) - apart, inside, deleted, guild)


def _may_ask(layer: Parts, apart: set[str], guild: str | None, *, first: bool) -> bool:
    """Say whether an author may ask for what a layer says: the ``first``, or one that narrows it later."""
    atoms = [atom for _, atom in Parts.named(layer)]
    if any(atom.guild == NO_GUILD or atom.member in apart for atom in atoms):
        return False
    if layer.preset == "guild" and guild is None:
        return False
    asked = [None if first else layer.whom(guild), layer.read]
    return not any(atom.public for one in asked if one is not None for atom in one.atoms())


def _apart(world: World, author: Person) -> set[str]:
    """Return who is blocked by somebody, or blocks them."""
    handle = author.identity.handle
    return {one for pair in world.blocks if handle in pair for one in pair} - {handle}


def _inside(world: World, author: Person) -> Inside:
    return {name: frozenset(world.circles[author.identity.handle, name]) for name in CIRCLES}


def _tighten(session: Session, random: Random, book: Book, world: World, names: Names, at: datetime) -> None:
    """Have the author of some post narrow it by hand; what they may not ask for is drawn again."""
    post = random.choice(world.posts)
    apart = _apart(world, post.author)
    while True:
        layer = Parts.model_validate_json(json.dumps(parts(random, _for(names, post.author))))
        if layer.model_fields_set and _may_ask(layer, apart, post.guild, first=False):
            break
    if not post.deleted:
        stages.tighten(session, post.author.identity, book, post.id, layer, at)
        post.by_hand.append(ByHand(layer, _inside(world, post.author)))


def _look(session: Session, random: Random, book: Book, world: World) -> None:
    """Have some people try every post that waits for a share of its seats; remember who opened it."""
    for post in world.posts:
        if not any(one.seats_pct for one in post.document.after or ()):
            continue
        for reader in random.sample(world.people, min(LOOKING, len(world.people))):
            if reader is not post.author:
                with suppress(NotFound):
                    access_post(session, reader.identity, book, post.id, NOW)
                    world.seated[post.id].add(reader.identity.handle)


def _answer(session: Session, random: Random, person: Person) -> None:
    """Have somebody contribute answers on some days."""
    for _ in range(random.randint(0, 6)):
        tag, at = random.choice(TAGS), NOW - random.choice((0, 1, 2, 6, 7, 8, 29, 30, 31, 100)) * DAY
        (topic,) = topics.known(session, [tag])
        topics.give(session, person.identity.member_id, [topic.id], "reply", at)
        person.given[tag, "reply", at.date()] += 1
