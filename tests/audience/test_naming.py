"""Naming: what the names in an audience document stand for, and those that its author cannot use."""

import json
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlmodel import Session, col

from audience import circles, relations, stages
from audience.access import access_post
from audience.circle_tables import Circle
from audience.document import AudienceDocument, Parts
from audience.keys import circle_key, guild_key, member_key, place_key
from audience.naming import author_of, circles_in, keys_of, mentioned_in, mentions_in
from audience.predicate import Atom
from audience.topic_tables import ContributionCondition, Tag
from coop.book import Book
from coop.errors import NotFound, RuleBroken
from coop.identity import Identity
from tests.audience.factories import NOW, make_post
from tests.factories import LISBON, id_of, identity_of, make_guild, make_member


@pytest.fixture
def ada(session: Session, book: Book) -> Identity:
    """A member in the guild ``bakers`` who keeps the circle ``Family``."""
    member = make_member(session, "ada")
    found = identity_of(member, (make_guild(session, "bakers", member),))
    circles.create(session, found, book, "Family", NOW)
    return found


def keys(session: Session, author: Identity, document: object, body: str = "") -> dict[Atom, list[int]]:
    written = AudienceDocument.model_validate_json(json.dumps(document))
    return keys_of(session, author_of(session, author), written, mentioned_in(session, body), "/audience")


def key(session: Session, author: Identity, atom: dict[str, Any], body: str = "") -> list[int]:
    """Return the keys of one group of people."""
    found = keys(session, author, {"see": {"any": [atom]}}, body)
    return found[Atom.model_validate_json(json.dumps(atom))]


def sees(session: Session, reader: Identity, book: Book, post_id: int) -> bool:
    try:
        access_post(session, reader, book, post_id, NOW)
    except NotFound:
        return False
    return True


def test_each_name_stands_for_its_key(session: Session, ada: Identity) -> None:
    ben = make_member(session, "ben")
    (guild,) = ada.guilds
    circle = session.scalars(select(Circle)).one()
    assert circle.id is not None
    assert key(session, ada, {"guild": "bakers"}) == [guild_key(guild)]
    assert key(session, ada, {"circle": "Family"}) == [circle_key(circle.id, 0)]
    assert key(session, ada, {"member": "ben"}) == [member_key(id_of(ben))]
    assert key(session, ada, {"place": str(LISBON)}) == [place_key(LISBON)]
    assert key(session, ada, {"mentioned": True}, "Thanks, @Ben and @nobody!") == [member_key(id_of(ben))]
    assert key(session, ada, {"follow": {"dir": "mutual", "min_days": 7}}) == []


@pytest.mark.parametrize(
    "atom",
    [
        {"guild": "weavers"},
        {"guild": "nowhere"},
        {"circle": "Work"},
        {"circle": "family"},
        {"member": "nobody"},
        {"member": "gone"},
        {"place": "999999999999999999"},
    ],
    ids=str,
)
def test_law_07_a_name_that_the_author_cannot_use_is_refused_and_never_says_why(
    session: Session, book: Book, ada: Identity, atom: dict[str, Any]
) -> None:
    other = make_member(session, "other")
    make_guild(session, "weavers", other)
    circles.create(session, identity_of(other), book, "Work", NOW)
    make_member(session, "gone").left_at = NOW
    session.flush()
    (name,) = atom
    unknown = {"guild": "no-such", "circle": "No such", "member": "no_such", "place": "999999999999999998"}
    answers = []
    for value in (atom[name], unknown[name]):
        with pytest.raises(RuleBroken) as refused:
            keys(session, ada, {"read": {"all": [{"any": [{"local": True}, {name: value}]}]}})
        answers.append((str(refused.value), refused.value.faults))
    assert answers[0] == answers[1]
    assert [fault.pointer for fault in refused.value.faults] == [f"/audience/read/all/0/any/1/{name}"]


def test_every_name_that_is_wrong_is_told_at_once(session: Session, ada: Identity) -> None:
    document = {
        "see": {"any": [{"member": "nobody"}, {"guild": "bakers"}]},
        "interact": {"quote": {"ask": [{"circle": "Work"}]}},
        "after": [{"age": "P1D", "set": {"read": {"any": [{"local": True}], "not": [{"guild": "nowhere"}]}}}],
    }
    with pytest.raises(RuleBroken) as refused:
        keys(session, ada, document)
    assert [fault.pointer for fault in refused.value.faults] == [
        "/audience/see/any/0/member",
        "/audience/interact/quote/ask/0/circle",
        "/audience/after/0/set/read/not/0/guild",
    ]


def test_law_07_naming_one_who_blocks_the_author_is_answered_as_naming_another_and_lets_nobody_in(
    session: Session, book: Book, ada: Identity
) -> None:
    ben, cleo = (identity_of(make_member(session, handle)) for handle in ("ben", "cleo"))
    relations.block(session, ben, "ada", NOW)
    for atom in ({"member": "ben"}, {"mentioned": True}, {"circle": "Family"}):
        if "circle" in atom:
            for handle in ("ben", "cleo"):
                circles.add(session, ada, book, circles.mine(session, ada)[0].id, handle, NOW)
        see = {"any": [atom, {"member": "cleo"}]}
        post = make_post(session, ada, book, {"see": see}, body="For @ben and @cleo")
        assert (sees(session, ben, book, post.id), sees(session, cleo, book, post.id)) == (False, True)


def test_a_condition_is_kept_once_however_often_it_is_asked(session: Session, ada: Identity) -> None:
    asked = {"contributed": {"tag": "Bread", "kinds": ["reply", "post"], "min": 2, "days": 30}}
    same = {"contributed": {"tag": "bread", "kinds": ["post", "reply"], "min": 2, "days": 30}}
    other = {"contributed": {"tag": "bread", "kinds": ["post"], "min": 2, "days": 30}}
    assert key(session, ada, asked) == key(session, ada, same) != key(session, ada, other)
    assert session.scalar(select(func.count()).select_from(ContributionCondition)) == 2
    assert session.scalars(select(col(Tag.name))).all() == ["bread"]


def test_only_a_circle_that_is_named_uses_up_its_edition(session: Session, book: Book, ada: Identity) -> None:
    circles.create(session, ada, book, "Work", NOW)
    found = keys(session, ada, {"read": {"any": [{"local": True}], "not": [{"circle": "Work"}]}})
    session.expire_all()
    assert {one.name: one.used for one in session.scalars(select(Circle))} == {"Family": False, "Work": True}
    assert list(circles_in(found) or ()) == ["Work"]
    assert circles_in(keys(session, ada, {})) is None


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("@ben", ["ben"]),
        ("Thanks, @Ben_2! And @cleo, @ben_2.", ["ben_2", "cleo"]),
        ("(@ben) “@cleo”\n@dora", ["ben", "cleo", "dora"]),
        ("write to ben@example.org, https://example.org/@ben, @@ben", []),
        ("@", []),
        ("@9lives @b", []),
    ],
)
def test_a_text_names_whom_it_writes_with_a_sign(body: str, found: list[str]) -> None:
    assert mentions_in(body) == found


def test_a_layer_added_by_hand_may_be_for_whomever_the_text_names(
    session: Session, book: Book, ada: Identity
) -> None:
    ben, cleo = (identity_of(make_member(session, handle)) for handle in ("ben", "cleo"))
    post = make_post(session, ada, book, body="For @ben in the end")
    stages.tighten(
        session, ada, book, post.id, Parts.model_validate({"see": {"any": [{"mentioned": True}]}}), NOW
    )
    assert (sees(session, ben, book, post.id), sees(session, cleo, book, post.id)) == (True, False)
