"""Trusted labellers: how each stands whom rules believe, told to everybody."""

from datetime import timedelta

from flask.testing import FlaskClient
from sqlmodel import Session

from audience.gardens import labellers
from audience.gardens.editions import Naming
from audience.gardens.trusted import trusted
from coop.book import COOP, Book, guild_scope
from coop.identity import Identity
from tests.audience.factories import NOW, with_clauses
from tests.audience.moderation.labelling import WATCH, found, say
from tests.audience.moderation.rules import rule, with_guild_rules, with_rules
from tests.coop.statements import counted

DAY = timedelta(days=1)


def test_law_13_how_each_stands_whom_rules_believe_is_told(
    session: Session, book: Book, ada: Identity
) -> None:
    named = {name: {"labeller": name} for name in ("watch", "busy", "silent", "over", "nobody")}
    book = with_clauses(
        with_rules(book, {}, labels=named),
        "moderation",
        {"/labelled/labels_a_day": 2, "/gardens/silent_after": "P30D"},
    )
    founded = {"watch": DAY, "busy": DAY, "silent": 31 * DAY, "over": DAY}
    for slug, ago in founded.items():
        found(session, ada, book, NOW - ago, slug)
    say(session, ada, book, NOW, [Naming(one, handle="ada") for one in ("spam", "odd")], slug="busy")
    labellers.end(session, ada, "over", NOW)
    told = trusted(session, book, COOP, NOW)
    assert {one.name: one.heard for one in told} == {
        "watch": "at work", "busy": "limited", "silent": "silent", "over": "ended", "nobody": "unknown",
    }  # fmt: skip
    assert {one.citation.clause for one in told} >= {"/labels/watch/labeller"}
    assert [(one.labels, one.edition) for one in told if one.name in ("busy", "nobody")] == [
        (["odd", "spam"], 1), ([], 0)
    ]  # fmt: skip


def test_a_guild_s_rules_believe_the_coop_s_and_its_own(session: Session, book: Book, ada: Identity) -> None:
    house = {"house": {"labeller": "house", "missing": "hold"}}
    book = with_guild_rules(with_rules(book, {}, labels=WATCH), "bakers", {"one": rule("true")}, labels=house)
    told = trusted(session, book, guild_scope("bakers"), NOW)
    assert [(one.name, one.missing, one.citation.scope) for one in told] == [
        ("house", "hold", "guild:bakers"),
        ("watch", "none", "coop"),
    ]
    with counted(session) as statements:
        assert trusted(session, with_rules(book, {}), COOP, NOW) == []
    assert len(statements) == 0


def test_everybody_may_ask_whom_rules_believe(client: FlaskClient) -> None:
    for scope in ("coop", "guild:nobody"):
        answer = client.get(f"/api/v1/moderation/labellers?scope={scope}")
        assert (answer.status_code, answer.get_json()) == (200, [])
