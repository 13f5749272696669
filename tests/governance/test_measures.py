"""Turnout, against votes counted by hand."""

from dataclasses import replace
from decimal import Decimal

from coop.metrics import Span
from governance.measures import turnout
from tests.governance.assembly import CLASS_A, MOMENT, Assembly
from tests.governance.changes import DAY


def test_turnout_is_the_share_of_those_on_the_rolls_who_voted(assembly: Assembly) -> None:
    first, second = assembly.propose(), assembly.propose([{**CLASS_A[0], "value": 90}])
    span = Span(assembly.clock.at, assembly.clock.at + 90 * DAY, 90 * DAY, hidden_below=5)
    assert turnout(assembly.session, span) is None
    assembly.go_to(assembly.times(first).voting_at)
    for voter in assembly.members[:3]:
        assembly.vote(first, voter, "against")
        assembly.vote(first, voter, "abstain")
    assembly.vote(second, assembly.members[0], "against")
    assembly.go_to(assembly.times(first).closes_at)
    assembly.advance()
    assert turnout(assembly.session, span) == Decimal("40")
    closed_at = assembly.clock.at
    assert turnout(assembly.session, replace(span, until=closed_at)) is None
    assert turnout(assembly.session, replace(span, until=closed_at + MOMENT)) == 40
    assert turnout(assembly.session, replace(span, scope="guild:bakers")) is None
