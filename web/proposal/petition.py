"""Petitions: other guilds ask all of us to look at what one guild has passed; and the vote they called."""

from dataclasses import dataclass
from fractions import Fraction

from coop import directory
from coop.book import COOP, guild_scope
from governance import petitions, vetoes
from governance.dossier import Dossier
from governance.facts import State
from governance.petitions import Standing
from web.proposal.section import Section, Sight


@dataclass(frozen=True, slots=True)
class Petitions:
    """How far petitions against a guild's proposal have come."""

    standing: list[Standing]
    veto: int | None
    """The vote of all that was called."""
    names: list[str]
    """Slugs of the guilds in whose name the reader may sign."""
    share: Fraction
    """Of a guild's members, who call that vote."""


def load(sight: Sight, found: Dossier) -> Section | None:
    """Return the petitions; None where none can be made and none was."""
    case, session = sight.case, sight.call.session
    if case.scope == COOP:
        return None
    standing, veto = petitions.of(session, case), vetoes.called_on(session, case.id)
    names = _names(sight) if veto is None and case.stage.state is State.TIMELOCK else []
    if not standing and not names and veto is None:
        return None
    told = Petitions(standing, veto, names, case.rules.petition.share)
    return Section("petitions", "If another guild objects", "proposal/petition.html", told)


def _names(sight: Sight) -> list[str]:
    """Return the reader's guilds, but the one that passed this."""
    if sight.member is None:
        return []
    slugs = directory.member(sight.call.session, sight.member.handle).guilds
    return [slug for slug in slugs if guild_scope(slug) != sight.case.scope]
