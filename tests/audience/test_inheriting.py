"""Inheriting: what an author leaves out, and that a vote never widens what was published."""

import json
from typing import Any

from sqlalchemy import text
from sqlmodel import Session

from audience import permissions, why
from audience.access import access_post
from audience.bounds import check
from audience.document import AudienceDocument
from audience.eligible import eligible
from audience.inheriting import FORMERLY, inherit, lets_wait, steps
from audience.limits import limits_of
from audience.preview import preview
from audience.rules import AUDIENCE, INHERITED
from audience.standing import layered
from audience.tables import Post
from coop.book import Book
from coop.errors import Fault, NotFound, RuleBroken
from coop.identity import Identity
from tests.audience.factories import (
    NOW,
    founding_book,
    make_post,
    wide_open,
    with_clauses,
    with_guild_policy,
)
from tests.factories import identity_of, make_guild, make_member

BOOK = founding_book()
WAITS = with_clauses(BOOK, AUDIENCE, {"/seats/on_full": "waitlist"})
GUILD = "[reach]\ndefault = {}\n"


def written(**parts: Any) -> AudienceDocument:
    """Return a document as it comes over HTTP."""
    return AudienceDocument.model_validate_json(json.dumps(parts))


def by_default(book: Book, step: str) -> Book:
    return with_clauses(book, AUDIENCE, {"/reach/default": step})


def refused(document: AudienceDocument, book: Book, guild: str | None = None) -> list[Fault]:
    try:
        check(document, book, guild, "/audience")
    except RuleBroken as error:
        return list(error.faults)
    return []


def opens(session: Session, reader: Identity, book: Book, post: Post) -> bool:
    try:
        access_post(session, reader, book, post.id, NOW)
    except NotFound:
        return False
    return True


def test_law_01_whom_a_silent_author_means_is_a_clause() -> None:
    for step in INHERITED:
        found = inherit(written(seats={"max": 9}), by_default(BOOK, step), "bakers")
        assert found.stored() == {"preset": step, "seats": {"max": 9}}


def test_what_an_author_says_is_not_inherited() -> None:
    book = by_default(BOOK, "self")
    whom: tuple[dict[str, Any], ...] = (
        {"preset": "local"},
        {"see": {"any": []}},
        {"see": {"any": [{"member": "ben"}]}},
    )
    for said in whom:
        assert inherit(written(**said), book, None).stored() == said


def test_law_08_of_guild_and_coop_it_is_whom_both_mean() -> None:
    follows = {"follow": {"dir": "follower", "min_days": 0}}
    both = with_guild_policy(by_default(BOOK, "followers"), "bakers", GUILD.format('"guild"'))
    assert inherit(written(), both, "bakers").stored() == {"see": {"all": [follows, {"guild": "bakers"}]}}
    assert inherit(written(), both, "others").stored() == {"preset": "followers"}
    for coop, own in (("mutuals", "followers"), ("local", "mutuals"), ("mutuals", "local")):
        book = with_guild_policy(by_default(BOOK, coop), "bakers", GUILD.format(f'"{own}"'))
        assert inherit(written(), book, "bakers").stored() == {"preset": "mutuals"}
        assert steps(book, "bakers") == {coop, own}


def test_a_post_in_no_guild_whose_author_means_the_guild_by_saying_nothing_is_refused_with_the_clause() -> (
    None
):
    book = by_default(BOOK, "guild")
    (fault,) = refused(written(), book)
    assert (fault.pointer, fault.clause and fault.clause.clause) == ("/audience/preset", "/reach/default")
    assert refused(written(), book, "bakers") == []
    assert refused(written(preset="local"), book) == []


def test_whether_members_may_wait_is_a_clause_where_the_author_does_not_say() -> None:
    asked: tuple[dict[str, Any], ...] = ({}, {"seats": {"max": 9}}, {"seats": {"max": "open"}})
    for said in asked:
        assert lets_wait(written(**said), WAITS, None)
        assert not lets_wait(written(**said), BOOK, None)
    for book in (BOOK, WAITS):
        assert lets_wait(written(seats={"on_full": "waitlist"}), book, None)
        assert not lets_wait(written(seats={"on_full": "close"}), book, None)
    own = with_guild_policy(WAITS, "bakers", '[seats]\non_full = "close"\n')
    assert [lets_wait(written(), own, guild) for guild in ("bakers", None)] == [False, True]


