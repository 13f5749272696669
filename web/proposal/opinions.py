"""Where we stand: statements to agree or disagree with, and the map drawn from the answers."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from markupsafe import Markup

from coop.receipts import Citation
from governance.deliberation import floor, maps, statements
from governance.deliberation.maps import MapRead
from governance.deliberation.rules import NAME
from governance.deliberation.statements import Upcoming
from governance.dossier import Dossier
from web.opinion_pictures import opinion_map
from web.proposal.section import Section, Sight


@dataclass(frozen=True, slots=True)
class Finding:
    """A statement that stands out, in words."""

    words: str
    side: str
    """``agree`` or ``disagree``."""
    groups: list[Mapping[str, Any]]
    """What each group said to it, those that enough of have answered it."""


@dataclass(frozen=True, slots=True)
class Opinions:
    """What is known of opinions, and what the reader is asked next."""

    upcoming: Upcoming | None
    """None where nothing can be answered now."""
    read: MapRead
    picture: Markup | None
    common: list[Finding]
    """What all groups share."""
    telling: dict[str, list[Finding]]
    """By the name of a group, what tells it from the others."""
    participants: Citation
    """The clause that says how many take part before there is a map."""
    longest: int


def load(sight: Sight, found: Dossier) -> Section | None:
    """Return the opinions; None where there are none and none can be given."""
    if sight.member is None or sight.case.facts.submitted_at is None:
        return None
    told = opinions(sight)
    if told.upcoming is None and not told.read.people:
        return None
    left = told.upcoming.left if told.upcoming else 0
    todo = f"Answer {left} {'statement' if left == 1 else 'statements'}" if left else ""
    return Section("opinions", "Where we stand", "proposal/opinions.html", told, todo)


def opinions(sight: Sight) -> Opinions:
    """Return what is known of opinions on a proposal, to a member."""
    call, member = sight.call, sight.call.member
    read = maps.read(call.session, call.book, member, sight.case)
    upcoming = statements.upcoming(call.session, member, sight.case) if sight.talking else None
    drawn: Mapping[str, Any] = read.document or {"groups": [], "consensus": []}
    named = [*drawn["consensus"], *(one for group in drawn["groups"] for one in group["representative"])]
    words = statements.words_of(call.session, {int(one["statement"]) for one in named}) if named else {}
    return Opinions(
        upcoming=upcoming,
        read=read,
        picture=opinion_map(drawn, asdict(read.you) if read.you else None) if read.document else None,
        common=_findings(drawn["consensus"], words),
        telling={group["name"]: _findings(group["representative"], words) for group in drawn["groups"]},
        participants=call.book.cite(NAME, "/map/participants"),
        longest=floor.rules_of(call.book).statements.characters,
    )


def _findings(named: list[Mapping[str, Any]], words: Mapping[int, str]) -> list[Finding]:
    """Return findings in words; one that was taken back since the map was drawn is left out."""
    return [
        Finding(words[int(one["statement"])], one["side"], one["groups"])
        for one in named
        if int(one["statement"]) in words
    ]
