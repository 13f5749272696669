"""Labels as facts of rules: what labellers whom a policy names had said when something was made."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlmodel import Session, col

from audience import replies
from audience.gardens import labellers
from audience.gardens.editions import Naming
from audience.gardens.tables import Labeller
from audience.moderation.charter import moderation_charter
from audience.moderation.tables import Decision
from coop.book import Book
from coop.identity import Identity
from coop.tables import Member
from tests.audience.factories import NOW, make_post
from tests.audience.moderation.labelling import SPAM, WATCH, found, say, trusting
from tests.audience.moderation.rules import policy, rule, with_guild_rules, with_rules
from tests.coop.statements import counted
from tests.factories import identity_of, make_guild, make_member

DAY = timedelta(days=1)
AGO = NOW - DAY


@pytest.fixture
def cleo(session: Session) -> Identity:
    """Publishes labels."""
    return identity_of(make_member(session, "cleo"))


def decision_on(session: Session, post_id: int) -> Decision | None:
    wanted = select(Decision).where(col(Decision.post_id) == post_id, col(Decision.ended_at).is_(None))
    return session.scalars(wanted).one_or_none()


def action_on(session: Session, post_id: int) -> str:
    found = decision_on(session, post_id)
    return "none" if found is None else found.action


def test_a_rule_speaks_of_what_a_labeller_says_of_an_author(
    session: Session, book: Book, ada: Identity, ben: Identity, cleo: Identity
) -> None:
    book = trusting(book)
    found(session, cleo, book, AGO)
    say(session, cleo, book, AGO, [Naming("spam", handle="ada"), Naming("odd", handle="ben")])
    made = [make_post(session, who, book).id for who in (ada, ben)]
    assert [action_on(session, one) for one in made] == ["collapse", "none"]
    reply = replies.write(session, ada, book, made[1], "Hm", NOW)
    assert reply.flag is not None and reply.flag["action"] == "collapse"


def test_a_decision_cites_the_labeller_its_edition_and_the_clause_that_names_it(
    session: Session, book: Book, ada: Identity, cleo: Identity
) -> None:
    book = trusting(book)
    found(session, cleo, book, AGO)
    say(session, cleo, book, AGO, [Naming("odd", handle="ada")])
    say(session, cleo, book, AGO, [Naming("spam", handle="ada")])
    decision = decision_on(session, make_post(session, ada, book).id)
    assert decision is not None
    (cause,) = decision.causes
    (cited,) = cause["labels"]
    assert (cited["labeller"], cited["name"], cited["edition"]) == ("watch", "watch", 2)
    assert (cited["scope"], cited["clause"]) == ("coop", "/labels/watch/labeller")
    assert cited["version"] == book.cite("moderation", "/labels/watch/labeller").version
    assert cited["labels"] == [
        {"label": "odd", "edition": 1, "of": "author"},
        {"label": "spam", "edition": 2, "of": "author"},
    ]
    assert cause["matched"][0]["facts"] == {"labels.watch": ["odd", "spam"]}


def test_labels_that_were_taken_back_or_come_later_are_no_facts_of_what_was_made(
    session: Session, book: Book, ada: Identity, cleo: Identity
) -> None:
    book, spam = trusting(book), [Naming("spam", handle="ada")]
    found(session, cleo, book, AGO - DAY)
    say(session, cleo, book, AGO, spam)
    say(session, cleo, book, NOW, remove=spam)
    say(session, cleo, book, NOW + DAY, spam)
    when = [AGO - DAY / 2, AGO + DAY / 2, NOW, NOW + DAY / 2, NOW + 2 * DAY]
    said = [action_on(session, make_post(session, ada, book, now=one).id) for one in when]
    assert said == ["none", "collapse", "none", "none", "collapse"]


@pytest.mark.parametrize(
    ("missing", "done"), [("none", ["none"] * 4), ("hold", ["hold"] * 4)], ids=["none", "hold"]
)
def test_law_13_a_labeller_that_is_heard_no_more_says_what_a_clause_says(
    session: Session, book: Book, ada: Identity, cleo: Identity, missing: str, done: list[str]
) -> None:
    labels = {"watch": {"labeller": "watch", "missing": missing}}
    book = with_rules(book, {"spam": rule(SPAM, "collapse", override=True)}, labels=labels)
    acts: list[str] = []

    def act(days: int = 0) -> None:
        with session.begin_nested() as looking:
            acts.append(action_on(session, make_post(session, ada, book, now=NOW + days * DAY).id))
            looking.rollback()

    act()  # there is none of this name
    found(session, cleo, book, AGO)
    say(session, cleo, book, AGO, [Naming("spam", handle="ada")])
    act(days=90)  # it is silent
    with session.begin_nested() as leaving:
        session.execute(update(Member).where(col(Member.id) == cleo.member_id).values(left_at=AGO))
        act()
        leaving.rollback()
    with session.begin_nested() as ended:
        labellers.end(session, cleo, "watch", AGO)
        act()
        ended.rollback()
    assert acts == done
    assert action_on(session, make_post(session, ada, book).id) == "collapse", "at work it is heard"
    assert session.scalars(select(col(Labeller.ended_at))).one() is None


def test_a_guild_names_labellers_of_its_own_for_what_is_made_in_it(
    session: Session, book: Book, cleo: Identity
) -> None:
    ada, ben = make_member(session, "ada"), make_member(session, "ben")
    guild = make_guild(session, "bakers", ada, (ben,))
    baker = identity_of(ada, (guild,))
    book = with_guild_rules(
        with_rules(book, {}),
        "bakers",
        {"odd": rule("'odd' in labels.crust")},
        labels={"crust": WATCH["watch"]},
    )
    found(session, cleo, book, AGO)
    say(session, cleo, book, AGO, [Naming("odd", handle="ada")])
    inside, outside = (make_post(session, baker, book, guild=one).id for one in ("bakers", None))
    assert (action_on(session, inside), action_on(session, outside)) == ("hold", "none")
    decision = decision_on(session, inside)
    assert decision is not None and decision.causes[0]["labels"][0]["scope"] == "guild:bakers"


def test_law_13_a_rule_that_speaks_of_a_labeller_that_is_not_named_is_refused_with_its_place() -> None:
    (fault,) = moderation_charter(
        policy({"spam": rule("post.picture &&\n 'spam' in labels.wach")}, labels=WATCH)
    )
    assert fault.pointer == "/rules/spam/when"
    assert "labels.wach" in fault.detail and "line 2, column 12" in fault.detail
    assert "labels.watch" in fault.detail, "it names what may have been meant"


@pytest.mark.parametrize(
    ("made", "pointers"),
    [
        (rule(SPAM, "remove"), ["/rules/spam/then"]),
        (rule(SPAM, "collapse"), ["/rules/spam/override"]),
        (rule(SPAM, "unfeed"), ["/rules/spam/override"]),
        (rule(SPAM, "unfeed", override=True), []),
        (rule(SPAM, "hold"), []),
        (rule("post.picture", "remove"), []),
    ],
)
def test_what_a_labeller_says_removes_nothing_and_hides_nothing_that_a_member_chose_to_see(
    made: dict[str, Any], pointers: list[str]
) -> None:
    found = moderation_charter(policy({"spam": made}, labels=WATCH))
    assert [one.pointer for one in found] == pointers


def test_a_policy_names_no_more_labellers_than_its_clause_lets_it() -> None:
    named = {f"watch{n}": {"labeller": f"watch-{n}"} for n in range(11)}
    assert [one.pointer for one in moderation_charter(policy({}, labels=named))] == ["/labels"]


def test_rules_that_speak_of_no_labels_cost_no_further_statement(
    session: Session, book: Book, ada: Identity
) -> None:
    plain = with_rules(book, {"sized": rule("size(text) > 4000")}, labels=WATCH)
    asking = trusting(book)
    spent = []
    for one in (plain, asking):
        with counted(session) as statements:
            make_post(session, ada, one)
        spent.append(len(statements))
    assert spent[1] == spent[0] + 1
