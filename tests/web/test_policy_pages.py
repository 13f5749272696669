"""Policies read as by-laws: every clause once, with what set it in the margin."""

from coop.policy_text import leaves, parse
from tests.coop.statements import counted
from tests.web.browser import Browser
from tests.web.conftest import Village


def test_every_clause_of_every_policy_can_be_pointed_at_and_changed(
    village: Village, visitor: Browser
) -> None:
    with village.database.begin() as session:
        book = village.books.current(session)
    for (scope, kind), policy in book.policies.items():
        page = visitor.get(f"/policies/{scope}/{kind}")
        ids = {attributes["id"] for attributes in page.named("span") if "id" in attributes}
        assert leaves(parse(policy.text)).keys() <= ids


def test_the_text_stands_on_the_page_as_it_is_in_force(village: Village, visitor: Browser) -> None:
    with village.database.begin() as session:
        policy = village.books.current(session).policies["coop", "voting"]
    page = visitor.get("/policies/coop/voting")
    said = "".join(page.text.split())
    for line in policy.text.splitlines():
        assert "".join(line.split()) in said


def test_the_margin_names_the_vote_that_set_a_clause(village: Village, visitor: Browser) -> None:
    founding = visitor.get("/policies/coop/audience")
    assert "v1 · founding" in founding.text
    assert "against" not in founding.text
    made = village.enacted()
    page = visitor.get("/policies/coop/audience")
    assert "v2 · 3 for, 1 against" in page.text
    assert any(link["href"] == f"/proposals/{made}" for link in page.named("a"))
    assert page.text.count("v2 ·") == 1


def test_versions_are_told_with_what_each_changed(village: Village, visitor: Browser) -> None:
    village.enacted()
    page = visitor.get("/policies/coop/audience")
    assert "Version 2, by a vote: 3 for, 1 against" in page.text
    assert "removed: default = 150" in page.text
    assert "added: default = 120" in page.text


def test_a_page_shows_the_policy_of_the_moment_it_is_asked_for(village: Village, visitor: Browser) -> None:
    assert "default = 150" in visitor.get("/policies/coop/audience").text
    village.enacted()
    assert "default = 120" in visitor.get("/policies/coop/audience").text


def test_unknown_policies_are_not_found(visitor: Browser) -> None:
    for path in ("/policies/coop/nothing", "/policies/guild:nobody/audience", "/policies/x/y"):
        assert visitor.get(path).status == 404


def test_a_policy_takes_the_same_statements_whatever_its_length(village: Village, visitor: Browser) -> None:
    for path in ("/policies/coop/voting", "/policies/coop/media"):
        visitor.get(path)
    with village.database.begin() as session, counted(session) as long:
        visitor.get("/policies/coop/voting")
    with village.database.begin() as session, counted(session) as short:
        visitor.get("/policies/coop/media")
    assert len(long) == len(short)
