"""Suggestions: how much the scope wants an amendment, and who supports it by name."""

import pytest

from coop.errors import Conflict, Forbidden, NotFound
from coop.identity import Identity
from governance.deliberation import amendment_reading, suggestions
from governance.deliberation.amendment_reading import Card
from governance.deliberation.suggestions import Degree, Opinion, Opinions
from tests.coop.statements import counted
from tests.governance.deliberation.talk import Talk


def opine(talk: Talk, who: Identity, amendment_id: int, degree: Degree, fulfilled: bool = False) -> None:
    opinion = Opinion(degree, fulfilled)
    suggestions.opine(talk.assembly.session, who, amendment_id, opinion, talk.assembly.clock)


def support(talk: Talk, who: Identity, amendment_id: int) -> None:
    suggestions.support(talk.assembly.session, who, amendment_id, talk.assembly.clock)


def supporters(talk: Talk, amendment_id: int, after: str | None = None) -> list[str]:
    session, now = talk.assembly.session, talk.assembly.clock.at
    return suggestions.supporters(session, talk.author, amendment_id, now, after=after, limit=9)


def listing(talk: Talk, who: Identity | None = None, before: int | None = None) -> list[Card]:
    case, viewer = talk.assembly.case(talk.proposal_id), who or talk.author
    return amendment_reading.listing(talk.assembly.session, viewer, case, before=before, limit=9)


def test_opinions_are_summed_by_degree_and_whether_it_is_fulfilled(talk: Talk) -> None:
    made = talk.amend(talk.others[0])
    ann, ben, cleo, dan, eve = talk.assembly.members
    opine(talk, ann, made, Degree.MUST)
    opine(talk, ben, made, Degree.MUST, fulfilled=True)
    opine(talk, cleo, made, Degree.SHOULD_NOT)
    opine(talk, dan, made, Degree.SHOULD)
    opine(talk, dan, made, Degree.MUST)
    opine(talk, eve, made, Degree.MUST_NOT)
    suggestions.retract(talk.assembly.session, eve, made, talk.assembly.clock)
    (found,) = listing(talk, cleo)
    assert found.opinions == [
        Opinions(Degree.MUST, 1, 2),
        Opinions(Degree.SHOULD, 0, 0),
        Opinions(Degree.SHOULD_NOT, 0, 1),
        Opinions(Degree.MUST_NOT, 0, 0),
    ]
    assert found.yours == Opinion(Degree.SHOULD_NOT, fulfilled=False)
    assert listing(talk, eve)[0].yours is None


def test_support_is_by_name_once_a_member_and_can_be_taken_back(talk: Talk) -> None:
    made = talk.amend(talk.others[0])
    with pytest.raises(Forbidden):
        support(talk, talk.others[0], made)
    for member in (*talk.others[1:3], talk.others[1]):
        support(talk, member, made)
    handles = sorted(member.handle for member in talk.others[1:3])
    assert supporters(talk, made) == handles
    assert supporters(talk, made, after=handles[0]) == handles[1:]
    (found,) = listing(talk, talk.others[1])
    assert (found.supporters, found.you_support) == (2, True)
    suggestions.desert(talk.assembly.session, talk.others[1], made, talk.assembly.clock)
    (found,) = listing(talk, talk.others[1])
    assert (found.supporters, found.you_support) == (1, False)


def test_what_is_not_open_any_more_is_neither_weighed_nor_supported(talk: Talk) -> None:
    first, second = talk.amend(talk.others[0]), talk.amend(talk.others[0])
    talk.accept(first)
    for amendment_id in (first, second):
        with pytest.raises(Conflict, match="not open"):
            opine(talk, talk.author, amendment_id, Degree.MUST)
        with pytest.raises(Conflict, match="not open"):
            support(talk, talk.others[1], amendment_id)
    talk.end_deliberation()
    with pytest.raises(Conflict, match="being verified"):
        opine(talk, talk.author, second, Degree.MUST)


def test_a_list_goes_on_where_the_last_page_ended(talk: Talk) -> None:
    made = [talk.amend(member) for member in talk.others]
    assert [found.id for found in listing(talk)] == made[::-1]
    assert [found.id for found in listing(talk, before=made[2])] == made[1::-1]


def test_a_list_is_read_in_a_fixed_number_of_statements(talk: Talk) -> None:
    opine(talk, talk.author, talk.amend(talk.others[0]), Degree.MUST)
    with counted(talk.assembly.session) as one:
        assert len(listing(talk)) == 1
    for member in talk.others:
        opine(talk, talk.author, talk.amend(member), Degree.SHOULD)
    with counted(talk.assembly.session) as five:
        assert len(listing(talk)) == 5
    assert len(five) == len(one)


def test_an_amendment_shows_what_it_would_change_in_the_policy_and_in_the_proposal(talk: Talk) -> None:
    made = talk.amend(talk.others[0])
    session, now = talk.assembly.session, talk.assembly.clock.at
    _, diffs = amendment_reading.one(session, talk.author, made, now)
    assert "+per_day = 70" in diffs.policy
    assert diffs.proposal is not None
    assert "-per_day = 100" in diffs.proposal
    assert "+per_day = 70" in diffs.proposal
    talk.reject(made)
    _, later = amendment_reading.one(session, talk.author, made, now)
    assert (later.policy, later.proposal) == (diffs.policy, None)


def test_law_07_what_is_not_there_is_not_weighed(talk: Talk) -> None:
    with pytest.raises(NotFound):
        opine(talk, talk.author, 7, Degree.MUST)
    with pytest.raises(NotFound):
        supporters(talk, 7)
