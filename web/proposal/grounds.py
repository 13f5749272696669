"""Grounds: the clauses that a block or an objection may rest on, those that the change sets first."""

from dataclasses import dataclass

from coop.policy_text import changed, leaves, parse
from governance.dossier import Dossier


@dataclass(frozen=True, slots=True)
class Grounds:
    """Clauses of a policy as it is or would be."""

    touched: list[str]
    """Those that the proposal changes."""
    others: list[str]
    """The rest of the policy."""


def grounds(found: Dossier) -> Grounds:
    """Return the clauses that one may name."""
    before, after = parse(found.before), parse(found.after)
    touched = changed(before, after)
    named = list(dict.fromkeys([*leaves(before), *leaves(after)]))
    return Grounds([one for one in named if one in touched], [one for one in named if one not in touched])
