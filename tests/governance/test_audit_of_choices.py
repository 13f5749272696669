"""The audit of votes by other methods than for and against: an export alone shows whether each was right."""

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Engine

from coop.book import Book
from coop.policy_text import sha256
from governance import audit
from tests.governance.assembly import Assembly
from tests.governance.contesting import CHOICES, contest, number, photos, question
from tests.governance.record import record_of, verified

Events = list[dict[str, Any]]

SEATS = [
    {"label": str(seats), "patch": [{"op": "replace", "path": "/council/seats", "value": seats}]}
    for seats in (4, 3)
]
THRESHOLD = {"clause": "/classes/A/threshold", "min": "0.55", "max": 0.75}


def decide(assembly: Assembly, made: int, choice: str, answers: list[Any]) -> None:
    times = assembly.times(made)
    assembly.go_to(times.voting_at)
    said = "value" if choice == "named" else "marks"
    for voter, answer in zip(assembly.members, answers, strict=False):
        assembly.vote(made, voter, choice, **{said: answer})
    assembly.go_to(times.due_at)
    assembly.advance()


@pytest.fixture(scope="module")
def export(engine: Engine) -> Events:
    """The record of :func:`live`: made once, for no test writes to it."""
    return record_of(engine, live)


def live(assembly: Assembly) -> None:
    """Decide a contest and a number, both rehearsed, two questions, a contest lost, and votes of class D."""

    def book() -> Book:
        return assembly.books.current(assembly.session)

    first = assembly.bring(contest(book()))
    assembly.rehearse(first)
    decide(assembly, first, "ranked", [[2, 1], [2, 0], [1, 2], [2], [0, 1]])
    second = assembly.bring(number(book()))
    assembly.rehearse(second)
    decide(assembly, second, "named", [Decimal(value) for value in (90, 80, 85, 200, 100)])
    lost = assembly.bring(contest(book(), [*CHOICES, {"label": "Very many", "patch": photos(900)}]))
    decide(assembly, lost, "ranked", [[0], [0, 1], [3]])
    decide(assembly, assembly.bring(question()), "approved", [[0, 1], [1], [1], []])
    decide(assembly, assembly.bring(question(method="schulze")), "ranked", [[2], [2, 1], [1, 2], [2]])
    assembly.guild("bakers", *assembly.members[:3])
    assembly.guild("brewers", *assembly.members[2:])
    by_guilds = assembly.bring(contest(book(), SEATS, kind="voting"))
    decide(assembly, by_guilds, "ranked", [[1, 2]] * 5)
    exactly = assembly.bring(number(book(), THRESHOLD, kind="voting"))
    decide(assembly, exactly, "named", [Decimal("0.65")] * 5)
    states = [assembly.state(made) for made in (first, second, lost, by_guilds, exactly)]
    assert states == ["superseded", "in_force", "rejected", "in_force", "in_force"]


def test_law_04_an_honest_record_has_no_problems(export: Events) -> None:
    assert audit.problems(export) == []
    assert verified(export) == []


def of(events: Events, type: str, index: int) -> dict[str, Any]:
    found: dict[str, Any] = [event for event in events if event["type"] == type][index]["payload"]
    return found


CONTEST, NUMBER, LOST, APPROVED, RANKED, BY_GUILDS = range(6)
"""Places in the record."""


def change_a_ranking(events: Events) -> None:
    of(events, "proposal.tallied", CONTEST)["ballots"][0]["marks"].reverse()


def rank_what_there_is_not(events: Events) -> None:
    of(events, "proposal.tallied", CONTEST)["ballots"][0]["marks"] = [7]


def answer_another_question(events: Events) -> None:
    of(events, "proposal.tallied", CONTEST)["ballots"][0] |= {"choice": "for"}


def name_another_number(events: Events) -> None:
    of(events, "proposal.tallied", NUMBER)["ballots"][0]["value"] = "500"


def name_what_is_no_number(events: Events) -> None:
    of(events, "proposal.tallied", NUMBER)["ballots"][0]["value"] = "many"


def approve_in_anothers_name(events: Events) -> None:
    of(events, "proposal.tallied", APPROVED)["ballots"][3]["marks"] = [0]


def choose_another(events: Events) -> None:
    of(events, "proposal.tallied", CONTEST)["tally"]["result"]["chosen"] = [1]


def choose_another_answer(events: Events) -> None:
    of(events, "proposal.tallied", RANKED)["tally"]["result"]["chosen"] = [1]


def claim_another_median(events: Events) -> None:
    of(events, "proposal.tallied", NUMBER)["tally"]["result"]["count"]["value"] = 200


def call_a_lost_contest_won(events: Events) -> None:
    told = of(events, "proposal.tallied", LOST)["tally"]
    told["passed"], told["result"]["chosen"] = True, [3]


def lower_the_bar(events: Events) -> None:
    of(events, "proposal.tallied", BY_GUILDS)["bar"]["guilds"] = "1/3"


