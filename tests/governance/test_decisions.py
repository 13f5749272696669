"""Decisions for anyone to read: a list that pages, and an Atom feed that readers accept."""

from datetime import timedelta
from re import fullmatch
from xml.etree import ElementTree

import pytest
from flask.testing import FlaskClient

from coop.paging import encode
from governance import decisions
from governance.decisions import Outcome
from governance.tables import Proposal
from tests.governance.assembly import CLASS_B, Assembly

ATOM = "{http://www.w3.org/2005/Atom}"
RFC_3339 = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)"
TAG = r"tag:[a-z0-9.-]+,\d{4}(-\d\d){0,2}:[\w/.~%-]+"
"""RFC 4151, as far as ours go."""
DAY = timedelta(days=1)


@pytest.fixture
def decided(assembly: Assembly) -> tuple[int, int]:
    """A proposal that took force and was undone, and one that was rejected."""
    carried = assembly.propose(CLASS_B)
    assembly.carry(carried, "for", "for", "for", "for", "for")
    assembly.advance()
    refused = assembly.propose([{"op": "replace", "path": "/photos/per_day", "value": 4000}])
    assembly.carry(refused, "against", "against", "against")
    assembly.advance()
    row = assembly.session.get_one(Proposal, carried, populate_existing=True)
    row.undone_as, row.undone_at, row.undone_reason = (
        "repealed",
        assembly.clock.at + DAY,
        "Repealed by a vote.",
    )
    assembly.session.add(row)
    assembly.session.flush()
    assembly.go_to(assembly.clock.at + 2 * DAY)
    return carried, refused


def outcomes(assembly: Assembly, limit: int = 9) -> list[tuple[int, Outcome]]:
    found = decisions.latest(assembly.session, assembly.clock.at, before=None, limit=limit)
    return [(one.proposal_id, one.outcome) for one in found]


def parsed(client: FlaskClient) -> ElementTree.Element:
    return ElementTree.fromstring(client.get("/decisions.atom").data)


def one(element: ElementTree.Element, name: str) -> str:
    """The text of the one child of that name."""
    (found,) = element.findall(ATOM + name)
    return found.text or ""


def test_every_step_is_a_decision_the_newest_first(assembly: Assembly, decided: tuple[int, int]) -> None:
    carried, refused = decided
    assert outcomes(assembly) == [
        (carried, Outcome.UNDONE),
        (refused, Outcome.REJECTED),
        (carried, Outcome.ENACTED),
        (carried, Outcome.PASSED),
    ]
    newest, rejected, *_ = decisions.latest(assembly.session, assembly.clock.at, before=None, limit=2)
    assert newest.sentence == "Repealed by a vote."
    assert rejected.sentence == assembly.tally(refused).reason


def test_pages_hold_every_decision_once(assembly: Assembly, decided: tuple[int, int]) -> None:
    for limit in (1, 2, 3):
        found: list[tuple[int, Outcome]] = []
        before = None
        while page := decisions.latest(assembly.session, assembly.clock.at, before=before, limit=limit):
            found += [(one.proposal_id, one.outcome) for one in page]
            before = decisions.position(page[-1])
        assert found == outcomes(assembly)


def test_law_07_nothing_is_told_before_it_is_recorded(assembly: Assembly) -> None:
    made = assembly.propose(CLASS_B)
    assembly.go_to(assembly.times(made).due_at)
    assert outcomes(assembly) == []
    assembly.advance()
    assert outcomes(assembly) == [(made, Outcome.REJECTED)]


def test_the_list_is_for_anyone_and_pages(client: FlaskClient, decided: tuple[int, int]) -> None:
    first = client.get("/api/v1/decisions?limit=3").get_json()
    assert [item["outcome"] for item in first["items"]] == ["undone", "rejected", "enacted"]
    assert first["items"][0].keys() == {"proposal", "outcome", "at", "scope", "kind", "title", "sentence"}
    second = client.get(f"/api/v1/decisions?cursor={first['next']}").get_json()
    assert [item["outcome"] for item in second["items"]] == ["passed"]
    assert second["next"] is None


