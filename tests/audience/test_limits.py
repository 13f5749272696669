"""Limits: the strictest of author, guild and coop, read from the book."""

from hypothesis import given
from hypothesis import strategies as st

from audience.clauses import OPEN, Cap, limit_of
from audience.limits import NO_LIMIT, Asked, Limits, deciding, limits_of, rules_of, tighten
from audience.rules import AUDIENCE, Arrivals, AudienceRules, Seats
from audience.strictness import stricter_of
from coop.book import Book
from tests.audience.factories import founding_book, wide_open, with_clauses, with_guild_policy

BOOK = founding_book()


def test_without_a_cap_the_default_in_force_holds() -> None:
    assert limits_of(BOOK, None) == Limits(seats=150, per_minute=60, burst=20)
    lower = with_clauses(BOOK, AUDIENCE, {"/seats/default": 100, "/seats/ceiling": 120})
    assert limits_of(lower, None).seats == 100
    assert limits_of(lower, None, Asked(400)).seats == 120


def test_a_guild_sets_its_own_limits_inside_the_bounds() -> None:
    book = with_guild_policy(BOOK, "bakers", "[seats]\ndefault = 90\n[arrivals]\nper_minute = 6\n")
    assert limits_of(book, "bakers") == Limits(seats=90, per_minute=6, burst=20)
    assert limits_of(book, "others") == limits_of(book, None)
    assert deciding(book, "bakers", "/arrivals/per_minute").scope == "guild:bakers"
    assert deciding(book, "bakers", "/arrivals/burst").scope == "coop"


def test_law_08_a_guild_never_widens_what_the_coop_has_tightened_since() -> None:
    book = with_guild_policy(BOOK, "bakers", "[arrivals]\nper_minute = 50\nburst = 15\n")
    tighter = with_clauses(book, AUDIENCE, {"/arrivals/per_minute": 5, "/arrivals/burst": 2})
    assert limits_of(tighter, "bakers") == Limits(seats=150, per_minute=5, burst=2)
    assert deciding(tighter, "bakers", "/arrivals/per_minute").scope == "coop"


def test_law_08_a_guilds_clause_that_the_coop_has_outgrown_falls_away_alone() -> None:
    book = with_guild_policy(BOOK, "bakers", "[seats]\ndefault = 300\n[arrivals]\nper_minute = 6\n")
    lower = with_clauses(book, AUDIENCE, {"/seats/default": 100, "/seats/ceiling": 120})
    assert limits_of(lower, "bakers") == Limits(seats=100, per_minute=6, burst=20)
    assert limits_of(lower, "others") == Limits(seats=100, per_minute=60, burst=20)


def test_law_08_no_vote_of_the_coop_on_another_clause_drops_what_a_guild_tightened() -> None:
    book = with_guild_policy(BOOK, "bakers", "[seats]\nceiling = 90\ndefault = 90\n[arrivals]\nburst = 3\n")
    wider = with_clauses(book, AUDIENCE, {"/seats/default": 400})
    for one in (book, wider):
        assert limits_of(one, "bakers") == Limits(seats=90, per_minute=60, burst=3)
    alone = with_guild_policy(BOOK, "bakers", "[seats]\nceiling = 90\n[arrivals]\nburst = 3\n")
    assert limits_of(alone, "bakers") == limits_of(book, "bakers")


def test_a_receipt_is_never_of_a_guilds_clause_that_has_fallen_away() -> None:
    book = with_guild_policy(BOOK, "bakers", "[seats]\ndefault = 40\n")
    assert deciding(book, "bakers", "/seats/default").scope == "guild:bakers"
    bounds = {"/bounds/guild/~1seats~1default": {"min": 100, "max": 500}}
    found = deciding(with_clauses(book, AUDIENCE, bounds), "bakers", "/seats/default")
    assert (found.scope, found.value) == ("coop", 150)


