"""Proposals on pages: written, submitted, sponsored, voted on and receipted, all without a script."""

from collections.abc import Callable

from coop.tables import Member
from governance.commitment import commitment
from governance.facts import State
from tests.coop.statements import counted
from tests.factories import make_guild, make_member
from tests.governance.assembly import CLASS_B
from tests.web.browser import Browser, Page
from tests.web.conftest import Village
from tests.web.test_every_page import check

Of = Callable[[str], Browser]

NEW = "/proposals/new?scope=coop&kind=audience&clause=/seats/default"


def write(browser: Browser, path: str = NEW, **said: str) -> Page:
    wanted = {"value": "120", "title": "Make the default room smaller", "rationale": "It is loud."} | said
    answer = browser.send(browser.get(path), "/proposals/new", **wanted)
    if answer.status_code == 303:
        return browser.get(answer.headers["Location"])
    return Page(answer)


def test_a_member_goes_from_a_clause_to_a_receipt_without_a_script(village: Village, browser_of: Of) -> None:
    ada, bruno = browser_of("ada"), browser_of("bruno")
    policy = ada.get("/policies/coop/audience")
    assert NEW in {link["href"] for link in policy.named("a")}
    draft = write(ada)
    assert "Nobody else sees this yet" in draft.text
    assert "removed: default = 150" in draft.text
    assert "added: default = 120" in draft.text
    submit = next(form.action for form in draft.forms if form.action.endswith("/submit"))
    path = submit.removesuffix("/submit")
    assert "Seeking sponsors" in ada.sent(draft, submit).text
    made = int(path.rpartition("/")[2])
    page = bruno.sent(bruno.get(path), f"{path}/sponsor")
    assert "@ada, @bruno" in page.text
    village.sponsor(made)
    village.go_to(village.times(made).voting_at)
    page = bruno.sent(bruno.get(path), f"{path}/ballot", choice="for", reason="It is loud indeed.")
    assert "Your ballot: For" in page.text
    village.vote(made, ada="for", chidi="for", dalia="against")
    village.go_to(village.times(made).due_at)
    page = bruno.get(path)
    assert village.case(made).stage.state is State.IN_FORCE
    assert "Passed: 3 of 5 on the roll said yes" in page.text
    assert "audience, version 2" in page.text
    assert "It is loud indeed." in page.text
    assert "@dalia Against" in page.text


def test_a_receipt_proves_the_ballot_that_was_cast(village: Village, ada: Browser) -> None:
    made = village.in_voting()
    path = f"/proposals/{made}"
    page = ada.sent(ada.get(path), f"{path}/ballot", choice="against", reason="Too small.")
    nonce = page.text.split("for your eyes until the close ")[1].split()[0]
    assert commitment({"choice": "against", "reason": "Too small.", "clause": ""}, nonce) in page.text


def test_a_ballot_can_be_changed_and_the_last_one_is_shown(village: Village, ada: Browser) -> None:
    made = village.in_voting()
    path = f"/proposals/{made}"
    page = ada.sent(ada.get(path), f"{path}/ballot", choice="for")
    assert page.form(f"{path}/ballot").values["choice"] == "for"
    page = ada.sent(page, f"{path}/ballot", choice="abstain")
    assert "Your ballot: Abstain" in page.text
    assert "version 2" in page.text


def test_what_others_chose_is_hidden_until_the_close(village: Village, browser_of: Of) -> None:
    made = village.in_voting()
    village.vote(made, bruno="against")
    ada = browser_of("ada")
    page = ada.get(f"/proposals/{made}")
    assert "Who voted how" not in page.text
    assert "@bruno Against" not in page.text
    village.go_to(village.times(made).closes_at)
    assert "@bruno Against" in ada.get(f"/proposals/{made}").text