def weigh_victories_otherwise(events: Events) -> None:
    of(events, "proposal.tallied", CONTEST)["tally"]["result"]["count"]["strength"] = "margins"


def lighten_the_class(events: Events) -> None:
    of(events, "proposal.submitted", LOST)["risk_class"] = "A"


def weigh_a_question_down(events: Events) -> None:
    of(events, "proposal.submitted", APPROVED)["risk_class"] = "A"


def swap_a_patch(events: Events) -> None:
    of(events, "proposal.submitted", CONTEST)["options"]["choices"][2]["patch"] = photos(499)


def widen_the_range(events: Events) -> None:
    of(events, "proposal.submitted", NUMBER)["options"]["max"] = 100_000


def enact_the_other_patch(events: Events) -> None:
    """In a record that ends there, so that nothing later gives it away."""
    place = next(place for place, event in enumerate(events) if event["type"] == "proposal.enacted")
    version = next(event["payload"] for event in events if event["payload"].get("cause") == "enactment")
    version["text"] = version["text"].replace("per_day = 100", "per_day = 80")
    version["sha256"] = events[place]["payload"]["sha256"] = sha256(version["text"])
    del events[place + 1 :]


def forget_a_guild(events: Events) -> None:
    roll = next(event["payload"] for event in events if "guilds" in event["payload"])
    roll["guilds"] = {handle: ["bakers"] for handle in roll["guilds"]}


def give_an_answer_a_version(events: Events) -> None:
    answers = {of(events, "proposal.submitted", place)["proposal"] for place in (APPROVED, RANKED)}
    for event in events:
        if event["type"] == "proposal.enacted" and event["payload"]["proposal"] in answers:
            event["payload"]["sha256"] = "0" * 64


def bend_a_report(events: Events) -> None:
    of(events, "proposal.rehearsed", 1)["report_sha256"] = "0" * 64


def forget_a_report(events: Events) -> None:
    """Of one choice, and have ballots name the other's alone."""
    told, left = (of(events, "proposal.rehearsed", place) for place in (0, 1))
    events.remove(next(event for event in events if event["payload"] is left))
    for event in events:
        if event["type"] == "ballot.cast" and event["payload"]["proposal"] == told["proposal"]:
            event["payload"]["rehearsal_sha256"] = told["report_sha256"]


def report_twice_on_a_change(events: Events) -> None:
    place = next(place for place, event in enumerate(events) if event["type"] == "proposal.rehearsed")
    events.insert(place, json.loads(json.dumps(events[place])))


def bend_what_a_ballot_binds_to(events: Events) -> None:
    of(events, "ballot.cast", 0)["rehearsal_sha256"] = "0" * 64


def bind_a_ballot_to_one_choice(events: Events) -> None:
    report = of(events, "proposal.rehearsed", 0)["report_sha256"]
    of(events, "ballot.cast", 0)["rehearsal_sha256"] = report


def bind_a_ballot_to_nothing(events: Events) -> None:
    of(events, "ballot.cast", 0)["rehearsal_sha256"] = None


LIES: list[Callable[[Events], None]] = [
    change_a_ranking,
    rank_what_there_is_not,
    answer_another_question,
    name_another_number,
    name_what_is_no_number,
    approve_in_anothers_name,
    choose_another,
    choose_another_answer,
    claim_another_median,
    call_a_lost_contest_won,
    lower_the_bar,
    weigh_victories_otherwise,
    lighten_the_class,
    weigh_a_question_down,
    swap_a_patch,
    widen_the_range,
    enact_the_other_patch,
    forget_a_guild,
    give_an_answer_a_version,
    bend_a_report,
    forget_a_report,
    report_twice_on_a_change,
    bend_what_a_ballot_binds_to,
    bind_a_ballot_to_one_choice,
    bind_a_ballot_to_nothing,
]


def test_law_04_a_record_that_was_made_up_is_found_out(export: Events) -> None:
    for lie in LIES:
        made_up = json.loads(json.dumps(export))
        lie(made_up)
        assert made_up != export, f"{lie.__name__} changes nothing"
        assert audit.problems(made_up) != [], f"{lie.__name__} is not found out"
        assert verified(made_up) != [], f"{lie.__name__} is not found out by the verifier"


def test_law_05_a_ballot_bound_to_other_reports_and_a_choice_without_one_are_named(export: Events) -> None:
    for lie, told in (
        (bend_what_a_ballot_binds_to, "is for another rehearsal"),
        (forget_a_report, " was not rehearsed"),
    ):
        made_up = json.loads(json.dumps(export))
        lie(made_up)
        assert any(told in problem.detail for problem in audit.problems(made_up))
        assert any(told in detail for detail in verified(made_up))


def test_a_ballot_that_says_what_is_not_asked_is_named(export: Events) -> None:
    made_up = json.loads(json.dumps(export))
    rank_what_there_is_not(made_up)
    voter = of(made_up, "proposal.tallied", CONTEST)["ballots"][0]["voter"]
    told = [problem.detail for problem in audit.problems(made_up)]
    assert f"the ballot of {voter} says what is not asked" in told