def test_arrivals_have_a_period_and_a_tolerance() -> None:
    limits = Limits(seats=None, per_minute=30, burst=5)
    assert limits.hold
    assert (limits.period, limits.tolerance, limits.ahead) == tuple(
        limits.period * times if limits.period else None for times in (1, 5, 4)
    )
    assert limits.period is not None
    assert limits.period.total_seconds() == 2
    assert limits.for_viewer(friend=True) == Limits(seats=None, per_minute=None, burst=5, delayed=False)
    assert not limits.for_viewer(friend=True).hold
    assert limits.for_viewer(friend=True).period is None


CAPS: st.SearchStrategy[Cap] = st.one_of(st.just(OPEN), st.integers(1, 600))


@st.composite
def rules(draw: st.DrawFn) -> AudienceRules:
    base = rules_of(BOOK, None)
    ceiling: Cap = draw(CAPS)
    default: Cap = draw(CAPS if isinstance(ceiling, str) else st.integers(1, ceiling))
    return base.model_copy(
        update={
            "seats": Seats(ceiling=ceiling, wide_ceiling="open", default=default, on_full="close"),
            "arrivals": Arrivals(
                per_minute=draw(CAPS), burst=draw(st.integers(1, 50)), strangers_only=draw(st.booleans())
            ),
        }
    )


def below(value: int | None, limit: int | None) -> bool:
    return limit is None or (value is not None and value <= limit)


NUMBERS = st.none() | st.integers(1, 700)
ASKED = st.builds(Asked, NUMBERS | st.just(NO_LIMIT), NUMBERS, NUMBERS, st.booleans())


@given(ASKED, rules(), rules())
def test_law_08_the_effective_limit_is_never_wider_than_any_of_author_guild_and_coop(
    author: Asked, guild: AudienceRules, coop: AudienceRules
) -> None:
    both = stricter_of(guild, coop)
    found = tighten(author, both, limit_of(both.seats.ceiling))
    assert author.seats == NO_LIMIT or below(found.seats, author.seats)
    assert below(found.per_minute, author.per_minute)
    assert below(found.burst, author.burst)
    for one in (guild, coop):
        assert below(found.seats, limit_of(one.seats.ceiling))
        assert below(found.per_minute, limit_of(one.arrivals.per_minute))
        assert found.burst <= one.arrivals.burst
        assert found.all_wait >= (author.all_wait or not one.arrivals.strangers_only)


def test_law_01_no_limit_stands_in_code() -> None:
    def seats(book: Book) -> int | None:
        return limits_of(book, None).seats

    assert [seats(with_clauses(BOOK, AUDIENCE, {"/seats/default": n})) for n in (20, 77, 500)] == [
        20,
        77,
        500,
    ]


@given(ASKED, ASKED, rules(), rules())
def test_law_08_a_further_layer_only_ever_narrows(
    asked: Asked, later: Asked, guild: AudienceRules, coop: AudienceRules
) -> None:
    both = stricter_of(guild, coop)
    before, after = (
        tighten(one, both, limit_of(both.seats.ceiling)) for one in (asked, asked.narrowed(later))
    )
    assert below(after.seats, before.seats)
    assert below(after.per_minute, before.per_minute)
    assert after.burst <= before.burst
    assert after.all_wait >= before.all_wait


def test_what_was_asked_is_read_back_with_its_stages() -> None:
    assert Asked.of(9, None) == Asked(9)
    assert Asked.of(None, [5, None, 0, 0]) == Asked(None, 5, None, False)
    assert Asked.of(9, [5, 3, 0, 0, 7, None, None, 1]) == Asked(9, 5, 3, True, 7)
    assert Asked.of(9, [None, None, 0, 0, None, None, None, None]) == Asked(9)
    assert Asked.of(900, [None, None, 0, 1]) == Asked(900, wide=True)


def test_an_author_may_ask_for_no_limit_where_the_ceiling_is_open() -> None:
    assert limits_of(BOOK, None, Asked(NO_LIMIT)).seats == 500
    default = with_clauses(wide_open(BOOK), AUDIENCE, {"/seats/default": 150})
    assert limits_of(default, None, Asked(NO_LIMIT)).seats is None
    assert limits_of(default, None).seats == 150
