"""Statements of reasons, of everything that was done in a small world: each cites clauses that exist."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient
from jsonpointer import JsonPointer
from sqlalchemy import Engine, select
from sqlmodel import Session, col

from audience import replies
from audience.cases import advancing, appeals, emergencies
from audience.moderation import ending_holds, follows
from audience.moderation.act_tables import FollowBegun
from audience.moderation.case_rules import Outcome
from audience.moderation.rules import ACTIONS, MODERATION
from audience.moderation.screening import screen_profile
from audience.moderation.tables import Decision
from audience.tables import Post, Reply
from coop import profiles
from coop.book import COOP, Book, guild_scope
from coop.database import Database
from coop.identity import Identity
from coop.policy_text import parse
from coop.profile_tables import ProfileChange
from coop.tables import Member, PolicyVersion
from tests import databases
from tests.audience.cases.judging import (
    LATER,
    case_of,
    draw,
    in_force,
    jury,
    make_jurors,
    report,
    thing_of,
    vote,
)
from tests.audience.factories import NOW, make_asset, make_post
from tests.audience.lines import stranger
from tests.audience.moderation.rules import rule
from tests.coop.featured import enacted, written
from tests.factories import bearer_for, identity_of, make_guild, make_member

BOTH = ["post", "reply"]
RULES = {
    "grain": rule("text.contains('rye')", "label", on=BOTH, label="grain"),
    "fold": rule("text.contains('oats')", "collapse", on=BOTH),
    "quiet": rule("text.contains('spelt')", "unfeed"),
    "ergot": rule("text.contains('ergot')", on=BOTH),
    "poison": rule("text.contains('poison')", "remove"),
    "pace": rule("text.contains('again')", "slow"),
    "broken": rule("text.contains('zero') && 1 / text.links > 2", "label"),
    "tried": rule("text.contains('millet')", "remove", dry_run=True),
    "bare": rule("!upload.described", "label", on=["upload"], label="bare"),
    "shop": rule("text.contains('sale')", "label", on=["profile"], label="shop"),
    "linked": rule("text.links > 0", on=["profile"]),
    "unknown": rule("!follow.shared_guild", on=["follow"]),
    "known": rule("follow.shared_guild", "slow", on=["follow"]),
}
GUILD = """
[rules.yeast]
about = "Yeast"
on = ["post"]
when = "text.contains('yeast')"
then = "label"
label = "yeast"
appeal_days = 14

[grounds.crumbs]
about = "Leaves crumbs"
outcomes = ["label", "remove"]
label = "crumbs"
"""


class World:
    """A guild of bakers in a coop whose rules do everything that rules may do, and what came of it."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.jurors = make_jurors(session, 14)
        rows = {name: make_member(session, name) for name in ("ada", "ben", "cem", "dot")}
        judging = [session.get_one(Member, one.member_id) for one in self.jurors]
        guild = make_guild(session, "bakers", rows["dot"], (rows["ada"], *judging))
        self.ada, self.ben, self.cem = (
            identity_of(rows[name], (guild,) if name == "ada" else ()) for name in ("ada", "ben", "cem")
        )
        self.steward = identity_of(rows["dot"], (guild,), (guild,))
        enacted(session, {f"/rules/{name}": one for name, one in RULES.items()}, MODERATION)
        self.book: Book = written(session, guild_scope("bakers"), MODERATION, GUILD)

    def post(self, body: str = "Bread", **more: Any) -> Post:
        return make_post(self.session, self.ada, self.book, body=body, **more)

    def reply(self, body: str) -> Reply:
        return replies.write(self.session, self.ada, self.book, self.post().id, body, NOW)

    def judged(self, made: Post | Reply, outcome: Outcome) -> None:
        """Have the jury of the case about something vote."""
        drawn = draw(self.session, self.book, made)
        vote(self.session, self.book, case_of(self.session, made), drawn, outcome)

    def reported(self, outcome: Outcome, made: Post | Reply, ground: str = "attack") -> None:
        """Have something reported, and a jury do what the outcome says."""
        readers = self.jurors[:2] if isinstance(made, Post) and made.guild_id else self._strangers()
        report(self.session, self.book, made, *readers, ground=ground)
        self.judged(made, outcome)

    def _strangers(self) -> list[Identity]:
        return [stranger(self.session), stranger(self.session)]

    def held(self, outcome: Outcome) -> None:
        """Have something held by one rule and marked by another, and a jury judge it."""
        made = self.post("ergot in rye")
        advancing.open_hold(self.session, self.book, self.decision(made).id, NOW)
        self.judged(made, outcome)

    def decision(self, made: Post | Reply) -> Decision:
        """Return what was decided about something."""
        found = in_force(self.session, made)
        assert found is not None
        return found


def rules_decide(world: World) -> None:
    """Have each rule hold for something, alone, together or undecided."""
    for body in ("rye", "spelt", "ergot", "poison", "zero", "millet", "rye with oats and ergot"):
        world.post(body)
    for body in ("rye", "oats", "ergot"):
        world.reply(body)
    world.post("yeast and rye", guild="bakers")
    asset = make_asset(world.session, world.ada)
    asset.alt = ""
    world.session.flush()
    world.post(asset_id=asset.id)
    make_post(world.session, world.cem, world.book, body="again")
    for who, about in ((world.ben, "On sale"), (world.cem, "https://a.example")):
        profiles.change(world.session, world.book, who, {"about": about}, screen_profile, NOW)
    follows.follow(world.session, world.cem, world.book, "ben", NOW)
    follows.follow(world.session, world.ada, world.book, "dot", NOW)
    last = world.post("ergot in rye")
    ending_holds.end_hold(world.session, world.book, world.decision(last).id, ending_holds.UNSEEN, LATER)