def test_a_block_without_a_reason_is_shown_again_with_what_is_missing(village: Village, ada: Browser) -> None:
    made = village.in_voting(patch=CLASS_B, kind="media")
    action = f"/proposals/{made}/ballot"
    page = Page(ada.send(ada.get(f"/proposals/{made}"), action, choice="block"))
    assert page.status == 422
    assert {"reason", "clause"} == {
        attributes["id"] for _, attributes in page.tags if attributes.get("aria-invalid")
    }
    assert page.form(action).values["choice"] == "block"
    assert "Your ballot:" not in page.text
    page = ada.sent(page, action, reason="It fills the store.", clause="/photos/per_day")
    assert "Your ballot: Block" in page.text
    assert "/photos/per_day" in page.text


def test_a_change_by_consent_offers_no_block(village: Village, ada: Browser) -> None:
    made = village.in_voting()
    form = ada.get(f"/proposals/{made}").form(f"/proposals/{made}/ballot")
    assert form.choices["choice"] == ["for", "against", "abstain"]
    assert "clause" not in form.values


def test_a_ballot_without_a_choice_is_shown_again(village: Village, ada: Browser) -> None:
    made = village.in_voting()
    answer = ada.send(ada.get(f"/proposals/{made}"), f"/proposals/{made}/ballot")
    assert answer.status_code == 422
    assert "Choose one of these." in answer.text


def test_whoever_is_not_on_the_roll_has_no_ballot(village: Village, browser_of: Of) -> None:
    made = village.in_voting()
    village.vote(made, ada="for")
    with village.database.begin() as session:
        late = make_member(session, "late", village.now())
    village.people["late"] = village.people["ada"].__class__(late.id or 0, "late", "Late", late.joined_at)
    page = browser_of("late").get(f"/proposals/{made}")
    assert "You are not on the roll of this vote" in page.text
    assert not [form for form in page.forms if form.action.endswith("/ballot")]


def test_a_visitor_reads_a_proposal_and_is_asked_to_sign_in(village: Village, visitor: Browser) -> None:
    made = village.in_voting()
    page = visitor.get(f"/proposals/{made}")
    assert "added: default = 120" in page.text
    assert page.forms == []
    assert f"/sign-in?next=/proposals/{made}" in {link["href"] for link in page.named("a")}


def test_a_vote_that_has_closed_takes_no_ballot_and_says_so(village: Village, ada: Browser) -> None:
    made = village.in_voting()
    page = ada.get(f"/proposals/{made}")
    village.go_to(village.times(made).closes_at)
    answer = ada.send(page, f"/proposals/{made}/ballot", choice="for")
    assert answer.status_code == 409
    assert "No ballots are taken" in answer.text


def test_an_author_takes_a_proposal_back(village: Village, ada: Browser) -> None:
    made = village.propose()
    page = ada.sent(ada.get(f"/proposals/{made}"), f"/proposals/{made}/withdraw")
    assert "Withdrawn" in page.text
    assert village.case(made).stage.state is State.WITHDRAWN


def test_a_value_that_cannot_stand_is_told_at_its_field(ada: Browser) -> None:
    page = write(ada, value="-4")
    assert page.status == 422
    assert [field["id"] for field in page.named("input") if field.get("aria-invalid")] == ["value"]
    assert page.form("/proposals/new").values["title"] == "Make the default room smaller"
    assert page.form("/proposals/new").values["rationale"] == "It is loud."
    page = write(ada, title=" ")
    assert [field["id"] for field in page.named("input") if field.get("aria-invalid")] == ["title"]


def test_a_proposal_that_changes_nothing_is_told_at_the_value(ada: Browser) -> None:
    page = write(ada, value="150")
    assert page.status == 422
    assert "Change a clause." in page.text


def test_a_form_is_refused_where_the_policy_has_changed_since(village: Village, ada: Browser) -> None:
    form = ada.get(NEW)
    village.enacted()
    answer = ada.send(form, "/proposals/new", value="90", title="Smaller still", rationale="")
    assert answer.status_code == 409
    assert "The policy has changed since this patch was written." in answer.text