def test_a_cursor_of_another_is_refused(client: FlaskClient) -> None:
    for position in ("", "1-2", "1-2-3-4", "1--3", "a-b-c", "1-2-٣"):
        assert client.get(f"/api/v1/decisions?cursor={encode(position)}").status_code == 422


def test_a_cursor_from_beyond_the_calendar_finds_everything(
    client: FlaskClient, decided: tuple[int, int]
) -> None:
    beyond = encode(f"{10**30}-{10**30}-{10**30}")
    assert len(client.get(f"/api/v1/decisions?cursor={beyond}").get_json()["items"]) == 4


def test_the_feed_has_all_that_rfc_4287_asks_for(client: FlaskClient, decided: tuple[int, int]) -> None:
    answer = client.get("/decisions.atom")
    assert answer.headers["Content-Type"] == "application/atom+xml; charset=utf-8"
    feed = ElementTree.fromstring(answer.data)
    assert feed.tag == ATOM + "feed"
    assert one(feed, "title")
    assert feed.findtext(f"{ATOM}author/{ATOM}name")
    links = {link.attrib["rel"]: link.attrib["href"] for link in feed.findall(ATOM + "link")}
    assert links["self"].endswith("/decisions.atom")
    entries = feed.findall(ATOM + "entry")
    assert len(entries) == 4
    for element in (feed, *entries):
        assert fullmatch(TAG, one(element, "id"))
        assert fullmatch(RFC_3339, one(element, "updated"))
        assert one(element, "title")
    for entry in entries:
        (link,) = entry.findall(ATOM + "link")
        assert link.attrib["rel"] == "alternate"
        assert fullmatch(r"https?://.+/proposals/\d+", link.attrib["href"])
        assert one(entry, "summary")
    ids = [one(element, "id") for element in (feed, *entries)]
    assert len(set(ids)) == len(ids)
    assert one(feed, "updated") == one(entries[0], "updated")


def test_an_entry_keeps_its_id(client: FlaskClient, decided: tuple[int, int]) -> None:
    carried, _ = decided
    ids = [one(entry, "id") for entry in parsed(client).findall(ATOM + "entry")]
    assert f"tag:127.0.0.1,2026:proposals/{carried}/undone" in ids
    assert ids == [one(entry, "id") for entry in parsed(client).findall(ATOM + "entry")]


def test_a_coop_without_decisions_has_a_feed_too(client: FlaskClient) -> None:
    feed = parsed(client)
    assert feed.findall(ATOM + "entry") == []
    assert one(feed, "updated") == "1970-01-01T00:00:00.000000Z"


def test_no_title_breaks_the_feed(assembly: Assembly, client: FlaskClient, decided: tuple[int, int]) -> None:
    row = assembly.session.get_one(Proposal, decided[0])
    for title in ("<b>&amp;</b> ]]>", "a\ufffeb\uffff", "\"'\u2028 العربية 🌱"):
        row.title = title
        assembly.session.flush()
        (newest, *_) = parsed(client).findall(ATOM + "entry")
        shown = title.replace("\ufffe", "\ufffd").replace("\uffff", "\ufffd")
        assert one(newest, "title") == f"Undone: {shown}"


def test_who_has_the_feed_is_told_that_nothing_is_new(client: FlaskClient, decided: tuple[int, int]) -> None:
    answer = client.get("/decisions.atom")
    assert answer.last_modified is not None
    for header in (
        {"If-None-Match": answer.headers["ETag"]},
        {"If-Modified-Since": answer.headers["Last-Modified"]},
    ):
        again = client.get("/decisions.atom", headers=header)
        assert (again.status_code, again.data) == (304, b"")
    assert client.get("/decisions.atom", headers={"If-None-Match": '"other"'}).status_code == 200


def test_law_07_the_feed_is_the_same_for_everyone_and_names_nobody(
    client: FlaskClient, assembly: Assembly, decided: tuple[int, int]
) -> None:
    drafted = assembly.propose([{"op": "replace", "path": "/photos/per_day", "value": 3000}])
    answer = client.get("/decisions.atom")
    assert str(drafted) not in answer.text
    assert not [member.handle for member in assembly.members if f"@{member.handle}" in answer.text]
    assert "Set-Cookie" not in answer.headers
