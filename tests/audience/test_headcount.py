"""Headcounts: as many as the documents mean, and nothing of what members keep to themselves."""

import json
from collections.abc import Sequence
from random import Random
from typing import Any

import pytest
from sqlalchemy import update
from sqlmodel import Session, col

from audience import circles, following, relations
from audience.document import AudienceDocument, Parts
from audience.headcount import NAMING, PRIVATE, About, headcount
from audience.naming import author_of, keys_of, mentioned_in
from audience.predicate import Atom, Predicate, Standing, is_met
from audience.rules import AUDIENCE
from bench.access_building import FIRST_PLACE, build
from bench.access_world import Published, World
from bench.documents import NOW, Names, predicate
from coop.book import Book
from coop.errors import RuleBroken
from coop.identity import Identity
from coop.tables import Member
from tests.audience.factories import wide_open, with_clauses
from tests.coop.statements import counted
from tests.factories import LISBON, identity_of, make_guild, make_member
from tests.thorough import much


def counts(
    session: Session, author: Identity, *cases: Sequence[Predicate], body: str = "", least: int = 1
) -> list[About]:
    """Count several cases at once; where one is the least that is told, numbers are exact."""
    every = [atom for case in cases for one in case for atom in one.atoms()]
    written = Parts(see=Predicate(any=list(dict.fromkeys(atom for atom in every if not atom.public))))
    owner = author_of(session, author)
    keys = keys_of(session, owner, written, mentioned_in(session, body), "", published=False)
    return headcount(session, author, cases, keys, least, NOW)


def read(written: object) -> Predicate:
    return Predicate.model_validate_json(json.dumps(written))


def one(session: Session, author: Identity, written: object, least: int = 1) -> About:
    return counts(session, author, [read(written)], least=least)[0]


def met(predicate: Predicate, reader: Standing, ways: Any) -> bool | None:
    """Decide a predicate whose groups are met as ``ways`` says, in Kleene's logic."""

    def some(answers: Sequence[bool | None]) -> bool | None:
        return True if True in answers else None if None in answers else False

    lists = [some([ways(atom, reader, True) for atom in atoms]) for atoms in predicate.alternatives]
    denied = some([ways(atom, reader, False) for atom in predicate.not_ or ()])
    found = [*lists, None if denied is None else not denied]
    return False if False in found else None if None in found else True


def unnamed(atom: Atom, reader: Standing, wanted: bool) -> bool | None:
    return False if atom.kind in NAMING else is_met(atom, reader)


def known(atom: Atom, reader: Standing, wanted: bool) -> bool | None:
    return wanted if atom.kind in PRIVATE else is_met(atom, reader)


def test_a_headcount_is_as_many_as_the_predicates_mean_for_random_worlds(
    session: Session, book: Book
) -> None:
    book = with_clauses(wide_open(book), AUDIENCE, {"/reach/widest": "public", "/circles/number": 100})
    world = build(session, book, 23, 24, much(30, 100))
    random = Random(23)
    # Whoever founded the guilds of that world is no part of it.
    session.execute(update(Member).where(col(Member.handle) == "founder").values(left_at=NOW))
    told = 0
    for _ in range(much(40, 400)):
        author = random.choice(world.people)
        own = sorted(author.guilds)
        if not own:
            continue
        handles = [person.identity.handle for person in world.people]
        names = Names(
            own, handles, ("Family", "Work"), [str(FIRST_PLACE), str(FIRST_PLACE + 1)], ["bread", "bikes"]
        )
        mentioned = random.sample(handles, 2)
        cases = [[read(predicate(random, names)) for _ in range(random.randint(1, 2))] for _ in range(3)]
        body = " ".join(f"@{handle}" for handle in mentioned)
        for case, found in zip(cases, counts(session, author.identity, *cases, body=body), strict=True):
            readers = [
                (standing_of(world, author, reader, mentioned), reader)
                for reader in world.people
                if reader is not author
                and (author.identity.handle, reader.identity.handle) not in world.blocks
            ]
            others = sum(all(met(each, reader, unnamed) is True for each in case) for reader, _ in readers)
            named = sum(
                all(met(each, reader, known) is True for each in case)
                and any(
                    is_met(atom, reader)
                    for each in case
                    for atom in each.atoms(denied=False)
                    if atom.kind in NAMING
                )
                for reader, _ in readers
            )
            assert (found.others or 0, found.named) == (others, named)
            told += others + named
    assert told > 100


def standing_of(world: World, author: Any, reader: Any, mentioned: Sequence[str]) -> Standing:
    """Return how a reader stands to an author who publishes now."""
    handle = author.identity.handle
    inside = {name: frozenset(world.circles[handle, name]) for name in ("Family", "Work", "Choir")}
    post = Published(0, author, AudienceDocument(), NOW, frozenset(mentioned), inside, deleted=False)
    return world.standing(post, reader)


@pytest.fixture
def ada(session: Session) -> Identity:
    """The author; in the guild ``bakers`` with eight others."""
    member = make_member(session, "ada")
    others = tuple(make_member(session, f"baker{n}") for n in range(8))
    guild = make_guild(session, "bakers", member, others)
    for row in others[:6]:
        row.place_id = LISBON
    session.flush()
    return identity_of(member, (guild,))


BAKERS_HERE = {"any": [{"guild": "bakers"}], "all": [{"place": str(LISBON)}]}


