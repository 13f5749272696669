"""Policies read as by-laws: every clause once, with what set it in the margin."""

from datetime import timedelta

from coop.book import COOP
from coop.policy_text import leaves, parse, sha256
from coop.tables import LedgerEvent
from governance import ballots
from governance.ballots import Vote
from governance.drafts import Draft
from governance.tally import Choice
from tests.coop.statements import counted
from tests.coop.test_outgrown import GUILD, SCOPE, text_of, without_selling, write
from tests.governance import contesting
from tests.governance.assembly import CLASS_B
from tests.web.browser import Browser
from tests.web.conftest import Village
from tests.web.test_every_page import check


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
    assert "Version 2, by a vote: Make the default room smaller" in page.text
    assert "Passed: 3 of 5 on the roll said yes" in page.text
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


def test_what_was_taken_back_says_why_and_where_that_is_recorded(village: Village, ada: Browser) -> None:
    base = sha256(village.book().policies["coop", "media"].text)
    wanted = Draft("coop", "media", "More photos", "", CLASS_B, base, sunset_after=timedelta(days=30))
    made = village.bring(wanted)
    village.open(made)
    village.vote(made, ada="for", bruno="for", chidi="for", dalia="for")
    village.go_to(village.times(made).due_at)
    village.go_to(village.case(made).sunset_at or village.now())
    page = ada.get("/policies/coop/media")
    check(page)
    assert "Version 3, taking back More photos" in page.text
    assert "so what it had set was taken back. Its time was over, and no vote had renewed it." in page.text
    assert "v3 · taken back" in page.text
    event = next(link["href"] for link in page.named("a") if link["href"].startswith("/record/"))
    with village.database.begin() as session:
        told = session.get_one(LedgerEvent, int(event.rpartition("/")[2]))
    assert (told.type, told.payload["number"]) == ("policy.version", 3)


def test_a_version_that_was_chosen_among_several_says_how(village: Village, visitor: Browser) -> None:
    made = village.bring(contesting.contest(village.book()))
    village.open(made)
    with village.database.begin() as session:
        case = village.case(made)
        for handle in ("ada", "bruno", "chidi"):
            vote = Vote(
                Choice.RANKED, case.patch_sha256, marks=(1, 0), rehearsal_sha256=case.rehearsal_sha256
            )
            ballots.cast(session, village.people[handle], made, vote, village.clock)
    village.go_to(village.times(made).due_at)
    page = visitor.get("/policies/coop/media")
    check(page)
    assert "v2 · a vote" in page.text
    assert "Passed: “Eighty” comes first." in page.text


def test_what_of_a_guild_s_policy_no_longer_fits_is_shown_with_a_way_to_mend_it(
    village: Village, visitor: Browser, ada: Browser
) -> None:
    village.guild("bakers", "ada", "bruno")
    path = "/policies/guild:bakers/moderation"
    with village.database.begin() as session:
        now = village.clock.now(session)
        write(session, SCOPE, GUILD, now)
    assert "What no longer fits" not in visitor.get(path).text
    with village.database.begin() as session:
        since = write(session, COOP, without_selling(text_of(session)), now)
    page = visitor.get(path)
    assert "What no longer fits" in page.text and "Nothing is known as “words.selling”" in page.text
    assert f"since version {since} of the coop’s" in page.text
    mend = "/proposals/new?scope=guild%3Abakers&kind=moderation&clause=/rules/sold/when"
    assert mend in {link.get("href") for link in page.named("a")}
    assert ada.get(mend).status == 200
    assert "What no longer fits" not in visitor.get("/policies/coop/moderation").text


def test_whom_rules_believe_stands_with_the_policy_and_whether_they_are_heard(
    village: Village, visitor: Browser, ada: Browser
) -> None:
    with village.database.begin() as session:
        now = village.clock.now(session)
        text = text_of(session).replace("[labels] ", "[labels]\nhouse = { labeller = 'house-watch' }\n#")
        write(session, COOP, text, now)
    page = visitor.get("/policies/coop/moderation")
    assert "labels.house" in page.text and "There is no labeller of this name." in page.text
    assert "Until it is heard again there are none of its labels." in page.text
    links = [link["href"] for link in page.named("a") if "/labels/house" in link.get("href", "")]
    mend = next(one for one in links if one.startswith("/proposals/new"))
    assert ada.get(mend).status == 200