def test_a_waitlist_without_a_number_of_seats_is_refused_at_the_waitlist() -> None:
    waits = written(seats={"on_full": "waitlist"})
    assert refused(waits, BOOK) == []
    (fault,) = refused(waits, wide_open(BOOK))
    assert (fault.pointer, fault.clause and fault.clause.clause) == (
        "/audience/seats/on_full",
        "/seats/default",
    )


def test_law_08_friends_are_delayed_where_author_guild_or_coop_says_so() -> None:
    slow = with_clauses(BOOK, AUDIENCE, {"/arrivals/strangers_only": False})
    own = with_guild_policy(BOOK, "bakers", "[arrivals]\nstrangers_only = false\n")
    assert [limits_of(book, "bakers").all_wait for book in (BOOK, slow, own)] == [False, True, True]
    assert not limits_of(own, "others").all_wait
    for book, scope in ((slow, "coop"), (own, "guild:bakers")):
        (fault,) = refused(written(arrivals={"strangers_only": True}), book, "bakers")
        assert fault.pointer == "/audience/arrivals/strangers_only"
        assert fault.clause is not None
        assert (fault.clause.scope, fault.clause.clause) == (scope, "/arrivals/strangers_only")
        assert refused(written(arrivals={"strangers_only": False}), book, "bakers") == []


def test_law_08_a_later_vote_widens_nobody_s_post(
    session: Session, book: Book, ada: Identity, ben: Identity
) -> None:
    narrow = by_default(book, "followers")
    wide = with_clauses(book, AUDIENCE, {"/seats/on_full": "waitlist"})
    post = make_post(session, ada, narrow)
    later = make_post(session, ada, wide)
    assert [opens(session, ben, wide, one) for one in (post, later)] == [False, True]
    assert [one.waitlist for one in (post, later)] == [False, True]
    assert post.audience == {"preset": "followers"}


def test_law_08_a_later_vote_takes_nobody_from_those_whom_a_post_was_for(
    session: Session, book: Book, ada: Identity, ben: Identity
) -> None:
    post = make_post(session, ada, book)
    assert opens(session, ben, by_default(book, "self"), post)
    assert limits_of(by_default(book, "self"), None).seats == 150


def test_law_07_a_post_for_its_guild_by_default_is_there_for_nobody_else(
    session: Session, book: Book, ben: Identity
) -> None:
    founder, other = make_member(session), make_member(session)
    guild = make_guild(session, "millers", founder, (other,))
    own = with_guild_policy(book, "millers", GUILD.format('"guild"'))
    post = make_post(session, identity_of(founder, (guild,)), own, guild="millers")
    assert [opens(session, one, own, post) for one in (identity_of(other, (guild,)), ben)] == [True, False]


def test_what_was_published_before_there_was_a_clause_is_for_all_members_still(
    session: Session, book: Book, ada: Identity, ben: Identity
) -> None:
    post = make_post(session, ada, book)
    session.execute(text("ALTER TABLE post DISABLE TRIGGER post_keeps_its_audience"))
    session.execute(text("UPDATE post SET audience = '{}' WHERE id = :id"), {"id": post.id})
    narrow = by_default(book, "self")
    found = layered(session, post.id, NOW)
    assert found.layers[0].parts.preset == FORMERLY == "local"
    assert eligible(session, ada, found, 1, NOW).others == 1
    assert why.explain(session, ben, narrow, post.id, None, NOW).because == [
        "It is open to every member of the coop."
    ]
    _, may = permissions.ask_for(session, ben, narrow, post.id, "like", NOW)
    assert may.value == "yes"


def test_a_preview_says_about_how_many_a_silent_author_would_reach(
    session: Session, book: Book, ada: Identity, ben: Identity
) -> None:
    def seen(book: Book) -> str:
        (layer,) = preview(session, ada, book, AudienceDocument(), None, "", NOW).layers
        return layer.see.said

    assert seen(by_default(book, "self")) == "nobody but you"
    assert seen(book) != "nobody but you"
