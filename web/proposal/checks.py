"""Sense-checks: which way a thing leans, felt quickly."""

from dataclasses import dataclass

from governance.deliberation import checks, coauthors, facilitation, floor
from governance.deliberation.checks import Card
from governance.deliberation.rules import Checks
from governance.dossier import Dossier
from web.proposal.section import Section, Sight


@dataclass(frozen=True, slots=True)
class Asked:
    """The sense-checks of a proposal."""

    cards: list[Card]
    """The newest first."""
    open: frozenset[int]
    """Those that the reader may answer now."""
    may_ask: bool
    rules: Checks


def load(sight: Sight, found: Dossier) -> Section | None:
    """Return the checks; None where there is none and the reader may not ask for one."""
    call, member = sight.call, sight.member
    if member is None:
        return None
    cards = checks.listing(call.session, call.book, member, sight.case.id)
    may_ask = _may_ask(sight)
    if not cards and not may_ask:
        return None
    now = frozenset(card.id for card in cards if sight.talking and call.now < card.closes_at)
    told = Asked(cards, now, may_ask, floor.rules_of(call.book).checks)
    waits = any(card.id in now and card.yours is None for card in cards)
    return Section(
        "checks", "Sense-checks", "proposal/checks.html", told, "Answer a quick question" if waits else ""
    )


def _may_ask(sight: Sight) -> bool:
    """Say whether the reader wrote the proposal, alone or with others, or leads the talk on it."""
    member, session = sight.member, sight.call.session
    if member is None or not sight.talking:
        return False
    return (
        sight.is_author
        or coauthors.include(session, sight.case.id, member.member_id)
        or facilitation.facilitates(session, member, sight.case.id)
    )
