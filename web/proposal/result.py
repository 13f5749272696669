"""The result: the count, what it had to reach, and the version that it became."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from flask import request
from markupsafe import Markup

from governance import announcements, ballots, counting, options
from governance.ballots import Receipt
from governance.dossier import Dossier
from governance.people import delegated
from governance.people.secrecy import SECRET
from web import counts
from web.answers import Answer, answer
from web.counts import Count
from web.number_line import number_line
from web.proposal.section import Section, Sight

BALLOTS_SHOWN = 100


@dataclass(frozen=True, slots=True)
class Cast:
    """A ballot that counted."""

    ballot: Receipt
    answer: Answer
    stands_for: list[str]
    """Members who delegated their vote to its voter, and cast none themselves."""


@dataclass(frozen=True, slots=True)
class Result:
    """What a vote came to."""

    tally: dict[str, Any] | None
    """The recorded count."""
    reason: str
    """Why it passed or failed; visitors are told no more than anyone may read."""
    count: Count | None
    """How it came about, where one voted otherwise than for and against; an election's is for members."""
    guilds: tuple[float, float] | None
    """Which share of the guilds was in favour, and which had to be."""
    line: Markup | None
    """Who named which number."""
    cast: list[Cast]
    """Ballots that counted, told to members."""
    more: str | None
    """The handle after which further ballots follow."""


def load(sight: Sight, found: Dossier) -> Section | None:
    """Return the result; None before it is recorded."""
    case = sight.case
    counted = case.facts.tally if case.tallied_at is not None else None
    if counted is None and found.enacted is None:
        return None
    reason = "" if counted is None else counted.reason if sight.member else announcements.sentence(case)
    tally = None if counted is None else counted.as_json()
    labels = options.labels(case.options or {})
    cast, drawn = _cast(sight), _count(sight, tally, labels)
    lent = delegated.by_delegate(sight.call.session, case) if cast else {}
    told = Result(
        tally=tally,
        reason=reason,
        count=drawn,
        guilds=None if tally is None else counts.guilds(tally),
        line=_line(sight, drawn),
        cast=[Cast(one, answer(one.said, labels), lent.get(one.voter, [])) for one in cast[:BALLOTS_SHOWN]],
        more=cast[BALLOTS_SHOWN - 1].voter if len(cast) > BALLOTS_SHOWN else None,
    )
    return Section("result", "The result", "proposal/result.html", told)


def _count(sight: Sight, tally: dict[str, Any] | None, labels: tuple[str, ...]) -> Count | None:
    """Return how the vote was counted; a count of people would name members to visitors."""
    if tally is None or "method" not in tally or (sight.case.kind in SECRET and sight.member is None):
        return None
    return counts.count(tally, labels)


def _line(sight: Sight, drawn: Count | None) -> Markup | None:
    case = sight.case
    if drawn is None or case.method != "median":
        return None
    named = Counter(counting.votes_of(sight.call.session, [case])[case.id].values)
    return number_line(case.options, named, drawn.middle)


def _cast(sight: Sight) -> list[Receipt]:
    """Return the ballots that counted, once they are revealed, to members."""
    if sight.case.tallied_at is None or sight.member is None:
        return []
    after = request.args.get("after")
    return ballots.revealed(sight.call.session, sight.case, after=after, limit=BALLOTS_SHOWN + 1)
