"""Amendments: other wordings that members offer, and what they think of each."""

from dataclasses import dataclass

from governance.deliberation import amendment_reading
from governance.deliberation.amendment_reading import Card
from governance.dossier import Dossier
from web.proposal.section import Section, Sight

SHOWN = 3
"""Amendments on a proposal's page; there is a page of them all."""


@dataclass(frozen=True, slots=True)
class Offered:
    """The amendments to a proposal."""

    cards: list[Card]
    """The newest first."""
    more: bool
    may_amend: bool


def load(sight: Sight, found: Dossier) -> Section | None:
    """Return the newest amendments; None where there is none and none can be made."""
    call, case = sight.call, sight.case
    if sight.member is None:
        return None
    cards = amendment_reading.listing(call.session, sight.member, case, before=None, limit=SHOWN + 1)
    may_amend = amendable(sight, found)
    if not cards and not may_amend:
        return None
    told = Offered(cards[:SHOWN], len(cards) > SHOWN, may_amend)
    return Section("amendments", "Amendments", "proposal/amendments.html", told)


def amendable(sight: Sight, found: Dossier) -> bool:
    """Say whether the reader may offer another patch in the place of a proposal's."""
    return sight.talking and bool(found.patch) and sight.case.options is None