def people_decide(world: World) -> None:
    """Have juries and a steward do whatever they may."""
    for outcome in ("label", "collapse", "narrow", "remove"):
        world.reported(outcome, world.post())
    world.reported("remove", world.reply("You fool"))
    world.reported("collapse", world.post("rye"))
    world.reported("label", world.post(guild="bakers"), "crumbs")
    for judged in ("none", "collapse", "remove"):
        world.held(judged)
    appealed = world.post("poison")
    case = appeals.appeal(world.session, world.ada, world.book, world.decision(appealed).id, "", NOW)
    advancing.step(world.session, world.book, case.id, LATER)
    vote(world.session, world.book, case, jury(world.session, case), "collapse")
    for ground in ("attack", "crumbs"):
        thing = thing_of(world.session, world.post(guild="bakers"))
        emergencies.hold(world.session, world.steward, world.book, thing, ground, NOW)


def a_vote_changes_a_rule(world: World) -> None:
    """Have a rule read otherwise from now on, and hold for something more."""
    world.book = enacted(world.session, {"/rules/grain/when": "text.contains('rye!')"}, MODERATION)
    world.post("rye!")
    world.post("spelt")


@pytest.fixture(scope="module")
def database(engine: Engine) -> Iterator[Database]:
    """One transaction for all tests here: to make the world takes seconds, and they only look at it."""
    with databases.rolled_back(engine) as made:
        yield made


@pytest.fixture(scope="module")
def world(database: Database) -> World:
    with database.begin() as session:
        made = World(session)
        for happens in (rules_decide, people_decide, a_vote_changes_a_rule):
            happens(made)
    return made


def all_decisions(session: Session) -> list[Decision]:
    return list(session.scalars(select(Decision).order_by(col(Decision.id))))


def test_the_world_has_everything_that_can_be_done_by_all_who_may(session: Session, world: World) -> None:
    found = all_decisions(session)
    causes = [cause for one in found for cause in one.causes]
    assert {one.action for one in found} == set(ACTIONS)
    assert {one["by"] for one in causes} == {"rule", "jury", "steward"}
    assert {one["scope"] for one in causes} == {COOP, guild_scope("bakers")}
    assert {one["rule"] for one in causes} == {*RULES, "yeast", "attack", "crumbs"}
    assert {one.ended_why for one in found} == {None, "unseen", "jury"}
    for column in ("post_id", "reply_id", "profile_id", "follow_id"):
        assert any(getattr(one, column) is not None for one in found), column


def test_law_02_every_cause_of_every_decision_is_a_clause_of_the_version_that_it_names(
    session: Session, world: World
) -> None:
    versions = {(one.scope, one.kind, one.number): one for one in session.scalars(select(PolicyVersion))}
    numbers = set()
    for decision in all_decisions(session):
        assert decision.causes
        for cause in decision.causes:
            version = versions[cause["scope"], MODERATION, cause["version"]]
            assert version.sha256 == cause["sha256"]
            # What is cited of a rule is its condition; of a ground, what it is about.
            said = cause["when"] or cause["about"]
            assert JsonPointer(cause["clause"]).resolve(parse(version.text)) == said
            numbers.add((cause["rule"], cause["version"]))
    assert {("grain", 2), ("grain", 3), ("quiet", 2), ("yeast", 1), ("attack", 1)} <= numbers
    assert ("quiet", 3) not in numbers


def test_whatever_is_marked_or_hidden_leads_to_the_decision_in_force_on_it(
    session: Session, world: World
) -> None:
    acted: list[tuple[str, Callable[[Any], bool], type[Any]]] = [
        ("post_id", lambda one: bool(one.flag or one.held_at or one.unfed), Post),
        ("reply_id", lambda one: bool(one.flag or one.state == "held"), Reply),
        ("profile_id", lambda one: bool(one.flag or one.held_at), ProfileChange),
        ("follow_id", lambda one: bool(one.held_at), FollowBegun),
    ]
    for column, is_acted_on, kind in acted:
        things = [one for one in session.scalars(select(kind)) if is_acted_on(one)]
        assert things, column
        for thing in things:
            (decision,) = (
                one
                for one in all_decisions(session)
                if getattr(one, column) == thing.id and one.ended_at is None and not one.dry_run
            )
            assert decision.author_id == thing.author_id
            assert getattr(thing, "flag", None) is None or thing.flag["decision"] == str(decision.id)


def test_law_07_its_author_reads_the_statement_and_for_everybody_else_there_is_none(
    session: Session, world: World, client: FlaskClient
) -> None:
    people = (world.ada, world.ben, world.cem, world.steward, world.jurors[0])
    bearers = {one.member_id: bearer_for(session, session.get_one(Member, one.member_id)) for one in people}
    path = "/api/v1/moderation/decisions"
    unknown = client.get(f"{path}/7", headers=bearers[world.ada.member_id])
    for decision in all_decisions(session):
        causes = [(one["scope"], one["clause"], one["version"]) for one in decision.causes]
        decision_id, author_id, tried = decision.id, decision.author_id, decision.dry_run
        assert author_id in bearers
        for member_id, bearer in bearers.items():
            answer = client.get(f"{path}/{decision_id}", headers=bearer)
            if member_id == author_id and not tried:
                told = answer.get_json()["causes"]
                assert [(one["scope"], one["clause"], one["version"]) for one in told] == causes
            else:
                assert (answer.status_code, answer.data) == (404, unknown.data)
        assert client.get(f"{path}/{decision_id}").status_code == 401
