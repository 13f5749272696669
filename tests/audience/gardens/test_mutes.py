"""Mutes: what is brought to a member no more, what is folded where they look, and whom nobody is told of."""

from datetime import timedelta

import pytest
from sqlmodel import Session

from audience import ask_notices
from audience.feeds.candidates import candidates
from audience.feeds.page import recipe_of
from audience.gardens import mutes
from audience.gardens.mutes import Of
from audience.moderation.rules import MODERATION
from coop import notices
from coop.book import Book
from coop.errors import NotFound, RuleBroken
from coop.identity import Identity
from tests.audience.factories import NOW, make_asset, with_clauses
from tests.audience.gardens.growing import DAY, brought, mute, shown, sight, write
from tests.factories import identity_of, make_guild, make_member


@pytest.fixture
def cleo(session: Session) -> Identity:
    """Another author."""
    return identity_of(make_member(session, "cleo"))


@pytest.mark.parametrize(
    ("of", "name", "body"),
    [
        ("person", "@Ada", "Bread"),
        ("tag", "#Rye", "Bread of #rye"),
        ("word", "RYE", "Bread of rye."),
        ("word", "crème brûlée", "A Creme Brulee, burnt"),
        ("word", "🥐", "A 🥐 at dawn"),
        ("kind", "text", "Bread"),
    ],
)
def test_what_is_muted_is_brought_no_more_and_folded_where_one_looks(
    session: Session, book: Book, ada: Identity, ben: Identity, of: Of, name: str, body: str
) -> None:
    post = write(session, ada, book, body)
    assert brought(session, ben, book) == [post]
    mute(session, ben, book, of, name)
    assert brought(session, ben, book) == []
    mark = shown(session, ben, book, post).mark
    assert mark is not None
    assert (mark.action, [one.by for one in mark.reasons]) == ("collapse", [of])


def test_a_guild_is_muted_and_what_its_members_write_elsewhere_is_not(
    session: Session, book: Book, ben: Identity
) -> None:
    founder = make_member(session, "dora")
    guild = make_guild(session, "bakers", founder)
    dora = identity_of(founder, (guild,))
    inside, outside = write(session, dora, book, "In", guild="bakers"), write(session, dora, book, "Out")
    mute(session, ben, book, "guild", "bakers")
    assert brought(session, ben, book) == [outside]
    assert sight(session, ben, book, inside) == "collapse"
    assert sight(session, ben, book, outside) == "plain"


def test_pictures_are_muted_by_kind(session: Session, book: Book, ada: Identity, ben: Identity) -> None:
    plain = write(session, ada, book)
    write(session, ada, book, asset_id=make_asset(session, ada).id)
    mute(session, ben, book, "kind", "picture")
    assert brought(session, ben, book) == [plain]


@pytest.mark.parametrize("name", ["bread roll", "rol", "oll"])
def test_words_are_whole_and_a_phrase_stands_together(
    session: Session, book: Book, ada: Identity, ben: Identity, name: str
) -> None:
    post = write(session, ada, book, "Bread, and a roll")
    mute(session, ben, book, "word", name)
    assert brought(session, ben, book) == [post]


def test_law_14_a_mute_ends_at_its_time_and_muted_anew_ends_anew(
    session: Session, book: Book, ada: Identity, ben: Identity
) -> None:
    post = write(session, ada, book)
    recipe = recipe_of(book, "chronological")

    def offered(days: float) -> list[int]:
        found, _ = candidates(session, ben, book, recipe, NOW + timedelta(days=days))
        return [one.id for one in found]

    first = mute(session, ben, book, "person", "ada", days=1)
    assert (offered(0.9), offered(1)) == ([], [post])
    assert mute(session, ben, book, "person", "ada", days=3) == first
    assert (offered(2.9), offered(3)) == ([], [post])
    assert mutes.listed(session, ben, NOW + 3 * DAY) == []


def test_a_mute_is_taken_back_by_its_member_alone(
    session: Session, book: Book, ada: Identity, ben: Identity, cleo: Identity
) -> None:
    made = mute(session, ben, book, "person", "ada")
    assert [(one.of, one.name) for one in mutes.listed(session, ben, NOW)] == [("person", "ada")]
    assert mutes.listed(session, cleo, NOW) == []
    with pytest.raises(NotFound):
        mutes.unmute(session, cleo, made)
    mutes.unmute(session, ben, made)
    with pytest.raises(NotFound):
        mutes.unmute(session, ben, made)


@pytest.mark.parametrize(
    ("of", "name", "raised"),
    [
        ("person", "nobody", NotFound),
        ("person", "ben", RuleBroken),
        ("guild", "none-such", NotFound),
        ("tag", "two words", RuleBroken),
        ("tag", "1984", RuleBroken),
        ("word", "  ", RuleBroken),
        ("word", "…", RuleBroken),
        ("kind", "sound", RuleBroken),
    ],
)
def test_what_is_no_such_thing_is_not_muted(
    session: Session, book: Book, ben: Identity, of: Of, name: str, raised: type[Exception]
) -> None:
    with pytest.raises(raised):
        mute(session, ben, book, of, name)


def test_a_moment_that_is_over_mutes_nothing(
    session: Session, book: Book, ada: Identity, ben: Identity
) -> None:
    with pytest.raises(RuleBroken):
        mute(session, ben, book, "person", "ada", days=0)


def test_law_01_a_clause_says_how_much_a_garden_holds(session: Session, book: Book, ben: Identity) -> None:
    tight = with_clauses(book, MODERATION, {"/gardens/mutes": 2})
    for word in ("one", "two", "two"):
        mute(session, ben, tight, "word", word)
    with pytest.raises(RuleBroken) as refused, session.begin_nested():
        mute(session, ben, tight, "word", "three")
    (fault,) = refused.value.faults
    assert fault.clause is not None and fault.clause.clause == "/gardens/mutes"
    assert len(mutes.listed(session, ben, NOW)) == 2


def test_law_07_whom_one_mutes_is_told_apart_by_nothing(
    session: Session, book: Book, ada: Identity, ben: Identity
) -> None:
    theirs = write(session, ben, book, "Rolls")
    before = (brought(session, ada, book), sight(session, ada, book, theirs))
    mute(session, ben, book, "person", "ada")
    assert (brought(session, ada, book), sight(session, ada, book, theirs)) == before


def test_nobody_is_told_of_what_somebody_asks_whom_they_mute(
    session: Session, book: Book, ada: Identity, ben: Identity, cleo: Identity
) -> None:
    mute(session, ben, book, "person", "ada")
    ask_notices.tell(session, book, ben.member_id, ada.member_id, NOW)
    assert notices.unread(session, ben, NOW + 30 * DAY) == 0
    ask_notices.tell(session, book, ben.member_id, cleo.member_id, NOW)
    assert notices.unread(session, ben, NOW + 30 * DAY) == 1
