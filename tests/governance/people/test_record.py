"""The record of people: an export alone shows whether elections, delegates and juries were right."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Engine

from coop import ledger
from governance import audit
from governance.people import candidates, delegation, juries, jurors
from governance.people.jurors import Verdict
from tests.governance.assembly import CLASS_C, Assembly, passing
from tests.governance.people.polls import Poll, crowd
from tests.governance.people.test_delegation import ALLOW, OWN, Guildhall
from tests.governance.people.test_juries import juror, sign
from tests.governance.record import verified

Events = list[dict[str, Any]]


def elect(assembly: Assembly) -> None:
    poll = Poll.of(assembly)
    for who in (3, 4, 5):
        poll.stand(who)
    candidates.step_down(assembly.session, poll.voters[5], poll.id, assembly.clock)
    poll.open()
    for who in range(6):
        poll.cast(who, *((3, 4) if who % 2 else (4,)))
    poll.count()
    poll.enact()
    quiet = Poll.of(assembly)
    quiet.open(3)
    quiet.cast(1, 3)
    quiet.count()


def draw(assembly: Assembly) -> None:
    made = assembly.propose(CLASS_C, "membership")
    sign(assembly)
    juries.draw_due(assembly.database, assembly.books, assembly.clock)
    book = assembly.books.current(assembly.session)
    jurors.step_down(assembly.session, juror(assembly, made), book, made, assembly.clock)
    jurors.tell(assembly.session, juror(assembly, made, 9), made, Verdict.UNSURE, "Both.", assembly.clock)
    assembly.carry(made, *["for"] * 10)
    assembly.advance()


def lend(assembly: Assembly) -> None:
    made = assembly.propose(ALLOW, "voting")
    assembly.carry(made, *["for"] * 15)
    assembly.advance()
    _, people = assembly.guild("bakers", *assembly.members[:8])
    hall = Guildhall(assembly, people)
    for who in (1, 2, 3):
        hall.give(who, 0)
    delegation.take_back(assembly.session, people[3], "bakers", assembly.clock)
    made = hall.propose(OWN)
    hall.count(made, (0, "for"), (4, "against"))
    assembly.go_to(assembly.times(made).due_at)
    assembly.advance()


@pytest.fixture(scope="module")
def record(engine: Engine) -> str:
    """The record of an election that seated a council, one that too few voted in, a jury and delegates."""
    with passing(engine) as assembly:
        crowd(assembly, 20)
        elect(assembly)
        draw(assembly)
        lend(assembly)
        events, problems = ledger.read(ledger.export(assembly.session))
    assert problems == []
    return json.dumps(events)


def of(events: Events, type: str, index: int = 0) -> dict[str, Any]:
    found: dict[str, Any] = [event for event in events if event["type"] == type][index]["payload"]
    return found


def test_law_04_an_honest_record_of_people_has_no_problems(record: str) -> None:
    export: Events = json.loads(record)
    assert audit.problems(export) == []
    assert verified(export) == []
    kinds = {event["type"] for event in export}
    assert {"ballot.marked", "council.seated", "jury.drawn", "jury.declined", "jury.verdict"} <= kinds
    assert {"candidate.stood", "candidate.stepped_down", "delegation.given", "delegation.ended"} <= kinds
    assert len(of(export, "proposal.tallied", -1)["delegated"]) == 2


def drop(events: Events, type: str, index: int = 0) -> None:
    events.remove([event for event in events if event["type"] == type][index])


def rank_another(events: Events) -> None:
    ballots = of(events, "proposal.tallied")["ballots"]
    ballots[0]["marks"] = ballots[-1]["marks"] = [1]


def forget_a_ballot(events: Events) -> None:
    of(events, "proposal.tallied")["ballots"].pop()


def add_a_ballot(events: Events) -> None:
    ballots = of(events, "proposal.tallied")["ballots"]
    ballots.append(ballots[-1] | {"nonce": "f" * 32})


def tell_a_ballot_twice(events: Events) -> None:
    ballots = of(events, "proposal.tallied")["ballots"]
    ballots[-1] = ballots[-2]


def tell_the_order_of_voting(events: Events) -> None:
    of(events, "proposal.tallied")["ballots"].reverse()


def name_a_voter(events: Events) -> None:
    of(events, "proposal.tallied")["ballots"][0]["voter"] = "somebody"


def tell_too_few(events: Events) -> None:
    told = of(events, "proposal.tallied", 1)
    told["ballots"] = [{"choice": "ranked", "marks": [0], "nonce": "0" * 32}]


def elect_another(events: Events) -> None:
    of(events, "proposal.tallied")["tally"]["result"]["chosen"].reverse()


def vote_twice(events: Events) -> None:
    of(events, "ballot.marked", 1)["voter"] = of(events, "ballot.marked")["voter"]


def vote_from_outside(events: Events) -> None:
    of(events, "ballot.marked")["voter"] = "stranger"


def strike_a_candidate(events: Events) -> None:
    of(events, "roll.frozen")["slate"].pop()


def put_a_friend_first(events: Events) -> None:
    of(events, "roll.frozen")["slate"].reverse()


def stand_without_standing(events: Events) -> None:
    drop(events, "candidate.stood")


def keep_standing(events: Events) -> None:
    drop(events, "candidate.stepped_down")


def change_what_was_said(events: Events) -> None:
    of(events, "candidate.stood")["statement_sha256"] = "0" * 64


def seat_another(events: Events) -> None:
    of(events, "council.seated")["seated"].append("friend")


def seat_for_longer(events: Events) -> None:
    told = of(events, "council.seated")
    told["until"] = told["until"].replace("2028", "2038")


def draw_a_friend(events: Events) -> None:
    told = of(events, "jury.drawn")
    friend = next(one for one in told["pool"] if one not in told["jurors"])
    told["jurors"][0] = friend


def shrink_the_pool(events: Events) -> None:
    of(events, "jury.drawn")["pool"].pop()


def choose_the_seed(events: Events) -> None:
    of(events, "jury.drawn")["seed"] = "0" * 64


def choose_the_checkpoint(events: Events) -> None:
    of(events, "jury.drawn")["checkpoint"] = "0" * 64


def draw_from_before(events: Events) -> None:
    of(events, "jury.drawn")["checkpoint_size"] = 3


def follow_with_a_friend(events: Events) -> None:
    told = of(events, "jury.declined")
    pool = of(events, "jury.drawn")["pool"]
    told["follows"] = next(one for one in pool if one not in (told["follows"], told["juror"]))


def let_a_stranger_judge(events: Events) -> None:
    of(events, "jury.verdict")["juror"] = "stranger"


def delegate_without_asking(events: Events) -> None:
    told = of(events, "proposal.tallied", -1)
    voter, by = of(events, "delegation.ended")["member"], told["delegated"][0]["by"]
    told["delegated"].append({"voter": voter, "by": by})


def forget_a_delegate(events: Events) -> None:
    of(events, "proposal.tallied", -1)["delegated"].pop()


def never_take_back(events: Events) -> None:
    drop(events, "delegation.ended")


def delegate_to_an_absentee(events: Events) -> None:
    told = of(events, "proposal.tallied", -1)
    told["delegated"][0]["by"] = of(events, "proposal.tallied", -1)["ballots"][1]["voter"]


def close_later(events: Events) -> None:
    told = of(events, "proposal.tallied", -1)
    told["closed_at"] = told["closed_at"].replace("2027", "2028")


def hop_twice(events: Events) -> None:
    told = of(events, "delegation.given", 1)
    told["delegate"] = of(events, "delegation.given")["member"]


@pytest.mark.parametrize(
    ("tamper", "detail"),
    [
        (rank_another, "the tally is wrong"),
        (forget_a_ballot, "6 voted and 5 ballots"),
        (add_a_ballot, "6 voted and 7 ballots"),
        (tell_a_ballot_twice, "told twice"),
        (tell_the_order_of_voting, "not in the order of what they say"),
        (name_a_voter, "tells more than it should"),
        (tell_too_few, "too few took part"),
        (elect_another, "the tally is wrong"),
        (vote_twice, "voted twice"),
        (vote_from_outside, "stranger is not on the roll"),
        (strike_a_candidate, "its slate is not"),
        (put_a_friend_first, "its slate is not"),
        (stand_without_standing, "its slate is not"),
        (keep_standing, "its slate is not"),
        (change_what_was_said, "its slate is not"),
        (seat_another, "others are seated"),
        (seat_for_longer, "its term is not"),
        (draw_a_friend, "drawn again"),
        (shrink_the_pool, "the hash of the pool"),
        (choose_the_seed, "its seed is not"),
        (choose_the_checkpoint, "its checkpoint is not"),
        (draw_from_before, "its checkpoint is not"),
        (follow_with_a_friend, "is the next in the draw"),
        (let_a_stranger_judge, "stranger was not drawn"),
        (delegate_without_asking, "count for others than they should"),
        (forget_a_delegate, "count for others than they should"),
        (never_take_back, "count for others than they should"),
        (delegate_to_an_absentee, "count for others than they should"),
        (close_later, "did not close when"),
        (hop_twice, "more than one hop"),
    ],
)
def test_law_04_a_made_up_record_of_people_is_found_out(
    record: str, tamper: Callable[[Events], None], detail: str
) -> None:
    made_up = json.loads(record)
    tamper(made_up)
    assert detail in "; ".join(problem.detail for problem in audit.problems(made_up))
    assert detail in "; ".join(verified(made_up))
