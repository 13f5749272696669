"""Lists: who makes them, who sees them, what they are called, and what the clauses leave room for."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlmodel import Session

from audience import following, limit_for_now, relations
from audience.playlists import items, keeping, sight
from audience.playlists.keepers import held
from audience.rules import AUDIENCE
from coop.book import Book
from coop.errors import Forbidden, NotFound, RuleBroken
from coop.holdings import Holdings
from coop.identity import Identity
from coop.tables import Guild, Member
from tests.audience.factories import NOW, make_post, with_clauses, with_guild_policy
from tests.audience.moderation.rules import rule, with_rules
from tests.audience.playlists.shelves import may_list, shelf
from tests.factories import identity_of, make_guild, make_member

RULES = {
    "links": rule("text.links > 0", about="Links", on=["profile"]),
    "many": rule("author.followers > 0 && size(profile.about) > 20", about="Known", on=["profile"]),
    "shop": rule("size(words.shop) > 0", "label", about="Sells", label="shop", on=["profile"]),
    "tried": rule("true", about="Everything", on=["profile"], dry_run=True),
}


@pytest.fixture
def may(book: Book, ada: Identity) -> Book:
    """The book by which Ada and the guild of bakers hold the feature."""
    return may_list(book, ada, guilds=("bakers",))


@pytest.fixture
def bakers(session: Session, ada: Identity, ben: Identity) -> Guild:
    return make_guild(
        session, "bakers", session.get_one(Member, ada.member_id), (session.get_one(Member, ben.member_id),)
    )


def of(who: Identity, guild: Guild, *, steward: bool = False) -> Identity:
    inside = frozenset({guild.id or 0})
    return replace(who, guilds=inside, steward_of=inside if steward else frozenset())


def clause(refused: pytest.ExceptionInfo[Any]) -> str | None:
    (fault,) = refused.value.faults
    return None if fault.clause is None else fault.clause.clause


def test_a_list_is_made_called_something_else_and_ended(session: Session, may: Book, ada: Identity) -> None:
    made = keeping.make(session, ada, may, "  Good   bread ", "For\nwinter", "keepers", None, NOW)
    assert (made.title, made.description, made.member, made.mine) == (
        "Good bread",
        "For\nwinter",
        "ada",
        True,
    )
    found = keeping.change(session, ada, may, made.id, {"title": "Rye", "seen_by": "members"}, NOW)
    assert (found.title, found.description, found.seen_by) == ("Rye", "For\nwinter", "members")
    items.add(session, ada, may, made.id, make_post(session, ada, may).id, NOW)
    keeping.end(session, ada, may, made.id, NOW)
    with pytest.raises(NotFound):
        sight.read(session, ada, may, made.id, NOW)


def test_who_does_not_hold_the_feature_is_told_the_clause_and_keeps_what_there_is(
    session: Session, book: Book, may: Book, ada: Identity, ben: Identity
) -> None:
    kept = shelf(session, may, ada)
    post = kept.put(ada, "Rye")
    lost = may.with_holdings(Holdings(may.holdings.version + 1, {}, {}))
    assert not held(lost, ada, None, NOW)
    further = make_post(session, ada, lost)
    for act in (
        lambda: keeping.make(session, ada, lost, "More", "", "members", None, NOW),
        lambda: items.add(session, ada, lost, kept.id, further.id, NOW),
    ):
        with pytest.raises(Forbidden) as refused:
            act()
        assert clause(refused) == "/features/playlists/member/grant_when"
    kept.book = lost
    assert kept.read(ben) == [(1, "Rye")]
    keeping.change(session, ada, lost, kept.id, {"title": "Old"}, NOW)
    items.remove(session, ada, lost, kept.id, post.id, NOW)
    keeping.end(session, ada, lost, kept.id, NOW)


def test_a_guild_that_no_longer_holds_the_feature_keeps_its_lists_and_adds_nothing(
    session: Session, may: Book, ada: Identity, ben: Identity, bakers: Guild
) -> None:
    steward = of(ada, bakers, steward=True)
    kept = shelf(session, may, steward, guild="Bakers", seen_by="guild")
    kept.put(ada, "Rye")
    lost = may_list(may, ada)
    kept.book = lost
    assert kept.read(of(ben, bakers)) == [(1, "Rye")]
    further = make_post(session, ada, lost)
    with pytest.raises(Forbidden) as refused:
        items.add(session, steward, lost, kept.id, further.id, NOW)
    assert clause(refused) == "/features/playlists/guild/grant_when"


@pytest.mark.parametrize(
    ("seen_by", "sees"),
    [
        ("keepers", {"steward"}),
        ("guild", {"steward", "baker"}),
        ("members", {"steward", "baker", "stranger"}),
    ],
)
def test_law_07_a_guild_s_list_is_seen_by_whom_it_says_and_by_nobody_else(
    session: Session, may: Book, ada: Identity, ben: Identity, bakers: Guild, seen_by: Any, sees: set[str]
) -> None:
    people = {
        "steward": of(ada, bakers, steward=True),
        "baker": of(ben, bakers),
        "stranger": identity_of(make_member(session, "cleo")),
    }
    made = shelf(session, may, people["steward"], guild="bakers", seen_by=seen_by).made

    def seeing(name: str) -> bool:
        try:
            sight.read(session, people[name], may, made.id, NOW)
        except NotFound:
            return False
        return True

    assert {name for name in people if seeing(name)} == sees
    listed = {
        name for name, who in people.items() if sight.of_guild(session, who, may, "bakers", NOW, limit=9)[0]
    }
    assert listed == sees


def test_law_07_a_member_s_list_is_seen_by_its_owner_or_by_all_but_across_a_block(
    session: Session, may: Book, ada: Identity, ben: Identity
) -> None:
    cleo, dora = (identity_of(make_member(session, name)) for name in ("cleo", "dora"))
    own, all_see = shelf(session, may, ada, seen_by="keepers"), shelf(session, may, ada)

    def seen(who: Identity) -> set[int]:
        return {one.id for one in sight.of_member(session, who, may, "ada", NOW, limit=9)[0]}

    assert (seen(ada), seen(ben)) == ({all_see.id, own.id}, {all_see.id})
    relations.block(session, ada, "ben", NOW)
    relations.block(session, cleo, "ada", NOW)
    assert seen(ben) == seen(cleo) == set()
    assert seen(dora) == {all_see.id}
    limit_for_now.begin(session, ada, may, 3, "strangers", NOW)
    assert seen(dora) == set()
    session.get_one(Member, ada.member_id).left_at = NOW
    session.flush()
    with pytest.raises(NotFound):
        sight.read(session, dora, may, all_see.id, NOW)


def test_who_keeps_a_guild_s_lists_is_a_clause(
    session: Session, may: Book, ada: Identity, ben: Identity, bakers: Guild
) -> None:
    steward, baker = of(ada, bakers, steward=True), of(ben, bakers)
    stranger = identity_of(make_member(session, "cleo"))
    made = shelf(session, may, steward, guild="bakers").made
    with pytest.raises(Forbidden) as refused:
        keeping.make(session, baker, may, "Mine", "", "guild", "bakers", NOW)
    assert clause(refused) == "/playlists/keepers"
    with pytest.raises(Forbidden):
        keeping.change(session, baker, may, made.id, {"title": "Mine"}, NOW)
    with pytest.raises(NotFound):
        keeping.make(session, stranger, may, "Mine", "", "guild", "bakers", NOW)
    all_keep = with_clauses(may, AUDIENCE, {"/playlists/keepers": "members"})
    assert keeping.change(session, baker, all_keep, made.id, {"title": "Ours"}, NOW).mine
    own = with_guild_policy(all_keep, "bakers", '[playlists]\nkeepers = "stewards"\n')
    with pytest.raises(Forbidden):
        keeping.change(session, baker, own, made.id, {"title": "Mine"}, NOW)
    assert keeping.change(session, steward, own, made.id, {"title": "Theirs"}, NOW).mine


def test_there_are_no_more_lists_and_items_than_the_clauses_say(
    session: Session, may: Book, ada: Identity, bakers: Guild
) -> None:
    few = {"/playlists/of_member": 2, "/playlists/of_guild": 1, "/playlists/items": 10}
    tight, steward = with_clauses(may, AUDIENCE, few), of(ada, bakers, steward=True)
    kept = shelf(session, tight, ada)
    shelf(session, tight, ada)
    shelf(session, tight, steward, guild="bakers")
    for guild, said in ((None, "/playlists/of_member"), ("bakers", "/playlists/of_guild")):
        with pytest.raises(RuleBroken) as refused:
            shelf(session, tight, steward, guild=guild)
        assert clause(refused) == said
    for number in range(10):
        kept.put(ada, f"Loaf {number}")
    with pytest.raises(RuleBroken) as full:
        kept.put(ada, "One more")
    assert clause(full) == "/playlists/items"
    first = kept.posts["Loaf 0"]
    items.add(session, ada, tight, kept.id, first.id, NOW)
    items.remove(session, ada, tight, kept.id, first.id, NOW)
    items.add(session, ada, tight, kept.id, first.id, NOW)
    assert kept.read(ada)[-1] == (10, "Loaf 0")


@pytest.mark.parametrize(
    ("said", "pointer", "by"),
    [
        ({"title": ""}, "/title", None),
        ({"title": "x" * 81}, "/title", "/playlists/title"),
        ({"description": "x" * 501}, "/description", "/playlists/description"),
        ({"seen_by": "guild"}, "/seen_by", None),
    ],
)
def test_words_that_do_not_fit_are_told_where(
    session: Session, may: Book, ada: Identity, said: dict[str, Any], pointer: str, by: str | None
) -> None:
    whole = {"title": "Bread", "description": "", "seen_by": "members", **said}
    made = shelf(session, may, ada)
    acts: tuple[Callable[[], object], ...] = (
        lambda: keeping.make(
            session, ada, may, whole["title"], whole["description"], whole["seen_by"], None, NOW
        ),
        lambda: keeping.change(session, ada, may, made.id, said, NOW),
    )
    for act in acts:
        with pytest.raises(RuleBroken) as refused:
            act()
        assert (refused.value.faults[0].pointer, clause(refused)) == (pointer, by)


def test_words_that_others_see_go_by_the_rules_on_profiles(
    session: Session, may: Book, ada: Identity, ben: Identity
) -> None:
    ruled = with_rules(may, RULES, words={"shop": ["sale"]})
    link = "See https://a.example"
    for title, description in ((link, ""), ("Bread", link)):
        with pytest.raises(RuleBroken) as refused:
            shelf(session, ruled, ada, title=title, description=description)
        assert clause(refused) == "/rules/links/when"
    own = shelf(session, ruled, ada, title=link, seen_by="keepers")
    with pytest.raises(RuleBroken) as widened:
        keeping.change(session, ada, ruled, own.id, {"seen_by": "members"}, NOW)
    assert clause(widened) == "/rules/links/when"
    sold = shelf(session, ruled, ada, title="On sale")
    assert sight.read(session, ben, ruled, sold.id, NOW).labels == ["shop"]
    assert keeping.change(session, ada, ruled, sold.id, {"title": "Kept"}, NOW).labels == []
    long = "A long text about all that bread"
    assert shelf(session, ruled, ada, description=long).made.labels == []
    following.follow(session, ben, ruled, "ada", NOW)
    with pytest.raises(RuleBroken) as known:
        shelf(session, ruled, ada, description=long)
    assert clause(known) == "/rules/many/when"


def test_law_13_a_rule_that_cannot_be_decided_holds_words_back(
    session: Session, may: Book, ada: Identity
) -> None:
    undecided = {"odd": rule("1 / size(profile.about) > 0", "label", label="odd", on=["profile"])}
    with pytest.raises(RuleBroken):
        shelf(session, with_rules(may, undecided), ada)