def test_a_guild_s_member_gives_their_guild_a_clause_of_its_own(village: Village, browser_of: Of) -> None:
    with village.database.begin() as session:
        people = [session.get_one(Member, village.people[name].member_id) for name in ("ada", "bruno")]
        make_guild(session, "bakers", people[0], (people[1],))
    ada, chidi = browser_of("ada"), browser_of("chidi")
    new = "/proposals/new?scope=guild%3Abakers&kind=audience"
    assert new in {link["href"] for link in ada.get("/proposals/new").named("a")}
    assert new not in {link["href"] for link in chidi.get("/proposals/new").named("a")}
    check(ada.get(new))
    draft = write(ada, f"{new}&clause=/seats/default", value="40")
    check(draft)
    assert "which would be new" in draft.text
    assert "added: default = 40" in draft.text
    refused = write(chidi, f"{new}&clause=/seats/default", value="40")
    assert refused.status == 403
    assert "Only members of this guild" in refused.text


def test_the_class_of_a_change_is_shown_before_it_is_submitted(ada: Browser) -> None:
    assert "class A: values inside the bounds" in write(ada).text
    page = write(ada, "/proposals/new?scope=coop&kind=membership&clause=/joining/admission", value="invited")
    assert "class C: who belongs" in page.text


def test_unknown_proposals_policies_and_clauses_are_not_found(ada: Browser) -> None:
    for path in (
        "/proposals/1",
        "/proposals/new?scope=coop&kind=nothing",
        "/proposals/new?scope=guild:nobody&kind=voting",
        "/proposals/new?scope=coop&kind=audience&clause=/nothing",
    ):
        assert ada.get(path).status == 404, path


def test_the_list_shows_open_ended_and_own_drafts_and_pages_on(
    village: Village, ada: Browser, visitor: Browser
) -> None:
    village.propose(title="Open for all")
    village.draft(title="Not yet said")
    assert "Open for all" in visitor.get("/proposals").text
    assert "Not yet said" not in visitor.get("/proposals").text
    assert "Not yet said" in ada.get("/proposals").text
    ended = village.propose(title="Taken back")
    ada.sent(ada.get(f"/proposals/{ended}"), f"/proposals/{ended}/withdraw")
    assert "Taken back" in visitor.get("/proposals").text
    assert "Taken back" not in visitor.get(f"/proposals?before={ended}").text


def test_the_front_page_takes_the_same_statements_for_many_proposals_as_for_one(
    village: Village, ada: Browser
) -> None:
    village.propose()
    ada.get("/")
    with village.database.begin() as session, counted(session) as one:
        ada.get("/")
    for number in range(5):
        village.propose(title=f"Proposal {number}")
    with village.database.begin() as session, counted(session) as many:
        page = ada.get("/")
    assert "6 changes are being decided" in page.text.replace("\xa0", " ")
    assert len(many) == len(one) <= 20


def test_a_proposal_s_page_takes_a_few_statements_in_every_period(village: Village, ada: Browser) -> None:
    made = village.propose()
    village.go_to(village.now())
    for stance in ("for", "against", "question"):
        village.argue(made, "bruno", f"{stance} it", stance=stance)
    for period in ("deliberation_at", "voting_at", "closes_at", "due_at"):
        if period == "voting_at":
            village.open(made)
            village.vote(made, ada="for", bruno="for", chidi="for", dalia="against")
        else:
            village.go_to(max(getattr(village.times(made), period), village.now()))
        ada.get(f"/proposals/{made}")
        with village.database.begin() as session, counted(session) as sent:
            page = ada.get(f"/proposals/{made}")
        assert page.status == 200
        asked = [one for one in sent if "SAVEPOINT" not in one]
        cases = [one for one in asked if one.startswith("SELECT proposal.id, proposal.scope")]
        assert len(cases) == 1, period
        assert len(asked) <= 35, period
