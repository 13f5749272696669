"""Rules, grounds and lists proposed by a form: filed as any other proposal, rehearsed, voted, in force."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlmodel import col, select

from app import REPLAYERS
from audience.moderation.rules import MODERATION
from governance.facts import State
from governance.rehearsal import rehearsals, running
from governance.rehearsal.tables import Rehearsal
from governance.tables import Proposal
from tests.web.browser import Browser, Page
from tests.web.conftest import Village
from tests.web.test_every_page import check
from tests.web.test_moderation_pages import publish

Of = Callable[[str], Browser]

ENTRY, REMOVAL = "/proposals/new/entry", "/proposals/new/removal"
NEW = f"{ENTRY}?scope=coop&table=rules"
CURES = {
    "name": "cures",
    "about": "Cures that are none",
    "on-post": "on",
    "fact-1": "text",
    "how-1": "contains",
    "value-1": "miracle cure",
    "fact-2": "text.links",
    "how-2": "less_than",
    "value-2": "3",
    "then": "label",
    "label": "no-cure",
    "override": "on",
    "appeal_days": "14",
    "expires": "2039-12-31",
    "title": "Label cures that are none",
    "rationale": "People stop taking what helps them.",
}
RULE: dict[str, Any] = {
    "about": "Cures that are none",
    "on": ["post"],
    "when": 'text.contains("miracle cure") && text.links < 3',
    "then": "label",
    "label": "no-cure",
    "override": True,
    "appeal_days": 14,
    "expires": "2039-12-31",
}
PATCH = [{"op": "add", "path": "/rules/cures", "value": RULE}]


def asked(browser: Browser, path: str, **said: str) -> Page:
    """Fill in the form of an address, send it, and return what is answered, or the page that follows."""
    action = path.partition("?")[0]
    answer = browser.send(browser.get(path), action, **said)
    if answer.status_code == 303:
        return browser.get(answer.headers["Location"])
    return Page(answer)


def invalid(page: Page) -> list[str]:
    """Return the fields at which something is wrong, by name or, of a group of boxes, where that is told."""
    told = {attributes["aria-describedby"] for _, attributes in page.tags if attributes.get("aria-invalid")}
    return sorted(one.removesuffix("-wrong") for one in told)


def drafted(page: Page) -> int:
    """Return the proposal that a page shows as a draft."""
    assert "Nobody else sees this yet" in page.text
    submit = next(form.action for form in page.forms if form.action.endswith("/submit"))
    return int(submit.split("/")[2])


def row(village: Village, made: int) -> Proposal:
    with village.database.begin() as session:
        found = session.get_one(Proposal, made)
        session.expunge(found)
    return found


def drafts(village: Village) -> list[int]:
    with village.database.begin() as session:
        return list(session.scalars(select(col(Proposal.id))))


def decide(village: Village, made: int) -> None:
    """Have a submitted proposal sponsored, rehearsed, passed and enacted."""
    village.sponsor(made)
    village.open(made)
    assert village.case(made).stage.state is State.VOTING
    village.vote(made, ada="for", bruno="for", chidi="for", dalia="for")
    village.go_to(village.times(made).closes_at)
    due = village.times(made).due_at
    assert due is not None
    village.go_to(due)
    assert village.case(made).stage.state is State.IN_FORCE


def rules_of(village: Village, scope: str = "coop") -> dict[str, Any]:
    found: dict[str, Any] = village.book().policies[scope, MODERATION].data["rules"]
    return found


def test_a_member_brings_a_rule_and_takes_it_back_by_forms_alone(village: Village, browser_of: Of) -> None:
    for handle in village.people:
        publish(village, handle, "Vinegar, a miracle cure")
    ada = browser_of("ada")
    links = {link["href"] for link in ada.get("/moderation").named("a")}
    assert NEW in links and f"{NEW}&entry=flood" in links
    page = asked(ada, NEW, **CURES, act="try")
    check(page)
    assert page.status == 200
    assert "added: [rules.cures]" in page.text and "class B" in page.text
    assert "It was not tried yet." in page.text
    page = Page(ada.send(page, ENTRY, act="rehearse"))
    page = Page(ada.send(page, ENTRY, act="rehearse"))
    with village.database.begin() as session:
        (asked_for,) = session.scalars(select(col(Rehearsal.id)))
    assert f"/rehearsals/{asked_for}" in {link["href"] for link in page.named("a")}
    running.rehearse_due(village.database, village.books, village.clock, REPLAYERS)
    page = Page(ada.send(page, ENTRY, act="try"))
    check(page)
    assert "You alone see this." in page.text and "labelled" in page.text
    answer = ada.send(page, ENTRY)
    made = drafted(ada.get(answer.headers["Location"]))
    filed = row(village, made)
    assert (filed.scope, filed.kind, filed.patch, filed.risk_class) == ("coop", MODERATION, PATCH, "B")
    # What was tried before is what the draft shows: it is the same change.
    assert "You alone see this." in ada.get(f"/proposals/{made}").text
    ada.sent(ada.get(f"/proposals/{made}"), f"/proposals/{made}/submit")
    decide(village, made)
    assert rules_of(village)["cures"] == RULE
    with village.database.begin() as session:
        (placed,) = rehearsals.of_proposal(session, made)
        assert placed.rehearsed is not None
        report = rehearsals.report_of(session, placed.rehearsed.id)
    assert report is not None
    (measure,) = report["measures"]
    assert (measure["name"], measure["total"]) == ("posts_label", {"before": 0, "lost": 0, "gained": 5})
    removal = f"{REMOVAL}?scope=coop&table=rules&entry=cures"
    page = ada.get(f"{NEW}&entry=cures")
    assert removal in {link["href"] for link in page.named("a")}
    page = asked(ada, removal, rationale="It labels jokes.")
    repeal = drafted(page)
    assert "removed: [rules.cures]" in page.text and "Take away the rule cures" in page.text
    assert row(village, repeal).patch == [
        {"op": "test", "path": "/rules/cures", "value": RULE},
        {"op": "remove", "path": "/rules/cures"},
    ]
    ada.sent(page, f"/proposals/{repeal}/submit")
    decide(village, repeal)
    assert "cures" not in rules_of(village) and "flood" in rules_of(village)
    assert ada.get(removal).status == ada.get(f"{NEW}&entry=cures").status == 404


def test_a_rule_is_shown_as_it_is_and_only_what_changes_is_filed(village: Village, ada: Browser) -> None:
    page = ada.get(f"{NEW}&entry=follow-flood")
    form = page.form(ENTRY).values
    assert (form["fact-2"], form["how-2"], form["then"], form["gap"]) == ("follow.back", "no", "slow", "5")
    assert form["on-follow"] == "on" and "on-post" not in form and "name" not in form
    made = drafted(asked(ada, f"{NEW}&entry=follow-flood", title="Slower", **{"value-1": "20", "gap": "10"}))
    assert [one for one in row(village, made).patch if one["op"] != "test"] == [
        {
            "op": "replace",
            "path": "/rules/follow-flood/when",
            "value": "author.follows_hour >= 20 && !follow.back && !follow.shared_guild",
        },
        {"op": "replace", "path": "/rules/follow-flood/gap", "value": "PT10M"},
    ]
    page = asked(ada, f"{NEW}&entry=follow-flood", title="Nothing", act="try")
    assert page.status == 422 and "It says what the policy says already." in page.text


def test_what_cannot_stand_is_told_at_its_field_and_nothing_typed_is_lost(ada: Browser) -> None:
    for said, fields in (
        ({"name": "Big Links", "about": "", "value-2": "many"}, ["about", "name", "value-2"]),
        ({"name": "flood"}, ["name"]),
        ({"about": ""}, ["about"]),
        ({"on-post": "", "then": "hold", "appeal_days": ""}, ["appeal_days", "on"]),
        ({"fact-1": "", "fact-2": ""}, ["when"]),
        ({"how-1": "has"}, ["how-1"]),
        ({"value-2": "many"}, ["value-2"]),
        ({"fact-1": "post.age", "how-1": "at_least", "value-1": "2"}, ["when"]),
        ({"when": "text.links > 2"}, ["when"]),
        ({"then": "slow", "label": ""}, ["then"]),
        ({"then": "unfeed"}, ["then"]),
        ({"label": "No Cure"}, ["label"]),
        ({"appeal_days": "400"}, ["appeal_days"]),
        ({"appeal_days": "soon", "value-2": "many"}, ["appeal_days", "value-2"]),
        ({"expires": "2039-02-30"}, ["expires"]),
        ({"title": " "}, ["title"]),
        ({"review_days": "x"}, ["review_days"]),
        ({"then": "slow", "label": "", "override": "", "gap": "9999"}, ["gap"]),
    ):
        page = asked(ada, NEW, **(CURES | said))
        check(page)
        assert page.status == 422, said
        assert invalid(page) == fields, (said, page.text)
        kept = page.form(ENTRY).values
        assert {name: kept.get(name, "") for name in CURES} == CURES | {
            name: value for name, value in said.items() if name in CURES
        }


def test_a_condition_may_be_typed_and_what_is_wrong_is_told_at_its_line_and_column(
    village: Village, ada: Browser
) -> None:
    typed = CURES | {"fact-1": "", "fact-2": "", "when": "text.links > 1 ||\r\n text.linkz > 2"}
    page = asked(ada, NEW, **typed)
    assert (page.status, invalid(page)) == (422, ["when"])
    assert "Did you mean text.links" in page.text and "(line 2, column 2 at “text.linkz > 2”)" in page.text
    typed["when"] = "text.links > 1 || (text.mentions > 2 && post.picture)"
    made = drafted(asked(ada, NEW, **typed))
    assert row(village, made).patch[0]["value"]["when"] == typed["when"]


@pytest.mark.parametrize(
    ("table", "said", "patch"),
    [
        (
            "words",
            {"name": "cures", "entries": "miracle cure\r\nheals all*"},
            [{"op": "add", "path": "/words/cures", "value": ["miracle cure", "heals all*"]}],
        ),
        (
            "patterns",
            {"name": "iban", "entries": r"[A-Z]{2}\d{2}"},
            [{"op": "add", "path": "/patterns/iban", "value": r"[A-Z]{2}\d{2}"}],
        ),
        (
            "lists",
            {"name": "farms", "entries": "spam.example"},
            [{"op": "add", "path": "/lists/farms", "value": ["spam.example"]}],
        ),
        (
            "grounds",
            {"name": "noise", "about": "Noise", "outcomes-collapse": "on", "measures-warn": "on"},
            [
                {
                    "op": "add",
                    "path": "/grounds/noise",
                    "value": {"about": "Noise", "outcomes": ["collapse"], "measures": ["warn"]},
                }
            ],
        ),
        (
            "labels",
            {"name": "house", "labeller": "house-watch", "missing": "hold"},
            [{"op": "add", "path": "/labels/house", "value": {"labeller": "house-watch", "missing": "hold"}}],
        ),
    ],
)
def test_lists_patterns_grounds_and_labellers_are_added_likewise(
    village: Village, ada: Browser, table: str, said: dict[str, str], patch: list[dict[str, Any]]
) -> None:
    made = drafted(asked(ada, f"{ENTRY}?scope=coop&table={table}", title="One more", **said))
    assert row(village, made).patch == patch


@pytest.mark.parametrize(
    ("table", "said", "field"),
    [
        ("words", {"entries": " \r\n"}, "entries"),
        ("words", {"entries": "one\r\none"}, "entries"),
        ("patterns", {"entries": "("}, "entries"),
        ("patterns", {"entries": ""}, "entries"),
        ("grounds", {"about": "Noise", "outcomes-label": "on"}, "outcomes"),
        ("labels", {"labeller": "House Watch", "missing": "none"}, "labeller"),
    ],
)
def test_what_cannot_stand_of_them_is_told_at_its_field(
    ada: Browser, table: str, said: dict[str, str], field: str
) -> None:
    page = asked(ada, f"{ENTRY}?scope=coop&table={table}", title="One more", name="one", **said)
    check(page)
    assert (page.status, invalid(page)) == (422, [field]), page.text


def test_a_list_that_a_rule_speaks_of_does_not_go_before_the_rule(village: Village, ada: Browser) -> None:
    path = f"{REMOVAL}?scope=coop&table=lists&entry=shorteners"
    form = ada.get(f"{REMOVAL}?scope=coop&table=rules&entry=flood")
    page = ada.get(path)
    check(page)
    assert "It cannot go while something else rests on it." in page.text
    assert "/rules/hidden-destination/when" in page.text and "Nothing is known as" in page.text
    assert f"{REMOVAL}?scope=coop&table=rules&entry=hidden-destination" in {
        link["href"] for link in page.named("a")
    }
    assert REMOVAL not in [one.action for one in page.forms]
    answer = ada.send(form, REMOVAL, table="lists", entry="shorteners", title="Away")
    assert answer.status_code == 422
    assert "It cannot go while something else rests on it." in answer.text


def test_a_guild_s_member_gives_their_guild_a_rule_of_its_own(village: Village, browser_of: Of) -> None:
    village.guild("bakers", "ada", "bruno")
    ada, chidi = browser_of("ada"), browser_of("chidi")
    start = "/proposals/new?scope=guild:bakers&kind=moderation"
    assert start in {link["href"] for link in ada.get("/guilds/bakers").named("a")}
    assert start not in {link["href"] for link in chidi.get("/guilds/bakers").named("a")}
    path = f"{ENTRY}?scope=guild%3Abakers&table=rules"
    page = ada.get(start)
    check(page)
    assert path in {link["href"] for link in page.named("a")}
    page = asked(ada, path, **(CURES | {"name": "flood"}))
    assert (page.status, invalid(page)) == (422, ["name"])
    made = drafted(asked(ada, path, **CURES))
    filed = row(village, made)
    assert filed.scope == "guild:bakers"
    assert filed.patch == [{"op": "add", "path": "/rules", "value": {"cures": RULE}}]
    refused = asked(chidi, path, **CURES)
    assert refused.status == 403 and "Only members of this guild" in refused.text
    assert refused.form(ENTRY).values["about"] == CURES["about"]


def test_a_form_is_refused_where_the_policy_has_changed_since_and_keeps_what_was_typed(
    village: Village, ada: Browser
) -> None:
    forms = {path: ada.get(path) for path in (NEW, f"{NEW}&entry=flood")}
    ada.sent(ada.get(f"{REMOVAL}?scope=coop&table=rules&entry=flood"), REMOVAL, rationale="Away.")
    (made,) = drafts(village)
    village.submit(made)
    decide(village, made)
    answer = Page(ada.send(forms[NEW], ENTRY, **CURES))
    assert answer.status == 409
    assert "The policy has changed since this patch was written." in answer.text
    assert answer.form(ENTRY).values["about"] == CURES["about"]
    gone = Page(ada.send(forms[f"{NEW}&entry=flood"], ENTRY, title="Longer", appeal_days="30"))
    assert gone.status == 409 and "taken away while you wrote" in gone.text
    assert gone.form(ENTRY).values["appeal_days"] == "30"


def test_whoever_was_acted_on_finds_the_forms_beside_the_rule(village: Village, browser_of: Of) -> None:
    village.hears_at_once("ada")
    publish(village, "ada", "See https://bit.ly/x")
    ada = browser_of("ada")
    notices = [one.get("href", "") for one in ada.get("/notices").named("a")]
    (told,) = {one for one in notices if one.startswith("/moderation/decisions/")}
    page = ada.get(told)
    check(page)
    links = {link["href"] for link in page.named("a")}
    assert f"{NEW}&entry=hidden-destination" in links
    assert f"{REMOVAL}?scope=coop&table=rules&entry=hidden-destination" in links


def test_unknown_tables_entries_and_scopes_are_not_found(ada: Browser) -> None:
    for query in ("table=juries", "table=rules&entry=nothing", "scope=nowhere", "table=words&entry=flood"):
        assert ada.get(f"{ENTRY}?{query}").status == 404, query
        assert ada.get(f"{REMOVAL}?{query}").status == 404, query
    assert ada.get(REMOVAL).status == 404
