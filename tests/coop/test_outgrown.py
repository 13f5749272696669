"""What of a guild's policy no longer fits the coop's: which clause, why, and since which version."""

from datetime import datetime

from flask.testing import FlaskClient
from sqlmodel import Session

from coop import policies
from coop.book import COOP, Book
from coop.clock import Clock
from coop.outgrown import outgrown
from coop.policies import Books
from tests.coop.statements import counted

KIND, SCOPE = "moderation", "guild:bakers"
GUILD = """
[words]
yeast = ["dead yeast"]

[rules.own]
about = "Ours alone"
on = ["post"]
when = 'size(words.yeast) > 0'
then = "label"
label = "yeast"
appeal_days = 14

[rules.sold]
about = "Selling, to us"
on = ["post", "reply"]
when = '''
text.links > 0 &&
size(words.selling) > 0'''
then = "hold"
appeal_days = 14
"""


def write(session: Session, scope: str, text: str, now: datetime) -> int:
    """Write the next version of a policy, as if it were founded so, and return its number."""
    made = policies.new_version(
        session, scope, KIND, text, cause="founding", proposal_id=None, tally=None, now=now
    )
    return made.number


def text_of(session: Session) -> str:
    head = policies.head(session, COOP, KIND)
    assert head is not None
    return head.text


def without_selling(text: str) -> str:
    """Return the coop's policy without its list of words, and without its rule that speaks of it."""
    begins = text.index("[rules.selling]")
    ends = text.index("[rules.", begins + 1)
    lines = (text[:begins] + text[ends:]).splitlines()
    return "\n".join(one for one in lines if not one.startswith("selling = ")) + "\n"


def current(session: Session, books: Books) -> Book:
    return books.at(session, policies.current_epoch(session))


def told(session: Session, books: Books) -> dict[str, tuple[str, int | None]]:
    found = outgrown(session, current(session, books), KIND, SCOPE)
    return {one.pointer: (one.why, one.version) for one in found}


def test_law_13_a_rule_that_lost_its_words_is_told_with_its_place_and_the_version_since_when(
    session: Session, books: Books, clock: Clock
) -> None:
    now = clock.now(session)
    write(session, SCOPE, GUILD, now)
    assert told(session, books) == {}
    since = write(session, COOP, without_selling(text_of(session)), now)
    write(session, COOP, text_of(session) + "# Further.\n", now)
    ((pointer, (why, version)),) = told(session, books).items()
    assert (pointer, version) == ("/rules/sold/when", since)
    assert "Nothing is known as “words.selling”." in why and "line 2, column 6" in why


def test_what_fitted_again_meanwhile_is_told_since_it_last_ceased_to(
    session: Session, books: Books, clock: Clock
) -> None:
    now = clock.now(session)
    whole = text_of(session)
    write(session, SCOPE, GUILD, now)
    for text in (without_selling(whole), whole):
        write(session, COOP, text, now)
    again = write(session, COOP, without_selling(whole) + "# Once more.\n", now)
    assert [version for _, version in told(session, books).values()] == [again]


def test_a_name_that_the_coop_took_and_a_limit_that_it_lowered_are_told_of_each(
    session: Session, books: Books, clock: Clock
) -> None:
    now = clock.now(session)
    write(session, SCOPE, GUILD, now)
    taken = text_of(session).replace("\nselling = [", '\nyeast = ["old yeast"]\nselling = [', 1)
    first = write(session, COOP, taken, now)
    second = write(session, COOP, taken.replace("cost = 50000 ", "cost = 101 "), now)
    found = told(session, books)
    assert found["/words/yeast"] == ("This entry is the coop's: give yours another name.", first)
    assert found.keys() == {"/words/yeast"} | ({"/rules/sold/when"} & found.keys())
    assert second == first + 1


def test_a_policy_that_fits_costs_no_statement_and_the_coop_s_own_always_does(
    session: Session, books: Books, clock: Clock
) -> None:
    write(session, SCOPE, GUILD, clock.now(session))
    book = current(session, books)
    with counted(session) as statements:
        assert outgrown(session, book, KIND, SCOPE) == []
        assert outgrown(session, book, KIND, COOP) == []
        assert outgrown(session, book, KIND, "guild:nobody") == []
    assert len(statements) == 0


def test_everybody_reads_what_no_longer_fits(client: FlaskClient, session: Session, clock: Clock) -> None:
    now = clock.now(session)
    write(session, SCOPE, GUILD, now)
    since = write(session, COOP, without_selling(text_of(session)), now)
    (item,) = client.get(f"/api/v1/policies/{SCOPE}/{KIND}/outgrown").get_json()["items"]
    assert (item["pointer"], item["version"]) == ("/rules/sold/when", since)
    assert client.get(f"/api/v1/policies/{COOP}/{KIND}/outgrown").get_json() == {"items": []}
    assert client.get(f"/api/v1/policies/guild:nobody/{KIND}/outgrown").status_code == 404
