"""Grounds: the clauses that a block or an objection may rest on, those that the change sets first."""

from dataclasses import dataclass

from coop.policy_text import changed, leaves, parse
from governance import dossier
from web.proposal.section import Sight


@dataclass(frozen=True, slots=True)
class Grounds:
    """Clauses of a policy as it is or would be."""

    touched: list[str]
    """Those that the proposal changes."""
    others: list[str]
    """The rest of the policy."""


def grounds(sight: Sight) -> Grounds:
    """Return the clauses that one may name."""
    before, after = map(parse, dossier.texts(sight.call.session, sight.case.id))
    touched = changed(before, after)
    named = list(dict.fromkeys([*leaves(before), *leaves(after)]))
    return Grounds([one for one in named if one in touched], [one for one in named if one not in touched])
