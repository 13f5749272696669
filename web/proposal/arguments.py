"""What people say: the arguments that helped most, one more of one's own, and whose turn it is."""

from dataclasses import dataclass

from governance.deliberation import facilitation, floor, threads, turns
from governance.deliberation.arguments import Stance
from governance.deliberation.threads import Card
from governance.deliberation.turns import Standing
from governance.dossier import Dossier
from governance.facts import State
from web.proposal.section import Section, Sight

SHOWN = 3
"""Arguments of each stance on a proposal's page; there is a page of them all."""


@dataclass(frozen=True, slots=True)
class Said:
    """What was said for and against a proposal."""

    counts: dict[Stance, int]
    cards: dict[Stance, list[Card]]
    """Of each stance those that helped most."""
    rounds: Standing
    may_argue: bool
    may_mark: bool
    may_join: bool
    may_switch: bool
    """Whether the reader may have it talked over in rounds, or freely."""
    longest: int


def load(sight: Sight, found: Dossier) -> Section | None:
    """Return what was said; None where nobody said anything and the reader cannot."""
    call, case, member = sight.call, sight.case, sight.member
    if member is None:
        return None
    counts = threads.counted(call.session, case.id)
    may_switch = not sum(counts.values()) and _may_switch(sight)
    if not (sum(counts.values()) or sight.talking or may_switch):
        return None
    rounds = turns.standing(call.session, call.book, member, case)
    said = Said(
        counts=counts,
        cards={stance: _best(sight, stance) if count else [] for stance, count in counts.items()},
        rounds=rounds,
        may_argue=sight.talking and (not rounds.on or rounds.yours is not None),
        may_mark=sight.reading,
        may_join=sight.talking and rounds.on and member.handle not in dict(rounds.speakers),
        may_switch=may_switch,
        longest=floor.rules_of(call.book).arguments.characters,
    )
    todo = "It is your turn to speak" if rounds.on and said.may_argue and not said.may_join else ""
    return Section("arguments", "What people say", "proposal/arguments.html", said, todo)


def _may_switch(sight: Sight) -> bool:
    """Say whether the reader leads the talk, and it has not begun."""
    begun = sight.case.stage.state not in floor.TALKING | {State.DRAFT, State.SPONSORING}
    if begun or not sight.belongs or sight.member is None:
        return False
    return sight.is_author or facilitation.facilitates(sight.call.session, sight.member, sight.case.id)


def _best(sight: Sight, stance: Stance) -> list[Card]:
    call = sight.call
    return threads.listing(
        call.session,
        call.member,
        sight.case,
        stance=stance,
        order="helpful",
        after=None,
        limit=SHOWN,
    )