@pytest.mark.parametrize(
    ("members", "told"), [(0, 0), (1, None), (4, None), (5, 5), (7, 5), (8, 10), (12, 10), (13, 15)]
)
def test_law_07_few_people_are_not_told_and_more_only_in_steps(
    session: Session, members: int, told: int | None
) -> None:
    founder = make_member(session)
    guild = make_guild(session, "gardeners", founder, tuple(make_member(session) for _ in range(members)))
    found = one(session, identity_of(founder, (guild,)), {"any": [{"guild": "gardeners"}]}, least=5)
    assert (found.others, found.named, found.fewer_than) == (told, 0, 5)


@pytest.mark.parametrize(
    "secret",
    [
        {"place": str(LISBON)},
        {"contributed": {"tag": "bread"}},
        {"follow": {"dir": "follower"}},
    ],
    ids=str,
)
def test_law_07_that_nobody_is_meant_is_told_only_where_the_author_could_know(
    session: Session, ada: Identity, secret: dict[str, Any]
) -> None:
    founder, other = make_member(session), make_member(session, "other")
    alone, pair = make_guild(session, "alone", founder), make_guild(session, "pair", founder, (other,))
    author = identity_of(founder, (alone, pair))
    for here in (None, LISBON):
        other.place_id = here
        session.flush()
        for asked, told in (({"guild": "pair"}, None), ({"guild": "alone"}, 0), ({"member": "other"}, 0)):
            assert one(session, author, {"any": [asked], "all": [secret]}, least=5).others == told
            left = one(session, author, {"any": [asked], "not": [secret]}, least=5)
            assert left.others == told


def test_law_07_naming_somebody_tells_nothing_of_where_they_are(session: Session, ada: Identity) -> None:
    place = {"place": str(LISBON)}
    for handle in ("baker0", "baker7"):
        assert one(session, ada, {"any": [{"member": handle}], "all": [place]}).named == 1
        assert one(session, ada, {"any": [{"member": handle}], "not": [place]}).named == 1
        assert one(session, ada, {"any": [{"member": handle}], "all": [place]}).others == 0


@pytest.mark.parametrize("least", [1, 5])
def test_law_07_leaving_one_out_by_name_changes_no_number_of_others(
    session: Session, ada: Identity, least: int
) -> None:
    before = one(session, ada, BAKERS_HERE, least)
    assert before.others == (6 if least == 1 else 5)
    for handle in ("baker0", "baker7"):
        assert one(session, ada, BAKERS_HERE | {"not": [{"member": handle}]}, least) == before
        also = {"any": [{"guild": "bakers"}, {"member": handle}], "all": BAKERS_HERE["all"]}
        assert one(session, ada, also, least).others == before.others


def test_law_07_a_circle_of_one_tells_nothing_of_who_is_in_it(
    session: Session, book: Book, ada: Identity
) -> None:
    kept = circles.create(session, ada, book, "One", NOW)
    answers = []
    for handle in ("baker0", "baker7"):
        circles.add(session, ada, book, kept.id, handle, NOW)
        asked = {"all": [{"circle": "One"}, {"place": str(LISBON)}, {"follow": {"dir": "follower"}}]}
        answers.append(one(session, ada, asked))
        circles.remove(session, ada, kept.id, handle)
    assert answers == [About(False, 1, 0, 1)] * 2


def test_law_07_nobody_learns_from_a_number_who_blocks_them(session: Session, ada: Identity) -> None:
    asked = {"any": [{"guild": "bakers"}, {"member": "baker7"}]}
    before = one(session, ada, asked)
    other = Identity(author_id(session, "baker7"), "baker7", "B", NOW)
    relations.block(session, other, "ada", NOW)
    assert one(session, ada, asked) == before
    relations.block(session, ada, "baker7", NOW)
    found = one(session, ada, asked)
    assert (found.others, found.named) == (7, 0)


def author_id(session: Session, handle: str) -> int:
    return relations.member_id_of(session, handle)


def test_who_has_left_and_the_author_are_not_counted(session: Session, ada: Identity) -> None:
    before = one(session, ada, {"any": [{"local": True}]}).others
    assert before is not None
    make_member(session, "gone").left_at = NOW
    session.flush()
    assert one(session, ada, {"any": [{"local": True}]}).others == before
    assert one(session, ada, {"any": [{"member": "ada"}]}) == About(False, 0, 0, 1)


def test_nothing_is_written_and_no_name_is_taken_for_another(
    session: Session, book: Book, ada: Identity
) -> None:
    circles.create(session, ada, book, "Family", NOW)
    following.follow(session, ada, book, "baker0", NOW)
    asked = {
        "any": [{"circle": "Family"}, {"contributed": {"tag": "unheard"}}, {"follow": {"dir": "following"}}]
    }
    with counted(session) as sent:
        assert one(session, ada, asked).others == 1
    assert [said for said in sent if not said.lstrip().upper().startswith("SELECT")] == []
    with pytest.raises(RuleBroken):
        one(session, ada, {"any": [{"circle": "family"}]})


@pytest.mark.parametrize(
    ("about", "said"),
    [
        (About(True, 0, 100, 5), "everybody"),
        (About(False, 0, 0, 5), "nobody but you"),
        (About(False, 1, 0, 5), "1 person whom you name"),
        (About(False, 3, 0, 5), "3 people whom you name"),
        (About(False, 0, None, 5), "fewer than 5 people"),
        (About(False, 0, 45, 5), "about 45 people"),
        (About(False, 3, None, 5), "3 people whom you name and fewer than 5 others"),
        (About(False, 3, 45, 5), "3 people whom you name and about 45 others"),
    ],
)
def test_a_number_is_said_in_words(about: About, said: str) -> None:
    assert about.said == said
